"""What goes through a build, a cutout at a time, and what makes the fingerprints of it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.manifest import EngineEntry, ModelEntry
from hubble_dash.builder.cursor import Cursor
from hubble_dash.builder.metric.learning import Learning, Metric
from hubble_dash.builder.views.preparation import Preparation

__all__ = ["NO_PIXELS", "Batch", "Cutout", "Fingerprinter", "Learner", "Ready", "Shown"]

NO_PIXELS = np.empty((0, 0, 0, 3), np.uint8)


class Shown(NamedTuple):
    """A cutout whose pictures and thumbnail are made by who makes its fingerprint.

    Attributes
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown.
    thumbnail_size : int
        Side of the thumbnail, in pixels.
    """

    pixels: NDArray[np.uint8]
    thumbnail_size: int


class Ready(NamedTuple):
    """What another machine has made of a cutout: its row of a `Batch`.

    Attributes
    ----------
    fingerprint : (d,) float32 array
        Its fingerprint.
    labels : (5,) int32 array
        Its labels.
    scores : (5,) float32 array
        Their probabilities.
    """

    fingerprint: NDArray[np.float32]
    labels: NDArray[np.int32]
    scores: NDArray[np.float32]


class Cutout(NamedTuple):
    """A cutout on its way from the reader by the fingerprinter to the writer.

    One that is only asked about has pictures alone.

    Attributes
    ----------
    pictures : (v, height, width, 3) uint8 array
        What the network sees; empty where there is none, or it has seen them.
    n_expected : int
        How many cutouts there will be in all, as far as is known by now.
    row : tuple
        Values of `hubble_dash.builder.shards.writer.COLUMNS`.
    precomputed_rows : tuple of int
        Its row of each file that the user gave, that of fingerprints first.
    thumbnail : (size, size, 3) uint8 array
        What the page shows.
    image : dict or None
        The row of the table of images, where it is the first of its image.
    after : Cursor or None
        Where reading goes on after it, where it is the last of a shard.
    shown : Shown or None
        What its pictures, thumbnail and mean colour are made of, where they are not made yet.
    ready : Ready or None
        Its fingerprint, where that is there already.
    """

    pictures: NDArray[np.uint8]
    n_expected: int
    row: tuple[int | float, ...] = ()
    precomputed_rows: tuple[int, ...] = ()
    thumbnail: NDArray[np.uint8] = NO_PIXELS
    image: dict[str, Any] | None = None
    after: Cursor | None = None
    shown: Shown | None = None
    ready: Ready | None = None

    def looking(self, thumbnail: NDArray[np.uint8], color: Sequence[int]) -> Cutout:
        """Give it with what was made of `shown`.

        Parameters
        ----------
        thumbnail : (size, size, 3) uint8 array
            What the page shows.
        color : sequence of int
            Its mean red, green and blue, which stand in the row before the last value.
        """
        row = (*self.row[:-4], *color, *self.row[-1:]) if self.row else ()
        return self._replace(thumbnail=thumbnail, row=row, shown=None)


@dataclass(frozen=True)
class Batch:
    """What is said of some cutouts.

    Parameters
    ----------
    fingerprints : (b, d) float32 array
        One row a cutout.
    labels : (b, 5) int32 array
        Indices into the fingerprinter's `label_names`, most probable first; -1 where there is none.
    scores : (b, 5) float32 array
        Their probabilities (softmax over all classes); 0 where there is none.
    """

    fingerprints: NDArray[np.float32]
    labels: NDArray[np.int32]
    scores: NDArray[np.float32]


class Fingerprinter(Protocol):
    """Makes fingerprints of cutouts: a network, or the user's own vectors."""

    @property
    def n_features(self) -> int:
        """Length of a fingerprint."""

    @property
    def label_names(self) -> list[str] | None:
        """Names of the classes; None where there are none."""

    @property
    def prepare(self) -> Preparation | None:
        """Makes of a cutout the pictures that are looked at; None where none are."""

    @property
    def device(self) -> str:
        """Where it runs: ``"cpu"``, ``"cuda"`` or ``"mps"``."""

    @property
    def takes_shown(self) -> bool:
        """Whether it would rather prepare cutouts itself, many at a time: `Cutout.shown`."""

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages it needs, whose versions decide what it gives."""

    @property
    def learner(self) -> Learner | None:
        """What learns a metric before; None where fingerprints need none."""

    def stream(
        self, cutouts: Iterable[Cutout]
    ) -> Generator[tuple[list[Cutout], Batch], None, None]:
        """Give cutouts back with their fingerprints.

        Parameters
        ----------
        cutouts : iterable of Cutout
            Another thread may draw them, some batches ahead.

        Yields
        ------
        cutouts : list of Cutout
            The next ones, in order, with thumbnails; their pictures may be gone.
        batch : Batch
            Row i is of cutout i.
        """

    def describe(self) -> ModelEntry:
        """Give the manifest's entry of the model, but for what `describe_engine` says."""

    def describe_engine(self) -> EngineEntry:
        """Say in which backend it ran, to which a build that goes on keeps."""


class Learner(Protocol):
    """A fingerprinter that first learns from some cutouts what is alike."""

    @property
    def prepare(self) -> Preparation:
        """Makes of a cutout the pictures that are looked at for its fingerprint."""

    @property
    def prepare_sample(self) -> Preparation:
        """Makes of a cutout those that are learned from."""

    def learn(
        self, sample: Iterable[Cutout], groups: Sequence[object], how: Learning
    ) -> Metric | None:
        """Learn from cutouts as `prepare_sample` makes them; None of too few.

        The groups are those of all that were drawn, once they have been.
        """

    def use(self, metric: Metric) -> None:
        """Make fingerprints by a metric from here on; it changes `prepare`."""
