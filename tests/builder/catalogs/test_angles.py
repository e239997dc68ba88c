from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from helpers.tables import write_text

from hubble_dash.builder.catalogs.catalog import read_catalog
from hubble_dash.errors import CatalogError


@pytest.mark.parametrize(
    ("ra", "dec"),
    [
        ("10:45:03.6", "-59:52:04.08"),
        ("10 45 03.6", "-59 52 04.08"),
        ("10h45m03.6s", "-59d52m04.08s"),
        ("161.265d", "-59d52.068m"),
        ("10:45:03,6", "\u221259:52:04,08"),
        ("10h45m03,6s", "\u201359d52m04,08s"),
    ],
)
def test_sexagesimal(tmp_path: Path, ra: str, dec: str) -> None:
    path = write_text(tmp_path / "a.csv", "ra,dec", f'"{ra}","{dec}"', "00:00:01,-00:30:00", ",")
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


@pytest.mark.parametrize("unit", ["DEG", "degrees", "Degrees", "hours", "RADIANS", "radian"])
def test_units_as_people_spell_them(tmp_path: Path, unit: str) -> None:
    factor = {"h": 15.0, "r": 57.29577951308232}.get(unit[0].lower(), 1.0)
    columns = [fits.Column("RA", "D", unit=unit, array=[161.25 / factor])]
    columns.append(fits.Column("DEC", "D", unit="deg", array=[2.0]))
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "a.fits")
    assert read_catalog(tmp_path / "a.fits").ra_deg == pytest.approx([161.25], abs=1e-8)


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


def test_a_comma_in_degrees_is_no_guess(tmp_path: Path) -> None:
    """Three digits after it in all rows, and nothing that says of which kind commas are."""
    path = write_text(tmp_path / "a.txt", "ra\tdec", "10,684\t41,269", "11,684\t42,269")
    with pytest.raises(
        CatalogError, match=r"'10,684', which is no angle; write degrees as 161\.265"
    ):
        read_catalog(path)
    excel = write_text(tmp_path / "a.csv", "ra;dec", "10,684;41,269", "11,684;42,269")
    assert read_catalog(excel).ra_deg.tolist() == [10.684, 11.684]
