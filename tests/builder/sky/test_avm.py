from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from helpers.images import (
    DEC_DEG,
    RA_DEG,
    avm_packet,
    make_picture,
)
from PIL.Image import Exif
from PIL.PngImagePlugin import PngInfo

from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.sky.avm import sky_from_avm


def gnomonic(xi_deg: float, eta_deg: float) -> tuple[float, float]:
    """RA and Dec of a point of the tangent plane at RA_DEG, DEC_DEG (Calabretta & Greisen 2002)."""
    xi, eta, ra0, dec0 = np.radians([xi_deg, eta_deg, RA_DEG, DEC_DEG])
    below = np.cos(dec0) - eta * np.sin(dec0)
    ra = ra0 + np.arctan2(xi, below)
    dec = np.arctan2(np.sin(dec0) + eta * np.cos(dec0), np.hypot(xi, below))
    return float(np.degrees(ra)), float(np.degrees(dec))


def test_avm_position_by_hand() -> None:
    # 40 x 30 picture; FITS pixel (11, 6) is column 10, row 5 from the bottom, row 24 from the top.
    sky, notes = sky_from_avm(avm_packet(size=(40, 30), pixel=(11, 6), rotation_deg=0), (30, 40))
    assert (sky.quality, notes) == ("exact", [])
    np.testing.assert_allclose(sky.at(10, 24), (RA_DEG, DEC_DEG), atol=1e-10)
    # Up is north and left is east: 3 columns left, 20 rows up.
    np.testing.assert_allclose(sky.at(7, 4), gnomonic(3e-4, 20e-4), atol=1e-10)
    assert float(sky.at(10, 0).second) > DEC_DEG
    assert float(sky.at(0, 24).first) > RA_DEG
    assert sky.scale_arcsec(7, 4) == pytest.approx(0.36, rel=1e-6)


def test_avm_rotation_by_hand() -> None:
    sky, _ = sky_from_avm(avm_packet(size=(40, 30), pixel=(11, 6), rotation_deg=20), (30, 40))
    # CDELT and CROTA2 as in Calabretta & Greisen 2002, eq. 189; 20 rows up.
    c, s = np.cos(np.radians(20)), np.sin(np.radians(20))
    xi, eta = -1e-4 * c * 0 - 1e-4 * s * 20, -1e-4 * s * 0 + 1e-4 * c * 20
    np.testing.assert_allclose(sky.at(10, 4), gnomonic(xi, eta), atol=1e-10)


def test_avm_of_a_shrunk_picture() -> None:
    packet = avm_packet(size=(400, 300), pixel=(110.5, 60.5))
    large, _ = sky_from_avm(packet, (300, 400))
    small, notes = sky_from_avm(packet, (30, 40))
    assert (small.quality, notes) == ("exact", [])
    # Edges stay where they are: pixel 0 of the small one covers pixels 0 to 9 of the large one.
    np.testing.assert_allclose(small.at(0, 0), large.at(4.5, 4.5), atol=1e-12)
    np.testing.assert_allclose(small.at(39, 29), large.at(394.5, 294.5), atol=1e-12)
    assert small.scale_arcsec(20, 10) == pytest.approx(3.6, rel=1e-4)


@pytest.mark.parametrize("shape", [(25, 40), (30, 30), (916, 973)])
def test_avm_of_a_crop_is_left_out(shape: tuple[int, int]) -> None:
    sky, notes = sky_from_avm(avm_packet(size=(400, 300), pixel=(110, 60)), shape)
    assert sky is None
    assert "400 x 300" in notes[0]
    assert "crop" in notes[0]


@pytest.mark.parametrize(
    ("packet", "shape", "reason"),
    [
        (avm_packet(size=None, pixel=(11, 6)), (30, 40), "for which size"),
        (avm_packet(size=(4000, 3000), pixel=(11, 6)), (303, 401), "the file has 401 x 303"),
        (avm_packet(size=(40, 30), pixel=(1, 1), Quality="Position"), (30, 40), "only the centre"),
        (avm_packet(size=(40, 30), pixel=(1, 1), rotation_deg=None), (30, 40), "is turned"),
    ],
)
def test_avm_with_doubts_is_approximate(packet: bytes, shape: tuple[int, int], reason: str) -> None:
    sky, notes = sky_from_avm(packet, shape)
    assert sky.quality == "approximate"
    assert len(notes) == 1
    assert reason in notes[0]


@pytest.mark.parametrize(
    "packet",
    [
        avm_packet(size=(40, 30), pixel=(11, 6))[:700],
        avm_packet(size=(40, 30), pixel=(11, 6)).replace(b"TAN", b"NIX"),
        avm_packet(size=(40, 30), pixel=(11, 6)).replace(str(RA_DEG).encode(), b"north"),
        avm_packet(size=(40, 30), pixel=(11, 6)).replace(b"</avm:Spatial.Scale>", b""),
        avm_packet(size=(40, 30), pixel=(11, 6)).replace(b"ReferenceValue", b"ReferenceValve"),
        avm_packet(size=(40, 30), pixel=(11, 6)).replace(b"Spatial.Scale", b"Spatial.Stale"),
        avm_packet(size=(0, 30), pixel=(11, 6)),
        avm_packet(size=(40, 30), pixel=(11, 6), scale_deg=0.0),
        avm_packet(size=(40, 30), pixel=(11, 6), CoordinateFrame="MARS"),
    ],
)
def test_bad_avm_gives_a_note(packet: bytes) -> None:
    sky, notes = sky_from_avm(packet, (30, 40))
    assert sky is None
    assert len(notes) == 1
    assert notes[0].startswith("no sky positions")


def test_other_xmp_has_no_positions() -> None:
    assert sky_from_avm(b"<x:xmpmeta></x:xmpmeta>", (30, 40)) == (None, [])
    title = avm_packet(size=(40, 30), pixel=(1, 1)).replace(b"avm:Spatial", b"avm:Spacial")
    assert sky_from_avm(title, (30, 40)) == (None, [])


def test_avm_of_a_turned_file_is_left_out(tmp_path: Path) -> None:
    exif = Exif()
    exif[0x0112] = 3
    packet = avm_packet(size=(40, 30), pixel=(11, 6))
    path = make_picture(tmp_path / "a.jpg", np.zeros((30, 40), np.uint8), xmp=packet, exif=exif)
    with open_image(path) as image:
        assert image.sky is None
        assert "turned" in image.notes[0]


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_avm_in_files(tmp_path: Path, name: str) -> None:
    packet = avm_packet(size=(40, 30), pixel=(11, 6))
    pixels = np.zeros((30, 40, 3), np.uint8)
    if name == "a.tif":
        tags = [(700, "B", len(packet), packet, True)]
        tifffile.imwrite(tmp_path / name, pixels, photometric="rgb", extratags=tags)
    elif name == "a.png":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet.decode())
        make_picture(tmp_path / name, pixels, pnginfo=info)
    else:
        make_picture(tmp_path / name, pixels, xmp=packet)
    with open_image(tmp_path / name) as image:
        np.testing.assert_allclose(image.sky.at(10, 24), (RA_DEG, DEC_DEG), atol=1e-10)
