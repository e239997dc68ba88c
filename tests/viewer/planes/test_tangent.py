"""How an image lies on the sky, found from its cutouts, against astropy's WCS."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from astropy.wcs import WCS

from hubble_dash.viewer.planes.tangent import tangent_plane

SCALE = 0.5 / 3600


def a_wcs(angle_deg: float, parity: int, center: tuple[float, float] = (83.6, 22.0)) -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = center, [501, 401]
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    wcs.wcs.cd = SCALE * np.array([[parity * cos, -sin], [parity * sin, cos]])
    return wcs


def cutouts_of(wcs: WCS, x: list[int], y: list[int], side: int = 21) -> pd.DataFrame:
    left, low = np.array(x) - side // 2, np.array(y) - side // 2
    ra, dec = wcs.all_pix2world(np.array(x, float), np.array(y, float), 0)
    return pd.DataFrame(
        {"ixmin": left, "ixmax": left + side, "iymin": low, "iymax": low + side, "ra_deg": ra,
         "dec_deg": dec, "pixel_scale_arcsec": SCALE * 3600}
    )  # fmt: skip


SPREAD = [100, 900, 120, 860, 500], [50, 80, 700, 720, 390]


@pytest.mark.parametrize("angle", [0, 37, 200])
@pytest.mark.parametrize("parity", [-1, 1])
@pytest.mark.parametrize("center", [(83.6, 22.0), (359.99, -5.0), (10.0, 89.5)])
def test_it_is_that_of_the_header(angle: float, parity: int, center: tuple[float, float]) -> None:
    wcs = a_wcs(angle, parity, center)
    plane = tangent_plane(cutouts_of(wcs, *SPREAD))
    assert plane is not None
    found = WCS(naxis=2)
    found.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    found.wcs.crval, found.wcs.crpix = [plane.ra_deg, plane.dec_deg], [plane.x + 1, plane.y + 1]
    found.wcs.cd = [[plane.xi_x, plane.xi_y], [plane.eta_x, plane.eta_y]]
    x, y = np.array([[3.0, 3.0], [990.0, 20.0], [640.0, 333.0]]).T
    there = wcs.all_world2pix(*found.all_pix2world(x, y, 0), 0)
    np.testing.assert_allclose(there, [x, y], atol=0.05)


def test_nothing_is_said_where_cutouts_do_not_tell() -> None:
    wcs = a_wcs(20, -1)
    assert tangent_plane(cutouts_of(wcs, [100, 900], [50, 700])) is None
    assert tangent_plane(cutouts_of(wcs, [100, 200, 300], [100, 200, 300])) is None
    unknown = cutouts_of(wcs, *SPREAD)
    unknown.loc[1:3, "ra_deg"] = np.nan
    assert tangent_plane(unknown) is None
    wrong = cutouts_of(wcs, *SPREAD)
    wrong.loc[2, "dec_deg"] += 2 * SCALE
    assert tangent_plane(wrong) is None


def test_of_very_many_some_are_looked_at() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.integers(20, 980, (2, 50_000)).tolist()
    plane = tangent_plane(cutouts_of(a_wcs(37, -1), x, y))
    assert plane is not None
    assert np.hypot(plane.xi_x, plane.eta_x) == pytest.approx(SCALE, rel=1e-5)
