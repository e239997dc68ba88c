"""Cutouts -> fingerprints: what a network trained on photographs sees in each, as a vector."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.atlas.manifest import EngineEntry, ModelEntry
from hubble_dash.atlas.schema import N_LABELS
from hubble_dash.builder.ahead import in_order
from hubble_dash.builder.backends.backend import Encoder
from hubble_dash.builder.fingerprints.fingerprinter import Batch, Cutout
from hubble_dash.builder.fingerprints.passes import NetworkOptions, Passes
from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.metric.learning import Learning, Metric, learn
from hubble_dash.builder.models.weights import Weights
from hubble_dash.builder.views.augmentation import LEARNED_QUALITIES, SAMPLE_VIEWS, join
from hubble_dash.builder.views.batched import can_be_batched
from hubble_dash.builder.views.preparation import Preparation
from hubble_dash.config import ModelInput
from hubble_dash.errors import WeightsError

__all__ = ["Network"]

# Where the cores are few, the network needs them itself.
N_PREPARING_THREADS = max(1, min(8, (os.cpu_count() or 1) // 2))


class Network:
    """A network with pretrained weights that turns cutouts into fingerprints.

    Use `hubble_dash.builder.fingerprints.loading.load_network` to make one.

    Attributes
    ----------
    model : str
        timm's name of the model.
    weights : Weights
        Its weights and where they come from.
    device : str
        ``"cpu"``, ``"cuda"`` or ``"mps"``.
    n_features : int
        Length of a fingerprint.
    input_size : int
        Side of the picture that the network sees, in pixels.
    label_names : list of str or None
        Names of the classes; None where the classes are not ImageNet's.
    prepare : Preparation
        Makes of a cutout the pictures that the network sees.
    metric : Metric or None
        By which fingerprints are made; None where none was learned.
    """

    packages = ("torch", "timm")

    def __init__(
        self,
        weights: Weights,
        *,
        encoder: Encoder,
        prepare: Preparation,
        label_names: list[str] | None,
        options: NetworkOptions,
        model_input: ModelInput | None = None,
        parts: FeatureParts | None = None,
        metric: Metric | None = None,
    ) -> None:
        self.model = weights.model
        self.weights = weights
        self.device = options.device
        self.prepare = prepare
        height, width = prepare.network_input.height, prepare.network_input.width
        self.input_size = height
        self.label_names = label_names
        self._options, self._model_input = options, model_input
        self._passes = Passes(encoder, options)
        blank = torch.zeros((1, height, width, 3), dtype=torch.uint8)
        with torch.inference_mode():
            self._n_given = int(self._chosen(*encoder(blank)).shape[1])
        self._parts = parts
        self.metric: Metric | None = None
        if metric is not None:
            self.use(metric)

    @property
    def n_features(self) -> int:
        """Length of a fingerprint."""
        if self.metric is not None:
            return self.metric.n_features
        return self._n_given if self._parts is None else self._parts.n_means

    @property
    def takes_shown(self) -> bool:
        """Whether it would rather prepare cutouts itself, many at a time."""
        return self.device == "cuda" and can_be_batched(self.prepare)

    @property
    def learner(self) -> Network | None:
        """Itself, where it was loaded to learn a metric and has maps."""
        return None if self._parts is None else self

    @property
    def prepare_sample(self) -> Preparation:
        """Makes the views that a metric is learned from."""
        return replace(self.prepare, views=SAMPLE_VIEWS[self._options.quality])

    def learn(
        self, sample: Iterable[Cutout], groups: Sequence[object], how: Learning
    ) -> Metric | None:
        """Learn what is alike from some of the cutouts that are to come.

        Parameters
        ----------
        sample : iterable of Cutout
            With what `prepare_sample` makes of each; another thread draws them.
        groups : sequence
            The group of each, when all have been drawn; means of groups are to count for nothing.
            May be empty.
        how : Learning
            From how many.

        Returns
        -------
        Metric or None
            For `use`; None where there are too few, or they hardly differ.

        Raises
        ------
        ValueError, RuntimeError, WeightsError
            As of `stream`; or the network has no maps.
        """
        if self._parts is None:
            raise ValueError(f"{self.model} has no maps of which a metric could be learned")
        with closing(self._passes.outputs(sample, self.prepare)) as outputs:
            # By halves: those of `best` take a gigabyte otherwise.
            found = [self._finite(features).half().numpy() for _, (features, _) in outputs]
        n_views = self.prepare_sample.views.n
        if sum(map(len, found)) < how.least * n_views:
            return None
        features = np.concatenate(found)
        del found
        return learn(
            features.reshape(-1, n_views, features.shape[1]),
            self._parts,
            groups=np.array([str(group) for group in groups]) if groups else None,
            n_axes=how.n_axes,
        )

    def use(self, metric: Metric) -> None:
        """Make fingerprints by a metric from here on.

        Parameters
        ----------
        metric : Metric
            Of `learn`, of this network.

        Raises
        ------
        WeightsError
            If it is another network's.
        """
        if metric.parts != self._parts:
            raise WeightsError(f"the metric was learned of another network than {self.model}")
        self.metric = metric
        self.prepare = replace(self.prepare, views=LEARNED_QUALITIES[self._options.quality])

    def fingerprint(
        self, cutouts: Sequence[NDArray[np.uint8]], *, n_expected: int | None = None
    ) -> Batch:
        """Compute the fingerprints and the best labels of cutouts.

        Parameters
        ----------
        cutouts : sequence of (h, w) or (h, w, 3) uint8 arrays
            As shown; any number, of any sizes.
        n_expected : int, optional
            How many there will be in all, where these are only the first.

        Returns
        -------
        Batch
            Row i is that of ``cutouts[i]``.

        Raises
        ------
        ValueError
            If there are no cutouts, or one has another data type or shape.
        """
        if len(cutouts) == 0:
            raise ValueError("no cutouts were given; at least one is needed")
        n = n_expected or len(cutouts)
        with closing(self.prepared(cutouts)) as prepared:
            asked = (Cutout(pictures, n) for pictures in prepared)
            parts = [batch for _, batch in self.stream(asked)]
        return Batch(
            np.concatenate([part.fingerprints for part in parts]),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.scores for part in parts]),
        )

    def prepared(
        self, cutouts: Iterable[NDArray[np.uint8]]
    ) -> Generator[NDArray[np.uint8], None, None]:
        """Prepare cutouts in threads.

        Parameters
        ----------
        cutouts : iterable of (h, w) or (h, w, 3) uint8 arrays
            As shown, of any sizes.

        Yields
        ------
        (v, height, width, 3) uint8 array
            The views of each.

        Raises
        ------
        ValueError
            If a cutout has another data type or shape.
        """
        # Cutouts may be large, and pictures are small: few of the former are held.
        with ThreadPoolExecutor(N_PREPARING_THREADS, "preparing") as threads:
            yield from in_order(
                self.prepare, cutouts, executor=threads, depth=2 * N_PREPARING_THREADS
            )

    def stream(
        self, cutouts: Iterable[Cutout]
    ) -> Generator[tuple[list[Cutout], Batch], None, None]:
        """Compute fingerprints while cutouts are still being read.

        Parameters
        ----------
        cutouts : iterable of Cutout
            With what `prepare` makes of each, or as shown. Drawn from in another thread, a few
            batches ahead of the network, so that a generator that reads and cuts keeps the network
            busy. The backend is chosen for as many as the first ones say that there will be.

        Yields
        ------
        cutouts : list of Cutout
            The next ones, in order, without their pictures; with thumbnails, if they came as shown.
        batch : Batch
            Row i is of cutout i.

        Raises
        ------
        ValueError
            If the engine asked for is not there.
        RuntimeError
            If the engine asked for fails.
        WeightsError
            If the network gives numbers that are not finite.
        """
        with closing(self._passes.outputs(cutouts, self.prepare)) as outputs:
            for some, given in outputs:
                yield some, self._described(*given)

    def describe(self) -> ModelEntry:
        """Say what made the fingerprints, and with which weights."""
        weights, options = self.weights, self._options
        return {
            "requested": options.requested,
            "name": weights.model,
            "weights": weights.path.name,
            "weights_source": weights.source,
            "weights_sha256": weights.sha256,
            "reason": weights.reason,
            "features": options.features,
            "quality": options.quality,
        }

    def describe_engine(self) -> EngineEntry:
        """Say in which backend the network ran, what else was tried, and what its file was told."""
        told: EngineEntry = {"device": self.device}
        if self._model_input is not None:
            told["input"] = asdict(self._model_input)
        if self._passes.autotuned is not None:
            told |= cast("EngineEntry", self._passes.autotuned.describe())
        return told

    def _chosen(self, features: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        return logits.softmax(1) if self._options.features == "probabilities" else features

    def _described(self, features: torch.Tensor, logits: torch.Tensor) -> Batch:
        joined = torch.from_numpy(join(logits.numpy(), self.prepare.views))
        probabilities = joined.softmax(1)
        labels = np.full((len(joined), N_LABELS), -1, np.int32)
        scores = np.zeros((len(joined), N_LABELS), np.float32)
        if self.label_names is not None:
            best = probabilities.topk(N_LABELS, dim=1)
            labels[:], scores[:] = best.indices.numpy(), best.values.numpy()
        return Batch(self._fingerprints(self._finite(features).numpy(), joined), labels, scores)

    def _fingerprints(
        self, features: NDArray[np.float32], logits: torch.Tensor
    ) -> NDArray[np.float32]:
        """Make fingerprints of what the network gives of all views, and joined logits."""
        views = self.prepare.views
        if self.metric is not None:
            return self.metric.fingerprints(features, views.n)
        means = features if self._parts is None else features[:, -self._parts.n_means :]
        chosen: NDArray[np.float32] = self._chosen(
            torch.from_numpy(join(means, views)), logits
        ).numpy()
        return chosen

    def _finite(self, features: torch.Tensor) -> torch.Tensor:
        if not torch.isfinite(features).all():
            raise WeightsError(
                f"{self.model} gives numbers that are not finite; if it is a network of your own,"
                " see whether it expects others: --input-mean, --input-std"
            )
        return features
