"""Pictures that are whole, and bytes that only begin like one."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from hubble_dash.foreign.pictures import decode_webp, prove_picture

RANDOM = np.random.default_rng(0)
PICTURE = PillowImage.fromarray(RANDOM.integers(0, 255, (30, 41, 3), dtype=np.uint8))


def saved(kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    PICTURE.save(buffer, kind, **options)
    return buffer.getvalue()


WHOLE = {
    "lossy": saved("WEBP"),
    "lossless": saved("WEBP", lossless=True),
    "with metadata": saved("WEBP", exif=PillowImage.Exif()),
    "extended": saved("WEBP", icc_profile=b"x" * 200),
    "JPEG": saved("JPEG"),
    "progressive": saved("JPEG", progressive=True),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_whole_picture_is_proved(data: bytes) -> None:
    prove_picture(data, 41, 30)
    with pytest.raises(ValueError, match="41 x 30 pixels; promised: 30 x 41"):
        prove_picture(data, 30, 41)
    with pytest.raises(ValueError, match=r"bytes|whole|WebP|truncated"):
        prove_picture(data[: len(data) // 2], 41, 30)


def test_pixels_are_those_of_pillow() -> None:
    np.testing.assert_array_equal(decode_webp(WHOLE["lossless"]), np.asarray(PICTURE))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "neither a WebP nor a JPEG"),
        (b"root:x:0:0:root:/root:/bin/bash\n" * 9, "neither a WebP nor a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither a WebP nor a JPEG"),
        (saved("PNG"), "neither a WebP nor a JPEG"),
        (b"\xff\xd8\xff" + b"x" * 99, "no whole JPEG"),
        (WHOLE["lossy"] + b"secret", "its header promises"),
        (saved("WEBP", save_all=True, append_images=[PICTURE.rotate(180)]), "no still WebP"),
        (WHOLE["lossy"][:26] + b"\xff\x3f\xff\x3f" + WHOLE["lossy"][30:], "16383 x 16383 pixels"),
        (WHOLE["lossy"][:23] + b"xxx" + WHOLE["lossy"][26:], "WebP"),
    ],
)
def test_bytes_that_are_none_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        prove_picture(data, 41, 30)
