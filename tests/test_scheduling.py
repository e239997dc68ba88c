"""A process that runs tests and ends: its tests are run by another, and the run ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HELPERS = Path(__file__).parent
HOOK = """
from helpers.scheduling import SharedStarts

def pytest_xdist_make_scheduler(config, log):
    return SharedStarts(config, log)

def pytest_handlecrashitem(report, sched):
    sched.judge(report)
"""
ENDS_ONCE = """
import os
from pathlib import Path

def test_ends():
    place = Path(__file__).with_suffix(".ended")
    if not place.exists():
        place.touch()
        os._exit(1)
"""


ENDS = """
import os

def test_ends():
    os._exit(1)
"""


def run(folder: Path, tests: dict[int, str]) -> str:
    """Run six files by two processes, and give what is said in the end."""
    (folder / "conftest.py").write_text(HOOK)
    for i in range(6):
        test = tests.get(i, "def test_well():\n    pass\n")
        (folder / f"test_{i}.py").write_text(test)
    several = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [*several, "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={**env, "PYTHONPATH": str(HELPERS)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "node down" in done.stdout
    return f"{done.returncode}: {done.stdout.splitlines()[-1]}"


@pytest.mark.slow
def test_a_process_ends(tmp_path: Path) -> None:
    assert run(tmp_path, {5: ENDS_ONCE}).startswith("0: 6 passed, 1 run again in ")


@pytest.mark.slow
@pytest.mark.parametrize("tests", [{3: ENDS}, {1: ENDS_ONCE, 4: ENDS_ONCE}])
def test_that_it_ends_twice_is_a_failure(tmp_path: Path, tests: dict[int, str]) -> None:
    assert run(tmp_path, tests).startswith("1: 1 failed, ")
