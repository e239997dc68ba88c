"""Sky positions of cutouts: from the image's own coordinates, else from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.find import Cutouts
from hubble_dash.builder.sky.sky import PositionQuality
from hubble_dash.config import CatalogPositions, CutoutSettings, WholeImage

__all__ = ["SkyPositions", "sky_positions_of"]


@dataclass(frozen=True)
class SkyPositions:
    """Where the cutouts of an image lie on the sky.

    Parameters
    ----------
    ra_deg, dec_deg, scale_arcsec : (n,) float64 arrays
        ICRS degrees of the boxes' centres, and arcseconds a pixel there; NaN where unknown.
    quality : {"exact", "approximate", ""}
        How far they can be trusted; empty where nothing is known.
    notes : list of str
        What the user should know.
    """

    ra_deg: NDArray[np.float64]
    dec_deg: NDArray[np.float64]
    scale_arcsec: NDArray[np.float64]
    quality: PositionQuality | Literal[""]
    notes: list[str] = field(default_factory=list)

    def row(self, i: int) -> dict[str, float]:
        """Give the position of a cutout under the atlas's column names.

        Parameters
        ----------
        i : int
            Its number among the image's.
        """
        return {
            "ra_deg": float(self.ra_deg[i]),
            "dec_deg": float(self.dec_deg[i]),
            "pixel_scale_arcsec": float(self.scale_arcsec[i]),
        }


def sky_positions_of(
    display: Display, found: Cutouts, catalog: Catalog | None, settings: CutoutSettings
) -> SkyPositions:
    """Find the sky positions of the cutouts of an image.

    Parameters
    ----------
    display : Display
        The image.
    found : Cutouts
        Its boxes, and their rows of the catalogue.
    catalog : Catalog, optional
        Its positions serve where the image has no sky coordinates of its own. A position given
        for the image as a whole then stands for all its cutouts, as an approximate one.
    settings : CutoutSettings
        What the cutouts are.

    Returns
    -------
    SkyPositions
    """
    unknown = np.full(len(found), np.nan)
    if display.sky is not None:
        x, y = np.array([box.center for box in found.boxes], dtype=float).reshape(-1, 2).T
        ra_deg, dec_deg = display.sky.at(x, y)
        scale = display.sky.scale_arcsec(x, y)
        return SkyPositions(ra_deg, dec_deg, scale, display.sky.quality)
    rows = found.catalog_rows
    if catalog is None or catalog.ra_deg is None or catalog.dec_deg is None:
        return SkyPositions(unknown, unknown, unknown, "")
    ra_deg = np.where(rows >= 0, catalog.ra_deg[rows], np.nan)
    dec_deg = np.where(rows >= 0, catalog.dec_deg[rows], np.nan)
    if not (np.isfinite(ra_deg) & np.isfinite(dec_deg)).any():
        return SkyPositions(unknown, unknown, unknown, "")
    if isinstance(settings, (WholeImage, CatalogPositions)):
        return SkyPositions(ra_deg, dec_deg, unknown, "exact")
    note = "the catalogue's position of the image stands for all its cutouts"
    return SkyPositions(ra_deg, dec_deg, unknown, "approximate", [note])
