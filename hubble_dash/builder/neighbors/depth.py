"""How many neighbours of each cutout an atlas keeps."""

from __future__ import annotations

from hubble_dash.atlas.boxes import Boxes, most_overlapping
from hubble_dash.config import BuildSettings

__all__ = ["neighbors_to_keep"]

# Beyond this many overlapping cutouts, `Atlas.similar` searches the fingerprints instead.
MAX_OVERLAPS = 400
# What a page shows beside the selected cutout, for which neighbours must suffice.
N_SHOWN = 9


def neighbors_to_keep(settings: BuildSettings, cutouts: Boxes) -> int:
    """Count the neighbours to keep: for the map, and for nine that do not overlap.

    Parameters
    ----------
    settings : BuildSettings
        Say how many are wanted at least, and how the map is laid out.
    cutouts : Boxes
        Of all n.

    Returns
    -------
    int
        At most n - 1.
    """
    wanted = max(
        settings.neighbors,
        round(3 * settings.map.perplexity),
        min(most_overlapping(cutouts), MAX_OVERLAPS) + N_SHOWN,
    )
    return min(wanted, len(cutouts) - 1)
