"""Images -> cutouts, one after the other, each with all that is to be written of it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.catalogs.precomputed import PrecomputedRows
from hubble_dash.builder.cursor import Before, Counts, Cursor
from hubble_dash.builder.feeding.cutter import Cut, CutImage, Described
from hubble_dash.builder.feeding.image_row import IMAGE_FILE
from hubble_dash.builder.feeding.previews import preview_name
from hubble_dash.builder.fingerprints.fingerprinter import Cutout
from hubble_dash.builder.fingerprints.groups import Groups
from hubble_dash.errors import BuildError, ImageError, NoCutoutsError

__all__ = ["CutoutReader", "Feeding"]

logger = logging.getLogger(__name__)

NOTHING_BEFORE = Before()


class Feeding(Protocol):
    """Has files read and cut, here or elsewhere."""

    def images(
        self, files: Sequence[Path], sizes: Sequence[int], *, first: int = 0, first_part: int = 0
    ) -> Generator[CutImage | ImageError, None, None]:
        """Give images, as `hubble_dash.builder.feeding.feeder.Feeder.images` does."""

    def cuts(self, image: CutImage, *, start: int = 0) -> Generator[Cut, None, None]:
        """Cut an image, as `hubble_dash.builder.feeding.feeder.Feeder.cuts` does."""

    def close(self) -> None:
        """Stop."""


class CutoutReader:
    """Gives the cutouts of all images in order, and counts what is left out.

    Parameters
    ----------
    feeder : Feeding
        Has files read and cut.
    files : sequence of Path
        All images.
    sizes : sequence of int
        Bytes of each.
    keep_preview : callable
        Is given name and content of the file that shows an image, before the image's cutouts: far
        larger than these, it does not wait with them for their fingerprints.
    catalog : Catalog, optional
        Images that it says nothing of are noted.
    notes : sequence of str
        What is known of the images before any is read.
    groups : Groups, optional
        Looks at the columns of each image.
    precomputed : sequence of PrecomputedRows
        The user's files that have a row for each cutout.
    max_unreadable : float
        Share of unreadable files past which reading stops.
    cutouts_a_shard : int
        After so many, a cutout says where reading goes on after it.
    before : Before
        What the atlas has to which these cutouts are added.
    """

    def __init__(
        self,
        feeder: Feeding,
        files: Sequence[Path],
        sizes: Sequence[int],
        *,
        keep_preview: Callable[[str, bytes], None],
        catalog: Catalog | None = None,
        notes: Sequence[str] = (),
        groups: Groups | None = None,
        precomputed: Sequence[PrecomputedRows] = (),
        max_unreadable: float = 0.5,
        cutouts_a_shard: int,
        before: Before = NOTHING_BEFORE,
    ) -> None:
        self._feeder, self._files, self._sizes = feeder, files, sizes
        self._catalog, self._groups, self._precomputed = catalog, groups, precomputed
        self._max_unreadable, self._cutouts_a_shard = max_unreadable, cutouts_a_shard
        self._keep_preview = keep_preview
        known = [*notes, *(catalog.notes if catalog is not None else [])]
        self._n_before = before.n_cutouts
        self._counts = Counts(before.n_images, notes=Counter(known))
        self._start, self._n = Cursor(), 0
        self._n_bytes = list(accumulate(sizes))

    def restore(self, cursor: Cursor, n: int) -> None:
        """Take up where a build was interrupted.

        Parameters
        ----------
        cursor : Cursor
            Where; what it says of `groups` and `precomputed` is theirs to take up.
        n : int
            Cutouts before.
        """
        self._start, self._n, self._counts = cursor, n, cursor.counts.copy()

    def cutouts(self) -> Generator[Cutout, None, None]:
        """Read all images.

        Yields
        ------
        Cutout
            The next one.

        Raises
        ------
        BuildError
            If too many files cannot be read, or the user's vectors do not fit the cutouts.
        CatalogError
            If the catalogue has hours where it seems to have degrees.
        ValueError
            If there is no such column to centre by.
        """
        images = self._feeder.images(
            self._files, self._sizes, first=self._start.file, first_part=self._start.part
        )
        with closing(images):
            for image in images:
                if isinstance(image, ImageError):
                    self._leave_out(image)
                else:
                    yield from self._cutouts_of(image)

    def finish(self) -> Cursor:
        """Compare numbers when all has been read, and give where reading ended.

        Raises
        ------
        BuildError
            If there is no cutout, or the user's vectors do not fit the cutouts.
        """
        counts, n_files = self._counts, len(self._files)
        if not self._n:
            reasons = counts.left_out or Counter(why for _, why in counts.unreadable)
            listed = "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(5))
            raise NoCutoutsError(
                f"no cutouts in {n_files} images ({listed or 'none was found'});"
                " try other cutouts, a lower threshold, or a lower min_valid"
            )
        for rows in self._precomputed:
            counts.notes.update(rows.finish())
        return self._cursor((n_files, 0), 0, self._n_cut())

    def _leave_out(self, error: ImageError) -> None:
        """Go on without a file, unless that is one of too many."""
        logger.warning("left out: %s", error)
        unreadable = self._counts.unreadable
        self._counts.n_further += len(error.further)
        n_images = len(self._files) + self._counts.n_further
        unreadable.append((error.path, error.reason))
        if len(unreadable) > self._max_unreadable * n_images:
            listed = "; ".join(f"{path}: {reason}" for path, reason in unreadable[:3])
            raise BuildError(
                f"{len(unreadable)} of {n_images} files cannot be read ({listed});"
                " mend or leave out such files, or allow more with --max-unreadable"
            )

    def _cutouts_of(self, image: CutImage) -> Iterator[Cutout]:
        counts, number, found = self._counts, image.number, image.found
        described = _described(image)
        place = number, image.part_number
        first = self._start.box if place == (self._start.file, self._start.part) else 0
        n_cut = self._n_cut()
        rows = [
            one.rows_of(
                image.path,
                number,
                found.catalog_rows,
                part=image.part,
                part_number=image.part_number,
            )
            for one in self._precomputed
        ]
        if not first:
            self._look(image)
        is_new = not first
        n_expected = self._n_expected(self._n + len(found) - first, number)
        for i, cut in enumerate(self._feeder.cuts(image, start=first), first):
            if cut.thumbnail is None:
                counts.left_out[cut.left_out] += 1
                continue
            image_row = self._begin(image) if is_new else None
            is_new = False
            taken = tuple(of_file[i] for of_file in rows)
            for one, row in zip(self._precomputed, taken, strict=True):
                one.take(row)
            self._n += 1
            is_last = (self._n_before + self._n) % self._cutouts_a_shard == 0
            yield Cutout(
                cut.pictures,
                n_expected,
                (
                    *(counts.n_images - 1, *found.boxes[i], *described.positions.row(i).values()),
                    *(*cut.color, int(found.catalog_rows[i])),
                ),
                taken,
                cut.thumbnail,
                image_row,
                self._cursor(place, i + 1, n_cut) if is_last else None,
                cut.shown,
                cut.ready,
            )
        if is_new:
            logger.info("%s: no cutouts", image.path)

    def _n_expected(self, n: int, number: int) -> int:
        """Guess the number of all cutouts from that of files up to one.

        Where a file gives many of them, a larger one gives more.
        """
        n_files = number + 1
        there = self._n_bytes[number]
        if n <= n_files or not there:
            return round(n * len(self._files) / n_files)
        return round(n * self._n_bytes[-1] / there)

    def _look(self, image: CutImage) -> None:
        """See what an image has, before any cutout of it."""
        self._counts.n_further += len(image.further)
        if self._groups is not None:
            self._groups.look(image.metadata, n_files=len(self._files))
        self._counts.left_out.update(image.found.left_out)

    def _begin(self, image: CutImage) -> dict[str, Any]:
        """Count an image of which there is a cutout; give its row."""
        counts, name = self._counts, preview_name(self._counts.n_images)
        described = _described(image)
        counts.n_images += 1
        counts.notes.update(described.notes + self._missing_row(image))
        self._keep_preview(name, described.preview.data)
        return described.row | {"preview": name, IMAGE_FILE: described.file}

    def _missing_row(self, image: CutImage) -> list[str]:
        """Say why an image has nothing of the catalogue."""
        if self._catalog is None or (image.found.catalog_rows >= 0).any():
            return []
        n_rows = len(self._catalog.rows_of(image.path, image.part))
        if not n_rows:
            return [self._catalog.why_no_row(image.path)]
        return [f"the catalogue has {n_rows} rows, so that none was taken for the image as a whole"]

    def _n_cut(self) -> tuple[int, ...]:
        return tuple(one.n_cut for one in self._precomputed)

    def _cursor(self, place: tuple[int, int], box: int, n_cut: tuple[int, ...]) -> Cursor:
        file, part = place
        seen = None if self._groups is None else self._groups.seen
        return Cursor(file, box, n_cut, seen, self._counts.copy(), part)


def _described(image: CutImage) -> Described:
    assert image.described is not None
    return image.described
