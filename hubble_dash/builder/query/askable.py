"""Whether a network can be asked about images from outside an atlas, found out without one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import WeightsError

__all__ = ["check_askable", "check_installed"]

# What runs networks, by the names under which it is imported and installed.
_NEEDED = ("torch", "torchvision", "timm")


def check_askable(atlas: Atlas, weights: str | Path | None) -> None:
    """Refuse an atlas whose fingerprints no network here can make.

    Parameters
    ----------
    atlas : Atlas
        Its manifest says what made its fingerprints.
    weights : path-like, optional
        The file of weights, where it was built from a file of the user's.

    Raises
    ------
    WeightsError
        If its fingerprints were given, or it was built from a file that `weights` does not name.
    ValueError
        If they were centred by group: of a new one the group is not known.
    """
    model, center = atlas.manifest["model"], atlas.manifest.get("center")
    if model["weights_source"] == "given":
        raise WeightsError(
            f"the fingerprints of {atlas.path} were given in {model['name']}, so that no network"
            " here makes one that can be compared; ask about a row or a position, or give"
            " Atlas.similar a vector of the same kind"
        )
    if center is not None:
        raise ValueError(
            f"{atlas.path} is centred by {center['by']}, and of another image no group is known;"
            " ask about a row or a position, or build an atlas without --center-by"
        )
    if weights is None and model["weights_source"] == "file":
        raise WeightsError(
            f"{atlas.path} was built with the file {model['weights']}; name it with --weights"
        )


def check_installed() -> None:
    """Refuse a machine on which no network runs; nothing is imported for it.

    Raises
    ------
    WeightsError
        If a package is missing; it says which, and what to type.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise WeightsError(
            f"what runs networks is not installed here; type: pip install {' '.join(missing)}"
        )
