"""What an atlas was built with, ready to read and fingerprint again in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import ModelEntry
from hubble_dash.builder.backends.backend import Backend
from hubble_dash.builder.backends.pytorch import available_backends
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.feeding.recipe import Recipe
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.metric.learning import Metric
from hubble_dash.builder.models.weights import find_weights, find_weights_again
from hubble_dash.builder.query.askable import check_askable
from hubble_dash.config import ModelInput, is_network_file
from hubble_dash.config.choices import Features
from hubble_dash.cosine import take_off
from hubble_dash.errors import WeightsError

__all__ = ["Restored"]


class Restored:
    """An atlas's reading, processing and network.

    Parameters
    ----------
    atlas : Atlas
        Its manifest says all.
    weights : path-like, optional
        The file of weights, where the atlas was built from a file of the user's.
    device : {"auto", "cpu", "cuda", "mps"}
        Where the network runs.
    batch_size : int, optional
        Pictures in one pass of it.
    as_before : bool
        Whether it runs in the backend in which it ran for the atlas, where that is here.

    Attributes
    ----------
    recipe : Recipe
        How its images were read.
    network : Network
        What made its fingerprints, looked for when it is first needed.

    Raises
    ------
    WeightsError
        If the atlas was built from a file of the user's and `weights` does not name it, or its
        fingerprints were given.
    ValueError
        If its fingerprints were centred by group: of a new one the group is not known.
    """

    def __init__(
        self,
        atlas: Atlas,
        *,
        weights: str | Path | None = None,
        device: str = "auto",
        batch_size: int | None = None,
        as_before: bool = False,
    ) -> None:
        self._model, self._weights, self._device = atlas.manifest["model"], weights, device
        self._batch_size, self._as_before = batch_size, as_before
        check_askable(atlas, weights)
        self._mean = atlas.mean
        self._metric = _metric_of(atlas)
        self.recipe = Recipe.from_manifest(atlas.manifest)

    @cached_property
    def network(self) -> Network:
        """The network, looked for when it is first needed."""
        model = self._model
        if self._weights is None:
            found = find_weights_again(model["name"], model["weights_sha256"])
        elif is_network_file(model["name"]):
            found = find_weights(str(self._weights))
        else:
            found = find_weights(model["name"], self._weights)
        if found.sha256 != model["weights_sha256"]:
            raise WeightsError(
                f"{found.path} has SHA-256 {found.sha256}, the atlas was built with"
                f" {model['weights_sha256']}; fingerprints of different weights cannot be compared"
            )
        backend = _backend_of(model, self._device) if self._as_before else None
        return load_network(
            found,
            device=self._device,
            batch_size=self._batch_size,
            engine=backend.engine if backend else "auto",
            precision=backend.precision if backend else "auto",
            features=cast(Features, model["features"]),
            quality=model.get("quality", "plain"),
            metric=self._metric,
            model_input=ModelInput(**model["input"]) if "input" in model else None,
        )

    def read(self, display: Display) -> NDArray[np.uint8]:
        """Read an image that is one cutout as a build reads it.

        Parameters
        ----------
        display : Display
            The image as shown, of `recipe`.

        Returns
        -------
        (h, w) or (h, w, 3) uint8 array
            For `fingerprint`.

        Raises
        ------
        ImageError
            If the data cannot be decoded.
        WeightsError
            As of `fingerprint`.
        """
        divided = self.network.prepare.reduction(display.shape)
        return self.recipe.read_whole(display, divided=divided)[0]

    def fingerprint(
        self, cutouts: Sequence[NDArray[np.uint8]], *, n_expected: int | None = None
    ) -> NDArray[np.float32]:
        """Process cutouts as shown, and compute their fingerprints, (b, d).

        Parameters
        ----------
        cutouts : sequence of (h, w) or (h, w, 3) uint8 arrays
            Any number.
        n_expected : int, optional
            How many there will be in all, where these are only the first.

        Raises
        ------
        WeightsError
            If the atlas's weights cannot be had, or those named are others.
        """
        shown = [self.recipe.finish(one) for one in cutouts]
        batch = self.network.fingerprint(shown, n_expected=n_expected)
        return take_off(batch.fingerprints, self._mean)


def _backend_of(model: ModelEntry, device: str) -> Backend | None:
    """Give the backend in which the network ran, if it can run in it again where it will run."""
    there = ("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())
    usual = next((name for name, is_there in there if is_there), "cpu")
    before = model.get("device")
    if before is None or before != (usual if device == "auto" else device):
        return None
    said = str(model.get("engine")), str(model.get("precision"))
    here = available_backends(before)
    return next((one for one in here if (one.engine, one.precision) == said), None)


def _metric_of(atlas: Atlas) -> Metric | None:
    arrays, entry = atlas.metric, atlas.manifest.get("metric")
    if arrays is None or entry is None:
        return None
    return Metric(FeatureParts.of(entry), arrays.channels, arrays.mean, arrays.axes)
