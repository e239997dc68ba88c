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
"""
ENDS_ONCE = """
import os
from pathlib import Path

def test_ends():
    place = Path(__file__).with_name("ended")
    if not place.exists():
        place.touch()
        os._exit(1)
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", [0, 2, 5])
def test_a_process_ends(tmp_path: Path, at: int) -> None:
    (tmp_path / "conftest.py").write_text(HOOK)
    for i in range(6):
        test = ENDS_ONCE if i == at else "def test_well():\n    pass\n"
        (tmp_path / f"test_{i}.py").write_text(test)
    several = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [*several, "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**env, "PYTHONPATH": str(HELPERS)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert f"test_{at}.py" in done.stdout
    assert "crashed while running" in done.stdout
    assert "1 failed, 6 passed" in done.stdout
