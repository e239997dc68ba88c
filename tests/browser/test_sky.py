"""The sky: what a click finds, fields on tangent planes, places that are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from helpers.pages import OpenPage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.planes.mollweide import mollweide

pytestmark = pytest.mark.browser

FIELD = r"sky=field:([-\d.]+),([-\d.]+),([-\d.e]+)"


@pytest.fixture
def page(open_page: Callable[..., OpenPage], report: Path) -> OpenPage:
    return open_page(report)


def middle_of_field(page: OpenPage) -> SkyCoord:
    """Where the sky looks, as the address says."""
    page.page.wait_for_function(f"() => /{FIELD}/.test(location.hash)")
    found = re.search(FIELD, page.run("location.hash"))
    assert found is not None
    return SkyCoord(float(found[1]), float(found[2]), unit="deg")


def test_a_click_selects_the_nearest_on_the_sphere(page: OpenPage, atlas: Atlas) -> None:
    """Far from all, across 12h where the map is cut, and near a pole."""
    table = atlas.cutouts.dropna(subset="ra_deg")
    places = SkyCoord(table["ra_deg"], table["dec_deg"], unit="deg")
    for ra, dec in ((300.0, 20.0), (175.0, -40.0), (190.0, 60.0), (10.0, 85.0)):
        x, y = (float(value) for value in mollweide(ra, dec))
        page.run(
            "hubbleDash.state.selected !== null && document.querySelector('#hd-reset').click()"
        )
        page.click("hd-sky", x, y)
        page.page.wait_for_selector("body[data-hd-selected]")
        apart = SkyCoord(ra, dec, unit="deg").separation(places).deg
        found = table.index.get_loc(int(page.selected or -1))
        # A pixel of the plot is most of a degree.
        assert apart[found] < apart.min() + 1.5


def test_the_field_of_the_selected_cutout_is_that_of_its_image(
    page: OpenPage, atlas: Atlas
) -> None:
    row = int(np.flatnonzero(atlas.cutouts["ra_deg"].notna())[5])
    page.run("row => hubbleDash.select(row)", row)
    page.wait_for_shown(row)
    page.page.focus("#hd-sky-field")
    page.page.keyboard.press("Enter")
    page.page.wait_for_function("document.querySelector('#hd-live').textContent.includes('across')")
    mates = atlas.cutouts[atlas.cutouts["image"] == atlas.cutouts["image"][row]]
    places = SkyCoord(mates["ra_deg"], mates["dec_deg"], unit="deg")
    at = middle_of_field(page)
    assert at.separation(places).deg.max() < 0.9 * places[:, None].separation(places).deg.max()
    readout = page.page.inner_text("#hd-sky-readout")
    assert readout.endswith("across, N up, E left")
    # Marks lie on the plane that touches there: x to the west.
    own = SkyCoord(mates["ra_deg"][row], mates["dec_deg"][row], unit="deg")
    east, north = at.spherical_offsets_to(own)
    x, y = page.column("hd-sky-selected", "x")[0], page.column("hd-sky-selected", "y")[0]
    assert (-x, y) == pytest.approx((east.rad, north.rad), abs=2e-3)
    page.page.click("#hd-sky-fit")
    page.page.wait_for_function("!location.hash.includes('sky=')")
    assert page.errors == []


def test_a_place_that_is_typed_moves_the_sky(page: OpenPage) -> None:
    page.page.fill("#hd-search", "12h30m49s +12d23m28s r=1 deg")
    page.page.keyboard.press("Enter")
    at = middle_of_field(page)
    assert at.separation(SkyCoord("12h30m49s +12d23m28s")).arcsec < 1


def test_positions_are_told_in_galactic_coordinates_on_demand(page: OpenPage) -> None:
    x, y = (float(value) for value in mollweide(266.4, -28.9))
    page.page.click("#hd-sky-frame")
    page.page.mouse.move(*page.screen("hd-sky", x, y))
    page.page.wait_for_function(
        "document.getElementById('hd-sky-readout').textContent.startsWith('l ')"
    )
    told = re.findall(r"[−+\d.]+(?=°)", page.page.inner_text("#hd-sky-readout"))
    lon, lat = (float(text.replace("−", "-")) for text in told)
    found = SkyCoord(lon, lat, unit="deg", frame="galactic")
    assert found.separation(SkyCoord(0, 0, unit="deg", frame="galactic")).deg < 2
