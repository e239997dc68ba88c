"""How well neighbours agree with labels, and how far they share what should not matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Boxes
from hubble_dash.atlas.schema import class_codes
from hubble_dash.config.bounds import at_least, choice
from hubble_dash.config.choices import LeaveOut

__all__ = ["ClassScores", "Gallery", "LabelScores", "Purity", "label_scores", "purity"]

# Similarities held at once: queries of a block times cutouts.
BLOCK_VALUES = 8_000_000


class Gallery:
    """Fingerprints that are searched, and which of them a query must not find.

    Parameters
    ----------
    fingerprints : (n, d) float array
        One row a cutout.
    cutouts : pandas.DataFrame, optional
        With the columns ``image``, ``ixmin``, ``ixmax``, ``iymin``, ``iymax``, for `leave_out`.
    leave_out : {"overlapping", "image", "none"}
        Beside itself, a query does not find: cutouts that overlap it; any of its image; or it
        finds all.
    max_queries : int
        Of more cutouts than this, a random part is asked.
    random_state : int
        Seed of that choice.

    Raises
    ------
    ValueError
        If a fingerprint is zero or not finite, or boxes are needed and not given.
    """

    def __init__(
        self,
        fingerprints: NDArray[np.floating[Any]],
        cutouts: pd.DataFrame | None = None,
        *,
        leave_out: LeaveOut = "none",
        max_queries: int = 5000,
        random_state: int = 0,
    ) -> None:
        choice("leave_out", leave_out, LeaveOut)
        if cutouts is None and leave_out != "none":
            raise ValueError(f"leave_out={leave_out!r} needs the boxes of the cutouts")
        at_least("max_queries", max_queries, 1)
        whole = np.asarray(fingerprints, dtype=np.float32)
        norms = np.linalg.norm(whole, axis=1, keepdims=True)
        if not (np.isfinite(norms) & (norms > 0)).all():
            raise ValueError("a fingerprint is zero or not finite")
        self.unit = whole / norms
        self.leave_out = leave_out
        self._boxes = Boxes.of(cutouts) if cutouts is not None else None
        self._max_queries, self._random_state = max_queries, random_state

    def __len__(self) -> int:
        return len(self.unit)

    def queries(self, known: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Choose the rows to ask about, of those that are `known`, in rising order."""
        rows = np.arange(len(self)) if known is None else np.flatnonzero(known)
        if len(rows) <= self._max_queries:
            return rows
        random = np.random.default_rng(self._random_state)
        return np.sort(random.choice(rows, self._max_queries, replace=False))

    def search(
        self, queries: NDArray[np.int64], known: NDArray[np.bool_] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]]:
        """Compare queries with all cutouts, a block of queries at a time.

        Parameters
        ----------
        queries : (q,) int array
            Rows.
        known : (n,) bool array, optional
            Only these may be found.

        Yields
        ------
        rows : (b,) int array
            The queries of the block.
        cosine : (b, n) float32 array
            Similarities; -inf where a cutout may not be found.
        allowed : (b, n) bool array
            Which may be found.
        """
        step = max(1, BLOCK_VALUES // max(1, len(self)))
        for start in range(0, len(queries), step):
            rows = queries[start : start + step]
            allowed = ~self._left_out(rows)
            if known is not None:
                allowed &= known
            cosine = self.unit[rows] @ self.unit.T
            cosine[~allowed] = -np.inf
            yield rows, cosine, allowed

    def _left_out(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        own: NDArray[np.bool_] = rows[:, None] == np.arange(len(self))
        if self._boxes is None or self.leave_out == "none":
            return own
        asked = self._boxes[rows[:, None]]
        if self.leave_out == "overlapping":
            return asked.overlap(self._boxes) | own
        same: NDArray[np.bool_] = asked.image == self._boxes.image
        return same | own


class ClassScores(NamedTuple):
    """What holds for the cutouts of one class.

    Attributes
    ----------
    name : str
        The class.
    n : int
        Cutouts asked about.
    precision, accuracy, average_precision : float
        Means over these: see `LabelScores`.
    """

    name: str
    n: int
    precision: float
    accuracy: float
    average_precision: float


@dataclass(frozen=True)
class LabelScores:
    """How well the nearest cutouts share a label.

    Parameters
    ----------
    column : str
        Of labels.
    nearest : int
        How many neighbours precision looks at.
    n_queries : int
        Cutouts asked about: they have a label, and another that may be found has it too.
    n_passed_over : int
        Cutouts that have no label, or are the only one that has theirs.
    precision, accuracy, average_precision : float
        Share of the nearest that have the label; share of queries whose nearest one has it;
        and the mean of the precision at each cutout that has it, over the whole ranking.
    class_precision, class_accuracy, class_average_precision : float
        The means of these over classes, so that each class counts alike.
    chance : float
        The precision that a random order has.
    classes : tuple of ClassScores
        Each class by itself, by name.
    vote : int
        How many neighbours vote for the table: most votes win, then the nearer voter.
    confusion : (c, c) int array
        Row: the class; column: the class that was voted for; both in the order of `vote_classes`.
    vote_classes : tuple of str
        All classes that can be found.
    """

    column: str
    nearest: int
    n_queries: int
    n_passed_over: int
    precision: float
    accuracy: float
    average_precision: float
    class_precision: float
    class_accuracy: float
    class_average_precision: float
    chance: float
    classes: tuple[ClassScores, ...]
    vote: int
    confusion: NDArray[np.int64]
    vote_classes: tuple[str, ...]


def label_scores(
    gallery: Gallery, labels: pd.Series[Any], *, nearest: int = 9, vote: int = 1
) -> LabelScores:
    """Compare neighbours with labels.

    Parameters
    ----------
    gallery : Gallery
        n cutouts.
    labels : (n,) pandas.Series
        Missing values and empty texts are no label.
    nearest, vote : int
        How many neighbours precision looks at, and how many vote for the confusion table.

    Returns
    -------
    LabelScores

    Raises
    ------
    ValueError
        If numbers are less than 1, or no two cutouts share a label.
    """
    if min(nearest, vote) < 1:
        raise ValueError(f"nearest is {nearest} and vote {vote}; each must be at least 1")
    codes, names = class_codes(labels)
    known = codes >= 0
    asked, chance, precision, hit, average, voted = [], [], [], [], [], []
    for rows, cosine, allowed in gallery.search(gallery.queries(known), known):
        order = np.argsort(-cosine, axis=1, kind="stable")
        found = np.take_along_axis(allowed, order, axis=1)
        right = (codes[order] == codes[rows, None]) & found
        n_right, n_found = right.sum(axis=1), found.sum(axis=1)
        can = n_right > 0
        asked.append(rows[can])
        chance.append((n_right / n_found.clip(1))[can])
        precision.append((right[:, :nearest].sum(axis=1) / n_found.clip(1, nearest))[can])
        hit.append(right[can, 0])
        average.append(_average_precision(right[can]))
        voted.append(_votes(codes[order[can, :vote]], found[can, :vote]))
    queries = np.concatenate([np.empty(0, np.int64), *asked])
    if not len(queries):
        raise ValueError(f"no two cutouts share a value of {labels.name!r} and may be compared")
    scores = np.stack([np.concatenate(part) for part in (precision, hit, average)]).astype(float)
    own = codes[queries]
    means = {c: scores[:, own == c].mean(axis=1) for c in np.unique(own).tolist()}
    confusion = np.zeros((len(names), len(names)), np.int64)
    np.add.at(confusion, (own, np.concatenate(voted)), 1)
    n_alone = len(gallery.queries(known)) - len(queries)
    mean, class_mean = scores.mean(axis=1).tolist(), np.mean(list(means.values()), axis=0).tolist()
    return LabelScores(
        column=str(labels.name),
        nearest=nearest,
        n_queries=len(queries),
        n_passed_over=int((~known).sum()) + n_alone,
        precision=mean[0],
        accuracy=mean[1],
        average_precision=mean[2],
        class_precision=class_mean[0],
        class_accuracy=class_mean[1],
        class_average_precision=class_mean[2],
        chance=float(np.concatenate(chance).mean()),
        classes=tuple(
            ClassScores(names[c], int((own == c).sum()), *values.tolist())
            for c, values in means.items()
        ),
        vote=vote,
        confusion=confusion,
        vote_classes=tuple(names),
    )


def _average_precision(right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean precision at each right one, for each row of a ranking; all rows have a right one."""
    rank = np.arange(1, right.shape[1] + 1)
    mean: NDArray[np.float64] = (np.cumsum(right, axis=1) / rank * right).sum(axis=1)
    mean /= right.sum(axis=1)
    return mean


def _votes(codes: NDArray[np.int64], found: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Find the class with most votes in each row; of equals, that of the nearest voter."""
    agree = ((codes[:, :, None] == codes[:, None, :]) & found[:, None, :]).sum(axis=2)
    best = np.argmax(np.where(found, agree, -1), axis=1)
    voted: NDArray[np.int64] = codes[np.arange(len(codes)), best]
    return voted


@dataclass(frozen=True)
class Purity:
    """How far the nearest cutouts share the value of a column that should not decide.

    Parameters
    ----------
    column : str
        Such as the instrument.
    n_values : int
        Different values.
    shared : float
        Share of the nearest that have the query's value.
    chance : float
        What this would be if the column did not matter: the share of all that may be found; with
        labels, of those that have the label of the neighbour, so that an instrument which saw
        only spirals is not blamed for spirals that find spirals.
    """

    column: str
    n_values: int
    shared: float
    chance: float

    @property
    def strength(self) -> float:
        """How much of the way from chance (0) to all (1); negative below chance."""
        return (self.shared - self.chance) / (1 - self.chance) if self.chance < 1 else 0.0


def purity(
    gallery: Gallery,
    values: pd.Series[Any],
    *,
    labels: pd.Series[Any] | None = None,
    nearest: int = 9,
) -> Purity | None:
    """Measure how far neighbours share a value.

    Parameters
    ----------
    gallery : Gallery
        n cutouts.
    values : (n,) pandas.Series
        The column; cutouts without a value are neither asked about nor found.
    labels : (n,) pandas.Series, optional
        What cutouts are: see `Purity`.
    nearest : int
        Neighbours looked at.

    Returns
    -------
    Purity or None
        None where fewer than two values occur, none occurs twice, or nothing may be found.
    """
    codes, names = class_codes(values)
    kinds = class_codes(labels)[0] if labels is not None else np.zeros(len(codes), np.int64)
    if len(names) < 2 or np.bincount(codes[codes >= 0]).max() < 2:
        return None
    shared, chance = [], []
    for rows, cosine, allowed in gallery.search(gallery.queries(codes >= 0), codes >= 0):
        order = np.argsort(-cosine, axis=1, kind="stable")[:, :nearest]
        found = np.take_along_axis(allowed, order, axis=1)
        same = codes == codes[rows, None]
        shared.append(np.take_along_axis(same, order, axis=1)[found])
        expected = np.zeros(cosine.shape)
        for kind in np.unique(kinds):
            members = kinds == kind
            n_same = (same & allowed)[:, members].sum(axis=1)
            n_all = allowed[:, members].sum(axis=1).clip(1)
            expected[:, members] = (n_same / n_all)[:, None]
        chance.append(np.take_along_axis(expected, order, axis=1)[found])
    if not sum(len(part) for part in shared):
        return None
    return Purity(
        str(values.name), len(names),
        float(np.concatenate(shared).mean()), float(np.concatenate(chance).mean()),
    )  # fmt: skip
