"""What cutouts of a cluster have, and others have not -> its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.naming.terms import Terms

__all__ = ["names_of"]

# A term is special to a cluster where at least this share of it has the term...
MIN_SHARE = 0.5
# ... which is so many times the share of all...
MIN_TIMES = 1.5
# ... and so many standard deviations above what as many cutouts drawn at random would have.
MIN_SIGNIFICANCE = 4.0
# Two values of a column name a cluster where it has so much of both, and of each.
MIN_OF_PAIR, MIN_OF_EACH = 0.8, 0.25
# More terms in a name are read by nobody.
MAX_TERMS = 3


def names_of(
    unnamed: Sequence[str],
    terms: Terms,
    counts: NDArray[np.int64],
    sizes: NDArray[np.integer[Any]],
    n: int,
) -> list[str]:
    """Name clusters by what is special to each; by a number where nothing is.

    Terms are ranked by class-based TF-IDF (M. Grootendorst 2022, arXiv:2203.05794), in which a
    cutout has a term or not: the share of the cluster that has it, times log(1 + 1 / the share of
    all). What the user said goes before how cutouts look, and that before where they lie. Clusters
    that would be called the same are compared with each other, and get a second and a third term:
    what is special among them, else what is among all. Where a cluster has two values of a column
    in common, such as "star" and "elliptical", both of them are one term.

    Parameters
    ----------
    unnamed : sequence of str
        What each cluster is called that has no name, with a number behind.
    terms : Terms
        With how many of all cutouts have each.
    counts : (clusters, terms) int array
        How many cutouts of each cluster have each.
    sizes : (clusters,) int array
        Cutouts in each.
    n : int
        Cutouts in all.

    Returns
    -------
    list of str
        No two of them are the same.
    """
    terms, counts = _with_pairs(terms, counts, sizes)
    among_all = _special(terms, terms.totals / n, counts, sizes)
    found = [some[:1] for some in among_all]
    for _ in range(MAX_TERMS - 1):
        for group in _alike(found):
            of_group = counts[group].sum(axis=0) / sizes[group].sum()
            special = _special(terms, of_group, counts[group], sizes[group])
            for number, some in zip(group, special, strict=True):
                more = [*some, *among_all[number]]
                found[number] += [text for text in more if text not in found[number]][:1]
    names = [", ".join(some) or f"{unnamed[i]} {i + 1}" for i, some in enumerate(found)]
    return _told_apart(names)


def _with_pairs(
    terms: Terms, counts: NDArray[np.int64], sizes: NDArray[np.integer[Any]]
) -> tuple[Terms, NDArray[np.int64]]:
    """Let two values of a column be one term of the clusters that are of both."""
    for column in np.unique(terms.columns[terms.columns >= 0]):
        inside = np.flatnonzero(terms.columns == column)
        first_two = np.argsort(-counts[:, inside], axis=1, kind="stable")[:, :2]
        two = np.sort(inside[first_two], axis=1)
        shares = np.take_along_axis(counts, two, axis=1) / sizes[:, np.newaxis]
        is_of_both = (shares.sum(axis=1) >= MIN_OF_PAIR) & (shares.min(axis=1) >= MIN_OF_EACH)
        for pair in np.unique(two[is_of_both], axis=0):
            has = is_of_both & (two == pair).all(axis=1)
            terms = Terms(
                [*terms.texts, " or ".join(terms.texts[i] for i in pair)],
                terms.counts,
                np.append(terms.totals, terms.totals[pair].sum()),
                np.append(terms.ranks, terms.ranks[pair[0]]),
                np.append(terms.columns, -1),
            )
            both = np.where(has, counts[:, pair].sum(axis=1), 0)
            counts = np.concatenate([counts, both[:, np.newaxis]], axis=1)
    return terms, counts


def _special(
    terms: Terms,
    of_all: NDArray[np.floating[Any]],
    counts: NDArray[np.int64],
    sizes: NDArray[np.integer[Any]],
) -> list[list[str]]:
    """Give the terms that are special to each of some clusters, the most special first.

    `of_all` is which share has each term of those among whom they are to be special.
    """
    share = counts / sizes[:, np.newaxis]
    deviation = np.sqrt(of_all * (1 - of_all) / sizes[:, np.newaxis])
    is_special = (
        (share >= MIN_SHARE)
        & (share >= MIN_TIMES * of_all)
        & (share - of_all >= MIN_SIGNIFICANCE * deviation)
    )
    score = share * np.log1p(1 / np.maximum(of_all, 1e-9))
    return [
        [*dict.fromkeys(terms.texts[i] for i in np.lexsort((-of, terms.ranks)) if here[i])]
        for here, of in zip(is_special, score, strict=True)
    ]


def _alike(found: list[list[str]]) -> list[list[int]]:
    """Give the clusters that have the same terms, some at least, by their numbers."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, some in enumerate(found):
        groups.setdefault(tuple(some), []).append(number)
    return [group for some, group in groups.items() if some and len(group) > 1]


def _told_apart(names: list[str]) -> list[str]:
    """Add a number where another is called the same, and stands before."""
    taken = set(names)
    found: list[str] = []
    for name in names:
        other, number = name, 2
        while other in found or (other != name and other in taken):
            other, number = f"{name} {number}", number + 1
        found.append(other)
    return found
