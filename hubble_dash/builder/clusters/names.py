"""What cutouts of a cluster have, and others have not -> its name."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["names_of"]

# A term is special to a cluster where at least this share of it has the term...
MIN_SHARE = 0.5
# ... which is so many times the share of all...
MIN_TIMES = 1.5
# ... and so many standard deviations above what as many cutouts drawn at random would have.
MIN_SIGNIFICANCE = 4.0
# More terms in a name are read by nobody.
MAX_TERMS = 3


def names_of(
    level: str,
    texts: list[str],
    counts: NDArray[np.int64],
    totals: NDArray[np.int64],
    sizes: NDArray[np.integer[Any]],
    n: int,
) -> list[str]:
    """Name clusters by the terms that are special to each; by a number where none is.

    Terms are ranked by class-based TF-IDF (M. Grootendorst 2022, arXiv:2203.05794), in which a
    cutout has a term or not: the share of the cluster that has it, times log(1 + 1 / the share of
    all). A name has as many of them as tell it from the others, three at most.

    Parameters
    ----------
    level : str
        What a cluster is called that has no name.
    texts : list of str
        The terms.
    counts : (clusters, terms) int array
        How many cutouts of each cluster have each.
    totals : (terms,) int array
        How many of all.
    sizes : (clusters,) int array
        Cutouts in each.
    n : int
        Cutouts in all.

    Returns
    -------
    list of str
        No two of them are the same.
    """
    terms = _special(texts, counts, totals, sizes, n)
    names = [f"{level} {number + 1}" for number in range(len(sizes))]
    open_ = [number for number, some in enumerate(terms) if some]
    for n_terms in range(1, MAX_TERMS + 1):
        for number in open_:
            names[number] = ", ".join(terms[number][:n_terms])
        many = Counter(names)
        open_ = [number for number in open_ if many[names[number]] > 1]
    return _told_apart(names)


def _special(
    texts: list[str],
    counts: NDArray[np.int64],
    totals: NDArray[np.int64],
    sizes: NDArray[np.integer[Any]],
    n: int,
) -> list[list[str]]:
    """Give the terms that are special to each cluster, the most special first."""
    share, of_all = counts / sizes[:, np.newaxis], totals / n
    deviation = np.sqrt(of_all * (1 - of_all) / sizes[:, np.newaxis])
    is_special = (
        (share >= MIN_SHARE)
        & (share >= MIN_TIMES * of_all)
        & (share - of_all >= MIN_SIGNIFICANCE * deviation)
    )
    score = share * np.log1p(1 / np.maximum(of_all, 1 / n))
    ranked = np.argsort(-score, axis=1, kind="stable")
    return [
        [*dict.fromkeys(texts[i] for i in order if here[i])]
        for here, order in zip(is_special, ranked, strict=True)
    ]


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
