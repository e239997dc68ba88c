"""Files and folders that get their names whole, in one step."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hubble_dash.disk import names as naming
from hubble_dash.disk.names import (
    NewFolder,
    folder_beside,
    give_name,
    recover,
    resolved,
    write_file,
    write_inside,
)
from hubble_dash.disk.owners import own_name


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("lasting", [False, True])
def test_a_file_inside_is_written_and_replaced(tmp_path: Path, lasting: bool) -> None:
    path = tmp_path / "a.bin"
    for data in (b"first", b"2"):
        write_inside(data, path, lasting=lasting)
        assert path.read_bytes() == data
        assert names(tmp_path) == {"a.bin"}


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    for data in (b"first", b"2", b""):
        write_file(data, tmp_path / "page.html")
        assert (tmp_path / "page.html").read_bytes() == data
        assert names(tmp_path) == {"page.html"}


def test_what_must_last_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "a", []

    def fsync(number: int) -> None:
        is_folder = os.path.samestat(os.fstat(number), tmp_path.stat())
        seen.append(("folder" if is_folder else os.fstat(number).st_size, path.exists()))

    monkeypatch.setattr("os.fsync", fsync)
    write_inside(b"12345", path)
    assert seen == []
    path.unlink()
    write_inside(b"12345", path, lasting=True)
    assert seen == [(5, False), ("folder", True)]
    path.unlink()
    write_file(b"1234567", path)
    assert seen[2:] == [(7, False), ("folder", True)]


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_file_that_fails_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    for write in (write_file, lambda data, path: write_inside(data, path, lasting=True)):
        write(b"before", tmp_path / "a")

        def fail(_: int) -> None:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", fail)
            with pytest.raises(type(error)):
                write(b"after", tmp_path / "a")
        assert (tmp_path / "a").read_bytes() == b"before"
        assert names(tmp_path) == {"a"}


def test_what_a_kill_left_inside_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: None)
        write_inside(b"killed before the rename", tmp_path / "a")
    assert names(tmp_path) == {".a.tmp"}
    write_inside(b"whole", tmp_path / "a")
    assert names(tmp_path) == {"a"}


def test_only_a_plain_file_is_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(OSError, match="no plain file"):
            write_file(b"", tmp_path / name)
    assert names(tmp_path) == {"pipe", "folder"}
    assert (tmp_path / "pipe").is_fifo()


def test_what_a_link_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    link = tmp_path / "page.html"
    link.symlink_to(tmp_path / "disk" / "real.html")
    for data in (b"new", b"newer"):
        write_file(data, link)
        assert link.is_symlink()
        assert (tmp_path / "disk" / "real.html").read_bytes() == data
    assert resolved(link) == tmp_path / "disk" / "real.html"
    assert resolved(tmp_path / "disk") == tmp_path / "disk"


def test_a_folder_is_made_beside_and_goes_unless_it_got_its_name(tmp_path: Path) -> None:
    final = tmp_path / "report"

    def fail() -> None:
        with folder_beside(final) as new:
            new.write("a/x", b"half")
            assert new.path.parent == tmp_path
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert names(tmp_path) == set()
    with folder_beside(final) as new:
        new.write("a/x", b"whole")
        new.within("b").write("c/y", b"too")
        new.finish()
        give_name(new.path, final)
    assert names(tmp_path) == {"report"}
    assert (final / "a" / "x").read_bytes() == b"whole"
    assert (final / "b" / "c" / "y").read_bytes() == b"too"


def test_a_folder_that_is_not_what_was_written_gets_no_name(tmp_path: Path) -> None:
    new = NewFolder(tmp_path)
    new.write("a/x", b"12")
    new.finish()
    (tmp_path / "a" / "y").touch()
    with pytest.raises(OSError, match="a/y is not what was written"):
        new.finish()
    (tmp_path / "a" / "y").unlink()
    (tmp_path / "a" / "x").write_bytes(b"1")
    with pytest.raises(OSError, match="a/x is not what was written"):
        new.finish()


def test_all_of_a_folder_is_on_the_disk_before_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    monkeypatch.setattr("os.fsync", lambda number: synced.add(os.fstat(number).st_ino))
    with folder_beside(tmp_path / "report") as new:
        new.write("a/b/x", b"1")
        new.write("y", b"2")
        new.finish()
        wanted = {path.stat().st_ino for path in (new.path, *new.path.rglob("*"))}
        assert wanted == synced


def folders(tmp_path: Path) -> tuple[Path, Path]:
    new, final = tmp_path / "new", tmp_path / "final"
    for folder in (new, final):
        folder.mkdir()
        (folder / folder.name).write_text("")
    return new, final


@pytest.fixture(params=[True, False], ids=["exchange", "two renames"])
def can_exchange(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if not request.param:
        monkeypatch.setattr(naming, "exchange", lambda *_: False)
    return bool(request.param)


@pytest.mark.usefixtures("can_exchange")
def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    new, final = folders(tmp_path)
    give_name(new, final)
    assert names(tmp_path) == {"final"}
    assert names(final) == {"new"}


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_name_that_cannot_be_given_stays(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    can_exchange: bool,
) -> None:
    new, final = folders(tmp_path)
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self == new:
            raise error
        return real(self, target)

    def fail(*_: Path) -> bool:
        raise error

    monkeypatch.setattr(Path, "rename", rename)
    if can_exchange:
        monkeypatch.setattr(naming, "exchange", fail)
    with pytest.raises(error):
        give_name(new, final)
    assert names(tmp_path) == {"new", "final"}
    assert names(final) == {"final"}


def leave(final: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a process of another start has left."""
    with monkeypatch.context() as patch:
        patch.setattr("hubble_dash.disk.owners._start_of", lambda _: 1)
        path = own_name(final, "new" if kind == "new" else "old")
    path.mkdir()
    (path / "x").write_text(kind)
    return path


def test_what_dead_processes_left_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    final = tmp_path / "report"
    living = own_name(final, "new")
    living.mkdir()
    others = leave(tmp_path / "report2", "new", monkeypatch), tmp_path / "report.part-2"
    others[1].mkdir()
    for kind in ("new", "new"):
        leave(final, kind, monkeypatch)
    recover(final)
    assert names(tmp_path) == {living.name, *(other.name for other in others)}


def test_what_had_the_name_gets_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a kill came between two renames."""
    final = tmp_path / "report"
    leave(final, "old", monkeypatch)
    recover(final)
    assert names(tmp_path) == {"report"}
    assert (final / "x").read_text() == "old"
    leave(final, "old", monkeypatch)
    (final / "x").write_text("newer")
    recover(final)
    assert names(tmp_path) == {"report"}
    assert (final / "x").read_text() == "newer"
