"""A query's text -> the tree of what it says, by recursive descent, which bounds how deep it goes.

``docs/query.md`` has the grammar; each method below is one of its rules.
"""

from __future__ import annotations

from collections.abc import Callable

from hubble_dash.query.errors import QueryError
from hubble_dash.query.lexer import RESERVED, UNITS_DEG, Token, tokens_of
from hubble_dash.query.sky import parse_place
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
    Number,
    OneOf,
    Operand,
    Operator,
    Query,
    Search,
    Term,
    Text,
    Truth,
)

__all__ = ["parse"]

# How deep parentheses stand in one another, and how many tests there are.
DEEPEST, MOST_TESTS = 50, 2000
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_EXPECTED_TEST = "expected a comparison: ==, !=, <, <=, >, >=, ~, !~, in, not in, is missing"


def parse(text: str) -> Query:
    """Understand a query.

    Parameters
    ----------
    text : str
        The query.

    Returns
    -------
    Query
        What it says; which columns there are is not asked.

    Raises
    ------
    QueryError
        If it is none; the error has the place.
    """
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text, self._tokens = text, tokens_of(text)
        self._next = self._depth = self._tests = 0

    def query(self) -> Query:
        if self._is("end", "", 0):
            raise self._error("the query is empty; a query is such as: EXPTIME > 1000")
        term = self._or()
        if self._is_sign(")"):
            raise self._error("there is no ( that this ) closes")
        if not self._is("end", "", 0):
            raise self._error("expected and, or, or the end of the query")
        return Query(self._text, term)

    def _or(self) -> Term:
        terms = self._joined(self._and, "or", "|")
        return terms[0] if len(terms) == 1 else Either(terms)

    def _and(self) -> Term:
        terms = self._joined(self._not, "and", "&")
        return terms[0] if len(terms) == 1 else Both(terms)

    def _joined(self, part: Callable[[], Term], word: str, sign: str) -> tuple[Term, ...]:
        terms = [part()]
        while self._takes_word(word) or self._takes_sign(sign):
            terms.append(part())
        return tuple(terms)

    def _not(self) -> Term:
        is_negated = False
        while self._takes_word("not") or self._takes_sign("!"):
            is_negated = not is_negated
        term = self._in_parentheses() if self._is_sign("(") else self._test()
        return Not(term) if is_negated else term

    def _in_parentheses(self) -> Term:
        if self._depth == DEEPEST:
            raise self._error(f"parentheses stand more than {DEEPEST} deep in one another")
        opening = self._take()
        self._depth += 1
        term = self._or()
        self._depth -= 1
        if not self._takes_sign(")"):
            if self._now.kind == "end":
                raise self._error("expected a ) that closes this (", opening)
            raise self._error("expected and, or, or )")
        return term

    def _test(self) -> Term:
        self._tests += 1
        if self._tests > MOST_TESTS:
            raise self._error(f"the query has more than {MOST_TESTS:,} tests")
        if self._is_word("within") and self._is_sign("(", ahead=1):
            return self._within()
        first = self._operand()
        if self._now.kind == "sign" and self._now.value in _COMPARISONS:
            return self._comparison(first)
        if isinstance(first, Name) and (test := self._test_of(first)):
            return test
        if not self._is_at_the_end_of_a_term() or isinstance(first, (Number, Truth)):
            raise self._error(_EXPECTED_TEST)
        return Search(first) if isinstance(first, Text) else Alone(first)

    def _comparison(self, first: Operand) -> Comparison:
        operands: list[Operand] = [first]
        operators: list[Operator] = []
        while self._now.kind == "sign" and self._now.value in _COMPARISONS:
            token = self._take()
            operators.append(Operator(token.at, token.length, token.value))
            left, right = operands[-1], self._operand()
            if not isinstance(left, Name) and not isinstance(right, Name):
                message = "expected a column on one side of the comparison"
                raise QueryError(message, self._text, left.at, right.at + right.length - left.at)
            operands.append(right)
        return Comparison(tuple(operands), tuple(operators))

    def _test_of(self, name: Name) -> Term | None:
        """Read what is asked of a single column, if that is what follows."""
        for sign in ("~", "!~"):
            if self._takes_sign(sign):
                return Contains(name, self._looked_for(), negated=sign == "!~")
        if self._takes_word("is"):
            negated = self._takes_word("not")
            if not self._takes_word("missing"):
                raise self._error("expected missing" if negated else "expected missing, or not")
            return IsMissing(name, negated)
        if self._takes_word("in"):
            return OneOf(name, self._list(), negated=False)
        if self._is_word("not") and self._is_word("in", ahead=1):
            self._next += 2
            return OneOf(name, self._list(), negated=True)
        return None

    def _looked_for(self) -> str:
        token = self._now
        if token.kind not in ("text", "number"):
            raise self._error('expected a text in quotes, such as "spiral"')
        return self._take().value

    def _list(self) -> tuple[Literal, ...]:
        closing = "]" if self._takes_sign("[") else ")" if self._takes_sign("(") else None
        if closing is None:
            raise self._error('expected a list, such as ["F606W", "F814W"]')
        values = [self._literal()]
        while self._takes_sign(","):
            values.append(self._literal())
        if not self._takes_sign(closing):
            raise self._error(f"expected , or {closing}")
        return tuple(values)

    def _literal(self) -> Literal:
        token = self._now
        found = self._value()
        if found is None or isinstance(found, Name):
            raise self._error("expected a number or a text in quotes", token)
        return found

    def _operand(self) -> Operand:
        found = self._value()
        if found is None:
            message = "expected a column, a number or a text in quotes"
            if self._now.kind == "name":
                message += f"; a column of this name stands in backticks: `{self._now.value}`"
            raise self._error(message)
        return found

    def _value(self) -> Operand | None:
        token, word = self._now, self._now.value.lower()
        place = token.at, token.length
        if token.kind == "text":
            return Text(*place, self._take().value)
        if token.kind == "number":
            return _number(self._take())
        if token.kind == "name" and word in ("true", "false"):
            self._take()
            return Truth(*place, word == "true")
        if token.kind == "quoted" or (token.kind == "name" and word not in RESERVED):
            return Name(*place, self._take().value)
        return None

    def _within(self) -> Circle:
        first = self._take()
        self._take()
        if self._now.kind == "text":
            token = self._take()
            place = parse_place(token.value)
            if place is None:
                message = 'expected a place on the sky, such as "03:32:38 -27:47:24"'
                raise self._error(message, token)
            ra_deg, dec_deg = place
        else:
            ra_deg = self._angle("right ascension in degrees, or a place in quotes", -180, 360)
            self._expect(",", "expected , and the declination")
            dec_deg = self._angle("declination in degrees", -90, 90)
        self._expect(",", "expected , and the radius, such as 2 arcmin")
        radius_deg = self._radius()
        closing = self._expect(")", "expected )")
        return Circle(first.at, closing.at + 1 - first.at, ra_deg, dec_deg, radius_deg)

    def _angle(self, what: str, least: float, most: float) -> float:
        token = self._now
        if token.kind != "number":
            raise self._error(f"expected a {what}")
        value = float(self._take().value)
        if not least <= value <= most:
            raise self._error(f"expected a {what}, from {least} to {most}", token)
        return value

    def _radius(self) -> float:
        token = self._now
        if token.kind != "number":
            raise self._error("expected a radius, such as 2 arcmin")
        value = float(self._take().value)
        unit = self._now
        if unit.kind not in ("name", "sign") or unit.value.lower() not in UNITS_DEG:
            raise self._error("expected a unit: arcsec, arcmin or deg")
        radius_deg = value * UNITS_DEG[self._take().value.lower()]
        if not 0 < radius_deg <= 180:
            raise self._error("expected a radius above 0 and up to 180 deg", token)
        return radius_deg

    @property
    def _now(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _is(self, kind: str, value: str, ahead: int) -> bool:
        token = self._tokens[min(self._next + ahead, len(self._tokens) - 1)]
        return token.kind == kind and token.value.lower() == value

    def _is_word(self, word: str, *, ahead: int = 0) -> bool:
        return self._is("name", word, ahead)

    def _is_sign(self, sign: str, *, ahead: int = 0) -> bool:
        return self._is("sign", sign, ahead)

    def _is_at_the_end_of_a_term(self) -> bool:
        joins = self._is_word("and") or self._is_word("or")
        return joins or self._now.kind == "end" or any(map(self._is_sign, "&|)"))

    def _takes_word(self, word: str) -> bool:
        found = self._is_word(word)
        self._next += found
        return found

    def _takes_sign(self, sign: str) -> bool:
        found = self._is_sign(sign)
        self._next += found
        return found

    def _expect(self, sign: str, message: str) -> Token:
        if not self._is_sign(sign):
            raise self._error(message)
        return self._take()

    def _error(self, message: str, token: Token | None = None) -> QueryError:
        token = token or self._now
        return QueryError(message, self._text, token.at, token.length)


def _number(token: Token) -> Number:
    is_whole = token.value.lstrip("+-").isdecimal()
    whole = int(token.value) if is_whole else None
    return Number(token.at, token.length, token.value, float(token.value), whole)
