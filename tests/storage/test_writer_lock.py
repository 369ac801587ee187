"""One writer at a time: the second start ends at once, and the lock of a killed owner is free."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestration.errors import BusyError
from orchestration.storage.writer_lock import holder, writer_lock

OWNER = """
import sys
from pathlib import Path
from orchestration.storage.writer_lock import writer_lock
with writer_lock(Path(sys.argv[1]), "nightly"):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_owner(data_dir: Path) -> subprocess.Popen[str]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "held\n"
    return owner


def test_a_second_start_ends_at_once_and_says_who_is_working(tmp_path):
    owner = start_owner(tmp_path)
    began = time.monotonic()
    with pytest.raises(BusyError, match=rf"held by process {owner.pid} on .* \(nightly\)"), writer_lock(tmp_path, "b"):
        pass
    assert time.monotonic() - began < 5
    owner.communicate("")


def test_the_lock_of_a_killed_owner_is_free(tmp_path):
    owner = start_owner(tmp_path)
    os.kill(owner.pid, signal.SIGKILL)
    owner.communicate()
    with writer_lock(tmp_path, "after"):
        assert f"process {os.getpid()} " in str(holder(tmp_path))
    assert holder(tmp_path) is None


def test_of_ten_simultaneous_starts_exactly_one_works(tmp_path):
    def attempt(_: int) -> str:
        code = OWNER.replace("sys.stdin.read()", "__import__('time').sleep(3)")
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
        return "worked" if done.returncode == 0 else done.stderr.strip().splitlines()[-1].split(":")[0]

    with ThreadPoolExecutor(10) as pool:
        answers = sorted(pool.map(attempt, range(10)))
    assert answers == ["orchestration.errors.BusyError"] * 9 + ["worked"]


def test_an_error_inside_frees_the_lock(tmp_path):
    with pytest.raises(ZeroDivisionError), writer_lock(tmp_path, "first"):
        _ = 1 / 0
    assert holder(tmp_path) is None
