"""An atlas and its images with all their pixels -> files of tiles in a report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.disk.names import NewFolder
from hubble_dash.errors import ExportError
from hubble_dash.viewer.data.encoding import checksum, column, data_url, piece_text
from hubble_dash.viewer.data.schema import DeepIndex, FileIndex
from hubble_dash.viewer.deep.levels import OVERLAP, Plan, deeper_than_previews, make_plan
from hubble_dash.viewer.deep.pyramid import Band, tiles_of

__all__ = ["KIND", "Deep", "FullImages", "ImagesOf", "write_deep"]

logger = logging.getLogger(__name__)

# Of the pieces.
KIND = "deep"


class FullImages(Protocol):
    """Gives the images of an atlas with all their pixels, as they were shown when it was built."""

    def why_not(self, image: int) -> str | None:
        """Say why an image cannot be had; None where it can.

        Parameters
        ----------
        image : int
            Row of the table of images.

        Returns
        -------
        str or None
            Without the name of its file.
        """

    def bands(self, image: int) -> Iterator[Band]:
        """Give an image from top to bottom, some rows at a time.

        Parameters
        ----------
        image : int
            Row of the table of images.

        Yields
        ------
        pixels : (h, w) or (h, w, 3) uint8 array
            As shown.
        valid : (h, w) bool array
            False where a pixel is not known, and black.
        """

    def part(self, image: int, rows: slice, columns: slice) -> Band:
        """Give a part of an image.

        Parameters
        ----------
        image : int
            Row of the table of images.
        rows, columns : slice
            Of the image as shown.

        Returns
        -------
        pixels, valid
            As of `bands`.

        Raises
        ------
        ImageError
            If the image cannot be had, or cannot be decoded.
        """


# Gives of an atlas its images; raises an `AtlasError` where it is not known how they are read.
ImagesOf: TypeAlias = Callable[[Atlas], FullImages]


@dataclass
class Deep:
    """What a page is told of tiles.

    Attributes
    ----------
    index : DeepIndex or None
        For the page's index; None where there are no tiles.
    firsts : dict of int to list of int
        The first tile of each level, by image.
    files : dict of str to FileIndex
        Where tiles lie in files of several.
    checksums : dict of str to str
        SHA-256 of each file, by ``kind/number``.
    """

    index: DeepIndex | None = None
    firsts: dict[int, list[int]] = field(default_factory=dict)
    files: dict[str, FileIndex] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)


def write_deep(
    atlas: Atlas, full: FullImages, folder: NewFolder, *, progress: bool = False
) -> Deep:
    """Write the tiles of all images that have more pixels than their previews.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    full : FullImages
        Its images.
    folder : NewFolder
        Where files go, as ``deep/0.js`` and so on.
    progress : bool
        Whether a bar is shown.

    Returns
    -------
    Deep

    Raises
    ------
    ExportError
        If none of these images can be had, or they would take too many files.
    ImageError
        If one cannot be decoded.
    OSError
        If a file cannot be written.
    """
    plan = make_plan(atlas.images, _at_hand(atlas, full))
    if not plan.images:
        return Deep()
    logger.info(
        "%s of %d images at full resolution: %.1f megapixels in all, some %.0f MB in %s files",
        len(plan.images), len(atlas.images), plan.n_pixels / 1e6, _bytes(atlas, plan) / 1e6,
        f"{plan.n_files:,}",
    )  # fmt: skip
    files = _Files(folder, plan.per_file, plan.n_numbers)
    with (
        ThreadPoolExecutor() as pool,
        tqdm(
            desc="full resolution", total=plan.n_tiles, unit=" tiles", disable=not progress
        ) as bar,
    ):
        for image, levels in plan.images.items():
            for tile in tiles_of(full.bands(image), levels, plan.side, pool):
                files.take(tile.number, data_url(tile.data))
                bar.update()
            for level in levels:
                files.fill(level.first + level.n)
    index: DeepIndex = {"n": plan.n_numbers, "side": plan.side, "overlap": OVERLAP}
    return Deep(index, plan.firsts, files.index(), files.checksums)


def _at_hand(atlas: Atlas, full: FullImages) -> list[int]:
    """List the images that get tiles; say of which others there might be some."""
    wanted = deeper_than_previews(atlas.images)
    missing = {image: why for image in wanted if (why := full.why_not(image)) is not None}
    if not wanted:
        logger.info("previews have all pixels of all images, so that there is nothing to add")
    if not missing:
        return wanted
    first = next(f"{atlas.images['path'].iloc[image]}: {why}" for image, why in missing.items())
    if len(missing) == len(wanted):
        raise ExportError(
            f"none of the {len(wanted):,} images that are larger than their previews can be had at"
            f" full resolution: {first}; put them where they were, or export without it"
        )
    logger.warning(
        "%s of %s images cannot be had at full resolution, and stay as they are: %s",
        f"{len(missing):,}", f"{len(wanted):,}", first,
    )  # fmt: skip
    return [image for image in wanted if image not in missing]


def _bytes(atlas: Atlas, plan: Plan) -> float:
    """Estimate what files take: their pixels are about as large as those of previews."""
    names, sizes = atlas.images["preview"], atlas.manifest["files"]
    images = [*plan.images]
    shown = atlas.images.iloc[images]
    pixels = (shown["preview_width"] * shown["preview_height"]).sum()
    taken = sum(sizes[f"previews/{names.iloc[image]}"]["bytes"] for image in images)
    # Base64 makes four characters of three bytes.
    return float(taken / pixels * plan.n_pixels * 4 / 3)


class _Files:
    """Puts tiles into files of several, in whatever order the levels take turns."""

    def __init__(self, folder: NewFolder, per_file: int, n: int) -> None:
        self._folder, self._per_file = folder, per_file
        self._starts = np.zeros(n, np.int32)
        self._open: dict[int, list[bytes]] = {}
        self.checksums: dict[str, str] = {}

    def take(self, number: int, url: str) -> None:
        """Take a tile; those of a file come in order."""
        file = number // self._per_file
        lines = self._open.setdefault(file, [])
        self._starts[number] = sum(len(line) + 1 for line in lines)
        lines.append(piece_text(KIND, number, {"url": url}).encode())
        if len(lines) == self._per_file:
            data = b"\n".join(self._open.pop(file))
            self._folder.write(f"{KIND}/{file}.js", data)
            self.checksums[f"{KIND}/{file}"] = checksum(data)

    def fill(self, number: int) -> None:
        """Fill the file with empty pieces from there on, unless one begins there."""
        for empty in range(number, -(-number // self._per_file) * self._per_file):
            self.take(empty, "")

    def index(self) -> dict[str, FileIndex]:
        """Say where pieces begin, where there are several in a file."""
        if self._per_file == 1:
            return {}
        return {KIND: {"per_file": self._per_file, "starts": column(self._starts, "int32")}}
