"""How flux becomes display values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hubble_dash.config.bounds import above, choice, within

__all__ = ["Stretch"]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """How flux becomes 8-bit display values (FITS, 16- and 32-bit data; 8-bit pictures stay).

    Parameters
    ----------
    limits : {"zscale", "percentile", "minmax"}
        How black and white level are found.
    percentile : float
        The central share of the values kept between the limits, in per cent (`percentile` only).
    curve : {"linear", "asinh", "sqrt", "log"}
        The curve between them, as in `astropy.visualization`.
    per : {"image", "cutout"}
        Whether the limits come from the whole image, or from each cutout by itself.
    """

    limits: Literal["zscale", "percentile", "minmax"] = "percentile"
    percentile: float = 99.5
    curve: Literal["linear", "asinh", "sqrt", "log"] = "asinh"
    per: Literal["image", "cutout"] = "image"

    def __post_init__(self) -> None:
        choice("limits", self.limits, ("zscale", "percentile", "minmax"))
        choice("curve", self.curve, ("linear", "asinh", "sqrt", "log"))
        choice("per", self.per, ("image", "cutout"))
        above("percentile", self.percentile, 0.0)
        within("percentile", self.percentile, 0.0, 100.0)
