"""The figures of results.md: each step as a whole process, beside a baseline that ran in the same minute.

Belongs here: which commands are measured and against what. Does not: judging a figure; a machine that is busy with
something else gives other seconds, and nearly the same ratios.

Run it with `make bench`; `python benchmarks/run.py --lines 334000` is a quicker look. Needs about 6 GB of disk below
the system's folder for temporary files.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from usage_logs import write_logs

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DAY = "2026-11-15"
ACCOUNTS = 50
CLI = (sys.executable, "-m", "orchestration.cli.app")
SETTINGS = """
[organisation]
name = "acme"
[schedule]
start_date = 2026-11-01
[sources.claude_code]
log_roots = ["{logs}"]
"""


@dataclass(frozen=True)
class Measured:
    """One command: wall and processor seconds and peak memory of its largest process."""

    name: str
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float

    def against(self, baseline: Measured) -> str:
        return f"{self.wall_seconds / baseline.wall_seconds:.1f} × {baseline.name}"


def measure(name: str, command: Sequence[str], variables: dict[str, str] | None = None) -> Measured:
    """Run a command to its end. RuntimeError with its last words when it fails."""
    with tempfile.TemporaryFile() as words:
        began = time.monotonic()
        child = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(variables or {})}, stdout=words, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            words.seek(0)
            raise RuntimeError(f"{name}: exit {child.returncode}\n{words.read().decode(errors='replace')[-2000:]}")
    return Measured(name, wall, used.ru_utime + used.ru_stime, _peak_mib(used))


def typical(name: str, command: Sequence[str], runs: int = 5) -> Measured:
    """The run with the median wall time, after one that does not count."""
    measure(name, command)
    found = [measure(name, command) for _ in range(runs)]
    middle = median(each.wall_seconds for each in found)
    return min(found, key=lambda each: abs(each.wall_seconds - middle))


def starts() -> list[tuple[Measured, str]]:
    """What a process costs before it does anything."""
    dagster = typical("import of dagster", (sys.executable, "-c", "import dagster"))
    definitions = typical("import of the definitions", (sys.executable, "-c", "import orchestration.definitions"))
    return [(dagster, ""), (definitions, definitions.against(dagster))]


def parsing(folder: Path) -> list[tuple[Measured, str]]:
    """dbt parse from nothing, and again with nothing changed."""
    dbt = typical("import of dbt", (sys.executable, "-c", "import dbt.cli.main"), runs=3)
    command = [str(Path(sys.executable).with_name("dbt")), "parse", "--project-dir", "dbt_project"]
    command += ["--profiles-dir", "dbt_project", "--target-path", str(folder / "parse"), "--log-path", str(folder)]
    cold = measure("dbt parse, from nothing", command)
    again = measure("dbt parse, nothing changed", command)
    return [(dbt, ""), (cold, cold.against(dbt)), (again, again.against(dbt))]


def demo(folder: Path) -> list[tuple[Measured, str]]:
    """The sample company's run, and the same run when nothing is new."""
    command = (*CLI, "demo", "--folder", str(folder / "demo"))
    partition = measure("demo: generate, land, build, check, publish", command)
    again = measure("the same run, nothing new", command)
    return [(partition, ""), (again, again.against(partition))]


def many_events(folder: Path, lines: int) -> list[tuple[Measured, str]]:
    """A run of session logs by hand, and as the warehouse does it."""
    logs = folder / "logs"
    write_logs(logs, DAY, lines, ACCOUNTS)
    settings = folder / "counterpoise.toml"
    settings.write_text(SETTINGS.format(logs=logs), "utf-8")
    variables = {
        "COUNTERPOISE_CONFIG": str(settings),
        "COUNTERPOISE_DATA": str(folder / "data"),
        "COUNTERPOISE_PSEUDONYM_KEY": "a key for benchmarks only",
    }
    measure("read once", ("cat", *map(str, sorted(logs.rglob("*.jsonl")))))
    by_hand = (sys.executable, str(HERE / "handwritten_run.py"), str(logs), str(folder / "by_hand"), DAY)
    hand = measure("by hand: plain SQL, nothing checked", by_hand)
    measure("the first run, which parses and builds everything", (*CLI, "nightly", "--day", "2026-11-13"), variables)
    empty = measure("a run in which no source has anything", (*CLI, "nightly", "--day", "2026-11-14"), variables)
    landing = measure("landing: contract, pseudonyms, ledger", (*CLI, "land", "claude_code", "--day", DAY), variables)
    rest = measure("build, tests, checkpoints, gate, publication", (*CLI, "nightly", "--day", DAY), variables)
    whole = Measured(
        "the whole run",
        landing.wall_seconds + rest.wall_seconds,
        landing.cpu_seconds + rest.cpu_seconds,
        max(landing.peak_mib, rest.peak_mib),
    )
    events = Measured(
        "what the events add to an empty run",
        whole.wall_seconds - empty.wall_seconds,
        whole.cpu_seconds - empty.cpu_seconds,
        whole.peak_mib,
    )
    return [(hand, ""), *((each, each.against(hand)) for each in (landing, rest, whole, events)), (empty, "")]


def page(sections: dict[str, list[tuple[Measured, str]]]) -> str:
    """results.md."""
    out = [
        "# Measured",
        "",
        f"`make bench` on {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}. "
        "Seconds differ from machine to machine; ratios carry over.",
        "[run.py](run.py) measures each figure.",
    ]
    for title, rows in sections.items():
        out += ["", f"## {title}", "", "| step | wall s | CPU s | peak MiB | against |", "|---|---:|---:|---:|---|"]
        for each, ratio in rows:
            figures = f"{each.wall_seconds:.1f} | {each.cpu_seconds:.1f} | {each.peak_mib:,.0f}"
            out.append(f"| {each.name} | {figures} | {ratio} |")
    return "\n".join([*out, ""])


def _peak_mib(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    """Measure everything, print each figure as it comes, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=3_340_000, help="usage lines of the large run")
    parser.add_argument("--write", type=Path, default=HERE / "results.md", help="where the page goes")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="counterpoise-bench-"))
    try:
        sections = {}
        for title, steps in (
            ("Starting", starts),
            ("Parsing", lambda: parsing(folder)),
            ("The demo", lambda: demo(folder)),
            (f"A run of {chosen.lines:,} usage lines", lambda: many_events(folder, chosen.lines)),
        ):
            print(f"{title} …", file=sys.stderr, flush=True)
            sections[title] = steps()
            for each, ratio in sections[title]:
                print(f"  {each.name}: {each.wall_seconds:.1f} s {ratio}", file=sys.stderr, flush=True)
        chosen.write.write_text(page(sections), "utf-8")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
