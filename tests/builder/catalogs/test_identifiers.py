"""Rows that name images by identifiers inside of their names, where nothing else can be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from hubble_dash.builder.catalogs.identifiers import images_by_identifier, names_of_rows
from hubble_dash.errors import BuildError


def images(*names: str) -> list[Path]:
    return [Path("/data") / name for name in names]


@pytest.mark.parametrize(
    ("identifiers", "names"),
    [
        (["0", "1", "10"], ["gal_0.png", "gal_1.png", "gal_10.png"]),
        (["7", "12"], ["cutout007.fits.gz", "cutout012.fits.gz"]),
        (["1237648720693755918", "1237648720693755919"],
         ["sdss-1237648720693755918-g.fits", "sdss-1237648720693755919-g.fits"]),
        (["J1000+02", "J1001-30"], ["DES_j1000+02_i.png", "DES_j1001-30_i.png"]),
        (["NGC 7331", "NGC 1300"], ["hst NGC 7331.png", "hst ngc 1300.png"]),
        # Several cutouts of an image, and a row of none.
        (["3", "3", "4", "5"], ["a3.png", "a4.png"]),
    ],
)  # fmt: skip
def test_identifiers_are_found_in_names(identifiers: list[str], names: list[str]) -> None:
    found = images_by_identifier(identifiers, images(*names))
    wanted = dict(zip(dict.fromkeys(identifiers), images(*names), strict=False))
    assert found == wanted


@pytest.mark.parametrize(
    ("identifiers", "names"),
    [
        # A part of a number or of a word is none.
        (["1", "2"], ["gal_11.png", "gal_21.png"]),
        (["gal", "b"], ["galaxy.png", "b.png"]),
        # Which of two numbers is meant?
        (["1", "2"], ["f1_2.png", "f2_1.png"]),
        (["1", "2"], ["ccd1_of_2.png", "ccd2_of_2.png"]),
        # Two images have the same, or one has none.
        (["1", "2"], ["gal_1.png", "gal_1.fits"]),
        (["0", "1"], ["gal_1.png", "gal_2.png"]),
        (["01", "1"], ["gal_1.png"]),
        ([], ["gal_1.png"]),
        (["1"], ["-".join("1" * 50) + ".png"]),
    ],
)
def test_in_doubt_none_is_taken(identifiers: list[str], names: list[str]) -> None:
    assert images_by_identifier(identifiers, images(*names)) is None


def test_names_go_before_identifiers(tmp_path: Path) -> None:
    files = images("gal_0.png", "gal_1.png")
    names, notes = names_of_rows(tmp_path / "v", ["gal_1", "gal_0"], files)
    assert ([names.find(file).rows.tolist() for file in files], notes) == ([[1], [0]], [])
    names, (note,) = names_of_rows(tmp_path / "v.parquet", ["1", "0", "5"], files)
    assert [names.find(file).rows.tolist() for file in files] == [[1], [0]]
    assert note == (
        "Rows of v.parquet mean images by the identifiers in their names: '0' is gal_0.png"
    )
    with pytest.raises(BuildError, match="no row means any of the 2 images"):
        names_of_rows(tmp_path / "v", ["8", "9"], files)
