"""Atlas -> the data of a page that is one file: all pieces, thumbnails and previews inside."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import PREVIEWS_FOLDER
from hubble_dash.viewer.data.encoding import checksum, data_url, embed_json
from hubble_dash.viewer.data.orders import AtlasOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import DeepIndex, ImagePiece, PageIndex, ThumbnailsIndex

__all__ = ["inline_index"]

# Pictures of the parent images that do not fit as they are get smaller until they do, or would
# have fewer pixels than that along their longer side.
LEAST_PREVIEW_SIDE = 128
# Tried in turn before any pixel is given up, of small pictures too; the last is for smaller ones.
PREVIEW_QUALITIES = (90, 80, 70)
# Tried for the thumbnails in turn, where they do not fit as they are.
SHEET_QUALITIES = (70, 60, 50, 40, 30, 20, 10)


def inline_index(
    atlas: Atlas,
    *,
    similar: int = 9,
    max_bytes: int | None = None,
    cosines: str | None = None,
    deep: DeepIndex | None = None,
    levels: Mapping[int, list[int]] | None = None,
) -> PageIndex:
    """Gather all that a page shows of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts the page shows, at least 1.
    max_bytes : int, optional
        Bytes that all of it may take as JSON; previews are shrunk, then thumbnails compressed
        harder, until it fits. Unlimited if not given; so previews keep all pixels that fit.
    cosines : str, optional
        Where Panel serves the page: what addresses begin with at which it compares a cutout with
        all.
    deep : DeepIndex, optional
        Tiles of parent images that it has.
    levels : dict of int to list of int, optional
        The first tile of each level, by image.

    Returns
    -------
    PageIndex
        With ``pieces`` and the thumbnails' ``urls``: plain data for JSON.

    Raises
    ------
    ValueError
        If `similar` is less than 1.
    """
    source = Pieces(atlas, AtlasOrder(), similar=similar, levels=levels)
    pieces = {
        f"{kind}/{number}": source.make(kind, number)
        for kind, count in source.kinds().items()
        for number in range(count)
    }
    layout = atlas.sheet_layout
    thumbnails: ThumbnailsIndex = {
        "size": layout.size, "columns": layout.columns, "rows": layout.rows, "by": "row",
        "urls": [],
    }  # fmt: skip
    index = source.index(
        thumbnails, served=cosines is not None, cosines=cosines, deep=deep, pieces=pieces
    )
    left = None if max_bytes is None else max_bytes - _size(index)
    sheets = _sheets(atlas, left)
    thumbnails["urls"] = sheets
    left = None if left is None else left - sum(map(len, sheets))
    images = cast("ImagePiece", pieces["images/0"])["images"]
    urls = _previews(atlas, left)
    for image, url in zip(images, urls, strict=True):
        image["url"] = url
    # Last, since images have their pictures only now.
    index["checksums"] = {name: checksum(embed_json(piece)) for name, piece in pieces.items()}
    return index


def _sheets(atlas: Atlas, max_bytes: int | None) -> list[str]:
    """All sheets as data URLs, compressed harder where they would not fit."""
    raw = [atlas.pictures.sheet(sheet) for sheet in range(atlas.n_sheets)]
    urls: list[str] = []
    for quality in SHEET_QUALITIES:
        urls = [data_url(data) for data in raw]
        if max_bytes is None or sum(map(len, urls)) <= max_bytes:
            break
        raw = [_recompress(atlas.pictures.sheet(sheet), quality) for sheet in range(atlas.n_sheets)]
    return urls


def _recompress(data: bytes, quality: int, side: int | None = None) -> bytes:
    with PillowImage.open(io.BytesIO(data), formats=("WEBP", "JPEG")) as picture:
        picture.load()
        if side is not None:
            picture.thumbnail((side, side), PillowImage.Resampling.LANCZOS)
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()


def _previews(atlas: Atlas, max_bytes: int | None) -> Sequence[str | None]:
    """Give the parent images' pictures as data URLs: as they are, else shrunk until they fit.

    All get the same size. Where even the smallest would not fit there are none, and the page shows
    the boxes alone.
    """
    if max_bytes is None or _preview_bytes(atlas) <= max_bytes:
        return [data_url(atlas.pictures.preview(image)) for image in range(len(atlas.images))]
    images = atlas.images
    longer = np.maximum(images["preview_width"].to_numpy(), images["preview_height"].to_numpy())
    side = int(longer.max())
    least = min(LEAST_PREVIEW_SIDE, side)
    qualities = iter(PREVIEW_QUALITIES)
    quality = next(qualities)
    while side >= least:
        urls = _shrunk(atlas, side, quality, max_bytes)
        if len(urls) == len(longer):
            return urls
        if (lower := next(qualities, None)) is not None:
            quality = lower
            continue
        # Bytes are about as many as pixels.
        pixels = np.minimum(longer, side).astype(float) ** 2
        fitted = pixels[: len(urls)].sum() / pixels.sum()
        side = int(side * min(0.9, max(0.5, 0.97 * fitted**0.5)))
    return [None] * len(longer)


def _preview_bytes(atlas: Atlas) -> int:
    """Bytes of all previews as data URLs, at most."""
    files = atlas.manifest["files"]
    sizes = (files[f"{PREVIEWS_FOLDER}/{name}"]["bytes"] for name in atlas.images["preview"])
    # Base64 makes four characters of three bytes.
    return sum(len(data_url(b"")) + 8 + (size + 2) // 3 * 4 for size in sizes)


def _shrunk(atlas: Atlas, side: int, quality: int, max_bytes: int) -> list[str]:
    """Give the first pictures that fit, none of them with a longer side than that."""
    urls: list[str] = []
    for image in range(len(atlas.images)):
        url = data_url(_recompress(atlas.pictures.preview(image), quality, side))
        max_bytes -= len(url)
        if max_bytes < 0:
            break
        urls.append(url)
    return urls


def _size(value: Any) -> int:
    """Bytes of plain data as JSON, near enough for a budget."""
    if isinstance(value, dict):
        return sum(len(key) + 6 + _size(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return sum(2 + _size(item) for item in value)
    return len(value.encode()) + 2 if isinstance(value, str) else 20
