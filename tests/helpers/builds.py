"""Pictures to build from, and what every atlas that was built must be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from helpers.atlases import kept_near
from helpers.images import make_picture
from hubble_dash.atlas.atlas import Atlas


def thumbnail(atlas: Atlas, row: int) -> NDArray[np.uint8]:
    """Read the thumbnail of a row off its sheet."""
    layout = atlas.sheet_layout
    sheet = np.asarray(Image.open(atlas.sheet_path(row // layout.per_sheet)))
    down, across = divmod(row % layout.per_sheet, layout.columns)
    corner = np.s_[down * layout.size :, across * layout.size :]
    return sheet[corner][: layout.size, : layout.size]


def patches(seed: int, shape: tuple[int, int] = (60, 80)) -> NDArray[np.uint8]:
    """Make colours in squares of 10 pixels, which no thumbnail blurs away."""
    random = np.random.default_rng(seed)
    colors = random.integers(0, 256, (shape[0] // 10, shape[1] // 10, 3), dtype=np.uint8)
    return np.kron(colors, np.ones((10, 10, 1), np.uint8))


def pictures(folder: Path, n: int) -> list[Path]:
    """Make files p0.png, p1.png, ... of patches."""
    folder.mkdir(exist_ok=True)
    return [make_picture(folder / f"p{i}.png", patches(i)) for i in range(n)]


def assert_whole(atlas: Atlas) -> None:
    """Check that all has one length, and that every file is as the manifest says."""
    n = len(atlas)
    assert len(atlas.cutouts) == len(atlas.fingerprints) == len(atlas.positions) == n
    assert len(atlas.neighbors.rows) == len(atlas.neighbors.similarities) == n
    assert len(list((atlas.path / "sheets").iterdir())) == atlas.n_sheets
    previews = atlas.path / "previews"
    shown = {p.relative_to(previews).as_posix() for p in previews.rglob("*") if p.is_file()}
    assert shown == set(atlas.images["preview"])
    assert atlas.check() == []
    assert sorted(set(atlas.cutouts["image"])) == list(range(len(atlas.images)))
    k = min(9, atlas.neighbors.rows.shape[1], (n - 1) // 9)
    if k:
        trust = kept_near(atlas.neighbors.rows, atlas.positions, k, 3 * k)
        assert atlas.trust is not None
        assert np.allclose(atlas.trust, trust, atol=1e-6)
    else:
        assert atlas.trust is None
