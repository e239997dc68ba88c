"""Files inside a folder from outside, and nothing else."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest

from hubble_dash.errors import AtlasError
from hubble_dash.foreign import folder as module
from hubble_dash.foreign.folder import Folder, is_inside


@pytest.fixture(params=[True, False], ids=["relative", "by path"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file in it, and a secret beside it; opened by either way."""
    monkeypatch.setattr(module, "HAS_RELATIVE", request.param and module.HAS_RELATIVE)
    (tmp_path / "secret.txt").write_text("secret")
    inner = tmp_path / "x.atlas" / "sheets"
    inner.mkdir(parents=True)
    (inner / "a.webp").write_bytes(b"whole")
    return tmp_path / "x.atlas"


def test_a_file_inside_is_read(folder: Path) -> None:
    assert Folder(folder).read("sheets/a.webp", max_bytes=5) == b"whole"
    with pytest.raises(AtlasError, match="more than the 4 bytes allowed"):
        Folder(folder).read("sheets/a.webp", max_bytes=4)
    assert Folder(folder).sha256("sheets/a.webp") == hashlib.sha256(b"whole").hexdigest()


def test_the_folder_itself_may_be_named_by_a_link(folder: Path) -> None:
    (folder.parent / "link").symlink_to(folder)
    assert Folder(folder.parent / "link").read("sheets/a.webp", max_bytes=5) == b"whole"


@pytest.mark.parametrize(
    "name",
    ["../secret.txt", "sheets/../../secret.txt", "/etc/passwd", "", ".", "..", "sheets//a.webp",
     "sheets/./a.webp", "sheets/a.webp/", "a\0b", "sheets\\a.webp", "\ud800", "x" * 2000],
)  # fmt: skip
def test_no_name_leads_out(folder: Path, name: str) -> None:
    assert not is_inside(name)
    with pytest.raises(AtlasError, match="no name of a file inside"):
        Folder(folder).open(name)


def test_no_link_is_followed(folder: Path) -> None:
    (folder / "sheets/b.webp").symlink_to(folder.parent / "secret.txt")
    (folder / "previews").symlink_to(folder / "sheets")
    for name, why in (("sheets/b.webp", "is a link"), ("previews/a.webp", "cannot be opened")):
        with pytest.raises(AtlasError, match=why):
            Folder(folder).open(name)
    found = dict(Folder(folder).sizes(["sheets/a.webp", "sheets/b.webp", "previews/a.webp"]))
    assert found == {"sheets/a.webp": 5, "sheets/b.webp": None, "previews/a.webp": None}


def test_what_is_no_regular_file_is_never_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(folder / "pipe")
    monkeypatch.chdir(folder)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
    for name, why in (("pipe", "a pipe"), ("sheets", "a folder"), ("socket", "a socket")):
        with pytest.raises(AtlasError, match=f"{name} is {why}; only regular files are read"):
            Folder(folder).open(name)
    with pytest.raises(AtlasError, match="none is missing"):
        Folder(folder).open("none")
