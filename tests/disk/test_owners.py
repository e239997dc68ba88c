"""Whose a temporary name is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hubble_dash.disk import owners
from hubble_dash.disk.owners import is_own_name, leftovers, own_name


def test_names_are_taken_once(tmp_path: Path) -> None:
    final = tmp_path / "page.html"
    made = {own_name(final, "new") for _ in range(3)} | {own_name(final, "old")}
    assert len(made) == 4
    assert {path.parent for path in made} == {tmp_path}
    assert all(is_own_name(path.name) for path in made)
    assert not any(map(is_own_name, ("page.html", ".page.html.tmp", "report.new-1-2", ".cache")))


def test_a_long_name_has_room_for_ours(tmp_path: Path) -> None:
    final = tmp_path / ("ü" * 127)
    own_name(final, "old").touch()
    assert leftovers(final) == []


def test_what_a_dead_process_left_is_found(tmp_path: Path) -> None:
    """Though a later one has its number."""
    final = tmp_path / "x.atlas"
    code = (
        "from pathlib import Path; import sys\n"
        "from hubble_dash.disk.owners import own_name\n"
        "path = own_name(Path(sys.argv[1]), 'new'); path.touch(); print(path, flush=True)\n"
        "input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(final)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        path = Path(process.stdout.readline().strip())
        assert path.exists()
        assert leftovers(final) == []
        process.kill()
    assert leftovers(final) == [(path, "new")]
    assert leftovers(tmp_path / "x.atlas2") == leftovers(tmp_path / "gone" / "x.atlas") == []
    # A living process of that number, which began at another time.
    name = path.name.replace(f"-{process.pid}-", f"-{os.getpid()}-")
    reused = path.rename(path.with_name(name))
    assert leftovers(final) == [(reused, "new")]


def test_of_another_machine_only_the_age_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    final = tmp_path / "report"
    with monkeypatch.context() as patch:
        patch.setattr(owners, "_place", lambda: "01234567")
        path = own_name(final, "new")
    path.mkdir()
    assert leftovers(final) == []
    then = time.time() - 8 * 86_400
    os.utime(path, (then, then))
    assert leftovers(final) == [(path, "new")]


def test_a_process_may_have_any_name(tmp_path: Path) -> None:
    """The system puts it into brackets, which it may have itself."""
    code = f"import time, pathlib; pathlib.Path({str(tmp_path / 'up')!r}).touch(); time.sleep(60)"
    odd = tmp_path / "a) S (1 2"
    odd.symlink_to(sys.executable)
    before = time.time()
    with subprocess.Popen([str(odd), "-c", code]) as process:
        while not (tmp_path / "up").exists():
            time.sleep(0.01)
        start = owners._start_of(process.pid)
        process.kill()
    assert start is not None
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    began = start / os.sysconf("SC_CLK_TCK")
    assert uptime - (time.time() - before) - 1 < began < uptime
    assert owners._start_of(process.pid) is None
