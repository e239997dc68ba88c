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
from helpers.tables import write_text

from hubble_dash.builder.catalogs.catalog import read_catalog
from hubble_dash.errors import CatalogError

RA = [161.2638, 10.5, 359.75]
DEC = [-59.8678, 0.25, 89.0]
PATHS = ["a.fits", "sub/b.fits", "c d.jpg"]


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


def test_sky_coordinates_of_ecsv(tmp_path: Path) -> None:
    coordinates = SkyCoord(RA, DEC, unit="deg").galactic
    QTable({"place": coordinates, "z": [1, 2, 3]}).write(tmp_path / "a.ecsv")
    catalog = read_catalog(tmp_path / "a.ecsv")
    assert catalog.ra_deg == pytest.approx(RA, abs=1e-9)
    assert catalog.dec_deg == pytest.approx(DEC, abs=1e-9)
    assert list(catalog.metadata.columns) == ["z"]


def test_columns_of_several_values_are_noted(tmp_path: Path) -> None:
    made = Table({"file": ["a.fits"], "flux": [[1.0, 2.0, 3.0]]})
    made.write(tmp_path / "a.fits")
    catalog = read_catalog(tmp_path / "a.fits")
    assert list(catalog.metadata.columns) == []
    assert "'flux' is left out" in catalog.notes[0]


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
