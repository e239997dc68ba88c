"""JPEG XL, which Pillow does not know: decoded when it is opened."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.bounds.apart import try_apart
from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.bounds.promise import check_budget, check_promise, is_suspicious
from hubble_dash.builder.codecs.boxes import xmp_in_boxes
from hubble_dash.builder.codecs.jpeg_xl import header_of_jpeg_xl
from hubble_dash.builder.reading.pictures import MOVING
from hubble_dash.builder.reading.pixel_source import ArraySource, Decoded, Opened, split_alpha
from hubble_dash.builder.sky.avm import credit_from_xmp, sky_from_avm
from hubble_dash.errors import ImageError

__all__ = ["open_jpeg_xl"]

# Gray, and colour of 8 bits, at most; more of the header is not looked at.
_BYTES_A_PIXEL = 4


def open_jpeg_xl(path: Path, data: bytes, *, n_file: int, max_pixels: int) -> Opened:
    """Decode a JPEG XL file, turned as its header says; Pillow knows none.

    Parameters
    ----------
    path : Path
        The file.
    data : bytes
        All of it, unpacked.
    n_file : int
        Bytes of the file.
    max_pixels : int
        As of `hubble_dash.builder.reading.opening.open_image`.

    Returns
    -------
    Opened

    Raises
    ------
    ImageError
        If the file is damaged or too large.
    """
    with failing(path, "is damaged"):
        header = header_of_jpeg_xl(data)
        n_bytes = header.nx * header.ny * _BYTES_A_PIXEL
        check_budget(path, header.nx, header.ny, max_pixels)
        check_promise(path, n_bytes, n_file)
        if is_suspicious(n_bytes, n_file):
            try_apart(_decode_jpeg_xl, path, data)
        pixels, valid = _decode_jpeg_xl(path, data)
    xmp = xmp_in_boxes(io.BytesIO(data))
    sky, notes = sky_from_avm(xmp, pixels.shape[:2], is_turned=header.is_turned)
    notes += [MOVING] if header.is_moving else []
    source = ArraySource(
        lambda: (pixels, valid),
        shape=pixels.shape[:2],
        n_channels=1 if pixels.ndim == 2 else 3,
        is_flux=pixels.dtype != np.uint8,
    )
    return Opened(source, origin="upper", sky=sky, notes=notes, credit=credit_from_xmp(xmp))


def _decode_jpeg_xl(path: Path, data: bytes) -> Decoded:
    pixels: NDArray[Any] = imagecodecs.jpegxl_decode(data, 0)
    if pixels.ndim > 3 or pixels.shape[2:] not in ((), (1,), (2,), (3,), (4,)):
        allowed = "gray, RGB, either with alpha"
        raise ImageError(path, f"holds an array {pixels.shape}; allowed: {allowed}")
    return split_alpha(pixels)
