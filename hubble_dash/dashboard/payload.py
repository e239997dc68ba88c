"""Atlas -> the data of a page: columns as typed arrays, thumbnails and previews as data URLs.

Everything stands once, column by column. ``templates/data.js`` is its only reader.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image as PillowImage

from hubble_dash.atlas import Atlas
from hubble_dash.dashboard.sky_view import mollweide
from hubble_dash.provenance import provenance

__all__ = ["make_payload", "neighbor_depth"]

Payload: TypeAlias = dict[str, Any]

N_LABELS = 5
OWN_COLUMNS = {
    *("image", "ixmin", "ixmax", "iymin", "iymax", "ra_deg", "dec_deg", "pixel_scale_arcsec"),
    *(f"{kind}_{i}" for kind in ("label", "score") for i in range(1, N_LABELS + 1)),
}
IMAGE_COLUMNS = {
    *("path", "name", "nx", "ny", "origin", "preview", "preview_width", "preview_height"),
    *("position_quality", "notes"),
}
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
        Plain data for JSON.

    Raises
    ------
    ValueError
        If `similar` is less than 1.
    """
    if similar < 1:
        raise ValueError(f"similar is {similar}; a page shows at least 1 similar cutout")
    table = atlas.cutouts
    columns = {
        "x": _column(atlas.positions[:, 0], "float32"),
        "y": _column(atlas.positions[:, 1], "float32"),
        **_neighbor_columns(atlas, similar),
        "image": _column(table["image"], "int32"),
        "box": _column(table[["ixmin", "ixmax", "iymin", "iymax"]], "int32"),
        **_sky_columns(table),
        "color": _column(_mean_colors(atlas), "uint8"),
    }
    labels = _labels(table, columns)
    payload: Payload = {
        "title": atlas.title,
        "n": len(atlas),
        "similar": similar,
        "notes": atlas.manifest["notes"],
        "provenance": provenance(atlas),
        "columns": columns,
        "labels": labels,
        "metadata": _metadata(table.drop(columns=list(OWN_COLUMNS & set(table.columns)))),
    }
    left = None if room is None else room - _size(payload)
    sheets = _sheets(atlas, left)
    payload["sheets"] = {**atlas.manifest["thumbnails"], "urls": sheets}
    left = None if left is None else left - sum(map(len, sheets))
    payload["images"] = _images(atlas, left)
    return payload


def neighbor_depth(atlas: Atlas, similar: int) -> int:
    """Say how deep a page must keep neighbours, so that `similar` remain without overlapping ones.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many a page shows.

    Returns
    -------
    int
        At most the depth that the atlas stores.
    """
    rows = atlas.neighbors.rows
    n, k = rows.shape
    boxes = atlas.cutouts[["image", "ixmin", "ixmax", "iymin", "iymax"]].to_numpy()
    depth = min(similar, int(k))
    for start in range(0, n, 4096):
        block = rows[start : start + 4096]
        own, other = boxes[start : start + 4096, None, :], boxes[block]
        overlaps = (
            (own[..., 0] == other[..., 0])
            & (own[..., 1] < other[..., 2])
            & (own[..., 2] > other[..., 1])
            & (own[..., 3] < other[..., 4])
            & (own[..., 4] > other[..., 3])
        )
        apart = np.cumsum(~overlaps, axis=1)
        depth = max(depth, int(np.max((apart < similar).sum(axis=1) + 1, initial=0)))
    return min(depth, int(k))


def _column(values: Any, dtype: str) -> dict[str, str]:
    array = np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<"))
    return {"dtype": dtype, "data": base64.b64encode(array.tobytes()).decode("ascii")}


def _neighbor_columns(atlas: Atlas, similar: int) -> Payload:
    """Neighbour rows, and similarities as fixed-point numbers with a step of 1/32767."""
    depth = neighbor_depth(atlas, similar)
    rows = atlas.neighbors.rows[:, :depth]
    fixed = np.round(np.asarray(atlas.neighbors.similarities[:, :depth], np.float64) * 32767)
    return {
        "neighbors": _column(rows, "uint16" if len(atlas) <= 65536 else "int32"),
        "similarities": _column(fixed, "int16"),
    }


def _sky_columns(table: pd.DataFrame) -> Payload:
    """Positions and their places on the sky map; none at all where nothing is known."""
    ra, dec = table["ra_deg"].to_numpy(float), table["dec_deg"].to_numpy(float)
    if not np.isfinite(ra).any():
        return {}
    x, y = mollweide(ra, dec)
    return {
        "ra": _column(ra, "float64"),
        "dec": _column(dec, "float64"),
        "scale": _column(table["pixel_scale_arcsec"], "float32"),
        "sky_x": _column(x, "float64"),
        "sky_y": _column(y, "float64"),
    }


def _labels(table: pd.DataFrame, columns: Payload) -> list[str]:
    """Add the five best labels with their scores, as codes into the returned names."""
    if "label_1" not in table:
        return []
    wide = table[[f"label_{i}" for i in range(1, N_LABELS + 1)]].astype(object)
    codes, names = pd.factorize(wide.to_numpy().ravel(), sort=True)
    scores = table[[f"score_{i}" for i in range(1, N_LABELS + 1)]].to_numpy(float)
    columns["label"] = _column(codes.reshape(wide.shape), "int16")
    columns["score"] = _column(np.round(np.nan_to_num(scores) * 65535), "uint16")
    return [str(name) for name in names]


def _metadata(table: pd.DataFrame) -> list[Payload]:
    """Further columns: numbers as they are, anything else as codes into its distinct texts."""
    found = []
    for name in table.columns:
        column = table[name]
        if column.isna().all():
            continue
        numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        if numeric:
            values = column.to_numpy(dtype=float, na_value=np.nan)
            found.append({"name": str(name), "values": _column(values, "float64")})
        else:
            texts = column.astype(object).where(column.notna(), None)
            codes, names = pd.factorize(texts.map(lambda v: v if v is None else str(v)))
            found.append(
                {
                    "name": str(name),
                    "codes": _column(codes, "int32"),
                    "texts": [str(text) for text in names],
                }
            )
    return found


def _mean_colors(atlas: Atlas) -> NDArray[np.uint8]:
    """Mean colour of each thumbnail, (n, 3)."""
    layout = atlas.sheet_layout
    colors = []
    for sheet in range(atlas.n_sheets):
        with PillowImage.open(atlas.sheet_path(sheet)) as picture:
            rows = picture.height // layout.size
            small = picture.convert("RGB").resize(
                (layout.columns, rows), PillowImage.Resampling.BOX
            )
        colors.append(np.asarray(small).reshape(-1, 3))
    return np.concatenate(colors)[: len(atlas)] if colors else np.zeros((0, 3), np.uint8)


def _data_url(data: bytes) -> str:
    return "data:image/webp;base64," + base64.b64encode(data).decode("ascii")


def _sheets(atlas: Atlas, room: int | None) -> list[str]:
    """All sheets as data URLs, compressed harder where they would not fit."""
    raw = [atlas.sheet_path(sheet).read_bytes() for sheet in range(atlas.n_sheets)]
    for quality in SHEET_QUALITIES:
        urls = [_data_url(data) for data in raw]
        if room is None or sum(map(len, urls)) <= room:
            break
        raw = [_recompress(atlas.sheet_path(sheet), quality) for sheet in range(atlas.n_sheets)]
    return urls if raw else []


def _recompress(path: Any, quality: int, side: int | None = None) -> bytes:
    with PillowImage.open(path) as picture:
        picture.load()
        if side is not None:
            picture.thumbnail((side, side), PillowImage.Resampling.LANCZOS)
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()


def _images(atlas: Atlas, room: int | None) -> list[Payload]:
    table = atlas.images
    urls = _previews(atlas, table["preview"].tolist(), room)
    extra = [name for name in table.columns if name not in IMAGE_COLUMNS]
    images = []
    for record, url in zip(table.to_dict("records"), urls, strict=True):
        facts = {name: record[name] for name in extra if not pd.isna(record[name])}
        images.append(
            {
                "name": record["name"],
                "nx": int(record["nx"]),
                "ny": int(record["ny"]),
                "origin": record["origin"],
                "approximate": record["position_quality"] == "approximate",
                "metadata": [[name, _plain(value)] for name, value in facts.items()],
                "url": url,
            }
        )
    return images


def _plain(value: Any) -> str | float | int:
    return value if isinstance(value, (int, float)) else str(value)


def _previews(atlas: Atlas, names: Sequence[str], room: int | None) -> list[str | None]:
    """Shrink the parent images' pictures until they fit, all to the same size, as data URLs.

    Where even the smallest would not fit there are none, and the page shows the boxes alone.
    """
    paths = [atlas.path / "previews" / name for name in names]
    if room is None:
        return [_data_url(path.read_bytes()) for path in paths]
    for side in PREVIEW_SIDES:
        urls: list[str | None] = []
        left = room
        for path in paths:
            url = _data_url(_recompress(path, 80, side))
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
    if isinstance(value, list):
        return sum(2 + _size(item) for item in value)
    return len(value.encode()) + 2 if isinstance(value, str) else 20
