"""Files and folders that are whole or not there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from hubble_dash.atlas.files import folder_beside, is_marked, sha256_of, swap_folder, write_whole


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("is_contended", [False, True])
def test_a_file_is_written_and_replaced(tmp_path: Path, lasting: bool, is_contended: bool) -> None:
    path = tmp_path / "a.bin"
    for data in (b"first", b"2"):
        write_whole(data, path, lasting=lasting, is_contended=is_contended)
        assert path.read_bytes() == data
        assert names(tmp_path) == {"a.bin"}


def test_what_must_last_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def fsync(number: int) -> None:
        seen.append((os.fstat(number).st_size, (tmp_path / "a").exists()))

    monkeypatch.setattr("hubble_dash.atlas.files.os.fsync", fsync)
    write_whole(b"12345", tmp_path / "a")
    assert seen == []
    (tmp_path / "a").unlink()
    write_whole(b"12345", tmp_path / "a", lasting=True)
    assert seen == [(5, False)]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_file_that_fails_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    write_whole(b"before", tmp_path / "a")

    def fail(_: int) -> None:
        raise error

    monkeypatch.setattr("hubble_dash.atlas.files.os.fsync", fail)
    with pytest.raises(type(error)):
        write_whole(b"after", tmp_path / "a", lasting=True)
    assert (tmp_path / "a").read_bytes() == b"before"
    assert names(tmp_path) == {"a"}


def test_what_a_kill_left_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: None)
        write_whole(b"killed before the rename", tmp_path / "a")
    assert names(tmp_path) == {".a.tmp"}
    write_whole(b"whole", tmp_path / "a")
    assert names(tmp_path) == {"a"}
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_a_folder_is_made_beside_and_goes_unless_it_got_its_name(tmp_path: Path) -> None:
    final = tmp_path / "report"

    def fail() -> None:
        with folder_beside(final) as part:
            (part / "x").write_text("half")
            assert part.parent == tmp_path
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert names(tmp_path) == set()
    with folder_beside(final) as part:
        (part / "x").write_text("whole")
        swap_folder(part, final)
    assert names(tmp_path) == {"report"}
    assert (final / "x").read_text() == "whole"


def folders(tmp_path: Path) -> tuple[Path, Path]:
    new, final = tmp_path / "new", tmp_path / "final"
    for folder in (new, final):
        folder.mkdir()
        (folder / folder.name).write_text("")
    return new, final


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    new, final = folders(tmp_path)
    swap_folder(new, final)
    assert names(tmp_path) == {"final"}
    assert names(final) == {"new"}


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_swap_that_fails_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    new, final = folders(tmp_path)
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self == new:
            raise error
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(error):
        swap_folder(new, final)
    assert names(tmp_path) == {"new", "final"}
    assert names(final) == {"final"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"format": "a kind", "other": 1}', True),
        (b'{"format": "another"}', False),
        (b'["format"]', False),
        (b"{", False),
        (b"\xff\xfe", False),
        (None, False),
    ],
)
def test_a_marker_says_of_what_kind_a_folder_is(
    tmp_path: Path, content: bytes | None, expected: bool
) -> None:
    if content is not None:
        (tmp_path / "m.json").write_bytes(content)
    assert is_marked(tmp_path / "m.json", "a kind") is expected


def test_checksum(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"some bytes" * 100_000)
    assert sha256_of(tmp_path / "a") == hashlib.sha256(b"some bytes" * 100_000).hexdigest()
