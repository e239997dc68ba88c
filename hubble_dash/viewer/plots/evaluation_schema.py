"""What of a saved evaluation the page draws; one from outside is held against it."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypedDict

from hubble_dash.foreign.plain import Between

__all__ = ["SavedEvaluation"]

# What is not a number was written as null.
Share: TypeAlias = Annotated[float, Between(-1, 1)] | None
Count: TypeAlias = Annotated[int, Between(0, 2**53)]


class SavedClass(TypedDict):
    """How well a class is found."""

    name: str
    n: Count
    precision: Share
    accuracy: Share
    average_precision: Share


class SavedLabels(TypedDict):
    """Agreement with a column of labels."""

    column: str
    nearest: Count
    vote: Count
    n_queries: Count
    chance: Share
    precision: Share
    class_precision: Share
    accuracy: Share
    average_precision: Share
    classes: list[SavedClass]
    vote_classes: list[str]
    confusion: list[list[Count]]


class SavedRotations(TypedDict):
    """How often turned cutouts find themselves."""

    n: Count
    recall_1: Share
    recall_9: Share


class SavedTriplets(TypedDict):
    """Agreement with people's triplets."""

    n: Count
    agreement: Share
    error: Share


class SavedMatrix(TypedDict):
    """Agreement with people's similarities."""

    n_pairs: Count
    spearman: Share


class SavedPurity(TypedDict):
    """How far neighbours share what should not decide."""

    column: str
    n_values: Count
    shared: Share
    chance: Share


class _Further(TypedDict, total=False):
    centered_by: str | None
    labels: SavedLabels | None
    rotations: SavedRotations | None
    triplets: SavedTriplets | None
    matrix: SavedMatrix | None
    purity: list[SavedPurity]
    warnings: list[str]


class SavedEvaluation(_Further):
    """What ``hubble-dash evaluate --save`` writes, as far as the page shows it."""

    model: str
    n_cutouts: Count
    nearest: Count
    leave_out: str
