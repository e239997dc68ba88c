"""An image from outside -> the fingerprint it would have in an atlas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.query.recall import Restored
from hubble_dash.config.choices import Device

__all__ = ["fingerprint_image"]


def fingerprint_image(
    atlas: Atlas,
    path: str | Path,
    *,
    weights: str | Path | None = None,
    device: Device = "auto",
) -> NDArray[np.float32]:
    """Compute the fingerprint of an image as the atlas's own were computed.

    Parameters
    ----------
    atlas : Atlas
        Gives the network, the stretch and the processing steps.
    path : path-like
        The image; all of it is taken as one cutout.
    weights : path-like, optional
        The file of weights, where the atlas was built from a file of the user's.
    device : {"auto", "cpu", "cuda", "mps"}
        Where the network runs.

    Returns
    -------
    (d,) float32 array
        For `Atlas.similar`.

    Raises
    ------
    ImageError
        If the file cannot be read.
    WeightsError
        If the atlas's weights cannot be had, or `weights` are others, or its fingerprints were
        given.
    ValueError
        If its fingerprints were centred by group.
    """
    restored = Restored(atlas, weights=weights, device=device)
    display = restored.recipe.open(path)
    with display.image:
        pixels = restored.read(display)
    vector: NDArray[np.float32] = restored.fingerprint([pixels])[0]
    return vector
