from __future__ import annotations

from pathlib import Path

import pytest
from astropy.table import Table
from helpers.tables import write_text

from hubble_dash.builder.catalogs.catalog import read_catalog
from hubble_dash.errors import CatalogError


@pytest.mark.parametrize(("ra_name", "dec_name"), [
    ("ra", "dec"), ("RA_deg", "DEC_deg"), ("RAJ2000", "DEJ2000"), ("_RAJ2000", "_DEJ2000"),
    ("ra_deg", "dec_deg"), ("s_ra", "s_dec"), ("target_ra", "target_dec"), ("RA_ICRS", "DE_ICRS"),
    ("ALPHA_J2000", "DELTA_J2000"), ("RA (deg)", "Dec (deg)"), ("right_ascension", "declination"),
])  # fmt: skip
def test_usual_names(tmp_path: Path, ra_name: str, dec_name: str) -> None:
    path = write_text(tmp_path / "a.csv", f"id,{ra_name},{dec_name}", "1,161.5,-59.5")
    catalog = read_catalog(path)
    assert (catalog.ra_deg[0], catalog.dec_deg[0]) == (161.5, -59.5)
    assert catalog.paths is None
    assert list(catalog.metadata.columns) == ["id"]


@pytest.mark.parametrize("name", ["path", "file", "File Name", "image", "productFilename"])
def test_usual_path_names(tmp_path: Path, name: str) -> None:
    path = write_text(tmp_path / "a.csv", f"{name},type", "x/a.fits,spiral", "b.fits,")
    catalog = read_catalog(path)
    assert catalog.paths == [tmp_path / "x/a.fits", tmp_path / "b.fits"]
    assert catalog.ra_deg is catalog.dec_deg is None
    assert catalog.metadata["type"].isna().tolist() == [False, True]


def test_named_columns(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "ra,dec,l,b,u,v,thumb", "1,2,120.5,-3,7,8,x.png")
    catalog = read_catalog(
        path, ra_column="l", dec_column="b", path_column="thumb", x_column="u", y_column="v"
    )
    assert (catalog.ra_deg[0], catalog.dec_deg[0]) == (120.5, -3)
    assert (catalog.x[0], catalog.y[0]) == (7, 8)
    assert list(catalog.metadata.columns) == ["ra", "dec"]
    with pytest.raises(CatalogError, match="no column 'z'; there are: ra, dec, l"):
        read_catalog(path, path_column="z")
    with pytest.raises(ValueError, match="name both"):
        read_catalog(path, ra_column="l")
    with pytest.raises(ValueError, match="allowed: deg, hourangle"):
        read_catalog(path, ra_unit="hours")


def test_meaning_of_votable_columns(tmp_path: Path) -> None:
    made = Table({"ra": [1.0], "dec": [2.0], "c1": [161.5], "c2": [-3.0]})
    for name, ucd in (("c1", "pos.eq.ra;meta.main"), ("c2", "pos.eq.dec;meta.main")):
        made[name].meta["ucd"] = ucd
        made[name].unit = "deg"
    made.write(tmp_path / "a.vot", format="votable")
    catalog = read_catalog(tmp_path / "a.vot")
    assert (catalog.ra_deg[0], catalog.dec_deg[0]) == (161.5, -3.0)


def test_pixels_are_metadata_beside_positions(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.csv", "ra,dec,x,y", "161.5,4,5,6"))
    assert catalog.x is None
    assert list(catalog.metadata.columns) == ["x", "y"]


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        ("ra_1,dec_1,ra_2,dec_2", ("ra_1", "dec_1")),
        ("RA_2,DEC_2,RA_1,DEC_1", ("RA_1", "DEC_1")),
        ("ra_x,dec_x,ra_y,dec_y", ("ra_x", "dec_x")),
        ("ra_2,dec_2,id,z", ("ra_2", "dec_2")),
        # Of one table both, rather than the likelier name of each.
        ("ra,ra_1,dec_1,z", ("ra_1", "dec_1")),
    ],
)
def test_two_tables_that_were_matched(tmp_path: Path, names: str, taken: tuple[str, str]) -> None:
    values = dict(zip(names.split(","), "1234", strict=True))
    catalog = read_catalog(write_text(tmp_path / "a.csv", names, ",".join(values.values())))
    assert (catalog.ra_deg[0], catalog.dec_deg[0]) == tuple(float(values[name]) for name in taken)
    assert set(catalog.metadata) == {*values} - {*taken}


def test_which_of_two_positions_was_taken_is_said(tmp_path: Path) -> None:
    lines = ["file_1,ra_1,dec_1,ra_2,dec_2", "a.png,161,2,3,4"]
    catalog = read_catalog(write_text(tmp_path / "a.csv", *lines))
    assert [path.name for path in catalog.paths] == ["a.png"]
    told = "'ra_1' was taken, not 'ra_2'; name it with --ra-column"
    assert [note for note in catalog.notes if "taken" in note] == [told, told.replace("ra", "dec")]
    named = read_catalog(tmp_path / "a.csv", ra_column="ra_2", dec_column="dec_2", ra_unit="deg")
    assert named.notes == []


def test_of_three_tables_that_were_matched_the_choice_is_said(tmp_path: Path) -> None:
    """TOPCAT calls a column ``ra_1a`` where the name ``ra_1`` is taken."""
    catalog = read_catalog(
        write_text(tmp_path / "a.csv", "ra_1a,dec_1a,ra_2,dec_2", "161,2,163,4"), ra_unit="deg"
    )
    assert catalog.ra_deg.tolist() == [163]
    assert "'ra_2' was taken, not 'ra_1a'" in catalog.notes[0]
