"""Image files, opened and read at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.reading.opening import open_image


def read(path: Path, box: Box | None = None, **options: Any) -> NDArray[Any]:
    """Open an image file and read a box of it."""
    with open_image(path, **options) as image:
        return image.read(box)
