"""What a query says, as a tree of terms; each part knows its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Alone",
    "Both",
    "Circle",
    "Comparison",
    "Contains",
    "Either",
    "IsMissing",
    "Literal",
    "Name",
    "Not",
    "Number",
    "OneOf",
    "Operand",
    "Operator",
    "Query",
    "Search",
    "Term",
    "Text",
    "Truth",
]


@dataclass(frozen=True)
class Part:
    """Something that stands at a place of the query: from `at` on, `length` characters."""

    at: int
    length: int


@dataclass(frozen=True)
class Name(Part):
    """A column."""

    name: str


@dataclass(frozen=True)
class Number(Part):
    """A number as it was written; `whole` where it has neither point nor exponent."""

    written: str
    value: float
    whole: int | None


@dataclass(frozen=True)
class Text(Part):
    """A text in quotes."""

    value: str


@dataclass(frozen=True)
class Truth(Part):
    """True or false."""

    value: bool


Literal: TypeAlias = Number | Text | Truth
Operand: TypeAlias = Name | Literal


@dataclass(frozen=True)
class Operator(Part):
    """One of ``== != < <= > >=``."""

    sign: str


@dataclass(frozen=True)
class Comparison:
    """Operands with an operator between each two: ``0.1 < z < 0.3``."""

    operands: tuple[Operand, ...]
    operators: tuple[Operator, ...]


@dataclass(frozen=True)
class Contains:
    """``NAME ~ "text"``, or ``!~`` where `negated`."""

    name: Name
    text: str
    negated: bool


@dataclass(frozen=True)
class OneOf:
    """``NAME in [1, 2]``, or ``not in`` where `negated`."""

    name: Name
    values: tuple[Literal, ...]
    negated: bool


@dataclass(frozen=True)
class IsMissing:
    """``NAME is missing``, or ``is not missing`` where `negated`."""

    name: Name
    negated: bool


@dataclass(frozen=True)
class Circle(Part):
    """``within(...)``: what lies that near to a place on the sky, all in ICRS degrees."""

    ra_deg: float
    dec_deg: float
    radius_deg: float


@dataclass(frozen=True)
class Alone:
    """A column of truths by itself."""

    name: Name


@dataclass(frozen=True)
class Search:
    """A text by itself, looked for everywhere."""

    text: Text


@dataclass(frozen=True)
class Not:
    """What the term does not mean."""

    term: Term


@dataclass(frozen=True)
class Both:
    """What all of the terms mean: ``and``."""

    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Either:
    """What any of the terms means: ``or``."""

    terms: tuple[Term, ...]


Term: TypeAlias = (
    Comparison | Contains | OneOf | IsMissing | Circle | Alone | Search | Not | Both | Either
)


@dataclass(frozen=True)
class Query:
    """A query that was understood.

    Attributes
    ----------
    text : str
        As it was given.
    term : Term
        What it says.
    """

    text: str
    term: Term
