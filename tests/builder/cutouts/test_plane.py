"""How an image lies on the sky as a whole, and the page's compass, against astropy's WCS."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
import pytest
from astropy.wcs import WCS
from helpers.images import sky_header
from helpers.node import find_node

from hubble_dash.atlas.schema import PLANE
from hubble_dash.builder.cutouts.plane import plane_of
from hubble_dash.builder.sky.sky import Sky

MEASURE = Path(__file__).parents[3] / "templates/browser/closely/measure.js"
SHAPE = (400, 600)
SCALE = 0.5 / 3600


def a_wcs(
    angle_deg: float,
    parity: int = -1,
    center: tuple[float, float] = (83.6, 22.0),
    *,
    axes: tuple[str, str] = ("RA---TAN", "DEC--TAN"),
) -> WCS:
    """`parity` is -1 where the sky is seen as it is, east at the left of north."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.crpix = axes, center, [101, 301]
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    wcs.wcs.cd = SCALE * np.array([[parity * cos, -sin], [parity * sin, cos]])
    return wcs


def oracle(wcs: WCS, x: float, y: float) -> dict[str, list[float]]:
    """Where north and east point in the array, as astropy has it: a step of 0.1" there."""
    here = wcs.pixel_to_world(x, y).icrs
    found = {}
    for name, angle in (("north", 0), ("east", 90)):
        there = here.directional_offset_by(angle * u.deg, 0.1 * u.arcsec)
        step = np.array(wcs.world_to_pixel(there)) - [x, y]
        found[name] = (step / np.hypot(*step)).tolist()
    return found


def compasses(cases: list[dict[str, Any]]) -> list[dict[str, list[float]]]:
    """What the page draws for each plane, origin and place."""
    script = f"""
      import {{ compassOf }} from {json.dumps(MEASURE.as_uri())};
      const cases = JSON.parse(process.argv[1]);
      const found = cases.map(({{ wcs, origin, place }}) => compassOf(wcs, origin, place));
      console.log(JSON.stringify(found));
    """
    command = [find_node(), "--input-type=module", "-e", script, json.dumps(cases)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [{name: [v["x"], v["y"]] for name, v in one.items()} for one in json.loads(done.stdout)]


CASES = {
    "north up": a_wcs(0),
    "turned": a_wcs(37),
    "mirrored": a_wcs(0, parity=1),
    "mirrored and turned": a_wcs(200, parity=1),
    "near the pole": a_wcs(10, center=(10.0, 89.99)),
    "in the south": a_wcs(-75, center=(359.999, -89.0)),
    "galactic": a_wcs(0, axes=("GLON-TAN", "GLAT-TAN"), center=(120.0, 60.0)),
    "latitude first": a_wcs(5, axes=("DEC--TAN", "RA---TAN"), center=(22.0, 83.6)),
}


def test_the_compass_is_that_of_the_header() -> None:
    """At the middle and near a corner, with row 0 at the bottom and at the top."""
    asked, expected = [], []
    for wcs in CASES.values():
        plane = plane_of(Sky(wcs), SHAPE)
        numbers = [(SHAPE[1] - 1) / 2, (SHAPE[0] - 1) / 2, *(plane[name] for name in PLANE[:-1])]
        for x, y in ((300, 200), (20, 390)):
            for origin, down in (("lower", -1), ("upper", 1)):
                asked.append({"wcs": numbers, "origin": origin, "place": {"x": x, "y": y}})
                seen = oracle(wcs, x, y).items()
                expected.append({name: [across, down * up] for name, (across, up) in seen})
    for case, found, right in zip(asked, compasses(asked), expected, strict=True):
        for name, direction in right.items():
            assert found[name] == pytest.approx(direction, abs=2e-3), (case, name)


@pytest.mark.parametrize("name", CASES)
def test_places_are_those_of_the_header(name: str) -> None:
    wcs = CASES[name]
    plane = plane_of(Sky(wcs), SHAPE)
    assert list(plane) == PLANE
    assert plane["plane_error_px"] < 0.5
    found = WCS(naxis=2)
    found.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    found.wcs.crval = [plane["plane_ra_deg"], plane["plane_dec_deg"]]
    found.wcs.crpix = [(SHAPE[1] + 1) / 2, (SHAPE[0] + 1) / 2]
    found.wcs.cd = [[plane[f"plane_{axis}_{side}"] for side in "xy"] for axis in ("xi", "eta")]
    x, y = np.array([[0.0, 0.0], [599.0, 20.0], [310.0, 390.0]]).T
    right, there = (one.pixel_to_world(x, y).icrs for one in (wcs, found))
    assert (right.separation(there).deg < 0.5 * SCALE).all()


def test_of_a_distorted_image_the_plane_says_how_far_it_is_off() -> None:
    wcs = WCS(sky_header((900, 900)))
    plane = plane_of(Sky(wcs), (900, 900))
    x, y = np.meshgrid([-0.5, 899.5], [-0.5, 899.5])
    flat = WCS(naxis=2)
    flat.wcs.ctype, flat.wcs.crpix = ["RA---TAN", "DEC--TAN"], [450.5, 450.5]
    flat.wcs.crval = [plane["plane_ra_deg"], plane["plane_dec_deg"]]
    flat.wcs.cd = [[plane[f"plane_{axis}_{side}"] for side in "xy"] for axis in ("xi", "eta")]
    off = wcs.pixel_to_world(x, y).separation(flat.pixel_to_world(x, y)).arcsec.max() / 0.05
    assert 0.5 < off <= 1.01 * plane["plane_error_px"] < 20


def test_there_is_none_of_half_the_sky() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.crpix, wcs.wcs.cdelt = ["RA---CAR", "DEC--CAR"], [181, 91], [-1, 1]
    assert plane_of(Sky(wcs), (180, 360)) == {}
    assert plane_of(Sky(wcs), (60, 60)) == {}


def test_an_image_of_one_pixel_has_one() -> None:
    plane = plane_of(Sky(a_wcs(0)), (1, 1))
    assert plane["plane_eta_y"] == pytest.approx(SCALE, rel=1e-5)
