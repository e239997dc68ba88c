"""An atlas against its own manifest, schema and ranges, and its neighbours against all others."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.checks import MAX_MANIFEST, check_heads, read_manifest
from hubble_dash.atlas.manifest import Manifest
from hubble_dash.atlas.schema import MANIFEST_FILE
from hubble_dash.errors import AtlasError
from hubble_dash.foreign.folder import Folder
from hubble_dash.foreign.plain import check_plain, read_plain
from hubble_dash.verification.findings import Verification, listed
from hubble_dash.verification.originals import verify_originals

__all__ = ["verify_atlas"]

ROWS_A_BLOCK = 1 << 14
# Cosines are kept to six decimals, and computed in single precision.
SIMILARITY_TOLERANCE = 1e-4


def verify_atlas(
    path: Path, *, sample: int, weights: str | Path | None, random_state: int
) -> Verification:
    """Verify an atlas.

    Parameters
    ----------
    path : Path
        Its folder.
    sample, weights, random_state
        As in `hubble_dash.verify`.
    """
    found = Verification(path, "atlas")
    atlas = _opened(found)
    if atlas is None:
        return found
    _values(atlas, found)
    if found.is_sound:
        _pictures(atlas, found)
        rows = np.random.default_rng(random_state).permutation(len(atlas))[:sample]
        _neighbors(atlas, np.sort(rows), found)
        verify_originals(atlas, np.sort(rows), found, weights=weights)
    return found


def _opened(found: Verification) -> Atlas | None:
    """Check manifest and checksums; give the atlas if what it says can be believed so far."""
    folder = Folder(found.path)
    wrong: list[str] = []
    with listed(wrong):
        said = read_plain(folder.read(MANIFEST_FILE, max_bytes=MAX_MANIFEST))
        check_plain(said, Manifest, MANIFEST_FILE)
    if wrong:
        found.add("manifest", 1, wrong, "its schema")
        return None
    atlas = Atlas(found.path, said)
    damaged = atlas.check()
    with listed(wrong):
        try:
            read_manifest(folder)
        except AtlasError:
            # A file of another size is told by its checksum as well.
            if not damaged:
                raise
    found.add("manifest", 1, wrong, "its schema")
    found.add("files", len(said["files"]), damaged, "their SHA-256 and sizes")
    found.notes += _not_named(found.path, cast(Manifest, said))
    return atlas if found.is_sound else None


def _not_named(path: Path, manifest: Manifest) -> list[str]:
    there = {p.relative_to(path).as_posix() for p in path.rglob("*") if not p.is_dir()}
    others = sorted(there - manifest["files"].keys() - {MANIFEST_FILE})
    named = ", ".join(map(ascii, others[:3]))
    return [f"{len(others)} files are not the atlas's: {named}"] if others else []


def _values(atlas: Atlas, found: Verification) -> None:
    """Check columns and types, the range of every row, and what rows say of one another."""
    wrong: list[str] = []
    with listed(wrong):
        check_heads(Folder(atlas.path), atlas.manifest)
    found.add("tables and arrays", 9, wrong, "their columns, types and shapes")
    if wrong:
        return
    parts: dict[str, Callable[[], object]] = {
        "images": lambda: atlas.images, "image files": lambda: atlas.image_files,
        "cutouts": lambda: atlas.cutouts, "neighbours": lambda: atlas.neighbors,
        "positions": lambda: atlas.positions, "colours": lambda: atlas.colors,
        "mean": lambda: atlas.mean,
        "fingerprints": lambda: atlas.check_values(of_fingerprints=True),
    }  # fmt: skip
    off: list[str] = []
    for look in parts.values():
        with listed(off):
            look()
    found.add("rows", len(atlas), list(dict.fromkeys(off)), "the range of each of their values")
    if not off:
        disordered = _disordered(atlas)
        found.add("lists of neighbours", len(atlas), disordered, "their order, each row once")


def _disordered(atlas: Atlas) -> list[str]:
    """Find rows whose neighbours are themselves, named twice, or not in the order of similarity."""
    rows, similarities = atlas.neighbors.rows, atlas.neighbors.similarities
    off: list[str] = []
    for start in range(0, len(rows), ROWS_A_BLOCK):
        block = np.sort(rows[start : start + ROWS_A_BLOCK], axis=1)
        own = np.arange(start, start + len(block))[:, None]
        rising = np.diff(similarities[start : start + ROWS_A_BLOCK], axis=1) > 1e-6
        bad = (block == own).any(1) | (np.diff(block, axis=1) == 0).any(1) | rising.any(1)
        off += [
            f"row {start + i}: its neighbours are not others, each once, most similar first"
            for i in np.flatnonzero(bad)
        ]
    return off


def _pictures(atlas: Atlas, found: Verification) -> None:
    """Decode all sheets and previews, which also bounds their size."""
    pictures = atlas.pictures
    looks = [
        ("sheets of thumbnails", atlas.n_sheets, pictures.sheet),
        ("previews", len(atlas.images), pictures.preview),
    ]
    with ThreadPoolExecutor() as pool:
        for what, n, look in looks:

            def tried(number: int, look: Callable[[int], bytes] = look) -> list[str]:
                off: list[str] = []
                with listed(off):
                    look(number)
                return off

            wrong = [line for lines in pool.map(tried, range(n)) for line in lines]
            found.add(what, n, wrong, "that they decode, and their sizes")


def _neighbors(atlas: Atlas, rows: NDArray[np.int64], found: Verification) -> None:
    """Search the neighbours of some rows again, among all fingerprints."""
    stored, k = atlas.neighbors, atlas.neighbors.rows.shape[1]
    if not len(rows) or not k:
        return
    own = _unit(atlas.fingerprints[rows])
    cosines = np.concatenate(
        [
            own @ _unit(atlas.fingerprints[start : start + ROWS_A_BLOCK]).T
            for start in range(0, len(atlas), ROWS_A_BLOCK)
        ],
        axis=1,
    )
    cosines[np.arange(len(rows)), rows] = -np.inf
    nearest = -np.partition(-cosines, k - 1, axis=1)[:, :k]
    best = -np.sort(-nearest, axis=1)
    theirs = np.take_along_axis(cosines, stored.rows[rows].astype(np.int64), axis=1)
    is_exact = atlas.manifest.get("neighbors", {"method": "exact"}).get("method") == "exact"
    off = []
    for i, row in enumerate(rows):
        # NaN is no agreement either.
        if not np.abs(theirs[i] - stored.similarities[row]).max() <= SIMILARITY_TOLERANCE:
            off.append(f"row {row}: its similarities are not those of its fingerprints")
        elif is_exact and not np.abs(theirs[i] - best[i]).max() <= SIMILARITY_TOLERANCE:
            off.append(f"row {row}: others are more similar than its neighbours")
    how = f"all fingerprints, within {SIMILARITY_TOLERANCE:g}"
    if not is_exact:
        nine = min(9, k)
        kept = (theirs[:, :nine] >= best[:, nine - 1 : nine] - SIMILARITY_TOLERANCE).mean()
        how = f"similarities within {SIMILARITY_TOLERANCE:g}; {kept:.1%} of the nearest nine found"
    found.add("neighbours searched again, rows", len(rows), off, how)


def _unit(fingerprints: NDArray[np.float16]) -> NDArray[np.float32]:
    vectors = fingerprints.astype(np.float32)
    # Of lengths zero, which no build makes, the cosines are NaN and so differ.
    with np.errstate(invalid="ignore", divide="ignore"):
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
