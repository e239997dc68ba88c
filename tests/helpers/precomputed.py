"""Vectors and maps of the user's own, and files of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import hubble_dash as hd
from helpers.images import make_picture
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.build import build_from
from hubble_dash.builder.inputs import Blocks


def build_of(inputs: Any, out: Path, *, blocks: Blocks | None = None, **settings: Any) -> Atlas:
    """Build with vectors or a map of the user's own; a map takes no time else."""
    usual = {} if "positions" in settings else {"map": hd.MapSettings(method="pca")}
    told = hd.BuildSettings(**(usual | settings))
    return build_from(told, inputs, out=out, progress=False, blocks=blocks or Blocks())


def vectors(n: int, d: int = 7, *, seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(2, 1, (n, d)).astype(np.float32)


def pictures(folder: Path, n: int, *, blank: tuple[int, ...] = ()) -> list[Path]:
    """Make pictures p0.png, p1.png, ...; some of them blank, which are left out."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(0)
    return [
        make_picture(
            folder / f"p{i}.png",
            np.full((40, 50), 9 * (i not in blank), np.uint8)
            * random.integers(1, 25, (40, 50), np.uint8),
        )
        for i in range(n)
    ]


def save(path: Path, values: NDArray[Any]) -> Path:
    """Write a matrix under that very name; NumPy adds an ending where there is none."""
    with path.open("wb") as file:
        np.save(file, values)
    return path


def save_several(path: Path, **arrays: Any) -> Path:
    with path.open("wb") as file:
        np.savez(file, **arrays)
    return path


def as_lists(path: Path, values: NDArray[Any], names: list[str] | None) -> None:
    table = pd.DataFrame({"vector": list(values)})
    (table if names is None else table.assign(filename=names)).to_parquet(path)


def as_columns(path: Path, values: NDArray[Any], names: list[str] | None) -> None:
    table = pd.DataFrame(values, columns=[f"feature_{i}" for i in range(values.shape[1])])
    (table if names is None else table.assign(path=pd.Categorical(names))).to_parquet(path)


def as_index(path: Path, values: NDArray[Any], names: list[str] | None) -> None:
    columns = [f"feature_{i}" for i in range(values.shape[1])]
    pd.DataFrame(values, columns=columns, index=names).to_parquet(path)


def as_npz(path: Path, values: NDArray[Any], names: list[str] | None) -> None:
    save_several(path, embedding=values, **({} if names is None else {"ids": names}))
