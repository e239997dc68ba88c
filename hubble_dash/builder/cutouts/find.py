"""Where to cut an image: whole, in a sliding window, around sources, or at given positions."""

from __future__ import annotations

import logging
import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.cutouts.detection import detect_extents
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.config import (
    CatalogPositions,
    CutoutSettings,
    DetectedSources,
    SlidingWindow,
    WholeImage,
)

__all__ = ["Cutouts", "find_cutouts", "reason_to_leave_out"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cutouts:
    """The boxes to cut from one image.

    Parameters
    ----------
    boxes : list of Box
        In array pixels, each inside the image.
    catalog_rows : (n,) int64 array
        The row of the catalogue that belongs to each box, -1 where there is none.
    left_out : dict of str to int
        How many possible cutouts were left out, by reason.
    """

    boxes: list[Box]
    catalog_rows: NDArray[np.int64]
    left_out: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.boxes)

    def some(self, numbers: NDArray[np.int64]) -> Cutouts:
        """Give some of them.

        Parameters
        ----------
        numbers : (m,) int64 array
            Which, from 0.
        """
        boxes = [self.boxes[number] for number in numbers]
        return Cutouts(boxes, self.catalog_rows[numbers], self.left_out)


def find_cutouts(
    display: Display, settings: CutoutSettings, *, catalog: Catalog | None = None
) -> Cutouts:
    """Find the boxes to cut from an image, by row and column (catalogue: in its order).

    Along an axis on which the image is shorter than a box, the box is as long as the image: an
    image smaller than the sliding window gives one cutout, the whole image.

    Parameters
    ----------
    display : Display
        The image.
    settings : CutoutSettings
        Which cutouts.
    catalog : Catalog, optional
        Positions for `CatalogPositions`. Otherwise, where it names files and has a single row
        for this image, that row belongs to all the image's cutouts.

    Returns
    -------
    Cutouts
        Pixels are not judged yet: see `reason_to_leave_out`.

    Raises
    ------
    ValueError
        If `settings` needs positions and `catalog` has none.
    """
    if isinstance(settings, CatalogPositions):
        return _at_positions(display, settings, catalog)
    left_out: dict[str, int] = {}
    ny, nx = display.shape
    match settings:
        case WholeImage():
            boxes = [Box(0, nx, 0, ny)]
        case SlidingWindow():
            boxes = _windows(display.shape, settings)
        case DetectedSources():
            boxes, left_out = _around_sources(display, settings)
    row = _row_of_image(display, catalog)
    return Cutouts(boxes, np.full(len(boxes), row, dtype=np.int64), left_out)


def reason_to_leave_out(
    pixels: NDArray[np.uint8], valid: NDArray[np.bool_], settings: CutoutSettings
) -> str | None:
    """Judge a cutout by its pixels.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        The cutout as shown.
    valid : (h, w) bool array
        False where a pixel is blank or was not finite.
    settings : CutoutSettings
        ``min_valid`` is the least share of valid pixels.

    Returns
    -------
    str or None
        Why the cutout is left out: ``"too few valid pixels"`` or ``"blank"`` (all its valid
        pixels have one value, as in the corners of archive previews); None if it is kept.
    """
    if not valid.all():
        if not valid.any() or valid.mean() < settings.min_valid:
            return "too few valid pixels"
        # The valid pixels, as a picture of one row.
        pixels = pixels[valid][np.newaxis]
    first = pixels[0, 0]
    # Few pixels nearly always tell that a cutout is not blank; else all are compared.
    is_shown = any((pixels[::step, ::step] != first).any() for step in (64, 8, 1))
    return None if is_shown else "blank"


def _windows(shape: tuple[int, int], settings: SlidingWindow) -> list[Box]:
    assert settings.step is not None
    ny, nx = shape
    height, width = min(settings.size, ny), min(settings.size, nx)
    rows = _starts(ny, height, settings.step, cover_edges=settings.cover_edges)
    columns = _starts(nx, width, settings.step, cover_edges=settings.cover_edges)
    return [Box(x, x + width, y, y + height) for y in rows for x in columns]


def _starts(length: int, size: int, step: int, *, cover_edges: bool) -> list[int]:
    """Where windows start along an axis; the last one ends flush with the edge if asked."""
    starts = list(range(0, length - size + 1, step))
    if cover_edges and starts[-1] + size < length:
        starts.append(length - size)
    return starts


def _around_sources(
    display: Display, settings: DetectedSources
) -> tuple[list[Box], dict[str, int]]:
    boxes = []
    too_large = 0
    for extent in detect_extents(display, settings):
        longer = max(extent.width, extent.height)
        side = max(settings.min_size, math.ceil(longer * (1 + 2 * settings.padding)))
        if settings.max_size is not None and side > settings.max_size:
            too_large += 1
        else:
            boxes.append(_square(*extent.center, side, display.shape))
    reason = f"source needs a box larger than max_size = {settings.max_size} pixels"
    return boxes, {reason: too_large} if too_large else {}


def _square(x: float, y: float, side: int, shape: tuple[int, int]) -> Box:
    """Put a square box about a place, shifted into the image where it would leave it."""
    ny, nx = shape
    width, height = min(side, nx), min(side, ny)
    left = min(max(math.floor(x - (width - 1) / 2 + 0.5), 0), nx - width)
    bottom = min(max(math.floor(y - (height - 1) / 2 + 0.5), 0), ny - height)
    return Box(left, left + width, bottom, bottom + height)


def _at_positions(display: Display, settings: CatalogPositions, catalog: Catalog | None) -> Cutouts:
    if catalog is None:
        raise ValueError(
            "cutouts at catalogue positions need a catalogue; give one with --catalog FILE"
        )
    rows = catalog.rows_of(display.image.path, display.image.part)
    x, y = _pixel_positions(display, catalog, rows)
    ny, nx = display.shape
    boxes: list[Box] = []
    kept: list[int] = []
    left_out: Counter[str] = Counter()
    for row, x_row, y_row in zip(rows.tolist(), x.tolist(), y.tolist(), strict=True):
        if not (math.isfinite(x_row) and math.isfinite(y_row)):
            no_sky = display.sky is None and catalog.x is None
            left_out["image has no sky positions" if no_sky else "no usable position"] += 1
        elif not (-0.5 <= x_row < nx - 0.5 and -0.5 <= y_row < ny - 0.5):
            left_out["position off the image"] += 1
        elif (side := _side(display, settings, x_row, y_row)) is None:
            left_out["image has no pixel scale in arcsec"] += 1
        else:
            boxes.append(_square(x_row, y_row, side, display.shape))
            kept.append(row)
    return Cutouts(boxes, np.array(kept, dtype=np.int64), dict(left_out))


def _pixel_positions(
    display: Display, catalog: Catalog, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the pixels of catalogue rows: their x and y, else those of their RA and Dec."""
    x, y = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    if catalog.x is not None and catalog.y is not None:
        x, y = catalog.x[rows], catalog.y[rows]
    elif catalog.ra_deg is None or catalog.dec_deg is None:
        raise ValueError(
            f"{catalog.path} has no positions; cutouts at catalogue positions need columns "
            "with RA and Dec, or x and y"
        )
    if display.sky is not None and catalog.ra_deg is not None and catalog.dec_deg is not None:
        unknown = ~(np.isfinite(x) & np.isfinite(y))
        sky_x, sky_y = display.sky.pixel_of(catalog.ra_deg[rows], catalog.dec_deg[rows])
        x, y = np.where(unknown, sky_x, x), np.where(unknown, sky_y, y)
    return x, y


def _side(display: Display, settings: CatalogPositions, x: float, y: float) -> int | None:
    """Give the side of a box in pixels; None where arcseconds cannot be turned into pixels."""
    if settings.unit == "pixels":
        return max(1, round(settings.size))
    if display.sky is None:
        return None
    scale = float(display.sky.scale_arcsec(x, y))
    return max(1, round(settings.size / scale)) if scale > 0 else None


def _row_of_image(display: Display, catalog: Catalog | None) -> int:
    if catalog is None or catalog.paths is None:
        return -1
    rows = catalog.rows_of(display.image.path, display.image.part)
    return int(rows[0]) if len(rows) == 1 else -1
