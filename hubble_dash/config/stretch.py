"""How flux becomes display values."""

from __future__ import annotations

from dataclasses import dataclass

from hubble_dash.config.bounds import above, choice, within
from hubble_dash.config.choices import Curve, Limits, LimitsPer

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

    limits: Limits = "percentile"
    percentile: float = 99.5
    curve: Curve = "asinh"
    per: LimitsPer = "image"

    def __post_init__(self) -> None:
        choice("limits", self.limits, Limits)
        choice("curve", self.curve, Curve)
        choice("per", self.per, LimitsPer)
        above("percentile", self.percentile, 0.0)
        within("percentile", self.percentile, 0.0, 100.0)
