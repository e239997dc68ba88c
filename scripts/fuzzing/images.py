"""Files of images: opened, shown, cut and told of as a build does."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from astropy.coordinates import angular_separation
from astropy.io import fits
from helpers.images import avm_packet, color_picture, flux_image, sky_header
from helpers.rubbish import seeds

from fuzzing.judging import promised
from fuzzing.target import Read, Target, file_reader

__all__ = ["TARGETS"]

# More is refused by its header, which scripts/rubbish tries with larger files; here time is dear.
MAX_PIXELS = 4_000_000
SHAPE = (60, 80)


def _ending_in(*suffixes: str) -> Callable[[], Mapping[str, bytes]]:
    return lambda: {name: data for name, data in seeds().items() if name.endswith(suffixes)}


def _fits() -> dict[str, bytes]:
    made = dict(_ending_in(".fits", ".fz")())
    for name, header in (("sky", sky_header()), ("plain sky", sky_header(sip=False))):
        file = io.BytesIO()
        keys = {"INSTRUME": "ACS", "FILTER1": "F606W", "DATE-OBS": "2003-01-01", "PROPOSID": 9490}
        first = fits.PrimaryHDU(header=fits.Header(keys.items()))
        chips = [fits.ImageHDU(flux_image(seed=i), header, name="SCI", ver=i) for i in (1, 2)]
        fits.HDUList([first, *chips]).writeto(file)
        made[name] = file.getvalue()
    return made


def _packed() -> dict[str, bytes]:
    made = dict(_ending_in(".gz", ".bz2", ".xz")())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.fits", seeds()["int.fits"])
    return {**made, "a.zip": file.getvalue()}


def _pictures() -> dict[str, bytes]:
    suffixes = ("jpeg", "png", "webp", "gif", "bmp", "jpeg2000", "avif", "jxl")
    made = dict(_ending_in(*suffixes)())
    file = io.BytesIO()
    xmp = avm_packet(size=(40, 30), pixel=(20.5, 15.5))
    PIL.Image.fromarray(color_picture()).save(file, "JPEG", xmp=xmp, progressive=True)
    return {**made, "tagged.jpeg": file.getvalue()}


def _opening(folder: Path) -> Read:
    """Do with a file all that a build does before the network."""
    from hubble_dash.atlas.boxes import Box
    from hubble_dash.builder.bounds.failures import failing
    from hubble_dash.builder.cutouts.display import Display
    from hubble_dash.builder.cutouts.find import find_cutouts
    from hubble_dash.builder.cutouts.sky_positions import sky_positions_of
    from hubble_dash.builder.feeding.image_row import describe_image
    from hubble_dash.builder.feeding.previews import fit_thumbnail, make_preview
    from hubble_dash.builder.reading.opening import open_image
    from hubble_dash.config import DetectedSources, SlidingWindow, Stretch, WholeImage
    from hubble_dash.errors import ImageError

    kinds = (WholeImage(), WholeImage(), SlidingWindow(size=32), DetectedSources())

    def look(path: Path, part: str | None = None) -> tuple[str, ...]:
        settings = kinds[zlib.crc32(path.read_bytes()) % len(kinds)]
        opened = open_image(
            path, part=part, several=True, header_keys=("*",), max_pixels=MAX_PIXELS
        )
        with opened as image:
            display = Display(image, Stretch())
            found = find_cutouts(display, settings)
            preview = make_preview(display)
            positions = sky_positions_of(display, found, None, settings)
            json.dumps(describe_image(display, preview, positions))
            for box in [*found.boxes[:3], Box(0, 1, 0, 1)]:
                pixels, valid = display.read(box)
                assert pixels.dtype == np.uint8
                assert pixels.shape[:2] == valid.shape == (box.height, box.width)
                fit_thumbnail(pixels, 32)
            check_sky(positions.ra_deg, positions.dec_deg)
            return image.further

    def read(path: Path) -> None:
        further: tuple[str, ...] = ()
        with promised(ImageError), failing(path, "cannot be cut"):
            further = look(path)
        for part in further[:2]:
            with promised(ImageError), failing(path, "cannot be cut"):
                look(path, part)

    return file_reader(folder / "image", read)


def check_sky(ra: np.ndarray[tuple[int, ...], np.dtype[np.float64]], dec: object) -> None:
    """Positions are unknown, or on the sphere."""
    dec = np.asarray(dec)
    assert ((ra >= 0) & (ra < 360) | np.isnan(ra)).all(), ra
    assert ((abs(dec) <= 90) | np.isnan(dec)).all(), dec
    assert (np.isnan(ra) == np.isnan(dec)).all(), (ra, dec)


def _headers() -> dict[str, bytes]:
    made = {}
    for name, cards in _HEADERS.items():
        header = sky_header(sip=name == "sip")
        for key, value in cards.items():
            header[key] = value
        made[name] = "\n".join(str(card).rstrip() for card in header.cards).encode()
    return made


_HEADERS: Mapping[str, Mapping[str, str | float]] = {
    "tan": {},
    "sip": {},
    "tpv": {"CTYPE1": "RA---TPV", "CTYPE2": "DEC--TPV", "PV1_1": 1.0, "PV2_1": 1.0},
    "galactic": {"CTYPE1": "GLON-CAR", "CTYPE2": "GLAT-CAR"},
    "ecliptic": {"CTYPE1": "ELON-ZEA", "CTYPE2": "ELAT-ZEA", "EQUINOX": 2000.0},
    "old": {"RADESYS": "FK4", "EQUINOX": 1950.0, "CTYPE1A": "RA---SIN", "CTYPE2A": "DEC--SIN"},
    "plate": {"AMDX1": 67.2, "AMDY1": 67.2, "PPO3": 1.0, "PLTRAH": 10, "PLTLABEL": "A"},
    "three axes": {"NAXIS": 3, "NAXIS3": 2, "CTYPE3": "FREQ", "CRVAL3": 1e9, "CDELT3": 1e6},
}


def _sky_of_headers(_folder: Path) -> Read:
    from hubble_dash.builder.quiet import quiet_astropy
    from hubble_dash.builder.sky.header import sky_from_header

    def read(data: bytes) -> None:
        lines = data.decode("latin-1").split("\n")
        with quiet_astropy():
            header = fits.Header.fromstring("".join(line[:80].ljust(80) for line in lines))
        sky, notes = sky_from_header(header)
        assert all(notes), notes
        if sky is None:
            return
        x, y = np.array([0.0, 40.0, 79.0, 1e9]), np.array([0.0, 30.0, 59.0, -1e9])
        ra, dec = sky.at(x, y)
        check_sky(ra, dec)
        sky.pixel_of([*ra, 161.0], [*dec, 90.0])
        sky.scale_arcsec(x, y)
        if sky.quality == "exact" and _is_plain(header):
            _check_reference(sky, header)

    return read


def _is_plain(header: fits.Header) -> bool:
    """Say whether nothing but the reference pixel and value decides where that pixel lies."""
    said = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "RADESYS": "ICRS", "CUNIT1": "deg"}
    odd = ("PV", "LONPOLE", "LATPOLE", "CPDIS", "D2IM", "AMDX", "CUNIT2")
    return all(header.get(key) == value for key, value in said.items()) and not any(
        key.startswith(odd) for key in header
    )


def _check_reference(sky: Any, header: fits.Header) -> None:
    x, y, ra, dec = (float(header[key]) for key in ("CRPIX1", "CRPIX2", "CRVAL1", "CRVAL2"))
    found = sky.at(x - 1, y - 1)
    apart = angular_separation(*np.radians([found.first, found.second, ra, dec]))
    assert np.degrees(apart) < 1e-6, (found, ra, dec)


def _tags() -> dict[str, bytes]:
    make: Callable[..., bytes] = partial(avm_packet, pixel=(40.5, 30.5))
    return {
        "plain": make(size=(80, 60)),
        "shrunk": make(size=(160, 120), Quality="Full"),
        "no size": make(size=None, rotation_deg=None),
        "galactic": make(size=(80, 60), CoordinateFrame="GAL", Credit="NASA", Notes="x"),
    }


def _sky_of_tags(_folder: Path) -> Read:
    from hubble_dash.builder.sky.avm import credit_from_xmp, sky_from_avm

    def read(data: bytes) -> None:
        credit_from_xmp(data)
        sky, notes = sky_from_avm(data, SHAPE)
        assert all(notes), notes
        if sky is not None:
            ra, dec = sky.at([0.0, 40.0, 1e9], [0.0, 30.0, -1e9])
            check_sky(ra, dec)
            sky.pixel_of(ra, dec)

    return read


TARGETS = (
    Target("fits", _fits, _opening),
    Target("header", _headers, _sky_of_headers),
    Target("tiff", _ending_in(".tif"), _opening),
    Target("picture", _pictures, _opening),
    Target("packed", _packed, _opening),
    Target("tags", _tags, _sky_of_tags),
)
