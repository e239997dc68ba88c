"""Pictures of cutouts through a network, pass by pass, in the backend that is fastest here."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.allocator import pages_kept
from hubble_dash.builder.ahead import ahead
from hubble_dash.builder.backends.autotune import Autotuned, autotune
from hubble_dash.builder.backends.backend import Encoder, Outputs, Pictures, Runner, to_host
from hubble_dash.builder.backends.batches import BATCH_SIZES, USUAL_BATCH
from hubble_dash.builder.backends.threads import one_thread_each
from hubble_dash.builder.fingerprints.fingerprinter import NO_PIXELS, Cutout
from hubble_dash.builder.views.batched import BatchedPreparation
from hubble_dash.builder.views.preparation import Preparation
from hubble_dash.config.choices import EngineChoice, Features, PrecisionChoice, Quality

__all__ = ["NetworkOptions", "Passes"]

# Pictures by which the backend is chosen.
SAMPLE_PICTURES = 128
# Batches that are put together before the network asks for them; before a GPU does, whose batches
# are several of these, as many as two of the largest take.
BATCHES_AHEAD, CUTOUTS_AHEAD_OF_GPU = 3, 2 * BATCH_SIZES[-1]


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


class Passes:
    """Runs a network over the pictures of cutouts.

    Parameters
    ----------
    encoder : Encoder
        The network.
    options : NetworkOptions
        How it is run.

    Attributes
    ----------
    autotuned : Autotuned or None
        The backend, chosen with the first pictures.
    """

    def __init__(self, encoder: Encoder, options: NetworkOptions) -> None:
        self._encoder, self._options = encoder, options
        self._batch_size = options.batch_size or USUAL_BATCH
        self.autotuned: Autotuned | None = None

    def outputs(
        self, cutouts: Iterable[Cutout], prepare: Preparation
    ) -> Generator[tuple[list[Cutout], Outputs], None, None]:
        """Run the network over the views of cutouts, which are drawn in another thread.

        Parameters
        ----------
        cutouts : iterable of Cutout
            With what `prepare` makes of each, or as shown.
        prepare : Preparation
            Makes the views of those that come as shown.

        Yields
        ------
        cutouts : list of Cutout
            The next ones, without their pictures.
        outputs : Outputs
            Features and logits of all their views.

        Raises
        ------
        ValueError
            If the engine asked for is not there.
        RuntimeError
            If the engine asked for fails.
        """
        with ExitStack() as stack:
            stack.enter_context(pages_kept())
            depth = BATCHES_AHEAD
            if self._options.device == "cuda":
                depth = max(depth, CUTOUTS_AHEAD_OF_GPU // self._batch_size)
            ahead_of_it = ahead(self._batches(cutouts, prepare.views.n), depth=depth)
            drawn = stack.enter_context(closing(ahead_of_it))
            batches: Iterator[_Drawn] = drawn
            if self.autotuned is None:
                n_batches = -(-SAMPLE_PICTURES // self._batch_size)
                first = list(itertools.islice(drawn, n_batches))
                if not first:
                    return
                sample = self._sample(first, prepare)
                some = [one for part in first for one in part.cutouts]
                n_views = len(sample) // len(some)
                self.autotuned = self._autotune(sample, n_views * some[-1].n_expected)
                # Of an iterator, so that these pictures, some tens of megabytes, are let go of.
                batches = itertools.chain(iter(first), drawn)
                del first, sample, some
            if self.autotuned.backend.engine == "openvino":
                stack.enter_context(one_thread_each())
            under_way: deque[_UnderWay] = deque()
            for batch in _joined(batches, self.autotuned.batch_size // self._batch_size):
                under_way.append(self._begin(batch, self.autotuned.runner, prepare))
                del batch
                if len(under_way) > 1:
                    yield under_way.popleft().finish()
            for last in under_way:
                yield last.finish()

    def _begin(self, some: _Drawn, runner: Runner, prepare: Preparation) -> _UnderWay:
        """Begin with a batch: prepare what came as shown, and run the network."""
        pictures, looks = self._pictures(some, prepare)
        return _UnderWay(some.cutouts, runner(pictures), looks)

    def _pictures(
        self, some: _Drawn, prepare: Preparation
    ) -> tuple[Pictures, Callable[[], list[torch.Tensor]] | None]:
        """Give the pictures of a batch, and thumbnails and colours of what came as shown."""
        shown = [one.shown for one in some.cutouts if one.shown is not None]
        if not shown:
            return some.pictures, None
        device = self._options.device
        pixels = [one.pixels for one in shown]
        made = BatchedPreparation(prepare, device)(pixels, shown[0].thumbnail_size)
        looks = to_host((made.thumbnails, made.colors))
        if len(shown) == len(some.cutouts):
            return made.pictures, looks
        # Some are too large to wait for the network, and were prepared where they were cut.
        n_views = prepare.views.n
        are_shown = np.repeat([one.shown is not None for one in some.cutouts], n_views)
        pictures = made.pictures.new_empty((len(are_shown), *made.pictures.shape[1:]))
        places = (torch.from_numpy(np.flatnonzero(one)) for one in (are_shown, ~are_shown))
        for where, these in zip(
            places, (made.pictures, torch.from_numpy(some.pictures)), strict=True
        ):
            pictures[where.to(device)] = these.to(device)
        return pictures, looks

    def _sample(self, first: Sequence[_Drawn], prepare: Preparation) -> NDArray[np.uint8]:
        """Give the pictures of the first batches, by which the backend is chosen."""
        pictures = [self._pictures(some, prepare)[0] for some in first]
        return np.concatenate(
            [one.cpu().numpy() if isinstance(one, torch.Tensor) else one for one in pictures]
        )

    @property
    def _chooses_size(self) -> bool:
        options = self._options
        return options.device == "cuda" and options.batch_size is None and not options.deterministic

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

    def _batches(self, cutouts: Iterable[Cutout], usual_views: int) -> Iterator[_Drawn]:
        """Join what belongs to one pass of the network, or to a part of one."""
        drawn = iter(cutouts)
        for first in drawn:
            n_views = len(first.pictures) or usual_views
            per_batch = max(1, self._batch_size // n_views)
            some = [first, *itertools.islice(drawn, per_batch - 1)]
            yield _Drawn.of(some)
