"""A stretch of the files -> its images and cuts; of an image in the midst, only its own boxes."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from hubble_dash.builder.cluster.tasks import Spot, Task
from hubble_dash.builder.feeding.cutter import Cut, CutImage, Cutter
from hubble_dash.builder.feeding.feeder import Feeder
from hubble_dash.errors import ImageError

__all__ = ["Opened", "Stretch", "stretch_of"]


class Stretch(NamedTuple):
    """Some cuts of an image.

    Attributes
    ----------
    number, part_number : int
        Of its file, and of it among the file's.
    described : CutImage or ImageError or None
        What is said of it, where these are its first ones.
    cuts : iterable of Cut
        To be drawn before the next stretch is.
    """

    number: int
    part_number: int
    described: CutImage | ImageError | None
    cuts: Iterable[Cut]


class Opened:
    """The image of which a worker cuts some boxes now and some later, kept open between."""

    def __init__(self) -> None:
        self._of: tuple[int, int] | None = None
        self._image: CutImage | ImageError | None = None

    def image(self, cutter: Cutter, path: Path, spot: Spot) -> CutImage | ImageError:
        """Open an image and find its boxes, unless that is done.

        Parameters
        ----------
        cutter : Cutter
            Does it.
        path : Path
            Its file.
        spot : Spot
            Which of the file's images.
        """
        if self._image is None or self._of != (spot.file, spot.part):
            self.close()
            self._image = _open(cutter, path, spot)
            self._of = spot.file, spot.part
        return self._image

    def close(self) -> None:
        """Let go of it."""
        if isinstance(self._image, CutImage):
            self._image.close()
        self._of = self._image = None


def _open(cutter: Cutter, path: Path, spot: Spot) -> CutImage | ImageError:
    # With no pixels at once it stays open; what it says of itself is another task's.
    alone = replace(cutter, take=lambda _file, _part, found: found, max_pixels_at_once=0)
    try:
        part = alone.further_of(path)[spot.part - 1] if spot.part else None
    except (ImageError, IndexError) as err:
        return err if isinstance(err, ImageError) else ImageError(path, "has changed")
    return alone.read(spot.file, path, part, spot.part)


def stretch_of(
    task: Task, feeder: Feeder, files: Sequence[Path], sizes: Sequence[int], opened: Opened
) -> Iterator[Stretch]:
    """Read what a task is about.

    Parameters
    ----------
    task : Task
        Where it begins and ends.
    feeder : Feeder
        Reads and cuts.
    files : sequence of Path
        All files.
    sizes : sequence of int
        Bytes of each.
    opened : Opened
        Keeps an image of which there may be more to cut.

    Yields
    ------
    Stretch
        In order, one for each image.
    """
    start, stop = task.first, task.stop
    if start.box:
        last = stop.box if (stop.file, stop.part) == (start.file, start.part) else None
        image = opened.image(feeder.cutter, files[start.file], start)
        yield Stretch(start.file, start.part, None, _cuts_within(feeder, image, start.box, last))
        start = Spot(start.file, start.part + 1)
    if start >= stop:
        return
    with closing(_numbered(feeder, files, sizes, start, stop)) as images:
        for number, part_number, image in images:
            here = Spot(number, part_number)
            if here >= stop:
                return
            last = stop.box if here == stop._replace(box=0) else None
            cuts: Iterable[Cut] = ()
            if isinstance(image, CutImage):
                cuts = islice(_first_cuts(feeder, image, last), last)
            yield Stretch(number, part_number, image, cuts)


def _cuts_within(
    feeder: Feeder, image: CutImage | ImageError, first: int, last: int | None
) -> Iterator[Cut]:
    """Cut some boxes of an image that stays open; none of one that cannot be read."""
    if isinstance(image, ImageError):
        # Whoever read its beginning has said why.
        return
    if image.display is not None:
        yield from feeder.cuts_of(image.display, image.found.boxes[first:last])


def _first_cuts(feeder: Feeder, image: CutImage, last: int | None) -> Iterator[Cut]:
    if image.display is None or last is None:
        return feeder.cuts(image)
    return feeder.cuts_of(image.display, image.found.boxes[:last])


def _numbered(
    feeder: Feeder, files: Sequence[Path], sizes: Sequence[int], start: Spot, stop: Spot
) -> Generator[tuple[int, int, CutImage | ImageError], None, None]:
    """Read images, and say of each, readable or not, which it is."""
    n_files = stop.file + (1 if stop.part or stop.box else 0)
    number, part_number, n_left = start.file, start.part, 0
    if part_number:
        try:
            n_left = len(feeder.cutter.further_of(files[number])) - part_number + 1
        except ImageError:
            n_left = 1
    else:
        number -= 1
    part_number -= 1
    read = feeder.images(files[:n_files], sizes[:n_files], first=start.file, first_part=start.part)
    with closing(read) as images:
        for image in images:
            if n_left > 0:
                n_left -= 1
                part_number += 1
            else:
                number, part_number, n_left = number + 1, 0, len(image.further)
            yield number, part_number, image
