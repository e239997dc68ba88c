"""Positions of catalogues in other frames than ICRS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import (
    FK4,
    FK5,
    ICRS,
    BarycentricMeanEcliptic,
    BaseCoordinateFrame,
    Galactic,
    SkyCoord,
    Supergalactic,
)
from astropy.io import fits
from astropy.table import Table

from hubble_dash.builder.catalogs.catalog import Catalog, read_catalog

LON, LAT = np.array([83.6, 10.5]), np.array([22.0, -41.25])


def off_arcsec(catalog: Catalog, frame: BaseCoordinateFrame) -> float:
    expected = SkyCoord(LON, LAT, unit="deg", frame=frame).icrs
    found = SkyCoord(catalog.ra_deg, catalog.dec_deg, unit="deg")
    return float(found.separation(expected).arcsec.max())


@pytest.mark.parametrize(
    ("names", "frame"),
    [
        ("GLON,GLAT", Galactic()),
        ("_Glon,_Glat", Galactic()),
        ("ELON,ELAT", BarycentricMeanEcliptic()),
        ("ecl_lon,ecl_lat", BarycentricMeanEcliptic()),
        ("SGL,SGB", Supergalactic()),
        ("RAB1950,DEB1950", FK4(equinox="B1950")),
    ],
)
def test_names_tell_frames(tmp_path: Path, names: str, frame: BaseCoordinateFrame) -> None:
    rows = [f"a{i}.png,{lon},{lat}" for i, (lon, lat) in enumerate(zip(LON, LAT, strict=True))]
    (tmp_path / "c.csv").write_text("\n".join([f"file,{names}", *rows]))
    found = read_catalog(tmp_path / "c.csv")
    assert off_arcsec(found, frame) < 1e-6
    (note,) = found.notes
    assert note.endswith("and turned to ICRS")
    # Named by the user they are in the same frame, and where there is RA and Dec they are not.
    longitude, latitude = names.split(",")
    named = read_catalog(tmp_path / "c.csv", ra_column=longitude, dec_column=latitude)
    assert off_arcsec(named, frame) < 1e-6
    both = [f"file,{names},ra,dec", *(f"{row},1,2" for row in rows)]
    (tmp_path / "c.csv").write_text("\n".join(both))
    found = read_catalog(tmp_path / "c.csv")
    assert (found.ra_deg.tolist(), found.dec_deg.tolist()) == ([1, 1], [2, 2])
    assert longitude in found.metadata


def votable(system: str) -> str:
    rows = "".join(f"<TR><TD>{a}</TD><TD>{b}</TD></TR>" for a, b in zip(LON, LAT, strict=True))
    fields = "".join(
        f'<FIELD name="{name}" datatype="double" unit="deg" ucd="pos.eq.{name}" ref="s"/>'
        for name in ("ra", "dec")
    )
    return (
        '<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>'
        f'<COOSYS ID="s" {system}/><TABLE>{fields}<DATA><TABLEDATA>{rows}</TABLEDATA></DATA>'
        "</TABLE></RESOURCE></VOTABLE>"
    )


@pytest.mark.parametrize(
    ("system", "frame"),
    [
        ('system="eq_FK4" equinox="B1950"', FK4(equinox="B1950")),
        ('system="eq_FK4"', FK4(equinox="B1950")),
        ('system="eq_FK5" equinox="J1975"', FK5(equinox="J1975")),
        ('system="eq_FK5" equinox="J2000"', None),
        ('system="ICRS"', None),
    ],
)
def test_what_a_votable_says(
    tmp_path: Path, system: str, frame: BaseCoordinateFrame | None
) -> None:
    (tmp_path / "c.vot").write_text(votable(system))
    found = read_catalog(tmp_path / "c.vot")
    assert off_arcsec(found, ICRS() if frame is None else frame) < 1e-6
    assert len(found.notes) == (frame is not None)


@pytest.mark.parametrize(
    ("keys", "frame"),
    [
        ({"EQUINOX": 1950.0}, FK4(equinox="B1950")),
        ({"RADESYS": "FK4"}, FK4(equinox="B1950")),
        ({"RADESYS": "FK5", "EQUINOX": 2000.0}, None),
    ],
)
def test_what_a_table_of_fits_says(
    tmp_path: Path, keys: dict[str, str | float], frame: BaseCoordinateFrame | None
) -> None:
    table = fits.BinTableHDU(Table({"ra": LON, "dec": LAT}))
    table.header.update(keys)
    table.writeto(tmp_path / "c.fits")
    found = read_catalog(tmp_path / "c.fits")
    assert off_arcsec(found, ICRS() if frame is None else frame) < 1e-6


def test_rows_without_a_position(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("file,glon,glat\na.png,1,2\nb.png,,\nc.png,3,\n")
    found = read_catalog(tmp_path / "c.csv", ra_unit="hourangle")
    expected = SkyCoord(1, 2, unit="deg", frame="galactic").icrs
    assert found.ra_deg[0] == pytest.approx(expected.ra.deg)
    assert np.isnan(found.ra_deg).tolist() == [False, True, True]
    assert np.isnan(found.dec_deg).tolist() == [False, True, True]
