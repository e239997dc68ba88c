"""What is cut from each image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from hubble_dash.config.bounds import above, at_least, choice, within
from hubble_dash.config.choices import SizeUnit

__all__ = [
    "CUTOUT_KINDS",
    "CatalogPositions",
    "CutoutSettings",
    "DetectedSources",
    "SlidingWindow",
    "WholeImage",
]


@dataclass(frozen=True, kw_only=True)
class WholeImage:
    """Each image is one cutout.

    Parameters
    ----------
    min_valid : float
        Share of pixels that must be finite and not blank, else the cutout is left out.
    """

    min_valid: float = 0.01
    kind: Literal["full"] = field(default="full", init=False)

    def __post_init__(self) -> None:
        within("min_valid", self.min_valid, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class SlidingWindow:
    """Square windows on a regular grid.

    Parameters
    ----------
    size : int
        Side of the window, in pixels.
    step : int, optional
        Pixels from one window to the next; half the size if not given.
    cover_edges : bool
        Add a last row and column flush with the far edges, so that every pixel lies in a window.
    min_valid : float
        Share of pixels that must be finite and not blank, else the cutout is left out.
    """

    size: int = 224
    step: int | None = None
    cover_edges: bool = True
    min_valid: float = 0.5
    kind: Literal["window"] = field(default="window", init=False)

    def __post_init__(self) -> None:
        at_least("size", self.size, 2, unit=" pixels")
        if self.step is None:
            object.__setattr__(self, "step", max(1, self.size // 2))
        assert self.step is not None
        at_least("step", self.step, 1, unit=" pixel")
        within("min_valid", self.min_valid, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class DetectedSources:
    """A square box around each source that photutils detects.

    Parameters
    ----------
    threshold : float
        Detection threshold above the background, in units of the background's noise.
    min_pixels : int
        Connected pixels above the threshold that make a source.
    deblend : bool
        Separate overlapping sources (multi-threshold and watershed).
    background_box : int
        Side of the boxes in which background and noise are estimated, in pixels.
    padding : float
        Margin around a source's extent, as a share of that extent, on each side.
    min_size : int
        Least side of a box, in pixels.
    max_size : int, optional
        Sources whose box would be larger are left out (saturated stars, merged halos).
    min_valid : float
        Share of pixels that must be finite and not blank, else the cutout is left out.
    """

    threshold: float = 3.0
    min_pixels: int = 25
    deblend: bool = True
    background_box: int = 64
    padding: float = 0.3
    min_size: int = 24
    max_size: int | None = None
    min_valid: float = 0.5
    kind: Literal["sources"] = field(default="sources", init=False)

    def __post_init__(self) -> None:
        above("threshold", self.threshold, 0.0)
        at_least("min_pixels", self.min_pixels, 1)
        at_least("background_box", self.background_box, 8, unit=" pixels")
        within("padding", self.padding, 0.0, 10.0)
        at_least("min_size", self.min_size, 2, unit=" pixels")
        if self.max_size is not None:
            at_least("max_size", self.max_size, self.min_size, unit=" pixels (min_size)")
        within("min_valid", self.min_valid, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class CatalogPositions:
    """A square box around each position of a catalogue (RA and Dec, or x and y).

    Parameters
    ----------
    size : float
        Side of the box, in `unit`.
    unit : {"pixels", "arcsec"}
        Unit of `size`.
    min_valid : float
        Share of pixels that must be finite and not blank, else the cutout is left out.
    """

    size: float = 64
    unit: SizeUnit = "pixels"
    min_valid: float = 0.5
    kind: Literal["catalog"] = field(default="catalog", init=False)

    def __post_init__(self) -> None:
        above("size", self.size, 0.0)
        choice("unit", self.unit, SizeUnit)
        within("min_valid", self.min_valid, 0.0, 1.0)


CutoutSettings: TypeAlias = WholeImage | SlidingWindow | DetectedSources | CatalogPositions
CUTOUT_KINDS: Mapping[str, type[CutoutSettings]] = {
    one.kind: one for one in get_args(CutoutSettings)
}
