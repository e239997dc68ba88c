"""The system calls by which names change."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

import pytest

from hubble_dash.disk import calls
from hubble_dash.disk.calls import exchange, remove, sync, sync_all


def pair(tmp_path: Path) -> tuple[Path, Path]:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / folder.name).touch()
    return one, other


def test_names_change_places(tmp_path: Path) -> None:
    one, other = pair(tmp_path)
    assert exchange(one, other)
    assert (one / "other").exists()
    assert (other / "one").exists()
    with pytest.raises(FileNotFoundError):
        exchange(one, tmp_path / "gone")


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM])
def test_where_they_cannot_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def lacking(*_: bytes) -> int:
        ctypes.set_errno(number)
        return -1

    one, other = pair(tmp_path)
    monkeypatch.setattr(calls, "_exchange_call", lambda: lacking)
    assert not exchange(one, other)
    monkeypatch.setattr(calls, "_exchange_call", lambda: None)
    assert not exchange(one, other)
    assert (one / "one").exists()


def test_another_error_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: bytes) -> int:
        ctypes.set_errno(errno.EIO)
        return -1

    monkeypatch.setattr(calls, "_exchange_call", lambda: failing)
    with pytest.raises(OSError, match="Input/output error"):
        exchange(*pair(tmp_path))


def test_files_and_folders_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = pair(tmp_path)
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number).st_ino))
    sync_all([one, one / "one"])
    assert sorted(synced) == sorted(path.stat().st_ino for path in (one, one / "one"))


@pytest.mark.parametrize(("number", "is_told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_disk_may_lack_words_for_folders_but_not_for_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, is_told: bool
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, "told")

    one, _ = pair(tmp_path)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="told"):
        sync(one / "one")
    if is_told:
        with pytest.raises(OSError, match="told"):
            sync_all([one])
    else:
        sync(one)


def test_what_goes_takes_nothing_along_that_it_links_to(tmp_path: Path) -> None:
    one, other = pair(tmp_path)
    (one / "link").symlink_to(other)
    link = tmp_path / "link"
    link.symlink_to(other)
    for path in (one, link, tmp_path / "never", other / "other"):
        remove(path)
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
    assert list(other.iterdir()) == []
