"""docs/metrics.md says what the registry says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "write_metric_docs.py"
WRITE = (
    "import runpy, sys; page = runpy.run_path(sys.argv[1]); print(page['page'](page['read'](page['REGISTRY'])), end='')"
)


def test_the_page_is_current():
    """Run `python scripts/write_metric_docs.py` when this fails."""
    written = subprocess.run(
        [sys.executable, "-c", WRITE, str(SCRIPT)], capture_output=True, text=True, check=True
    ).stdout
    assert (ROOT / "docs" / "metrics.md").read_text() == written
