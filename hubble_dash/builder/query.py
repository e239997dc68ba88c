"""An image from outside -> the fingerprint it would have in an atlas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas import Atlas
from hubble_dash.builder.fingerprints import load_network
from hubble_dash.builder.images import open_image
from hubble_dash.builder.pipeline import MAX_CUTOUT_SIDE
from hubble_dash.builder.processing import process, process_image
from hubble_dash.builder.stretch import Display
from hubble_dash.builder.weights import find_weights, find_weights_again
from hubble_dash.config import Stretch, step_from_dict
from hubble_dash.errors import WeightsError

__all__ = ["fingerprint_image"]


def fingerprint_image(
    atlas: Atlas,
    path: str | Path,
    *,
    weights: str | Path | None = None,
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
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
        If the atlas's weights cannot be had, or `weights` are others.
    """
    model, settings = atlas.manifest["model"], atlas.manifest["settings"]
    if weights is None and model["weights_source"] == "file":
        raise WeightsError(
            f"{atlas.path} was built with the file {model['weights']}; name it with --weights"
        )
    pixels = _read(path, settings)
    found = (
        find_weights_again(model["name"], model["weights_sha256"])
        if weights is None
        else find_weights(model["name"], weights)
    )
    if found.sha256 != model["weights_sha256"]:
        raise WeightsError(
            f"{found.path} has SHA-256 {found.sha256}, the atlas was built with"
            f" {model['weights_sha256']}; fingerprints of different weights cannot be compared"
        )
    network = load_network(found, device=device, features=model["features"])
    vector: NDArray[np.float32] = network.fingerprint([pixels]).fingerprints[0]
    return vector


def _read(path: str | Path, settings: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Read an image as the pipeline reads a cutout."""
    steps_on_images = [step_from_dict(step) for step in settings["process_images"]]
    steps_on_cutouts = [step_from_dict(step) for step in settings["process_cutouts"]]
    with open_image(path, hdu=settings["hdu"], plane=settings["plane"]) as image:
        display = process_image(Display(image, Stretch(**settings["stretch"])), steps_on_images)
        pixels, _ = display.read(max_side=None if steps_on_cutouts else MAX_CUTOUT_SIDE)
    return process(pixels, steps_on_cutouts)
