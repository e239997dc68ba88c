from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from hubble_dash.builder.files.search import find_files
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import ImageError


def test_find_files(tmp_path: Path) -> None:
    for name in (
        "b10.fits",
        "b2.FITS",
        "notes.txt",
        ".hidden.png",
        "sub/a.fits.gz",
        ".git/x.png",
        "old.atlas/sheets/sheet_00000.webp",
        "odd.name",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    names = ["b2.FITS", "b10.fits", "sub/a.fits.gz"]

    def found(*inputs: str | Path) -> list[str]:
        return [str(path.relative_to(tmp_path)) for path in find_files(inputs).files]

    assert found(tmp_path) == names
    assert found(tmp_path, tmp_path / "sub" / "a.fits.gz") == names
    assert found(tmp_path / "odd.name") == ["odd.name"]
    assert found(str(tmp_path / "b*")) == names[:2]
    assert found(str(tmp_path / "**" / "*.gz")) == names[2:]
    (tmp_path / "list.txt").write_text("# mine\n\nsub/a.fits.gz\nb*.fits\nmissing.fits\nsub\n")
    assert found(f"@{tmp_path / 'list.txt'}") == ["sub/a.fits.gz", "b10.fits", "missing.fits"]


def test_inputs_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.txt").touch()
    for given in ("none.fits", "*.fits", "empty", "@none.txt", "@empty.txt"):
        text = f"@{tmp_path / given[1:]}" if given.startswith("@") else str(tmp_path / given)
        with pytest.raises(ImageError):
            find_files([text])
    with pytest.raises(ValueError, match="no inputs"):
        find_files([])


def test_what_is_passed_over_is_counted_with_the_reason(tmp_path: Path) -> None:
    contents = {
        "a.png": b"",
        "b.fits.Z": b"\x1f\x9d\x90",
        "c.FITS.z": b"\x1f\x9d\x90",
        "d.heic": b"",
        "e.new": b"SIMPLE  =",
        "without": b"SIMPLE  =",
        "frame.0001": b"SIMPLE  =",
        "f.zip": b"PK\x03\x04",
        "g.csv.gz": b"",
        "h.txt": b"",
        "README": b"Read me",
        "i.odd": b"\x89HDF\r\n\x1a\n",
        ".hidden.png": b"",
        ".DS_Store": b"",
        "x.atlas/manifest.json": b"",
        ".git/y.png": b"",
    }
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    found = find_files([tmp_path])
    assert [path.name for path in found.files] == ["a.png"]
    by_first_bytes = "FITS by the first bytes; rename, or name each by itself"
    unpack = "unpack, or let the name show what is inside, such as .fits.gz"
    told = [
        f"2 files without suffix: {by_first_bytes}",
        "1 .FITS.z file: packed by compress, not read; unpack with gunzip",
        "1 .fits.Z file: packed by compress, not read; unpack with gunzip",
        "1 .heic file: HEIC, not read; convert to PNG or TIFF, with heif-convert for example",
        f"1 .new file: {by_first_bytes}",
        "1 .odd file: HDF5, not read; save the images as FITS",
        f"1 .zip file: a zip archive, not read; {unpack}",
        "atlases: 1",
        "hidden files: 1",
        "hidden folders: 1",
        "3 other files (.gz, .txt, without suffix)",
    ]
    assert sorted(found.notes) == sorted(f"Passed over: {text}" for text in told)


def test_no_image_says_what_is_there_instead(tmp_path: Path) -> None:
    (tmp_path / "a.heic").touch()
    with pytest.raises(ImageError, match=r"no image found; passed over: 1 \.heic file: HEIC"):
        find_files([tmp_path])


def test_what_stands_for_an_image_and_is_none_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.png").touch()
    (tmp_path / "dead.png").symlink_to("nowhere")
    (tmp_path / "round.png").symlink_to("round.png")
    os.mkfifo(tmp_path / "pipe.fits")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "closed").mkdir()
    (tmp_path / "again").symlink_to(tmp_path)
    scandir, iterdir = os.scandir, Path.iterdir

    def closed(path: Path) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    monkeypatch.setattr(
        Path, "iterdir", lambda path: closed(path) if path.name == "closed" else iterdir(path)
    )
    found = find_files([tmp_path])
    assert found.notes == [
        "Passed over: links to folders (name them to have them searched): 1",
        "Passed over: pipes, devices or sockets: 1",
    ]
    reasons = {}
    for path in found.files:
        with pytest.raises(ImageError) as caught:
            open_image(path)
        reasons[path.name] = caught.value.reason
    assert reasons == {
        "good.png": "the file is empty",
        "dead.png": "is a link to what is not there",
        "round.png": "is a link that leads round in a circle",
        "pipe.fits": "is a pipe, which is not opened",
        "closed": "is a folder that cannot be searched: Permission denied",
    }


ODD_NAMES = [
    "~nosuchuser/a.png",
    "a\0b.png",
    "~a\0b.png",
    "n" * 4096 + ".png",
    "x/" * 2100 + "a.png",
]


@pytest.mark.parametrize("name", ODD_NAMES, ids=["home", "nul", "home nul", "long", "deep"])
def test_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(ImageError, match=r"there is no such (file|user)"):
        find_files([name])
    (tmp_path / "good.png").touch()
    (tmp_path / "list.txt").write_text(f"good.png\n{name}\n")
    good, bad = find_files([f"@{tmp_path / 'list.txt'}"]).files
    assert good == tmp_path / "good.png"
    with pytest.raises(ImageError, match=r"no such file|cannot be opened: "):
        open_image(bad)


def test_long_numbers_and_deep_folders_are_sorted(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(60):
        deep /= "d" * 50
    names = ["1" * 200 + ".png", "2.png"]
    os.makedirs(deep)  # noqa: PTH103
    for name in names:
        (tmp_path / name).touch()
    (deep / "a.png").touch()
    files = find_files([tmp_path]).files
    assert [path.name for path in files] == ["2.png", names[0], "a.png"]
