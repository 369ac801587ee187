"""Settings for the sample company: generate it, serve its fake tools on loopback, and point every source at them.

Belongs here: making those settings. Does not: what the sample company contains (sample_company).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration import environment
from orchestration.partition import DailyPartition
from orchestration.settings import Settings, load_settings


@contextmanager
def sample_company(folder: Path, *, people: int, weeks: int, seed: int) -> Iterator[tuple[Settings, DailyPartition]]:
    """Settings that point at a sample company while its server runs, and the partition of its last day."""
    from orchestration.sample_company import generate, load, serve, settings_overrides
    from orchestration.sample_company.apis import TOOLS
    from orchestration.sample_company.generate import FOLDERS

    home = folder / "company"
    # a company that an older version wrote lacks the sources added since
    wanted = " ".join(map(str, (seed, people, weeks, *FOLDERS, *(tool.name for tool in TOOLS))))
    stamp = home / "generated.txt"
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        shutil.rmtree(home, ignore_errors=True)
        generate(home, seed=seed, people=people, weeks=weeks)
        stamp.write_text(wanted, "utf-8")
    world = load(home)
    partition = DailyPartition(world.end)
    with serve(world) as addresses:
        variables = {**environment.variables(), **settings_overrides(home, addresses)}
        yield load_settings(variables=variables, data=folder / "data"), partition
