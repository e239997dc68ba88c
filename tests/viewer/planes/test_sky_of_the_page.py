"""The planes of the page's sky, its lines and its outlines, against astropy."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import astropy.units as u
import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import BarycentricMeanEcliptic, SkyCoord
from astropy.wcs import WCS
from helpers.images import sky_header
from helpers.node import find_node
from numpy.typing import NDArray

from hubble_dash.builder.cutouts.plane import plane_of
from hubble_dash.builder.sky.sky import Sky
from hubble_dash.viewer.data.parents import Parents
from hubble_dash.viewer.planes.mollweide import mollweide

BROWSER = Path(__file__).parents[3] / "templates/browser"
RNG = np.random.default_rng(5)
# Over the sphere, about the poles, across 0h and 12h.
RA = np.concatenate([RNG.uniform(0, 360, 60), [0.0, 359.9999, 180.0001, 12.0, 200.0]])
DEC = np.concatenate([np.degrees(np.arcsin(RNG.uniform(-1, 1, 60))), [5.0, -30, 40, 89.99, -90]])


def asked(script: str, argument: Any) -> Any:
    """What a script says that has the modules of the room `sky`."""
    names = {
        "sphere": "FRAMES, fromFrame, inFrame",
        "planes": "ALL_SKY, tangentPlane",
        "outlines": "Outlines",
    }
    imports = "".join(
        f"import {{ {found} }} from {json.dumps((BROWSER / f'sky/{name}.js').as_uri())};"
        for name, found in names.items()
    )
    whole = (
        f"{imports} const asked = JSON.parse(process.argv[1]);"
        f" Promise.resolve((async () => {{ {script} }})())"
        ".then((found) => console.log(JSON.stringify(found)));"
    )
    command = [find_node(), "--input-type=module", "-e", whole, json.dumps(argument)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_all_of_the_sky_lies_where_python_says() -> None:
    places = np.array(
        asked(
            "return asked.map(([ra, dec]) => { const { x, y } = ALL_SKY.project({ ra, dec });"
            " const back = ALL_SKY.unproject(x * (1 - 1e-15), y);"
            " return [x, y, back.ra, back.dec]; })",
            np.column_stack([RA, DEC]).tolist(),
        )
    )
    x, y = mollweide(RA, DEC)
    np.testing.assert_allclose(places[:, :2], np.column_stack([x, y]), atol=1e-12)
    back = SkyCoord(places[:, 2], places[:, 3], unit="deg")
    assert back.separation(SkyCoord(RA, DEC, unit="deg")).arcsec.max() < 0.01


@pytest.mark.parametrize("name", ["galactic", "ecliptic"])
def test_galactic_plane_and_ecliptic_are_astropy_s(name: str) -> None:
    frame = "galactic" if name == "galactic" else BarycentricMeanEcliptic()
    lon = np.linspace(0, 359, 40)
    circle = asked(f"return asked.map((lon) => fromFrame(lon, 0, FRAMES.{name}))", lon.tolist())
    found = SkyCoord([p["ra"] for p in circle], [p["dec"] for p in circle], unit="deg")
    right = SkyCoord(lon * u.deg, np.zeros(40) * u.deg, frame=frame)
    assert found.separation(right.icrs).arcsec.max() < 1e-3
    there = asked(
        f"return asked.map(([ra, dec]) => inFrame({{ ra, dec }}, FRAMES.{name}))",
        np.column_stack([RA, DEC]).tolist(),
    )
    told = SkyCoord(
        [p["lon"] for p in there] * u.deg, [p["lat"] for p in there] * u.deg, frame=frame
    )
    assert told.icrs.separation(SkyCoord(RA, DEC, unit="deg")).arcsec.max() < 1e-3


CENTERS = {
    "as it is": (53.16, -27.79), "at a pole": (31.0, 89.99), "across 0h": (0.001, -30.1),
    "in the south": (200.0, -89.9),
}  # fmt: skip


@pytest.mark.parametrize("name", CENTERS)
def test_a_field_is_astropy_s_tangent_plane(name: str) -> None:
    """A pixel is 0.04 arcsec; found places are off by less than a thousandth of one."""
    ra, dec = CENTERS[name]
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.crval = ["RA---TAN", "DEC--TAN"], [ra, dec]
    pixel = 0.04 / 3600
    wcs.wcs.cdelt, wcs.wcs.crpix = [-pixel, pixel], [1, 1]
    x, y = RNG.uniform(-4000, 4000, (2, 30))
    sky = wcs.pixel_to_world(x, y)
    places = np.array(
        asked(
            "const plane = tangentPlane({ ra: asked.at[0], dec: asked.at[1] });"
            "return asked.places.map(([ra, dec]) => { const { x, y } = plane.project({ ra, dec });"
            " const back = plane.unproject(x, y); return [x, y, back.ra, back.dec]; })",
            {"at": [ra, dec], "places": np.column_stack([sky.ra.deg, sky.dec.deg]).tolist()},
        )
    )
    found = np.degrees(places[:, :2]) / pixel
    np.testing.assert_allclose(found, np.column_stack([x, y]), atol=1e-3)
    back = SkyCoord(places[:, 2], places[:, 3], unit="deg")
    assert back.separation(sky).arcsec.max() < 1e-4


def a_wcs(center: tuple[float, float], angle_deg: float, parity: int, scale: float) -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.crpix = ["RA---TAN", "DEC--TAN"], center, [101, 301]
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    wcs.wcs.cd = scale / 3600 * np.array([[parity * cos, -sin], [parity * sin, cos]])
    return wcs


SHAPE = (400, 600)
IMAGES = {
    "rotated": (a_wcs((53.16, -27.79), 33, -1, 0.05), SHAPE),
    "rotated and flipped": (a_wcs((150.1, 2.2), 70, 1, 0.05), SHAPE),
    "at a pole": (a_wcs((31.0, 89.99), 10, -1, 0.5), SHAPE),
    "across 0h": (a_wcs((0.0005, -30.1), -20, -1, 0.2), SHAPE),
    "distorted": (WCS(sky_header((900, 900))), (900, 900)),
}


def outline(wcs: WCS, shape: tuple[int, int]) -> Any:
    """The piece of outlines of an image that was read with this WCS."""
    ny, nx = shape
    table = pd.DataFrame(
        [{"nx": nx, "ny": ny, "position_quality": "exact", **plane_of(Sky(wcs), shape)}]
    )
    no_cutouts = pd.DataFrame({"image": np.empty(0, int)})
    few = SimpleNamespace(images=table, cutouts=no_cutouts, image_files=None)
    return Parents(cast(Any, few)).outlines(slice(0, 1))


def corners_in_the_page(piece: Any, boxes: list[Any]) -> NDArray[np.float64]:
    """RA and Dec of the corners of an image and of boxes in it, as the page has them."""
    decode = (BROWSER / "wire/decode.js").as_uri()
    script = f"""
      const {{ decode }} = await import({json.dumps(decode)});
      const piece = decode(asked.piece);
      const index = {{ outlines: {{ per_piece: 1 }}, boxes: {{ images: [0, 0] }} }};
      const outlines = new Outlines(index, {{ get: async () => piece }});
      await outlines.load();
      return asked.boxes.map((box) => outlines.corners(0, box ?? undefined)
        .map(({{ ra, dec }}) => [ra, dec]));
    """
    return np.array(asked(script, {"piece": piece, "boxes": boxes}))


@pytest.mark.parametrize("name", IMAGES)
def test_outlines_are_those_of_the_wcs(name: str) -> None:
    """Of an image to a hundredth of a pixel; of a straight one's cutouts as well."""
    wcs, (ny, nx) = IMAGES[name]
    box = [40, 104, 200, 264]
    found = corners_in_the_page(outline(wcs, (ny, nx)), [None, box])
    for corners, (x0, x1, y0, y1) in zip(found, [(0, nx, 0, ny), box], strict=True):
        x, y = np.array([x0, x1, x1, x0]) - 0.5, np.array([y0, y0, y1, y1]) - 0.5
        right = wcs.pixel_to_world(x, y).icrs
        off = right.separation(SkyCoord(corners, unit="deg")).arcsec
        pixel = wcs.proj_plane_pixel_scales()[0].to_value("arcsec")
        if name == "distorted" and (x1 - x0) < nx:
            assert off.max() < plane_of(Sky(wcs), (ny, nx))["plane_error_px"] * pixel
        else:
            assert off.max() < 0.01 * pixel
