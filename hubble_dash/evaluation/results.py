"""What an evaluation found, as values, as plain data for JSON, and as tables to read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from hubble_dash.config.choices import LeaveOut
from hubble_dash.evaluation.judgements import MatrixScores, TripletScores
from hubble_dash.evaluation.retrieval import LabelScores, Purity

__all__ = ["Evaluation", "RotationScores"]

# Neighbours that share a column this far, of the way from chance to all, are warned of.
WARN_FROM_STRENGTH = 0.3
# A confusion table of more classes is too wide to read.
MAX_CONFUSION_CLASSES = 12


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
            if one.strength >= WARN_FROM_STRENGTH
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
        """Add what the builder measured with its network.

        Parameters
        ----------
        scores : RotationScores
            Of `hubble_dash.builder.query.rotations.measure_rotations`.

        Returns
        -------
        Evaluation
            A copy with them.
        """
        return replace(self, rotations=scores)

    def __str__(self) -> str:
        return "\n".join(_lines(self))


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
        yield from _confusion_lines(found.labels)
    if found.rotations is not None:
        yield from _rotation_lines(found.rotations)
    if found.triplets is not None:
        t = found.triplets
        yield ""
        yield f"{t.n} triplets: agreement {t.agreement:.3f} ± {t.error:.3f} (chance 0.5)"
    if found.matrix is not None:
        yield from _matrix_lines(found.matrix)
    if found.purity:
        yield from _purity_lines(found.purity)
    for warning in found.warnings:
        yield f"warning: {warning}"


def _label_lines(found: LabelScores) -> Iterator[str]:
    wide = _width_of_names(found)
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


def _width_of_names(found: LabelScores) -> int:
    """Give the width of the column of classes, in characters."""
    return min(max(12, *(len(one.name) for one in found.classes)), 40)


def _confusion_lines(found: LabelScores) -> Iterator[str]:
    if len(found.vote_classes) > MAX_CONFUSION_CLASSES:
        return
    wide = _width_of_names(found)
    yield ""
    voters = "the nearest one says" if found.vote == 1 else f"the nearest {found.vote} vote for"
    yield f"rows: what it is; columns: what {voters}"
    names = [name[:10] for name in found.vote_classes]
    yield " " * wide + "".join(f" {name:>10}" for name in names)
    for name, row in zip(found.vote_classes, found.confusion, strict=True):
        yield f"{name[:wide]:<{wide}}" + "".join(f" {count:>10}" for count in row)


def _rotation_lines(found: RotationScores) -> Iterator[str]:
    yield ""
    yield f"{'turned and mirrored, finds itself':<36} {'first':>10} {'in nine':>10}"
    yield f"{f'{found.n} cutouts':<36} {found.recall_1:>10.3f} {found.recall_9:>10.3f}"
    if found.n_reflected:
        yield f"  {found.n_reflected} near an edge, their missing corners reflected"


def _matrix_lines(found: MatrixScores) -> Iterator[str]:
    yield ""
    yield f"people's similarities, {found.n_cutouts} cutouts, {found.n_pairs} pairs:"
    ranks = f"Spearman {found.spearman:.3f}, Kendall {found.kendall:.3f}"
    yield f"  {ranks}, by row {found.row_spearman:.3f}"
    yield f"  precision@{found.nearest} {found.precision:.3f} (chance {found.chance:.3f})"


def _purity_lines(found: tuple[Purity, ...]) -> Iterator[str]:
    yield ""
    heads = "".join(f" {head:>10}" for head in ("values", "shared", "chance", "strength"))
    yield f"{'neighbours share':<16}{heads}"
    for one in found:
        shares = f"{one.shared:>10.3f} {one.chance:>10.3f} {one.strength:>10.2f}"
        yield f"{one.column[:16]:<16} {one.n_values:>10} {shares}"


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
