"""Cutouts -> fingerprints: what a network trained on photographs sees in each, as a vector."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.allocator import pages_kept
from hubble_dash.atlas.manifest import EngineEntry, ModelEntry
from hubble_dash.atlas.schema import N_LABELS
from hubble_dash.builder.ahead import ahead, in_order
from hubble_dash.builder.backends.autotune import Autotuned, autotune
from hubble_dash.builder.backends.backend import Encoder, Outputs
from hubble_dash.builder.fingerprints.augmentation import join
from hubble_dash.builder.fingerprints.fingerprinter import NO_PIXELS, Batch, Cutout
from hubble_dash.builder.fingerprints.preparation import Preparation
from hubble_dash.builder.models.weights import Weights
from hubble_dash.config import ModelInput
from hubble_dash.config.choices import EngineChoice, Features, PrecisionChoice, Quality
from hubble_dash.errors import WeightsError

__all__ = ["Network", "NetworkOptions"]

# Pictures by which the backend is chosen.
SAMPLE_PICTURES = 128
# Batches that are put together before the network asks for them.
BATCHES_AHEAD = 3
# Where the cores are few, the network needs them itself.
N_PREPARING_THREADS = max(1, min(8, (os.cpu_count() or 1) // 2))


@dataclass(frozen=True)
class NetworkOptions:
    """How a network is run; see `hubble_dash.builder.fingerprints.loading`, which checks it.

    Parameters
    ----------
    device, features, batch_size, engine, precision
        As of `hubble_dash.builder.fingerprints.loading.load_network`.
    requested : str
        The model that was asked for.
    quality : {"plain", "fast", "balanced", "best"}
        The quality that was asked for.
    deterministic : bool
        Whether nothing may depend on how fast something runs.
    """

    device: str
    features: Features
    batch_size: int
    engine: EngineChoice
    precision: PrecisionChoice
    requested: str
    quality: Quality
    deterministic: bool = False


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
    ) -> None:
        self.model = weights.model
        self.weights = weights
        self.device = options.device
        self.prepare = prepare
        height, width = prepare.network_input.height, prepare.network_input.width
        self.input_size = height
        self.label_names = label_names
        self._encoder, self._options, self._model_input = encoder, options, model_input
        self._autotuned: Autotuned | None = None
        blank = torch.zeros((1, height, width, 3), dtype=torch.uint8)
        with torch.inference_mode():
            self.n_features = int(self._chosen(*encoder(blank)).shape[1])

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
            With what `prepare` makes of each. Drawn from in another thread, a few batches ahead of
            the network, so that a generator that reads and cuts keeps the network busy. The backend
            is chosen for as many as the first ones say that there will be.

        Yields
        ------
        cutouts : list of Cutout
            The next ones, in order, without their pictures.
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
        with pages_kept(), closing(ahead(self._batches(cutouts), depth=BATCHES_AHEAD)) as drawn:
            batches: Iterator[tuple[list[Cutout], NDArray[np.uint8]]] = drawn
            if self._autotuned is None:
                n_batches = -(-SAMPLE_PICTURES // self._options.batch_size)
                first = list(itertools.islice(drawn, n_batches))
                if not first:
                    return
                sample = np.concatenate([pictures for _, pictures in first])
                self._autotuned = self._autotune(sample, first[-1][0][-1].n_expected)
                # Of an iterator, so that these pictures, some tens of megabytes, are let go of.
                batches = itertools.chain(iter(first), drawn)
                del first, sample
            under_way: deque[tuple[list[Cutout], Callable[[], Outputs]]] = deque()
            for some, pictures in batches:
                under_way.append((some, self._autotuned.runner(pictures)))
                if len(under_way) > 1:
                    done, outputs = under_way.popleft()
                    yield done, self._described(*outputs())
            for done, outputs in under_way:
                yield done, self._described(*outputs())

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
        if self._autotuned is not None:
            told |= cast("EngineEntry", self._autotuned.describe())
        return told

    def _autotune(self, sample: NDArray[np.uint8], n_expected: int) -> Autotuned:
        options = self._options
        engine, precision = options.engine, options.precision
        if options.deterministic:
            usual = self._encoder.reference
            precision = usual.precision if precision == "auto" else precision
            engine = usual.engine if engine == "auto" and precision != "int8" else engine
        chosen = autotune(
            self._encoder,
            sample,
            device=options.device,
            engine=engine,
            precision=precision,
            batch_size=options.batch_size,
            n_expected=self.prepare.views.n * n_expected,
        )
        return replace(chosen, trials=[]) if options.deterministic else chosen

    def _batches(
        self, cutouts: Iterable[Cutout]
    ) -> Iterator[tuple[list[Cutout], NDArray[np.uint8]]]:
        """Join what belongs to one pass of the network."""
        per_batch = max(1, self._options.batch_size // self.prepare.views.n)
        drawn = iter(cutouts)
        while some := list(itertools.islice(drawn, per_batch)):
            pictures = np.concatenate([cutout.pictures for cutout in some])
            # The network has its own copy from here on.
            yield [cutout._replace(pictures=NO_PIXELS) for cutout in some], pictures

    def _chosen(self, features: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        return logits.softmax(1) if self._options.features == "probabilities" else features

    def _described(self, features: torch.Tensor, logits: torch.Tensor) -> Batch:
        features, logits = (
            torch.from_numpy(join(x.numpy(), self.prepare.views)) for x in (features, logits)
        )
        probabilities = logits.softmax(1)
        labels = np.full((len(features), N_LABELS), -1, np.int32)
        scores = np.zeros((len(features), N_LABELS), np.float32)
        if self.label_names is not None:
            best = probabilities.topk(N_LABELS, dim=1)
            labels[:], scores[:] = best.indices.numpy(), best.values.numpy()
        chosen = self._chosen(features, logits).numpy()
        if not np.isfinite(chosen).all():
            raise WeightsError(
                f"{self.model} gives numbers that are not finite; if it is a network of your own,"
                " see whether it expects others: --input-mean, --input-std"
            )
        return Batch(chosen, labels, scores)
