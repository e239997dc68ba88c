"""Builds that take a twentieth of a second: vectors and a map are given, a shard has one cutout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np

from helpers.builds import pictures
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.build import build_from
from hubble_dash.builder.inputs import Blocks
from hubble_dash.config import BuildSettings

TinyBuild: TypeAlias = Callable[..., Atlas]


def tiny_build(folder: Path, n: int = 3) -> TinyBuild:
    """Write what is built of into a folder.

    Returns
    -------
    callable
        Builds an atlas of n cutouts under a name; the same every time.
    """
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    for name, d in (("vectors", 5), ("map", 2)):
        np.save(folder / f"{name}.npy", rng.normal(2, 1, (n, d)).astype(np.float32))
    files = pictures(folder / "images", n)

    def build(out: Path, *, overwrite: bool = False, title: str | None = None) -> Atlas:
        settings = BuildSettings(
            fingerprints=folder / "vectors.npy", positions=folder / "map.npy", workers=0,
            title=title,
        )  # fmt: skip
        blocks = Blocks(SheetLayout(columns=1, rows=1), cutouts_a_shard=1)
        return build_from(
            settings, files, out=out, overwrite=overwrite, progress=False, blocks=blocks
        )

    return build
