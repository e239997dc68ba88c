"""Where a disk has too little room."""

from __future__ import annotations

import errno
import os
import pickle
from collections import namedtuple
from pathlib import Path

import pytest

from hubble_dash.disk import space
from hubble_dash.disk.owners import own_name
from hubble_dash.disk.space import NoSpaceError, check_room, reserve, watched

Disk = namedtuple("Disk", ["f_bavail", "f_frsize"])


@pytest.fixture(autouse=True)
def small_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """On which 1.5 MB are free."""
    monkeypatch.setattr(os, "statvfs", lambda _: Disk(1500, 1000))


def fail(number: int, path: Path, needed: int | None = None) -> str:
    with pytest.raises(NoSpaceError) as caught, watched(path, needed):
        raise OSError(number, os.strerror(number))
    assert caught.value.errno == number
    assert caught.value.strerror == str(caught.value)
    return str(caught.value)


def test_a_full_disk_is_told_with_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "neighbors.npy"
    full = f"the disk of {tmp_path} is full, 1.5 MB are free"
    assert fail(errno.ENOSPC, path) == full
    assert fail(errno.ENOSPC, path, 4_000_000) == (
        f"{full}; neighbors.npy takes 4.0 MB: 2.5 MB are missing"
    )
    # Such as where there are too many files.
    assert (
        fail(errno.ENOSPC, path, 4_000) == f"{full}; neighbors.npy takes 4.0 kB: no more files fit"
    )
    assert "your share of the disk" in fail(errno.EDQUOT, path, 4_000)
    assert "may not be so large (see ulimit -f); neighbors.npy takes" in fail(errno.EFBIG, path, 9)


def test_temporary_names_are_not_told(tmp_path: Path) -> None:
    new = own_name(tmp_path / "report", "new")
    assert f"the disk of {tmp_path} is full" in fail(errno.ENOSPC, new / "data" / "0.js", 1)


def test_other_errors_pass_and_what_is_told_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), watched(tmp_path):
        raise PermissionError(errno.EACCES, "no")
    told = NoSpaceError(tmp_path / "a", 5)
    with pytest.raises(NoSpaceError) as caught, watched(tmp_path / "b", 7):
        raise told
    assert caught.value is told
    passed = pickle.loads(pickle.dumps(told))
    assert (passed.errno, passed.strerror) == (told.errno, told.strerror)


def test_room_is_asked_for_beforehand(tmp_path: Path) -> None:
    check_room(tmp_path / "a", 1_500_000)
    with pytest.raises(NoSpaceError, match=r"a takes 1\.6 MB: 0\.1 MB are missing"):
        check_room(tmp_path / "not" / "made" / "a", 1_600_000)


def test_room_is_made_before_a_file_is_mapped(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.write(b"head")
        file.flush()
        reserve(file, 1_000_000, path)
    assert path.read_bytes() == b"head" + bytes(999_996)
    assert path.stat().st_blocks * 512 >= 1_000_000
    with path.open("wb") as file:
        reserve(file, 0, path)
    assert path.read_bytes() == b""


def test_room_is_made_where_the_disk_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: int) -> None:
        raise OSError(errno.ENOTSUP, "no such call")

    monkeypatch.setattr(os, "posix_fallocate", lacking)
    path, size = tmp_path / "a", 5 * len(space.ZEROS) // 2
    with path.open("wb") as file:
        file.write(b"head")
        file.flush()
        reserve(file, size, path)
        file.write(b"HE")
    assert path.read_bytes() == b"HEad" + bytes(size - 4)


def test_a_full_disk_is_met_when_room_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with (
        (tmp_path / ".a.tmp").open("wb") as file,
        pytest.raises(NoSpaceError, match=r"; a takes 2\.0 MB: 0\.5 MB are missing"),
    ):
        reserve(file, 2_000_000, tmp_path / "a")
