"""A query and columns -> a truth for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubble_dash.query.columns import Column, Columns, find_name, folded
from hubble_dash.query.compare import LiteralError, compare_columns, compare_literal, is_one_of
from hubble_dash.query.errors import QueryError
from hubble_dash.query.lexer import written
from hubble_dash.query.sky import separation_deg
from hubble_dash.query.tree import (
    Alone,
    Both,
    Circle,
    Comparison,
    Contains,
    Either,
    IsMissing,
    Literal,
    Name,
    Not,
    OneOf,
    Operand,
    Operator,
    Query,
    Search,
    Term,
    Text,
)

__all__ = ["evaluate"]

Truths: TypeAlias = NDArray[np.bool_]
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
# A search looks past these.
_PASSED_OVER = str.maketrans("", "", " _-\t")


def evaluate(query: Query, columns: Columns) -> Truths:
    """Say of which rows a query is true.

    Parameters
    ----------
    query : Query
        As of `parse`.
    columns : Columns
        Of n rows.

    Returns
    -------
    (n,) bool array
        A missing value satisfies no comparison, ``!=`` neither.

    Raises
    ------
    QueryError
        If a column is not there, or is not compared with such a thing.
    """
    for name in _names_in(query.term):
        find_name(name, columns.names, query.text)
    return _Evaluation(query.text, columns).of(query.term)


def _names_in(term: Term) -> Iterator[Name]:
    match term:
        case Both(terms) | Either(terms):
            for part in terms:
                yield from _names_in(part)
        case Not(inner):
            yield from _names_in(inner)
        case Comparison(operands, _):
            yield from (operand for operand in operands if isinstance(operand, Name))
        case Circle() | Search():
            return
        case _:
            yield term.name


class _Evaluation:
    def __init__(self, text: str, columns: Columns) -> None:
        self._text, self._columns = text, columns

    def of(self, term: Term) -> Truths:
        match term:
            case Both(terms):
                return reduce(np.logical_and, map(self.of, terms))
            case Either(terms):
                return reduce(np.logical_or, map(self.of, terms))
            case Not(inner):
                return ~self.of(inner)
            case Comparison(operands, operators):
                steps = zip(pairwise(operands), operators, strict=True)
                return reduce(np.logical_and, (self._compared(*pair, sign) for pair, sign in steps))
            case IsMissing(name, negated):
                missing = self._column(name).missing
                return ~missing if negated else missing
            case OneOf(name, values, negated):
                return self._one_of(name, values, negated=negated)
            case Contains(name, text, negated):
                return self._contains(name, text, negated=negated)
            case Circle():
                return self._within(term)
            case Alone(name):
                return self._alone(name)
            case Search(text):
                return self._found(text)

    def _column(self, name: Name) -> Column:
        return self._columns.get(find_name(name, self._columns.names, self._text))

    def _compared(self, left: Operand, right: Operand, operator: Operator) -> Truths:
        sign = operator.sign
        if isinstance(left, Name) and isinstance(right, Name):
            one, other = self._column(left), self._column(right)
            found = compare_columns(one, sign, other)
            if found is None:
                ours, theirs = written(left.name), written(right.name)
                message = f"{ours} holds {_plural(one)} and {theirs} {_plural(other)}"
                raise self._error(message, right)
            return found & ~one.missing & ~other.missing
        if isinstance(right, Name):
            assert not isinstance(left, Name)
            return self._asked(right, lambda column: compare_literal(column, _TURNED[sign], left))
        assert isinstance(left, Name)
        return self._asked(left, lambda column: compare_literal(column, sign, right))

    def _asked(self, name: Name, ask: Callable[[Column], Truths]) -> Truths:
        """Ask a column something with literals; the error points at one that does not fit."""
        column = self._column(name)
        try:
            return ask(column) & ~column.missing
        except LiteralError as err:
            raise self._error(f"{written(name.name)} {err}", err.literal) from None

    def _one_of(self, name: Name, values: tuple[Literal, ...], *, negated: bool) -> Truths:
        return self._asked(name, lambda column: is_one_of(column, values) != negated)

    def _contains(self, name: Name, text: str, *, negated: bool) -> Truths:
        column = self._column(name)
        if column.kind != "text":
            message = f"{written(name.name)} holds {_plural(column)}; ~ and !~ look into texts"
            raise self._error(message, name)
        wanted = folded(text)
        return column.where(lambda one: (wanted in folded(one)) != negated)

    def _alone(self, name: Name) -> Truths:
        column = self._column(name)
        if column.kind != "flag":
            message = f"{written(name.name)} holds {_plural(column)}; expected a comparison"
            raise self._error(message, name)
        return np.asarray(column.values != 0) & ~column.missing

    def _within(self, circle: Circle) -> Truths:
        ra, dec = self._built_in("ra"), self._built_in("dec")
        if ra is None or dec is None:
            raise self._error("no cutout here has a position on the sky", circle)
        place = circle.ra_deg, circle.dec_deg
        return separation_deg(ra.values, dec.values, place) <= circle.radius_deg

    def _built_in(self, name: str) -> Column | None:
        for own in (name, f"hd.{name}"):
            if self._columns.names.get(own) == "built-in":
                return self._columns.get(own)
        return None

    def _found(self, text: Text) -> Truths:
        """Look for a text in all texts and in the names of labels, past blanks and hyphens."""
        wanted = _spelled(text.value)
        if not wanted:
            raise self._error("expected a letter or digit to look for", text)
        found = np.zeros(len(self._columns), bool)
        for name, role in self._columns.names.items():
            if role == "label" and wanted not in _spelled(name):
                continue
            column = self._columns.get(name)
            if role == "label":
                found |= column.values > 0
            elif column.kind == "text":
                found |= column.where(lambda one: wanted in _spelled(one))
        return found

    def _error(self, message: str, part: Operand | Circle) -> QueryError:
        return QueryError(message, self._text, part.at, part.length)


def _spelled(text: str) -> str:
    return folded(text).translate(_PASSED_OVER)


def _plural(column: Column) -> str:
    return "truths" if column.kind == "flag" else f"{column.kind}s"
