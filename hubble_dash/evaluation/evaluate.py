"""Whether what an atlas calls similar is: by labels, people, turned cutouts and instruments."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.centering import center as take_mean_off
from hubble_dash.atlas.schema import class_codes
from hubble_dash.config.bounds import at_least
from hubble_dash.config.choices import LeaveOut
from hubble_dash.evaluation.judgements import (
    MatrixScores,
    TripletScores,
    judge_matrix,
    judge_triplets,
)
from hubble_dash.evaluation.retrieval import (
    Gallery,
    LabelScores,
    Purity,
    label_scores,
    purity,
)

__all__ = ["Evaluation", "RotationScores", "evaluate"]

# Columns of images that say how light was taken, not what is seen; as headers name them.
INSTRUMENT_COLUMNS = (
    *("TELESCOP", "INSTRUME", "DETECTOR", "FILTER", "FILTER1", "FILTER2"),
    *("telescope", "instrument", "detector", "filter"),
)
FILE = "file"
# From here on, that far from chance to all, a column decides visibly.
STRONG = 0.3


@dataclass(frozen=True)
class RotationScores:
    """Whether a cutout, cut again at another angle and mirrored, finds itself among all.

    Parameters
    ----------
    n : int
        Turned cutouts asked about.
    recall_1, recall_9 : float
        Share for which the cutout itself is the nearest, and among the nine nearest.
    n_reflected : int
        Of them, how many had corners that the image does not have, which were reflected.
    """

    n: int
    recall_1: float
    recall_9: float
    n_reflected: int


@dataclass(frozen=True)
class Evaluation:
    """What was measured of an atlas; `str` gives it as text.

    Parameters
    ----------
    title : str
        Of the atlas.
    model : str
        Its network.
    n_cutouts : int
        Its cutouts.
    nearest : int
        How many neighbours were looked at.
    leave_out : {"overlapping", "image", "none"}
        Which cutouts a query did not find, beside itself.
    centered_by : str or None
        What was centred for this evaluation: "all", or the column of groups.
    labels : LabelScores or None
        Agreement with a column of labels.
    purity : tuple of Purity
        How far neighbours share what should not matter, strongest first.
    rotations : RotationScores or None
        Self-retrieval of turned cutouts.
    triplets : TripletScores or None
        Agreement with people's triplets.
    matrix : MatrixScores or None
        Agreement with people's similarities.
    """

    title: str
    model: str
    n_cutouts: int
    nearest: int
    leave_out: LeaveOut
    centered_by: str | None = None
    labels: LabelScores | None = None
    purity: tuple[Purity, ...] = ()
    rotations: RotationScores | None = None
    triplets: TripletScores | None = None
    matrix: MatrixScores | None = None

    @property
    def warnings(self) -> list[str]:
        """What the reader should be warned of, a sentence each."""
        return [
            f"Neighbours share {one.column!r} in {one.shared:.0%} where chance gives"
            f" {one.chance:.0%}: it decides along with the look. See what centring by it"
            f" changes: --center {one.column}"
            for one in self.purity
            if one.strength >= STRONG
        ]

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as plain data, for JSON; what is not a number becomes None."""
        plain = asdict(self)
        if self.labels is not None:
            plain["labels"]["confusion"] = self.labels.confusion.tolist()
            plain["labels"]["classes"] = [one._asdict() for one in self.labels.classes]
        for entry, one in zip(plain["purity"], self.purity, strict=True):
            entry["strength"] = one.strength
        plain["warnings"] = self.warnings
        cleaned: dict[str, Any] = _without_nan(plain)
        return cleaned

    def with_rotations(self, scores: RotationScores) -> Evaluation:
        """Add what the builder measured with its network."""
        return replace(self, rotations=scores)

    def __str__(self) -> str:
        return "\n".join(_lines(self))


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
    fingerprints = np.asarray(atlas.fingerprints, dtype=np.float32)
    if center is not None:
        groups = None if center == "all" else class_codes(_column(atlas, center))[0]
        fingerprints = take_mean_off(fingerprints, groups)
    gallery = Gallery(
        fingerprints,
        atlas.cutouts,
        leave_out=leave_out,
        max_queries=max_queries,
        random_state=random_state,
    )
    labels = _column(atlas, label) if label is not None else None
    columns = [
        _column(atlas, name) for name in _not_to_decide(atlas, by, leave_out) if name != label
    ]
    measured = [purity(gallery, values, labels=labels, nearest=nearest) for values in columns]
    found = sorted((one for one in measured if one), key=lambda one: -one.strength)
    judged = (
        judge_triplets(atlas, gallery.unit, triplets, names=names) if triplets is not None else None
    )
    compared = (
        judge_matrix(atlas, gallery.unit, matrix, names=names, nearest=nearest)
        if matrix is not None
        else None
    )
    return Evaluation(
        atlas.title, str(atlas.manifest["model"]["name"]), len(atlas), nearest, leave_out, center,
        label_scores(gallery, labels, nearest=nearest, vote=vote) if labels is not None else None,
        tuple(found), None, judged, compared,
    )  # fmt: skip


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


def _lines(found: Evaluation) -> Iterator[str]:
    left_out = {
        "overlapping": "cutouts that overlap it are left out",
        "image": "cutouts of its image are left out",
        "none": "only itself is left out",
    }[found.leave_out]
    yield f"{found.title}: {found.n_cutouts} cutouts, {found.model}; {left_out}"
    if found.centered_by is not None:
        of = "of all" if found.centered_by == "all" else f"of each {found.centered_by}"
        yield f"fingerprints centred for this evaluation: the mean {of} taken off"
    if found.labels is not None:
        yield from _label_lines(found.labels)
    if found.rotations is not None:
        r = found.rotations
        yield ""
        yield f"{'turned and mirrored, finds itself':<36} {'first':>10} {'in nine':>10}"
        yield f"{f'{r.n} cutouts':<36} {r.recall_1:>10.3f} {r.recall_9:>10.3f}"
        if r.n_reflected:
            yield f"  {r.n_reflected} near an edge, their missing corners reflected"
    if found.triplets is not None:
        t = found.triplets
        yield ""
        yield f"{t.n} triplets: agreement {t.agreement:.3f} ± {t.error:.3f} (chance 0.5)"
    if found.matrix is not None:
        m = found.matrix
        yield ""
        yield f"people's similarities, {m.n_cutouts} cutouts, {m.n_pairs} pairs:"
        yield f"  Spearman {m.spearman:.3f}, Kendall {m.kendall:.3f}, by row {m.row_spearman:.3f}"
        yield f"  precision@{m.nearest} {m.precision:.3f} (chance {m.chance:.3f})"
    if found.purity:
        yield ""
        heads = "".join(f" {head:>10}" for head in ("values", "shared", "chance", "strength"))
        yield f"{'neighbours share':<16}{heads}"
        for p in found.purity:
            shares = f"{p.shared:>10.3f} {p.chance:>10.3f} {p.strength:>10.2f}"
            yield f"{p.column[:16]:<16} {p.n_values:>10} {shares}"
    for warning in found.warnings:
        yield f"warning: {warning}"


def _label_lines(found: LabelScores) -> Iterator[str]:
    wide = max(len(one.name) for one in found.classes)
    wide = min(max(wide, 12), 40)
    at = f"precision@{found.nearest}"
    yield ""
    yield f"{found.column[:wide]:<{wide}} {'cutouts':>8} {at:>13} {'1-NN':>8} {'mAP':>8}"
    for one in found.classes:
        yield (
            f"{one.name[:wide]:<{wide}} {one.n:>8} {one.precision:>13.3f}"
            f" {one.accuracy:>8.3f} {one.average_precision:>8.3f}"
        )
    yield (
        f"{'all':<{wide}} {found.n_queries:>8} {found.precision:>13.3f}"
        f" {found.accuracy:>8.3f} {found.average_precision:>8.3f}"
    )
    yield (
        f"{'mean of classes':<{wide}} {'':>8} {found.class_precision:>13.3f}"
        f" {found.class_accuracy:>8.3f} {found.class_average_precision:>8.3f}"
    )
    yield f"{'chance':<{wide}} {'':>8} {found.chance:>13.3f}"
    if found.n_passed_over:
        yield f"  not asked: {found.n_passed_over} without a label, or the only one of theirs"
    if len(found.vote_classes) <= 12:
        yield ""
        voters = "the nearest one says" if found.vote == 1 else f"the nearest {found.vote} vote for"
        yield f"rows: what it is; columns: what {voters}"
        names = [name[:10] for name in found.vote_classes]
        yield " " * wide + "".join(f" {name:>10}" for name in names)
        for name, row in zip(found.vote_classes, found.confusion, strict=True):
            yield f"{name[:wide]:<{wide}}" + "".join(f" {count:>10}" for count in row)


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
