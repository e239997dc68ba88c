"""How well neighbours agree with labels, and how far they share what should not matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.schema import class_codes
from hubble_dash.config.bounds import at_least
from hubble_dash.evaluation.gallery import Gallery

__all__ = ["ClassScores", "LabelScores", "Purity", "label_scores", "purity"]


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
    at_least("nearest", nearest, 1)
    at_least("vote", vote, 1)
    codes, names = class_codes(labels)
    asked = _ask(gallery, codes, nearest=nearest, vote=vote)
    if not len(asked.rows):
        raise ValueError(f"no two cutouts share a value of {labels.name!r} and may be compared")
    own = codes[asked.rows]
    means = {c: asked.scores[:, own == c].mean(axis=1) for c in np.unique(own).tolist()}
    mean = asked.scores.mean(axis=1).tolist()
    class_mean = np.mean(list(means.values()), axis=0).tolist()
    confusion = np.zeros((len(names), len(names)), np.int64)
    np.add.at(confusion, (own, asked.voted), 1)
    known = codes >= 0
    n_alone = len(gallery.queries(known)) - len(asked.rows)
    return LabelScores(
        column=str(labels.name),
        nearest=nearest,
        n_queries=len(asked.rows),
        n_passed_over=int((~known).sum()) + n_alone,
        precision=mean[0],
        accuracy=mean[1],
        average_precision=mean[2],
        class_precision=class_mean[0],
        class_accuracy=class_mean[1],
        class_average_precision=class_mean[2],
        chance=float(asked.chance.mean()),
        classes=tuple(
            ClassScores(names[c], int((own == c).sum()), *values.tolist())
            for c, values in means.items()
        ),
        vote=vote,
        confusion=confusion,
        vote_classes=tuple(names),
    )


class _Asked(NamedTuple):
    """What q queries found: those that have a label, and another that has it too.

    Attributes
    ----------
    rows : (q,) int64 array
        Of the queries.
    scores : (3, q) float64 array
        Precision, accuracy and average precision of each.
    chance : (q,) float64 array
        Share of what it may find that has its label.
    voted : (q,) int64 array
        Code of the label that its nearest voted for.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    chance: NDArray[np.float64]
    voted: NDArray[np.int64]


def _ask(gallery: Gallery, codes: NDArray[np.int64], *, nearest: int, vote: int) -> _Asked:
    """Search for the neighbours of those that have a label, and compare their labels."""
    known = codes >= 0
    blocks = [_Asked(np.empty(0, np.int64), np.empty((3, 0)), np.empty(0), np.empty(0, np.int64))]
    for rows, cosine, allowed in gallery.search(gallery.queries(known), known):
        order = np.argsort(-cosine, axis=1, kind="stable")
        found = np.take_along_axis(allowed, order, axis=1)
        right = (codes[order] == codes[rows, None]) & found
        n_right, n_found = right.sum(axis=1), found.sum(axis=1)
        can = n_right > 0
        precision = right[:, :nearest].sum(axis=1) / n_found.clip(1, nearest)
        scores = np.stack([precision[can], right[can, 0], _average_precision(right[can])])
        voted = _votes(codes[order[can, :vote]], found[can, :vote])
        blocks.append(_Asked(rows[can], scores, (n_right / n_found.clip(1))[can], voted))
    return _Asked(*(np.concatenate(parts, axis=-1) for parts in zip(*blocks, strict=True)))


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
