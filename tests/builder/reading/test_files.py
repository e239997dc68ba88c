from __future__ import annotations

from pathlib import Path

import pytest

from hubble_dash.builder.reading.files import find_files
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
        return [str(path.relative_to(tmp_path)) for path in find_files(inputs)]

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
