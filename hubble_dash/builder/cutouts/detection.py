"""Detect sources in an image, tile by tile, so that a mosaic is never in memory whole."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from astropy.stats import gaussian_fwhm_to_sigma
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, maximum_filter, minimum_filter

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.quiet import quiet
from hubble_dash.config import DetectedSources

__all__ = ["Tiling", "detect_extents"]

logger = logging.getLogger(__name__)

SMOOTHING_SIGMA = 3.0 * float(gaussian_fwhm_to_sigma)
# Values of 8 bits are rounded, which is noise of 1 / sqrt(12) levels, also where the sky is clipped
# to black and seems to have none.
PICTURE_NOISE = 12**-0.5
# How widely values spread is found from about this many pixels of a tile.
MAX_SAMPLED_PIXELS = 1_000_000
# Times the spread: the square of a larger value is beyond float32.
MAX_SCALED = 1e15


class Tiling(NamedTuple):
    """How large images are cut into tiles for detection; all in pixels.

    Attributes
    ----------
    max_whole_side : int
        An image whose longer side is no longer is one tile.
    core_side : int
        Side of the square in which a source's centre must lie to be the tile's own.
    margin : int
        Width of the border around it, in which sources may end; with the core it is rounded up to
        whole boxes of the mesh for the background.
    """

    max_whole_side: int = 4096
    core_side: int = 3072
    margin: int = 256


TILING = Tiling()


class _Tile(NamedTuple):
    """A part of an image: sources are its own where they are centred in the core."""

    core: Box
    box: Box


def detect_extents(
    display: Display, settings: DetectedSources, *, tiling: Tiling = TILING
) -> list[Box]:
    """Find the tight extent of each source.

    The sky and its noise are estimated in a mesh of boxes (Background2D), the image is smoothed
    with a Gaussian of 3 pixels FWHM, and connected pixels above the threshold are sources, which
    are then deblended: see E. Bertin & S. Arnouts 1996, A&AS 117, 393, and photutils.

    Parameters
    ----------
    display : Display
        The image; detection works on its flux. Pixels that are not finite are left out, and so
        are areas of exact zeros in FITS and 16-bit data, which mosaics have outside their edges.
    settings : DetectedSources
        Threshold, least area, deblending and mesh.
    tiling : Tiling
        Into which parts a large image is cut.

    Returns
    -------
    list of Box
        Sorted by lower edge, then left edge (array rows). Where the image has several tiles,
        sources larger than their margin may be cut at their borders.
    """
    extents: list[Box] = []
    for core, box in _tiles(display.shape, settings.background_box, tiling):
        found = _detect_in(display.flux(box), settings, is_flux=display.image.is_flux)
        moved = (
            Box(e.ixmin + box.ixmin, e.ixmax + box.ixmin, e.iymin + box.iymin, e.iymax + box.iymin)
            for e in found
        )
        extents += [extent for extent in moved if _is_centered_in(extent, core)]
        logger.debug("%s: %d sources up to %s", display.image.path, len(extents), core)
    return sorted(extents, key=lambda e: (e.iymin, e.ixmin, e.iymax, e.ixmax))


def _tiles(shape: tuple[int, int], mesh: int, tiling: Tiling) -> Iterator[_Tile]:
    """Cover an image with tiles whose meshes of background boxes fall on each other."""
    ny, nx = shape
    if max(ny, nx) <= tiling.max_whole_side:
        whole = Box(0, nx, 0, ny)
        yield _Tile(whole, whole)
        return
    core, margin = (-(-side // mesh) * mesh for side in (tiling.core_side, tiling.margin))
    for y in range(0, ny, core):
        for x in range(0, nx, core):
            right, top = min(x + core, nx), min(y + core, ny)
            yield _Tile(
                Box(x, right, y, top),
                Box(
                    max(x - margin, 0),
                    min(right + margin, nx),
                    max(y - margin, 0),
                    min(top + margin, ny),
                ),
            )


def _is_centered_in(extent: Box, core: Box) -> bool:
    x, y = extent.center
    return core.ixmin <= x < core.ixmax and core.iymin <= y < core.iymax


def _detect_in(
    flux: NDArray[np.floating[Any]], settings: DetectedSources, *, is_flux: bool
) -> list[Box]:
    """Detect sources in one tile; extents in pixels of the tile."""
    # Takes two seconds to import, in each process that reads; most builds detect nothing.
    from photutils.background import Background2D
    from photutils.segmentation import deblend_sources, detect_sources

    uncovered = ~np.isfinite(flux)
    if is_flux:
        uncovered |= _zero_areas(flux)
    if uncovered.all():
        return []
    flux = _at_unit_noise(flux, uncovered) if is_flux else np.where(uncovered, 0, flux)
    flux = flux.astype(np.float32, copy=False)
    # photutils warns where it finds nothing, or where a mesh box is empty: both are normal.
    with quiet():
        background = Background2D(
            flux,
            settings.background_box,
            coverage_mask=uncovered,
            # Any box with a pixel in it counts: a tile never lacks a background.
            exclude_percentile=100,
        )
        flux -= background.background
        flux[uncovered] = 0
        noise = np.maximum(background.background_rms, _least_noise(flux, is_flux=is_flux))
        del background
        smooth = gaussian_filter(flux, SMOOTHING_SIGMA)
        del flux
        segments = detect_sources(
            smooth, settings.threshold * noise, settings.min_pixels, mask=uncovered
        )
        if segments is None:
            return []
        if settings.deblend:
            segments = deblend_sources(smooth, segments, settings.min_pixels, progress_bar=False)
    return [Box(x.start, x.stop, y.start, y.stop) for y, x in segments.slices]


def _at_unit_noise(
    flux: NDArray[np.floating[Any]], uncovered: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Scale flux so that its values spread by about 1, and squares of them are finite, not 0.

    By a power of two, so that no digit changes: sources do not depend on the unit.
    """
    step = math.ceil(math.sqrt(flux.size / MAX_SAMPLED_PIXELS))
    covered = flux[::step, ::step][~uncovered[::step, ::step]]
    values = (covered if covered.size else flux[~uncovered]).astype(np.float64)
    away = np.abs(values - np.median(values))
    spread = float(np.median(away)) or float(away.mean()) or float(np.abs(flux[~uncovered]).max())
    _, exponent = math.frexp(spread)
    scaled = np.ldexp(np.where(uncovered, 0, flux), -exponent)
    return np.clip(scaled, -MAX_SCALED, MAX_SCALED).astype(np.float32)


def _zero_areas(flux: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Areas of at least 5 x 5 zeros: outside the edges of a mosaic."""
    zero = np.asarray(flux == 0)
    if not zero.any():
        return zero
    return np.asarray(maximum_filter(minimum_filter(zero, 5), 5), dtype=np.bool_)


def _least_noise(flux: NDArray[np.float32], *, is_flux: bool) -> float:
    """Noise below which nothing is believed, so that a flat sky is not all sources."""
    if not is_flux:
        return PICTURE_NOISE
    return float(np.abs(flux).max()) * float(np.finfo(np.float32).eps)
