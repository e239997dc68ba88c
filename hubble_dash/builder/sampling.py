"""Files -> some of their cutouts, evenly over all of them, from which a metric is learned.

They are read before all others are, so that each cutout that follows has its fingerprint at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.find import Cutouts
from hubble_dash.builder.feeding.cutter import CutImage, Cutter, ImageNumber
from hubble_dash.builder.feeding.feeder import Feeder
from hubble_dash.builder.feeding.image_row import listed_path
from hubble_dash.builder.fingerprints.fingerprinter import Cutout
from hubble_dash.builder.inputs import Inputs
from hubble_dash.builder.metric.learning import Learning
from hubble_dash.builder.quiet import unheard
from hubble_dash.builder.views.preparation import Preparation
from hubble_dash.config import BuildSettings, DetectedSources

__all__ = ["SEED", "Place", "Sample", "count_boxes", "evenly"]

SEED = 7
# Nothing shows the thumbnails of a sample.
THUMBNAIL_SIZE = 8
# What these say of a file is said when all of it is read.
LOGGERS = ("hubble_dash.builder.reading.opening", "hubble_dash.builder.feeding.feeder")


class Place(NamedTuple):
    """Where a cutout was cut: its file as the table of images has it, which image, and its box."""

    path: str
    part: str | None
    box: Box


@dataclass
class Sample:
    """Cutouts that are drawn evenly over files, and within a file evenly over its boxes.

    Parameters
    ----------
    settings : BuildSettings
        What is cut, and how it is shown.
    inputs : Inputs
        Of what.
    sizes : sequence of int
        Bytes of each file.
    prepare : Preparation
        Makes the views that are looked at.
    how : Learning
        How many are wanted, and how few would be too few.

    Attributes
    ----------
    groups : list
        That of each cutout drawn so far, where fingerprints are centred by groups.
    places : list of Place
        Where each was cut.
    found : dict
        Boxes of all images, by `ImageNumber`, where finding them took long.
    """

    settings: BuildSettings
    inputs: Inputs
    sizes: Sequence[int]
    prepare: Preparation
    how: Learning
    groups: list[object] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    found: dict[ImageNumber, Cutouts] = field(default_factory=dict)

    def cutouts(self, n_views: int) -> Iterator[Cutout]:
        """Read and cut them; none where there are too few to learn from.

        Parameters
        ----------
        n_views : int
            Views of each cutout of the collection that the network will see afterwards.

        Yields
        ------
        Cutout
            With its views. Files that cannot be read are passed over.
        """
        n_files = len(self.inputs.files)
        if n_files < self.how.most:
            counts = self._count()
            total, images = sum(counts.values()), list(range(n_files))
            n = self.how.n_sample(total, n_views)
            shares = _shares(counts, n)
        else:
            # One of each file, of its first image.
            shares, total = None, n_files
            n = self.how.n_sample(total, n_views)
            images = np.random.default_rng(SEED).permutation(n_files).tolist()
        if total < self.how.least:
            return
        # Counted as cutouts with as many views as these: how long the network will run.
        n_expected = n + total * n_views // self.prepare.views.n
        for image, feeder in self._read(images, shares):
            for i, cut in enumerate(feeder.cuts(image)):
                if cut.thumbnail is None:
                    continue
                self._note(image, i, images[image.number])
                yield Cutout(cut.pictures, n_expected)
                if len(self.places) == n:
                    return

    def _note(self, image: CutImage, i: int, number: int) -> None:
        found = image.found
        self.places.append(Place(listed_path(image.path), image.part, found.boxes[i]))
        if self.inputs.groups is not None:
            row = int(found.catalog_rows[i])
            self.groups.append(self.inputs.groups.value_of(image.metadata, number, row))

    def _count(self) -> dict[ImageNumber, int]:
        """Count the boxes of all images; no pixels are read but where sources are detected."""
        keeps = isinstance(self.settings.cutouts, DetectedSources)
        found = self.found if keeps else None
        return count_boxes(self._cutter(), self.inputs.files, self.sizes, found=found)

    def _read(
        self, numbers: Sequence[int], shares: Mapping[ImageNumber, int] | None
    ) -> Iterator[tuple[CutImage, Feeder]]:
        """Read files in an order, with the boxes of each that are its share."""

        def take(place: int, part: int, found: Cutouts) -> Cutouts:
            share = 1 if shares is None else shares.get((numbers[place], part), 0)
            return found.some(evenly(len(found), min(share, len(found))))

        cutter = replace(self._cutter(), take=take, known=self.found)
        if shares is None:
            cutter = replace(cutter, several=False)
        files = [self.inputs.files[number] for number in numbers]
        with unheard(*LOGGERS), closing(Feeder(cutter)) as feeder:
            for image in feeder.images(files, [self.sizes[number] for number in numbers]):
                if isinstance(image, CutImage):
                    yield image, feeder

    def _cutter(self) -> Cutter:
        return Cutter(
            self.settings, self.inputs.catalog, self.prepare, THUMBNAIL_SIZE,
            several=self.inputs.several,
        )  # fmt: skip


def count_boxes(
    cutter: Cutter,
    files: Sequence[Path],
    sizes: Sequence[int],
    *,
    found: dict[ImageNumber, Cutouts] | None = None,
) -> dict[ImageNumber, int]:
    """Count the boxes of images; no pixels are read but where sources are detected.

    Parameters
    ----------
    cutter : Cutter
        Finds them.
    files : sequence of Path
        Of the images.
    sizes : sequence of int
        Bytes of each.
    found : dict, optional
        Is given the boxes.

    Returns
    -------
    dict
        In order, by number of file and of image; nothing of files that cannot be read.
    """
    counts: dict[ImageNumber, int] = {}

    def take(file: int, part: int, boxes: Cutouts) -> Cutouts:
        counts[file, part] = len(boxes)
        if found is not None:
            found[file, part] = boxes
        return boxes.some(evenly(0, 0))

    with unheard(*LOGGERS), closing(Feeder(replace(cutter, take=take))) as feeder:
        for _ in feeder.images(files, sizes):
            pass
    return dict(sorted(counts.items()))


def evenly(n: int, m: int) -> NDArray[np.int64]:
    """Choose `m` of `n` numbers, the middles of `m` equal stretches.

    Parameters
    ----------
    n, m : int
        `m` is at most `n`.

    Returns
    -------
    (m,) int64 array
        In rising order.
    """
    return (2 * np.arange(m) + 1) * n // (2 * max(m, 1))


def _shares(counts: Mapping[ImageNumber, int], n: int) -> dict[ImageNumber, int]:
    """Share `n` cutouts out as evenly as the numbers of boxes allow."""
    images = [image for image, count in counts.items() if count]
    if n <= len(images):
        return dict.fromkeys((images[i] for i in evenly(len(images), n)), 1)
    shares: dict[ImageNumber, int] = {}
    left = min(n, sum(counts.values()))
    # The images with the fewest boxes first: what they cannot give, the others do.
    for place, image in enumerate(sorted(counts, key=counts.__getitem__)):
        share = -(-left // (len(counts) - place))
        shares[image] = min(share, counts[image])
        left -= shares[image]
    return shares
