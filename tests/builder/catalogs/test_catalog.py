from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import astropy.units as u
import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import MaskedColumn, QTable, Table
from helpers.images import DEC_DEG, RA_DEG, make_fits, sky_header

from hubble_dash.builder.catalogs.catalog import read_catalog
from hubble_dash.builder.reading.image import open_image
from hubble_dash.errors import CatalogError

RA = [161.2638, 10.5, 359.75]
DEC = [-59.8678, 0.25, 89.0]
PATHS = ["a.fits", "sub/b.fits", "c d.jpg"]


def write_text(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def table(*, units: bool = True) -> Table:
    made = Table({"filename": PATHS, "RA": RA, "Dec": DEC, "mag": [20.5, 21.0, 19.0]})
    made["n"] = MaskedColumn([1, 2, 3], mask=[False, True, False])
    if units:
        made["RA"].unit = made["Dec"].unit = u.deg
    return made


def as_csv(path: Path) -> None:
    table().write(path, format="ascii.csv")


def as_fits(path: Path) -> None:
    hdu = fits.table_to_hdu(table())
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(np.ones((2, 2))), hdu]).writeto(path)


FORMATS: dict[str, Callable[[Path], object]] = {
    "a.csv": as_csv,
    "a.ecsv": lambda path: table().write(path),
    "a.xml": lambda path: table().write(path, format="votable"),
    "a.vot": lambda path: table().write(path, format="votable", tabledata_format="binary2"),
    "a.fits": as_fits,
    "a.parquet": lambda path: table().write(path),
    "b.parquet": lambda path: table().to_pandas().to_parquet(path),
}


@pytest.mark.parametrize("name", FORMATS)
def test_formats(tmp_path: Path, name: str) -> None:
    FORMATS[name](tmp_path / name)
    catalog = read_catalog(tmp_path / name)
    assert len(catalog) == 3
    assert catalog.paths == [tmp_path / path for path in PATHS]
    assert catalog.ra_deg.dtype == catalog.dec_deg.dtype == np.float64
    assert catalog.ra_deg.dtype.isnative
    assert catalog.ra_deg.tolist() == RA
    assert catalog.dec_deg.tolist() == DEC
    assert catalog.x is catalog.y is None
    assert list(catalog.metadata.columns) == ["mag", "n"]
    assert catalog.metadata["mag"].tolist() == [20.5, 21.0, 19.0]
    assert catalog.metadata["n"].isna().tolist() == [False, True, False]
    assert catalog.notes == []


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


# --- CSV as it comes ---


@pytest.mark.parametrize(
    "lines",
    [
        ["path;ra;dec", "a.fits;161.5;-3", "b.fits;162.5;4"],
        ["path\tra\tdec", "a.fits\t161.5\t-3", "b.fits\t162.5\t4"],
        ["# made by hand", "", "path, ra, dec", "a.fits, 161.5, -3", "b.fits, 162.5, 4"],
        ["# path,ra,dec", "a.fits,161.5,-3", "b.fits,162.5,4"],
        ['"path","ra","dec"', '"a.fits","161.5","-3"', '"b.fits","162.5","4"'],
    ],
)
def test_kinds_of_csv(tmp_path: Path, lines: list[str]) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.txt", *lines, encoding="utf-8-sig"))
    assert catalog.paths == [tmp_path / "a.fits", tmp_path / "b.fits"]
    assert catalog.ra_deg.tolist() == [161.5, 162.5]
    assert catalog.dec_deg.tolist() == [-3, 4]


def test_csv_without_names(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "a.fits,161.5,-3", "b.fits,162.5,4")
    with pytest.raises(CatalogError, match="must name the columns"):
        read_catalog(path)


def test_names_of_files_are_no_numbers(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.csv", "file,n", "000123,1"))
    assert catalog.paths == [tmp_path / "000123"]


# --- positions ---


@pytest.mark.parametrize(
    ("ra", "dec"),
    [
        ("10:45:03.6", "-59:52:04.08"),
        ("10 45 03.6", "-59 52 04.08"),
        ("10h45m03.6s", "-59d52m04.08s"),
        ("161.265d", "-59d52.068m"),
    ],
)
def test_sexagesimal(tmp_path: Path, ra: str, dec: str) -> None:
    path = write_text(tmp_path / "a.csv", "ra,dec", f"{ra},{dec}", "00:00:01,-00:30:00", ",")
    catalog = read_catalog(path)
    # 10 h 45 m 3.6 s = (10 + 45/60 + 3.6/3600) * 15 deg; the sign of -00 counts.
    assert catalog.ra_deg[:2] == pytest.approx([161.265, 15 / 3600], abs=1e-10)
    assert catalog.dec_deg[:2] == pytest.approx([-59.8678, -0.5], abs=1e-10)
    assert np.isnan([catalog.ra_deg[2], catalog.dec_deg[2]]).all()
    assert catalog.notes == []


def test_sexagesimal_degrees_if_said(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "ra,dec", "161:15:54,-59:52:04.08")
    with pytest.raises(CatalogError, match="--ra-unit deg"):
        read_catalog(path)
    assert read_catalog(path, ra_unit="deg").ra_deg == pytest.approx([161.265])


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        ("deg", 161.25),
        ("hourangle", 10.75),
        ("h", 10.75),
        ("rad", 2.814343418821),
        ("arcmin", 9675),
    ],
)
def test_units(tmp_path: Path, unit: str, value: float) -> None:
    made = Table({"ra": [value], "dec": [2.0]}, units={"ra": unit, "dec": "deg"})
    made.write(tmp_path / "a.ecsv")
    catalog = read_catalog(tmp_path / "a.ecsv")
    assert catalog.ra_deg == pytest.approx([161.25], abs=1e-8)
    assert catalog.notes == []


def test_unit_that_is_no_angle(tmp_path: Path) -> None:
    made = Table({"ra": [3.0], "dec": [2.0]}, units={"ra": "mag", "dec": "deg"})
    made.write(tmp_path / "a.ecsv")
    with pytest.raises(CatalogError, match=r"'ra' has unit 'mag'.*--ra-unit"):
        read_catalog(tmp_path / "a.ecsv")
    assert read_catalog(tmp_path / "a.ecsv", ra_unit="hourangle").ra_deg[0] == 45


def test_said_unit_goes_before_all(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "ra,dec", "10.75,-59.8678")
    assert read_catalog(path, ra_unit="hourangle").ra_deg[0] == 161.25
    assert read_catalog(path, ra_unit="hourangle").notes == []
    assert read_catalog(path, ra_unit="deg").notes == []
    (note,) = read_catalog(path).notes
    assert "--ra-unit hourangle" in note


@pytest.mark.parametrize("name", ["ra_h", "RA_hours", "rah", "RA (h)"])
def test_hours_by_name(tmp_path: Path, name: str) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.csv", f"{name},dec", "10.75,-59"))
    assert catalog.ra_deg[0] == 161.25
    assert catalog.notes == []


@pytest.mark.parametrize(
    ("ra", "dec", "reason"),
    [
        ("161.5", "95", "'dec'.*95 deg.*-90 to 90"),
        ("400", "5", "'ra'.*400 deg.*-180 to 360"),
        ("north", "5", "'ra' holds 'north'"),
        ("10:99:00", "5", "'ra' holds '10:99:00'"),
    ],
)
def test_bad_positions(tmp_path: Path, ra: str, dec: str, reason: str) -> None:
    path = write_text(tmp_path / "a.csv", "ra,dec", f"{ra},{dec}")
    with pytest.raises(CatalogError, match=reason):
        read_catalog(path)


def test_mixed_column(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "ra,dec", "161.5,1", "10:45:00,2")
    with pytest.raises(CatalogError, match=r"mixes text .'10:45:00', row 1. and numbers"):
        read_catalog(path)


def test_negative_right_ascension_wraps(tmp_path: Path) -> None:
    assert read_catalog(write_text(tmp_path / "a.csv", "ra,dec", "-1.5,2")).ra_deg[0] == 358.5


def test_sky_coordinates_of_ecsv(tmp_path: Path) -> None:
    coordinates = SkyCoord(RA, DEC, unit="deg").galactic
    QTable({"place": coordinates, "z": [1, 2, 3]}).write(tmp_path / "a.ecsv")
    catalog = read_catalog(tmp_path / "a.ecsv")
    assert catalog.ra_deg == pytest.approx(RA, abs=1e-9)
    assert catalog.dec_deg == pytest.approx(DEC, abs=1e-9)
    assert list(catalog.metadata.columns) == ["z"]


def test_meaning_of_votable_columns(tmp_path: Path) -> None:
    made = Table({"ra": [1.0], "dec": [2.0], "c1": [161.5], "c2": [-3.0]})
    for name, ucd in (("c1", "pos.eq.ra;meta.main"), ("c2", "pos.eq.dec;meta.main")):
        made[name].meta["ucd"] = ucd
        made[name].unit = "deg"
    made.write(tmp_path / "a.vot", format="votable")
    catalog = read_catalog(tmp_path / "a.vot")
    assert (catalog.ra_deg[0], catalog.dec_deg[0]) == (161.5, -3.0)


def test_columns_of_several_values_are_noted(tmp_path: Path) -> None:
    made = Table({"file": ["a.fits"], "flux": [[1.0, 2.0, 3.0]]})
    made.write(tmp_path / "a.fits")
    catalog = read_catalog(tmp_path / "a.fits")
    assert list(catalog.metadata.columns) == []
    assert "'flux' is left out" in catalog.notes[0]


# --- pixels ---


def test_pixels(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "file,x,y", "a.fits,3.5,4", "a.fits,,7")
    catalog = read_catalog(path)
    np.testing.assert_array_equal(catalog.x, [3.5, np.nan])
    np.testing.assert_array_equal(catalog.y, [4, 7])


def test_sextractors_pixels_count_from_one(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.csv", "X_IMAGE,Y_IMAGE", "3.5,4"))
    assert (catalog.x[0], catalog.y[0]) == (2.5, 3)
    assert "counts pixels from 1" in catalog.notes[0]


def test_pixels_are_metadata_beside_positions(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.csv", "ra,dec,x,y", "161.5,4,5,6"))
    assert catalog.x is None
    assert list(catalog.metadata.columns) == ["x", "y"]


# --- rows of an image ---


def rows(tmp_path: Path, paths: list[str], image: str) -> list[int]:
    path = write_text(tmp_path / "cat.csv", "path,n", *(f"{p},1" for p in paths))
    return read_catalog(path).rows_of(tmp_path / image).tolist()


def test_rows_of_an_image(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.fits").touch()
    both = ["one/a.fits", "two/a.fits", "one/a.fits"]
    assert rows(tmp_path, both, "one/a.fits") == [0, 2]
    assert rows(tmp_path, both, "two/a.fits") == [1]
    # Another file of that name is not meant.
    assert rows(tmp_path, ["one/a.fits"], "two/a.fits") == []
    # Catalogues travel: the folders that agree decide.
    assert rows(tmp_path, ["/far/one/a.fits", "/far/two/a.fits"], "two/a.fits") == [1]
    assert rows(tmp_path, ["/far/a.fits", "b.fits"], "two/a.fits") == [0]
    assert rows(tmp_path, ["/far/a.fits", "/near/a.fits"], "two/a.fits") == []
    assert rows(tmp_path, ["b.fits"], "two/a.fits") == []


def test_rows_by_stem(tmp_path: Path) -> None:
    assert rows(tmp_path, ["b_1.25", "a_drz.fits.gz"], "a_drz.jpg") == [1]
    assert rows(tmp_path, ["b_1.25", "b_1.50"], "b_1.25.png") == [0]


def test_rows_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.fits").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert rows(tmp_path, ["link/a.fits"], "real/a.fits") == [0]


def test_all_rows_without_a_path_column(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.csv", "ra,dec", "161,2", "162,3"))
    assert catalog.rows_of("any.fits").tolist() == [0, 1]


def test_row_without_a_path(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "path,n", "a.fits,1", ",2")
    with pytest.raises(CatalogError, match="row 1 of column 'path' has no path"):
        read_catalog(path)


# --- hours given as degrees ---


def test_hours_are_caught(tmp_path: Path) -> None:
    path = make_fits(tmp_path / "a.fits", header=sky_header())
    hours = write_text(tmp_path / "h.csv", "ra,dec", f"{RA_DEG / 15},{DEC_DEG}", "3.5,20")
    degrees = write_text(tmp_path / "d.csv", "ra,dec", f"{RA_DEG},{DEC_DEG}", "3.5,20")
    elsewhere = write_text(tmp_path / "e.csv", "ra,dec", "3.5,20")
    with open_image(path) as image:
        with pytest.raises(CatalogError, match=r"1 of 2 rows lie in a.fits.*--ra-unit hourangle"):
            read_catalog(hours).check_hours(image)
        read_catalog(hours, ra_unit="hourangle").check_hours(image)
        read_catalog(hours, ra_unit="deg").check_hours(image)
        read_catalog(degrees).check_hours(image)
        read_catalog(elsewhere).check_hours(image)
        image.sky = None
        read_catalog(hours).check_hours(image)


# --- files that cannot be used ---


def test_bad_files(tmp_path: Path) -> None:
    fits.writeto(tmp_path / "image.fits", np.ones((3, 3)))
    as_fits(tmp_path / "whole.fits")
    (tmp_path / "cut.fits").write_bytes((tmp_path / "whole.fits").read_bytes()[:6000])
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and nothing else")
    (tmp_path / "bytes.csv").write_bytes(b"\x00\xff\xfe\x80,\n\x81")
    (tmp_path / "empty.csv").touch()
    write_text(tmp_path / "cut.xml", "<VOTABLE><RESOURCE>")
    write_text(tmp_path / "page.xml", "<html></html>")
    write_text(tmp_path / "header.csv", "path,ra,dec")
    write_text(tmp_path / "remark.csv", "# nothing")
    write_text(tmp_path / "cut.ecsv", "# %ECSV 1.0", "# ---", "# datatype:", "a b")
    names = ["image.fits", "cut.fits", "cut.parquet", "bytes.csv", "empty.csv", "cut.xml"]
    names += ["page.xml", "header.csv", "remark.csv", "cut.ecsv", "none.csv"]
    for name in names:
        with pytest.raises(CatalogError, match=name):
            read_catalog(tmp_path / name)


def test_parquet_of_pandas_keeps_types(tmp_path: Path) -> None:
    frame = pd.DataFrame({"file": ["a.fits"], "day": pd.to_datetime(["2026-01-02"]), "ok": [True]})
    frame.to_parquet(tmp_path / "a.parquet")
    metadata = read_catalog(tmp_path / "a.parquet").metadata
    assert metadata["day"][0] == pd.Timestamp("2026-01-02")
    assert bool(metadata["ok"][0])
