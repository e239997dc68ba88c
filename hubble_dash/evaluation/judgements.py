"""How far fingerprints agree with people: triplets, and matrices of similarity."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import CatalogError

__all__ = ["MatrixScores", "TripletScores", "judge_matrix", "judge_triplets"]

TRIPLET = ["anchor", "positive", "negative"]


@dataclass(frozen=True)
class TripletScores:
    """How often the fingerprints say which of two is more like a third as people said.

    Parameters
    ----------
    n : int
        Triplets.
    agreement : float
        Share that agree; a tie counts half, and chance gives 0.5.
    error : float
        Its standard error, as if triplets were independent.
    """

    n: int
    agreement: float
    error: float


@dataclass(frozen=True)
class MatrixScores:
    """How far similarities agree with those that people gave.

    Parameters
    ----------
    n_cutouts, n_pairs : int
        What was compared.
    spearman, kendall : float
        Rank correlations over all pairs: Spearman's rho and Kendall's tau-b.
    row_spearman : float
        Mean of the rank correlations of each cutout with all others.
    nearest : int
        How many neighbours precision looks at.
    precision : float
        Share of the nearest that are among as many that people found most similar.
    chance : float
        The precision of a random order.
    """

    n_cutouts: int
    n_pairs: int
    spearman: float
    kendall: float
    row_spearman: float
    nearest: int
    precision: float
    chance: float


def judge_triplets(
    atlas: Atlas, unit: NDArray[np.float32], path: str | Path, *, names: str | None = None
) -> TripletScores:
    """Compare with a CSV file of triplets: the anchor is more like the positive.

    Parameters
    ----------
    atlas : Atlas
        Says what cutouts are called.
    unit : (n, d) float32 array
        Fingerprints of length 1.
    path : path-like
        With the columns ``anchor``, ``positive``, ``negative``: rows of the atlas, or names.
    names : str, optional
        Column of the cutouts that has the names; else they are those of the files.

    Returns
    -------
    TripletScores

    Raises
    ------
    CatalogError
        If the file cannot be read, or names what the atlas does not have.
    """
    try:
        table = pd.read_csv(path, dtype=str, usecols=TRIPLET, keep_default_na=False)
    except (OSError, ValueError) as err:
        raise CatalogError(f"{path} gives no triplets: {err}") from err
    if table.empty:
        raise CatalogError(f"{path} gives no triplets: it has no rows")
    rows = _Names(atlas, names, path)
    anchor, positive, negative = (rows.find(table[column].tolist()) for column in TRIPLET)
    nearer = np.einsum("nd,nd->n", unit[anchor], unit[positive] - unit[negative])
    agreed = np.where(nearer == 0, 0.5, nearer > 0)
    share = float(agreed.mean())
    return TripletScores(len(table), share, float(np.sqrt(share * (1 - share) / len(table))))


def judge_matrix(
    atlas: Atlas,
    unit: NDArray[np.float32],
    path: str | Path,
    *,
    names: str | None = None,
    nearest: int = 9,
) -> MatrixScores:
    """Compare with a matrix of similarities, large = alike.

    Parameters
    ----------
    atlas, unit, names
        As in `judge_triplets`.
    path : path-like
        ``.npy``, (n, n), a row and a column for each of the atlas; or CSV with names, or rows of
        the atlas, as its first column and its header. The mean of the two halves is taken; pairs
        that are not finite are left out, and so is the diagonal.
    nearest : int
        Neighbours looked at for precision.

    Returns
    -------
    MatrixScores

    Raises
    ------
    CatalogError
        If the matrix cannot be read, has another size, or leaves nothing to compare.
    """
    # Imported late: it takes a second, and only people's matrices need it.
    from scipy.stats import kendalltau, spearmanr

    rows, people = _read_matrix(atlas, Path(path), names)
    with np.errstate(invalid="ignore"):
        people = (people + people.T) / 2
    cosine = unit[rows] @ unit[rows].T
    known = np.isfinite(people) & ~np.eye(len(rows), dtype=bool)
    upper = np.triu(known)
    if upper.sum() < 3 or np.ptp(people[upper]) == 0:
        raise CatalogError(f"{path} gives fewer than three pairs, or all alike: none to compare")
    by_row = [_rank_correlation(cosine[i, own], people[i, own]) for i, own in enumerate(known)]
    precision, chance = _precision(cosine, people, known, nearest)
    return MatrixScores(
        len(rows), int(upper.sum()),
        float(spearmanr(cosine[upper], people[upper]).statistic),
        float(kendalltau(cosine[upper], people[upper]).statistic),
        float(np.nanmean(by_row)), nearest, precision, chance,
    )  # fmt: skip


def _rank_correlation(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Spearman's rho; NaN where one of the two is constant or there are fewer than three."""
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    ranks = [pd.Series(values).rank() for values in (first, second)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _precision(
    cosine: NDArray[Any], people: NDArray[Any], known: NDArray[np.bool_], nearest: int
) -> tuple[float, float]:
    """Share of the nearest that people have among theirs, and what chance gives."""
    shares, chances = [], []
    for i, own in enumerate(known):
        others = np.flatnonzero(own)
        k = min(nearest, len(others) - 1)
        if k < 1:
            continue
        ours, theirs = (np.argsort(-m[i, others], kind="stable")[:k] for m in (cosine, people))
        shares.append(np.isin(ours, theirs).mean())
        chances.append(k / len(others))
    return float(np.mean(shares)), float(np.mean(chances))


def _read_matrix(
    atlas: Atlas, path: Path, names: str | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Read a matrix, and which rows of the atlas it is about."""
    try:
        if path.suffix.lower() == ".npy":
            matrix = np.load(path, allow_pickle=False).astype(np.float64)
            labels = [str(row) for row in range(len(atlas))]
            if matrix.shape != (len(atlas), len(atlas)):
                raise CatalogError(
                    f"{path} has shape {matrix.shape}; the atlas has {len(atlas)} cutouts, so it"
                    f" must be ({len(atlas)}, {len(atlas)}), or a CSV that names its cutouts"
                )
            return np.arange(len(atlas)), matrix
        table = pd.read_csv(path, index_col=0)
        matrix = table.to_numpy(np.float64)
    except (OSError, ValueError) as err:
        raise CatalogError(f"{path} gives no matrix of similarities: {err}") from err
    labels = [str(label) for label in table.index]
    if labels != [str(label) for label in table.columns]:
        raise CatalogError(f"{path}: its first column and its header must name the same, in order")
    rows = _Names(atlas, names, path).find(labels)
    if len(set(rows.tolist())) < len(rows):
        raise CatalogError(f"{path} names a cutout twice")
    return rows, matrix


class _Names:
    """Rows of an atlas by name: a column's values, or names of files, with or without suffix."""

    def __init__(self, atlas: Atlas, column: str | None, path: str | Path) -> None:
        self._n, self._column, self._path = len(atlas), column, path
        if column is None:
            files = atlas.images["name"].to_numpy()[atlas.cutouts["image"]]
            keys = [(str(name), Path(str(name)).stem) for name in files]
        elif column in atlas.cutouts:
            keys = [(str(value), str(value)) for value in atlas.cutouts[column]]
        else:
            raise CatalogError(f"the cutouts have no column {column!r} with names")
        self._rows: dict[str, set[int]] = {}
        for row, pair in enumerate(keys):
            for key in pair:
                self._rows.setdefault(key, set()).add(row)

    def find(self, names: list[str]) -> NDArray[np.int64]:
        """Give the row of each name."""
        return np.array([self._row(name.strip()) for name in names], dtype=np.int64)

    def _row(self, name: str) -> int:
        rows = self._rows.get(name, set())
        if len(rows) == 1:
            return next(iter(rows))
        if self._column is None and name.isdecimal() and int(name) < self._n:
            return int(name)
        if rows:
            what = f"{len(rows)} cutouts go by that name; give rows, or a column of names"
        else:
            what = f"no cutout goes by that name, and rows are 0 to {self._n - 1}"
        raise CatalogError(f"{self._path} names {name!r}: {what}")
