"""Atlas -> the data of a page that is one file: all pieces, thumbnails and previews inside."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.encoding import Payload, data_url
from hubble_dash.viewer.data.pieces import Pieces

__all__ = ["make_payload"]

# Longer sides tried for the pictures of the parent images, until they fit.
PREVIEW_SIDES = (1600, 1200, 900, 700, 512, 384, 256, 192, 128)
SHEET_QUALITIES = (70, 60, 50, 40, 30, 20, 10)


def make_payload(atlas: Atlas, *, similar: int = 9, room: int | None = None) -> Payload:
    """Gather what a page shows of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts the page shows, at least 1.
    room : int, optional
        Bytes that the payload may take; previews are shrunk, then thumbnails compressed harder,
        until it fits. Unlimited if not given.

    Returns
    -------
    dict
        The index of the page, its ``pieces`` and ``thumbnails`` inside; plain data for JSON.

    Raises
    ------
    ValueError
        If `similar` is less than 1.
    """
    pieces = Pieces(atlas, similar=similar, whole=True)
    payload = pieces.index()
    payload["pieces"] = {f"{kind}/0": pieces.make(kind, 0) for kind in pieces.kinds()}
    left = None if room is None else room - _size(payload)
    sheets = _sheets(atlas, left)
    payload["thumbnails"] = {**atlas.manifest["thumbnails"], "by": "row", "urls": sheets}
    left = None if left is None else left - sum(map(len, sheets))
    images = payload["pieces"]["images/0"]["images"]
    urls = _previews([pieces.parents.preview_path(i) for i in range(len(images))], left)
    for image, url in zip(images, urls, strict=True):
        image["url"] = url
    return payload


def _sheets(atlas: Atlas, room: int | None) -> list[str]:
    """All sheets as data URLs, compressed harder where they would not fit."""
    raw = [atlas.sheet_path(sheet).read_bytes() for sheet in range(atlas.n_sheets)]
    urls: list[str] = []
    for quality in SHEET_QUALITIES:
        urls = [data_url(data) for data in raw]
        if room is None or sum(map(len, urls)) <= room:
            break
        raw = [_recompress(atlas.sheet_path(sheet), quality) for sheet in range(atlas.n_sheets)]
    return urls


def _recompress(path: Path, quality: int, side: int | None = None) -> bytes:
    with PillowImage.open(path) as picture:
        picture.load()
        if side is not None:
            picture.thumbnail((side, side), PillowImage.Resampling.LANCZOS)
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()


def _previews(paths: Sequence[Path], room: int | None) -> Sequence[str | None]:
    """Shrink the parent images' pictures until they fit, all to the same size, as data URLs.

    Where even the smallest would not fit there are none, and the page shows the boxes alone.
    """
    if room is None:
        return [data_url(path.read_bytes()) for path in paths]
    for side in PREVIEW_SIDES:
        urls: list[str | None] = []
        left = room
        for path in paths:
            url = data_url(_recompress(path, 80, side))
            left -= len(url)
            if left < 0:
                break
            urls.append(url)
        else:
            return urls
    return [None] * len(paths)


def _size(value: Any) -> int:
    """Bytes of plain data as JSON, near enough for a budget."""
    if isinstance(value, dict):
        return sum(len(key) + 6 + _size(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return sum(2 + _size(item) for item in value)
    return len(value.encode()) + 2 if isinstance(value, str) else 20
