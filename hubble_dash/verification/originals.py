"""Some cutouts made again from the images they were cut from, and compared with what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.remote.address import is_address
from hubble_dash.disk.files import sha256_of
from hubble_dash.errors import HubbleDashError
from hubble_dash.verification.findings import Verification

if TYPE_CHECKING:
    from hubble_dash.builder.feeding.recipe import Recipe

__all__ = ["verify_originals"]

# Means of blocks of a thumbnail, which its compression leaves as they are: levels of 255 by which
# they may differ on average, and side of a block in pixels.
THUMBNAIL_TOLERANCE, BLOCK = 4.0, 8
# Levels by which the mean colour of a thumbnail may differ.
COLOR_TOLERANCE = 1
# Each of two ways to run a network may come to 0.999 with the exact one.
MIN_COSINE = 0.995


class _Again(NamedTuple):
    """A cutout that was made again: its row, and its pixels as they were read."""

    row: int
    pixels: NDArray[np.uint8]


def verify_originals(
    atlas: Atlas, rows: NDArray[np.int64], found: Verification, *, weights: str | Path | None
) -> None:
    """Make some cutouts again, where their source images are at hand.

    Parameters
    ----------
    atlas : Atlas
        All of whose values are in range.
    rows : (m,) int array
        Of cutouts; ascending.
    found : Verification
        Takes what was compared, what is off, and what could not be looked at.
    weights : path-like, optional
        The file of weights, where the atlas was built from a file of the user's.
    """
    there = _at_hand(atlas, np.unique(atlas.cutouts["image"].to_numpy()[rows]), found)
    rows = rows[np.isin(atlas.cutouts["image"].to_numpy()[rows], there)]
    if not len(rows):
        return
    try:
        import torch  # noqa: F401 - pixels are resized by it
    except ImportError:
        found.notes.append("torch is not installed: no cutout was made again")
        return
    from hubble_dash.builder.feeding.recipe import Recipe

    try:
        recipe = Recipe.from_manifest(atlas.manifest)
    except HubbleDashError as err:
        found.notes.append(f"no cutout was made again: {err}")
        return
    again = list(_made_again(atlas, rows, recipe, found))
    if again:
        _compare_pictures(atlas, again, recipe, found)
        _compare_fingerprints(atlas, again, found, weights)


def _at_hand(atlas: Atlas, images: NDArray[Any], found: Verification) -> list[int]:
    """Give the images whose files are there and have their checksum; say what the others are."""
    table, files = atlas.images, atlas.image_files
    there, missing, wrong, n_summed, n_far = [], [], [], 0, 0
    for image in map(int, images):
        path = Path(str(table["path"].iloc[image]))
        if is_address(path):
            n_far += 1
            continue
        if not path.is_file():
            missing.append(path)
            continue
        checksum = None if files is None else files["sha256"].iloc[image]
        if isinstance(checksum, str):
            n_summed += 1
            if sha256_of(path) != checksum:
                wrong.append(
                    f"{path} is not the file that the atlas was made of: its SHA-256 differs"
                )
                continue
        there.append(image)
    if missing:
        found.notes.append(
            f"{len(missing)} of {len(images)} source images of the sample are no longer there"
            f" ({missing[0]}), so that their cutouts were not made again"
        )
    if n_far:
        found.notes.append(
            f"{n_far} of {len(images)} source images of the sample lie on servers, which are not"
            " asked"
        )
    if n_summed:
        found.add("source images of the sample", n_summed, wrong, "their SHA-256")
    elif there:
        found.notes.append("the atlas is of an early version: it has no checksums of its images")
    return there


def _made_again(
    atlas: Atlas, rows: NDArray[np.int64], recipe: Recipe, found: Verification
) -> Iterator[_Again]:
    """Cut boxes again, image by image."""
    for image, cutouts in atlas.cutouts.iloc[rows].groupby("image", sort=False):
        known = atlas.images.iloc[int(str(image))]
        try:
            display = recipe.open_again(known)
            with display.image:
                if display.shape != (known["ny"], known["nx"]):
                    raise ValueError(f"{known['path']} has {display.shape[::-1]} pixels now")
                for row, box in zip(
                    cutouts.index, cutouts[list(Box._fields)].to_numpy(), strict=True
                ):
                    pixels, _ = display.read(Box(*map(int, box)), max_side=recipe.max_side)
                    yield _Again(int(row), pixels)
        except (HubbleDashError, ValueError) as err:
            found.notes.append(f"cutouts of an image were not made again: {err}")


def _compare_pictures(
    atlas: Atlas, again: list[_Again], recipe: Recipe, found: Verification
) -> None:
    from hubble_dash.builder.feeding.previews import fit_thumbnail

    layout, off, colors = atlas.sheet_layout, [], []
    for row, pixels in again:
        made = fit_thumbnail(recipe.finish(pixels), layout.size)
        kept = atlas.pictures.sheet_pixels(layout.slot(row).sheet)[layout.box(row).slices]
        differs = np.abs(_blocks(made) - _blocks(kept)).mean()
        if differs > THUMBNAIL_TOLERANCE:
            off.append(f"row {row}: its thumbnail differs by {differs:.1f} levels from its image")
        if atlas.colors is not None:
            apart = np.abs(made.mean(axis=(0, 1)) - atlas.colors[row]).max()
            if apart > COLOR_TOLERANCE:
                colors.append(f"row {row}: its mean colour differs by {apart:.1f} levels")
    found.add(
        "thumbnails made again", len(again), off,
        f"the sheets, within {THUMBNAIL_TOLERANCE:g} levels of 255",
    )  # fmt: skip
    if atlas.colors is not None:
        how = f"the kept ones, within {COLOR_TOLERANCE} level"
        found.add("mean colours made again", len(again), colors, how)


def _compare_fingerprints(
    atlas: Atlas, again: list[_Again], found: Verification, weights: str | Path | None
) -> None:
    try:
        from hubble_dash.builder.query.recall import Restored

        vectors = Restored(atlas, weights=weights).fingerprint([one.pixels for one in again])
    except (HubbleDashError, ValueError, ImportError) as err:
        found.notes.append(f"no fingerprint was made again: {err}")
        return
    rows = np.array([one.row for one in again])
    kept = atlas.fingerprints[rows].astype(np.float64)
    lengths = np.linalg.norm(kept, axis=1) * np.linalg.norm(vectors, axis=1)
    cosines = (kept * vectors).sum(axis=1) / lengths
    off = [
        f"row {row}: its fingerprint made again has a cosine of {cosine:.4f} with the kept one"
        for row, cosine in zip(rows, cosines, strict=True)
        if not cosine >= MIN_COSINE
    ]
    how = f"the kept ones; cosine at least {MIN_COSINE}, found {cosines.min():.5f}"
    found.add("fingerprints made again", len(again), off, how)


def _blocks(thumbnail: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Average a thumbnail over blocks, cutting off what is no whole block."""
    n = len(thumbnail) // BLOCK or 1
    side = min(BLOCK, len(thumbnail))
    cut = thumbnail[: n * side, : n * side].astype(np.float64)
    means: NDArray[np.float64] = cut.reshape(n, side, n, side, 3).mean(axis=(1, 3))
    return means
