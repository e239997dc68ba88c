"""Whether what an atlas calls similar is: by labels, people, turned cutouts and instruments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import class_codes
from hubble_dash.config.bounds import at_least
from hubble_dash.config.choices import LeaveOut
from hubble_dash.cosine import center as take_mean_off
from hubble_dash.evaluation.gallery import Gallery
from hubble_dash.evaluation.judgements import judge_matrix, judge_triplets
from hubble_dash.evaluation.results import Evaluation
from hubble_dash.evaluation.retrieval import label_scores, purity

__all__ = ["evaluate"]

# Columns of images that say how light was taken, not what is seen; as headers name them.
INSTRUMENT_COLUMNS = (
    *("TELESCOP", "INSTRUME", "DETECTOR", "FILTER", "FILTER1", "FILTER2"),
    *("telescope", "instrument", "detector", "filter"),
)
# What users call the file of an image where a column is asked for.
FILE = "file"


def evaluate(
    atlas: Atlas,
    *,
    label: str | None = None,
    by: Sequence[str] = (),
    nearest: int = 9,
    vote: int = 1,
    leave_out: LeaveOut = "overlapping",
    center: str | None = None,
    triplets: str | Path | None = None,
    matrix: str | Path | None = None,
    names: str | None = None,
    max_queries: int = 5000,
    random_state: int = 0,
) -> Evaluation:
    """Measure how far the nearest cutouts are alike.

    Parameters
    ----------
    atlas : Atlas
        Only its tables and fingerprints are read.
    label : str, optional
        Column of the cutouts, or of their images, that says what each is.
    by : sequence of str
        Columns that should not decide, beside instrument, detector, filter and file.
    nearest, vote : int
        How many neighbours are looked at, and how many vote for the confusion table.
    leave_out : {"overlapping", "image", "none"}
        Which cutouts a query does not find, beside itself.
    center : str, optional
        Take a mean off the fingerprints first: "all", or the column of groups. The atlas stays
        as it is.
    triplets, matrix : path-like, optional
        What people found: see `hubble_dash.evaluation.judgements`.
    names : str, optional
        Column with the names that these files use; names of files if not given.
    max_queries : int
        Of more cutouts than this, a random part is asked.
    random_state : int
        Seed of that choice.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If a column is not there, or a number out of range.
    CatalogError
        If a file of judgements cannot be used.
    """
    at_least("nearest", nearest, 1)
    gallery = Gallery(
        _fingerprints(atlas, center),
        atlas.cutouts,
        leave_out=leave_out,
        max_queries=max_queries,
        random_state=random_state,
    )
    labels = _column(atlas, label) if label is not None else None
    columns = [
        _column(atlas, name) for name in _not_to_decide(atlas, by, leave_out) if name != label
    ]
    shares = [purity(gallery, values, labels=labels, nearest=nearest) for values in columns]
    return Evaluation(
        title=atlas.title,
        model=str(atlas.manifest["model"]["name"]),
        n_cutouts=len(atlas),
        nearest=nearest,
        leave_out=leave_out,
        centered_by=center,
        labels=None
        if labels is None
        else label_scores(gallery, labels, nearest=nearest, vote=vote),
        purity=tuple(sorted((one for one in shares if one), key=lambda one: -one.strength)),
        triplets=None
        if triplets is None
        else judge_triplets(atlas, gallery.unit, triplets, names=names),
        matrix=None
        if matrix is None
        else judge_matrix(atlas, gallery.unit, matrix, names=names, nearest=nearest),
    )


def _fingerprints(atlas: Atlas, center: str | None) -> NDArray[np.float32]:
    whole = np.asarray(atlas.fingerprints, dtype=np.float32)
    if center is None:
        return whole
    groups = None if center == "all" else class_codes(_column(atlas, center))[0]
    return take_mean_off(whole, groups)


def _not_to_decide(atlas: Atlas, by: Sequence[str], leave_out: LeaveOut) -> list[str]:
    there = [*atlas.cutouts.columns, *atlas.images.columns]
    usual = [name for name in INSTRUMENT_COLUMNS if name in there]
    # What is never found cannot be shared.
    own_file = [FILE] if leave_out != "image" else []
    return list(dict.fromkeys([*by, *usual, *own_file]))


def _column(atlas: Atlas, name: str) -> pd.Series[Any]:
    """Give a value for each cutout: its own, else its image's."""
    if name in atlas.cutouts:
        return atlas.cutouts[name]
    images = atlas.images
    if name in images or name == FILE:
        # Two files of different folders may share their name.
        values = images["path"] if name == FILE else images[name]
        return values.iloc[atlas.cutouts["image"]].reset_index(drop=True).rename(name)
    there = ", ".join(map(str, [*atlas.cutouts.columns, *images.columns]))
    raise ValueError(f"the atlas has no column {name!r}; it has: {there}")
