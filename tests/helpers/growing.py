"""Atlases that grow in a twentieth of a second: vectors are given, a sheet has four thumbnails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.builds import pictures
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.build import build_from
from hubble_dash.builder.growing.add import add_from
from hubble_dash.builder.inputs import Blocks
from hubble_dash.config import AddSettings, BuildSettings, MapSettings

BLOCKS = Blocks(SheetLayout(columns=2, rows=2), cutouts_a_shard=4)


class Growing:
    """Pictures with vectors, and atlases of some of them.

    Parameters
    ----------
    folder : Path
        Where all lies.
    n : int
        Pictures.
    """

    def __init__(self, folder: Path, n: int = 20) -> None:
        self.folder = folder
        self.files = pictures(folder / "images", n)
        self.vectors: NDArray[np.float32] = (
            np.random.default_rng(0).normal(2, 1, (n, 6)).astype(np.float32)
        )

    @property
    def path(self) -> Path:
        return self.folder / "some.atlas"

    def build(self, n: int, *, method: Any = "pca", **settings: Any) -> Atlas:
        """Build an atlas of the first n."""
        return build_from(
            BuildSettings(
                fingerprints=self._file(slice(0, n)), map=MapSettings(method=method, n_iter=25),
                **settings,
            ),
            self.files[:n],
            out=self.path,
            progress=False,
            overwrite=True,
            blocks=BLOCKS,
        )  # fmt: skip

    def add(self, first: int, last: int, *, given: Any = None, **settings: Any) -> Atlas:
        """Add those from the first to the last but one."""
        told = AddSettings(fingerprints=self._file(slice(first, last)), **settings)
        given = self.files[first:last] if given is None else given
        return add_from(told, self.path, given, progress=False, blocks=BLOCKS)

    def _file(self, rows: slice) -> Path:
        path = self.folder / f"vectors_{rows.start}_{rows.stop}.npz"
        if not path.exists():
            names = np.array([file.name for file in self.files[rows]])
            np.savez(path, fingerprints=self.vectors[rows], path=names)
        return path
