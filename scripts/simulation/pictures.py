"""Thumbnails and previews of a simulated atlas: real pictures, in a cycle that is known.

Row r shows what row ``r % CYCLE`` shows: only the sheets of the first `CYCLE` rows are encoded, all
others are links to them. A parent image has `CYCLE` cutouts, so that one preview serves all.
"""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from pathlib import Path

import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image as Pillow
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.sheets import SheetLayout, sheet_name
from hubble_dash.builder.feeding.previews import fit_thumbnail
from hubble_dash.builder.shards.sheets import SheetWriter

__all__ = ["ACROSS", "CYCLE", "LAYOUT", "Thumbnails", "base_thumbnails"]

LAYOUT = SheetLayout()
# A prime number of sheets, so that no mistake by a round number of rows shows the same picture.
CYCLE = 17 * LAYOUT.per_sheet
# Cutouts across a parent image, and pixels of each on its preview.
ACROSS, PREVIEW_CELL = 66, 24
# Windows of the Hubble eXtreme Deep Field.
WINDOW, STEP = 48, 24

Pixels = NDArray[np.uint8]


def base_thumbnails(source: Atlas | None) -> Pixels:
    """Give real thumbnails, (m, 96, 96, 3), at most `CYCLE`.

    Parameters
    ----------
    source : Atlas or None
        Whose thumbnails are taken, evenly spaced; windows of scikit-image's Hubble eXtreme Deep
        Field if not given.
    """
    if source is None:
        return _windows_of_the_deep_field()
    rows = np.unique(np.linspace(0, len(source) - 1, min(CYCLE, len(source))).astype(int))
    layout, found = source.sheet_layout, []
    for sheet in np.unique(rows // layout.per_sheet):
        pixels = source.pictures.sheet_pixels(int(sheet))
        boxes = map(layout.box, rows[rows // layout.per_sheet == sheet].tolist())
        found += [fit_thumbnail(pixels[box.slices], LAYOUT.size) for box in boxes]
    return np.stack(found)


@lru_cache(maxsize=1)
def _windows_of_the_deep_field() -> Pixels:
    field = skimage.data.hubble_deep_field()
    corners = [
        (y, x)
        for y in range(0, field.shape[0] - WINDOW + 1, STEP)
        for x in range(0, field.shape[1] - WINDOW + 1, STEP)
    ]
    cut = [field[y : y + WINDOW, x : x + WINDOW] for y, x in corners]
    windows = np.stack([fit_thumbnail(one, LAYOUT.size) for one in cut])
    windows.flags.writeable = False  # they are shared
    return windows


class Thumbnails:
    """The thumbnails of `n` rows.

    Parameters
    ----------
    bases : (m, 96, 96, 3) uint8 array
        Real ones.
    n : int
        Rows of the atlas.
    seed : int
        Of their order.
    """

    def __init__(self, bases: Pixels, n: int, *, seed: int) -> None:
        self.bases, self.n = bases, n
        used = min(n, CYCLE)
        order = np.random.default_rng(seed).permutation(len(bases))
        self.base = np.resize(order, used)
        self.variant = np.arange(used) // len(bases)

    def pixels(self, row: int) -> Pixels:
        """What a row shows: its base, from the second time on turned, mirrored, then dimmed."""
        tile = row % CYCLE
        dimmer, turn = divmod(int(self.variant[tile]), 8)
        picture = np.rot90(self.bases[self.base[tile]], turn % 4)
        picture = picture[:, ::-1] if turn >= 4 else picture
        dimmed: Pixels = (picture * 0.9**dimmer).astype(np.uint8)
        return dimmed

    def colors(self) -> Pixels:
        """Give the mean colour of each thumbnail, (n, 3)."""
        used = range(len(self.base))
        means = [self.pixels(row).mean(axis=(0, 1)).round() for row in used]
        return np.resize(np.array(means, np.uint8), (self.n, 3))

    def look(self) -> NDArray[np.float64]:
        """Place each row by its thumbnail's mean colour on a line from 0 to 1, (n,)."""
        colors = self.bases.reshape(len(self.bases), -1, 3).mean(axis=1)
        centred = colors - colors.mean(axis=0)
        along = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
        rank = np.argsort(np.argsort(along, kind="stable"), kind="stable") / len(self.bases)
        return np.resize(rank[self.base], self.n)

    def write_sheets(self, folder: Path, *, progress: bool = True) -> None:
        """Write the sheets; those after the first cycle are links."""
        with SheetWriter(folder, LAYOUT) as writer:
            rows = range(min(self.n, CYCLE))
            for row in tqdm(rows, "thumbnails", unit=" rows", disable=not progress):
                writer.add(self.pixels(row))
        n_whole, left = divmod(self.n, LAYOUT.per_sheet)
        in_cycle = CYCLE // LAYOUT.per_sheet
        for sheet in range(in_cycle, n_whole):
            repeat(_sheet(folder, sheet % in_cycle), _sheet(folder, sheet))
        if left and n_whole >= in_cycle:
            with SheetWriter(folder / "last", LAYOUT) as writer:
                for row in range(self.n - left, self.n):
                    writer.add(self.pixels(row))
            _sheet(folder / "last", 0).rename(_sheet(folder, n_whole))
            (folder / "last").rmdir()

    def write_previews(self, folder: Path) -> list[tuple[str, int, int]]:
        """Write the pictures of the parent images: all their cutouts, side by side.

        Returns
        -------
        list of (str, int, int)
            Name, width and height of each, in pixels.
        """
        folder.mkdir()
        written: dict[int, tuple[Path, int, int]] = {}
        found = []
        for image, start in enumerate(range(0, self.n, CYCLE)):
            count = min(CYCLE, self.n - start)
            path = folder / f"{image:05d}.webp"
            if count in written:
                repeat(written[count][0], path)
            else:
                sheet = self._contact_sheet(count)
                sheet.save(path, quality=90, method=0)
                written[count] = (path, sheet.width, sheet.height)
            found.append((path.name, *written[count][1:]))
        return found

    def _contact_sheet(self, count: int) -> Pillow.Image:
        height = -(-count // ACROSS) * PREVIEW_CELL
        sheet = Pillow.new("RGB", (ACROSS * PREVIEW_CELL, height))
        for row in range(count):
            down, across = divmod(row, ACROSS)
            small = Pillow.fromarray(self.pixels(row)).resize((PREVIEW_CELL,) * 2)
            sheet.paste(small, (across * PREVIEW_CELL, down * PREVIEW_CELL))
        return sheet


def repeat(source: Path, target: Path) -> None:
    """Give a file a second name; where the disk has no links, copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _sheet(folder: Path, number: int) -> Path:
    return folder / sheet_name(number)
