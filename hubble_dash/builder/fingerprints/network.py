"""Cutouts -> fingerprints: what a network trained on photographs sees in each, as a vector."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.allocator import pages_kept
from hubble_dash.atlas.manifest import EngineEntry, ModelEntry
from hubble_dash.atlas.schema import N_LABELS
from hubble_dash.builder.ahead import ahead, in_order
from hubble_dash.builder.backends.autotune import Autotuned, autotune
from hubble_dash.builder.backends.backend import (
    Encoder,
    Outputs,
    Pictures,
    Runner,
    to_host,
)
from hubble_dash.builder.backends.batches import BATCH_SIZES, USUAL_BATCH
from hubble_dash.builder.backends.threads import one_thread_each
from hubble_dash.builder.fingerprints.augmentation import LEARNED_QUALITIES, SAMPLE_VIEWS, join
from hubble_dash.builder.fingerprints.batched import BatchedPreparation, can_be_batched
from hubble_dash.builder.fingerprints.fingerprinter import NO_PIXELS, Batch, Cutout
from hubble_dash.builder.fingerprints.preparation import Preparation
from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.metric.learning import Learning, Metric, learn
from hubble_dash.builder.models.weights import Weights
from hubble_dash.config import ModelInput
from hubble_dash.config.choices import EngineChoice, Features, PrecisionChoice, Quality
from hubble_dash.errors import WeightsError

__all__ = ["Network", "NetworkOptions"]

# Pictures by which the backend is chosen.
SAMPLE_PICTURES = 128
# Batches that are put together before the network asks for them; before a GPU does, whose batches
# are several of these, as many as two of the largest take.
BATCHES_AHEAD, CUTOUTS_AHEAD_OF_GPU = 3, 2 * BATCH_SIZES[-1]
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
    batch_size: int | None
    engine: EngineChoice
    precision: PrecisionChoice
    requested: str
    quality: Quality
    deterministic: bool = False


class _Drawn(NamedTuple):
    """Cutouts that were drawn together; of those that came with pictures, all of these."""

    cutouts: list[Cutout]
    pictures: NDArray[np.uint8]

    @classmethod
    def of(cls, cutouts: list[Cutout]) -> _Drawn:
        pictures = [one.pictures for one in cutouts if one.shown is None]
        if not pictures:
            return cls(cutouts, NO_PIXELS)
        # The network has its own copy from here on.
        return cls([one._replace(pictures=NO_PIXELS) for one in cutouts], np.concatenate(pictures))


class _UnderWay(NamedTuple):
    """A batch that the network runs; thumbnails and colours of the cutouts that came as shown."""

    cutouts: list[Cutout]
    outputs: Callable[[], Outputs]
    looks: Callable[[], list[torch.Tensor]] | None

    def finish(self) -> tuple[list[Cutout], Outputs]:
        """Wait for it."""
        outputs = self.outputs()
        if self.looks is None:
            return self.cutouts, outputs
        thumbnails, colors = (one.numpy() for one in self.looks())
        looks = zip(thumbnails, colors.tolist(), strict=True)
        return [
            one if one.shown is None else one.looking(*next(looks)) for one in self.cutouts
        ], outputs


def _joined(batches: Iterator[_Drawn], n: int) -> Iterator[_Drawn]:
    """Put so many batches together."""
    if n <= 1:
        yield from batches
        return
    while some := list(itertools.islice(batches, n)):
        pictures = [one.pictures for one in some if len(one.pictures)]
        cutouts = [cutout for one in some for cutout in one.cutouts]
        yield _Drawn(cutouts, np.concatenate(pictures) if pictures else NO_PIXELS)


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
        self._encoder, self._options, self._model_input = encoder, options, model_input
        self._autotuned: Autotuned | None = None
        self._batch_size = options.batch_size or USUAL_BATCH
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
        with closing(self._outputs(sample)) as outputs:
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
        with closing(self._outputs(cutouts)) as outputs:
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
        if self._autotuned is not None:
            told |= cast("EngineEntry", self._autotuned.describe())
        return told

    def _outputs(
        self, cutouts: Iterable[Cutout]
    ) -> Generator[tuple[list[Cutout], Outputs], None, None]:
        """Run the network over the views of cutouts, which are drawn in another thread."""
        with ExitStack() as stack:
            stack.enter_context(pages_kept())
            depth = BATCHES_AHEAD
            if self.device == "cuda":
                depth = max(depth, CUTOUTS_AHEAD_OF_GPU // self._batch_size)
            drawn = stack.enter_context(closing(ahead(self._batches(cutouts), depth=depth)))
            batches: Iterator[_Drawn] = drawn
            if self._autotuned is None:
                n_batches = -(-SAMPLE_PICTURES // self._batch_size)
                first = list(itertools.islice(drawn, n_batches))
                if not first:
                    return
                sample, some = self._sample(first), [one for part in first for one in part.cutouts]
                n_views = len(sample) // len(some)
                self._autotuned = self._autotune(sample, n_views * some[-1].n_expected)
                # Of an iterator, so that these pictures, some tens of megabytes, are let go of.
                batches = itertools.chain(iter(first), drawn)
                del first, sample, some
            if self._autotuned.backend.engine == "openvino":
                stack.enter_context(one_thread_each())
            under_way: deque[_UnderWay] = deque()
            for batch in _joined(batches, self._autotuned.batch_size // self._batch_size):
                under_way.append(self._begin(batch, self._autotuned.runner))
                del batch
                if len(under_way) > 1:
                    yield under_way.popleft().finish()
            for last in under_way:
                yield last.finish()

    def _begin(self, some: _Drawn, runner: Runner) -> _UnderWay:
        """Begin with a batch: prepare what came as shown, and run the network."""
        pictures, looks = self._pictures(some)
        return _UnderWay(some.cutouts, runner(pictures), looks)

    def _pictures(self, some: _Drawn) -> tuple[Pictures, Callable[[], list[torch.Tensor]] | None]:
        """Give the pictures of a batch, and thumbnails and colours of what came as shown."""
        shown = [one.shown for one in some.cutouts if one.shown is not None]
        if not shown:
            return some.pictures, None
        prepare = BatchedPreparation(self.prepare, self.device)
        made = prepare([one.pixels for one in shown], shown[0].thumbnail_size)
        looks = to_host((made.thumbnails, made.colors))
        if len(shown) == len(some.cutouts):
            return made.pictures, looks
        # Some are too large to wait for the network, and were prepared where they were cut.
        n_views = self.prepare.views.n
        are_shown = np.repeat([one.shown is not None for one in some.cutouts], n_views)
        pictures = made.pictures.new_empty((len(are_shown), *made.pictures.shape[1:]))
        places = (torch.from_numpy(np.flatnonzero(one)) for one in (are_shown, ~are_shown))
        for where, these in zip(
            places, (made.pictures, torch.from_numpy(some.pictures)), strict=True
        ):
            pictures[where.to(self.device)] = these.to(self.device)
        return pictures, looks

    def _sample(self, first: Sequence[_Drawn]) -> NDArray[np.uint8]:
        """Give the pictures of the first batches, by which the backend is chosen."""
        pictures = [self._pictures(some)[0] for some in first]
        return np.concatenate(
            [one.cpu().numpy() if isinstance(one, torch.Tensor) else one for one in pictures]
        )

    @property
    def _chooses_size(self) -> bool:
        options = self._options
        return self.device == "cuda" and options.batch_size is None and not options.deterministic

    def _autotune(self, sample: NDArray[np.uint8], n_pictures: int) -> Autotuned:
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
            batch_size=self._batch_size,
            batch_sizes=BATCH_SIZES if self._chooses_size else (),
            n_expected=n_pictures,
        )
        return replace(chosen, trials=[]) if options.deterministic else chosen

    def _batches(self, cutouts: Iterable[Cutout]) -> Iterator[_Drawn]:
        """Join what belongs to one pass of the network, or to a part of one."""
        drawn = iter(cutouts)
        for first in drawn:
            n_views = len(first.pictures) or self.prepare.views.n
            per_batch = max(1, self._batch_size // n_views)
            some = [first, *itertools.islice(drawn, per_batch - 1)]
            yield _Drawn.of(some)

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
