"""Small atlases made without a network: cutouts of generated pictures, colours as fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import ClusterEntry, ClusterLevelEntry, UnsealedManifest
from hubble_dash.atlas.seal import seal
from hubble_dash.atlas.sheets import SheetLayout

LAYOUT = SheetLayout()
QuickBuild: TypeAlias = Callable[..., Atlas]


def nebula(seed: int, shape: tuple[int, int] = (240, 320)) -> NDArray[np.uint8]:
    """A smooth coloured cloud with stars, (ny, nx, 3)."""
    random = np.random.default_rng(seed)
    y, x = (np.arange(side) for side in shape)
    picture = np.zeros((*shape, 3))
    for _ in range(12):
        cy, cx, width = (
            random.uniform(0, shape[0]),
            random.uniform(0, shape[1]),
            random.uniform(20, 90),
        )
        down, across = (np.exp(-((at - c) ** 2) / (2 * width**2)) for at, c in ((y, cy), (x, cx)))
        cloud = np.outer(down, across)
        picture += cloud[..., None] * random.uniform(0, 110, 3)
    for _ in range(60):
        picture[random.integers(shape[0]), random.integers(shape[1])] = 255
    return np.clip(picture, 0, 255).astype(np.uint8)


def grid(shape: tuple[int, int], size: int, step: int) -> list[tuple[int, int, int, int]]:
    """Boxes (ixmin, ixmax, iymin, iymax) of a sliding window."""
    return [
        (x, x + size, y, y + size)
        for y in range(0, shape[0] - size + 1, step)
        for x in range(0, shape[1] - size + 1, step)
    ]


def brute_force(
    fingerprints: NDArray[Any], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The k nearest by cosine, itself left out."""
    unit = fingerprints.astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    rows = np.argsort(-cosine, axis=1, kind="stable")[:, :k].astype(np.int32)
    return rows, np.take_along_axis(cosine, rows, axis=1).astype(np.float32)


def kept_near(
    rows: NDArray[np.int32], positions: NDArray[Any], k: int = 9, m: int = 27
) -> NDArray[np.float32]:
    """The share of the first k neighbours that are among the m nearest on a map, a row each."""
    apart = ((positions[:, np.newaxis].astype(float) - positions) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1)[:, :m]
    kept = [np.isin(*pair).mean() for pair in zip(rows[:, :k], near, strict=True)]
    return np.array(kept, np.float32)


def make_atlas(
    path: Path,
    *,
    pictures: list[NDArray[np.uint8]] | None = None,
    size: int = 48,
    step: int = 24,
    sky: bool = True,
    origin: str = "upper",
    k: int = 60,
    limit: int | None = None,
    shrunk: int = 1,
    columns: Mapping[str, Any] | None = None,
    clusters: Mapping[str, NDArray[np.int16]] | None = None,
    **manifest: Any,
) -> Atlas:
    """Write an atlas of sliding windows, with further columns; image 2 lies at RA 140, Dec 5.

    Previews have sides that are divided by `shrunk`.
    """
    pictures = [nebula(1), nebula(2)] if pictures is None else pictures
    part = path.with_name(path.name + ".making")
    (part / "sheets").mkdir(parents=True)
    (part / "previews").mkdir()
    records: list[dict[str, Any]] = []
    thumbnails, images = [], []
    for index, picture in enumerate(pictures):
        ny, nx = picture.shape[:2]
        shown = picture if origin == "upper" else picture[::-1]
        preview = np.asarray(PillowImage.fromarray(shown).reduce(shrunk))
        _save(preview, part / "previews" / f"{index:05d}.webp", quality=90)
        images.append(
            {
                "path": f"/data/field_{index}.fits",
                "name": f"field_{index}.fits",
                "nx": nx,
                "ny": ny,
                "origin": origin,
                "preview": f"{index:05d}.webp",
                "preview_width": preview.shape[1],
                "preview_height": preview.shape[0],
                "position_quality": "exact" if sky else "",
                "notes": "",
                "INSTRUME": "ACS",
            }
        )
        for box in grid((ny, nx), size, step)[: None if limit is None else limit - len(records)]:
            x, y = (box[0] + box[1] - 1) / 2, (box[2] + box[3] - 1) / 2
            cut = picture[box[2] : box[3], box[0] : box[1]]
            cut = cut if origin == "upper" else cut[::-1]
            thumbnails.append(np.asarray(PillowImage.fromarray(cut).resize((LAYOUT.size,) * 2)))
            records.append(
                {
                    "image": index,
                    "ixmin": box[0], "ixmax": box[1], "iymin": box[2], "iymax": box[3],
                    "ra_deg": 40 + 100 * index - x * 1e-3 if sky else np.nan,
                    "dec_deg": -20 + 25 * (index % 4) + y * 1e-3 if sky else np.nan,
                    "pixel_scale_arcsec": 3.6 if sky else np.nan,
                    **{f"label_{i}": f"label {(len(records) + i) % 7}" for i in range(1, 6)},
                    **{f"score_{i}": 0.5 / i for i in range(1, 6)},
                    "magnitude": 20 + len(records) / 100,
                    "class": "spiral" if len(records) % 3 else "elliptical",
                }
            )  # fmt: skip
    n = len(records)
    small = [np.asarray(PillowImage.fromarray(t).resize((4, 4))).ravel() for t in thumbnails]
    fingerprints = (np.array(small, dtype=np.float16) / 16 + 1).astype(np.float16)
    rows, similarities = brute_force(fingerprints, min(k, n - 1))
    centred = fingerprints.astype(float) - fingerprints.astype(float).mean(axis=0)
    positions = np.zeros((n, 2), np.float32)
    if n > 2:
        positions = (centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T).astype(
            np.float32
        )
    for start in range(0, n, LAYOUT.per_sheet):
        held = thumbnails[start : start + LAYOUT.per_sheet]
        sheet = LAYOUT.blank(LAYOUT.per_sheet)
        for slot, pixels in enumerate(held):
            sheet[LAYOUT.box(slot).slices] = pixels
        _save(sheet, part / "sheets" / f"sheet_{start // LAYOUT.per_sheet:05d}.webp", quality=80)
    pd.DataFrame(images).to_parquet(part / "images.parquet")
    pd.DataFrame(records).assign(**(columns or {})).to_parquet(part / "cutouts.parquet")
    arrays: dict[str, NDArray[Any]] = {
        "fingerprints": fingerprints, "neighbors": rows, "similarities": similarities,
        "positions": positions,
    }  # fmt: skip
    said = _manifest(len(images), n, fingerprints.shape[1], rows.shape[1])
    if n > 81 and k >= 9:
        arrays["trust"] = kept_near(rows, positions)
    if clusters is not None:
        arrays["clusters"] = np.stack([*clusters.values()], axis=1)
        said["clusters"] = [_level(name, codes) for name, codes in clusters.items()]
    for name, array in arrays.items():
        np.save(part / f"{name}.npy", array)
    files = [file.relative_to(part).as_posix() for file in part.rglob("*") if file.is_file()]
    return seal(part, path, cast("UnsealedManifest", {**said, **manifest}), files=files)


def make_clustered(path: Path) -> Atlas:
    """Make an atlas of 216 cutouts whose clusters are stripes of the map: two, and six finer ones.

    Every twelfth is in none of the finer.
    """
    rank = make_atlas(path.with_name(f"plain-{path.name}")).positions[:, 0].argsort().argsort()
    n = len(rank)
    fine = (rank * 6 // n).astype(np.int16)
    fine[rank % 12 == 5] = -1
    coarse = (rank * 2 // n).astype(np.int16)
    return make_atlas(path, clusters={"cluster": coarse, "fine cluster": fine})


def _level(name: str, codes: NDArray[np.int16]) -> ClusterLevelEntry:
    sizes = np.bincount(codes[codes >= 0])
    first = [int(np.argmax(codes == code)) for code in range(len(sizes))]
    told: list[ClusterEntry] = [
        {"name": f"{name} {code}", "size": int(size), "medoid": row, "spread": 0.25}
        for code, (size, row) in enumerate(zip(sizes, first, strict=True))
    ]
    return {"name": name, "clusters": told}


def _save(pixels: NDArray[np.uint8], path: Path, *, quality: int) -> None:
    """Write a WebP in the quickest way, which takes a quarter of the time."""
    PillowImage.fromarray(pixels).save(path, quality=quality, method=0)


def _manifest(n_images: int, n: int, d: int, k: int) -> UnsealedManifest:
    return {
        "title": "Two generated nebulae",
        "created": "2026-01-01T00:00:00Z",
        "hubble_dash": "0",
        "n_images": n_images,
        "n_cutouts": n,
        "n_features": d,
        "n_neighbors": k,
        "model": {
            "name": "mean_colour",
            "requested": "mean_colour",
            "weights": "none",
            "weights_source": "file",
            "weights_sha256": "0" * 64,
            "reason": "Made by the tests.",
            "features": "pooled",
        },
        "settings": {
            "inputs": ["generated"],
            "cutouts": {"kind": "window", "size": 48, "step": 24},
            "stretch": {"limits": "percentile"},
            "process_images": [],
            "process_cutouts": [],
            "catalog": None,
            "catalog_columns": {},
            "header_keys": [],
            "hdu": None,
            "plane": None,
            "neighbors": k,
        },
        "map": {"method": "pca"},
        "thumbnails": LAYOUT.to_entry(),
        "left_out": {"files": [], "cutouts": {}},
        "notes": [],
        "versions": {"python": "3"},
    }
