"""A query's text -> its tokens, each with its place."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from hubble_dash.query.errors import QueryError

__all__ = ["LONGEST_NUMBER", "RESERVED", "UNITS_DEG", "Token", "tokens_of", "written"]

TokenKind = Literal["name", "quoted", "number", "text", "sign", "end"]

# Of a query, and of one number in it.
LONGEST, LONGEST_NUMBER = 100_000, 400
# Words that are no columns, unless in backticks.
RESERVED = frozenset({"and", "or", "not", "in", "is", "true", "false"})
_ARCMIN, _ARCSEC = 1 / 60, 1 / 3600
# Units of angles, in degrees.
UNITS_DEG = {
    **dict.fromkeys(("deg", "degree", "degrees", "°"), 1.0),
    **dict.fromkeys(("arcmin", "arcminute", "arcminutes", "′"), _ARCMIN),
    **dict.fromkeys(("arcsec", "arcsecond", "arcseconds", "″"), _ARCSEC),
}

# Python and JavaScript know different blanks.
_BLANK = re.compile("[ \t\r\n\f\v\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")
_IN_NAME = "[\\w.\u0300-\u036f]"
_NAME = re.compile(f"[^\\W\\d]{_IN_NAME}*")
_IN_A_NAME = re.compile(_IN_NAME)
_WITH_SIGNS = re.compile("[\\w.\u0300-\u036f+\\-\u2212]+")
_NUMBER = re.compile("[+\\-\u2212]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+\\-\u2212]?[0-9]+)?")
_SIGN = re.compile(r"==|!=|!~|<=|>=|&&|\|\||[=<>~!&|()\[\],≤≥≠°′″]")
_SAME = {"=": "==", "≤": "<=", "≥": ">=", "≠": "!=", "&&": "&", "||": "|"}
# Phones and papers turn quotes.
_CLOSING = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "„": "“"}
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"', "`": "`"}


class Token(NamedTuple):
    """A word or sign of a query.

    Attributes
    ----------
    kind : {"name", "quoted", "number", "text", "sign", "end"}
        A name in backticks is ``quoted``, and never a word such as ``and``.
    value : str
        What is meant: escapes are undone, signs stand in one spelling.
    at, length : int
        Where it stands in the query, and how many characters it takes there.
    """

    kind: TokenKind
    value: str
    at: int
    length: int


def tokens_of(text: str) -> list[Token]:
    """Take a query apart.

    Parameters
    ----------
    text : str
        The query.

    Returns
    -------
    list of Token
        The last one is its end.

    Raises
    ------
    QueryError
        At the first character that begins nothing.
    """
    if len(text) > LONGEST:
        length = len(text) - LONGEST
        message = f"the query has {len(text):,} characters; allowed are {LONGEST:,}"
        raise QueryError(message, text, LONGEST, length)
    found: list[Token] = []
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
            continue
        found.append(_token(text, at, found[-1] if found else None))
        at += found[-1].length
    return [*found, Token("end", "", len(text), 0)]


def written(name: str) -> str:
    """Write a column's name as a query has it: bare where that can be, else in backticks.

    Parameters
    ----------
    name : str
        The name.
    """
    if _NAME.fullmatch(name) and name.lower() not in RESERVED:
        return name
    for sign, escaped in (("\\", "\\\\"), ("`", "\\`"), ("\n", "\\n"), ("\t", "\\t")):
        name = name.replace(sign, escaped)
    return f"`{name}`"


def _token(text: str, at: int, last: Token | None) -> Token:
    """Read the token that begins at a place."""
    if text[at] in _CLOSING:
        return _quoted(text, at)
    if name := _NAME.match(text, at):
        return Token("name", name[0], at, len(name[0]))
    if text[at] in "+-\u2212":
        _refuse_in_name(text, at, last)
    if number := _NUMBER.match(text, at):
        return _number(text, at, number[0])
    if sign := _SIGN.match(text, at):
        return Token("sign", _SAME.get(sign[0], sign[0]), at, len(sign[0]))
    if text[at] in "+-\u2212":
        raise QueryError(f"expected a number after {text[at]}", text, at, 1)
    message = f"{text[at]} means nothing here; a name with such signs stands in backticks"
    raise QueryError(message, text, at, 1)


def _refuse_in_name(text: str, at: int, last: Token | None) -> None:
    """Explain a name with a hyphen, which would be read as one without and a number."""
    if last is None or last.kind != "name" or last.at + last.length != at:
        return
    whole = _WITH_SIGNS.match(text, last.at)
    assert whole is not None
    message = f"a name with such signs stands in backticks: `{whole[0]}`"
    raise QueryError(message, text, last.at, len(whole[0]))


def _number(text: str, at: int, found: str) -> Token:
    stop = at + len(found)
    if len(found) > LONGEST_NUMBER:
        message = f"a number has at most {LONGEST_NUMBER} digits"
        raise QueryError(message, text, at, len(found))
    if stop < len(text) and _IN_A_NAME.match(text, stop):
        word = _NAME.match(text, stop)
        if word is None or word[0].lower() not in UNITS_DEG:
            whole = found + (word[0] if word else text[stop])
            message = f"a name that begins with a digit stands in backticks: `{whole}`"
            raise QueryError(message, text, at, len(whole))
    return Token("number", found.replace("\u2212", "-"), at, len(found))


def _quoted(text: str, at: int) -> Token:
    """Read a text, or a name in backticks, up to the quote that closes it."""
    opening, closing = text[at], _CLOSING[text[at]]
    kind: TokenKind = "quoted" if opening == "`" else "text"
    signs: list[str] = []
    place = at + 1
    while place < len(text):
        sign = text[place]
        if sign == closing:
            return _named(Token(kind, "".join(signs), at, place + 1 - at), text)
        if sign == "\\":
            place += 1
            if text[place : place + 1] not in _ESCAPES:
                message = "after \\ stands one of \\ \" ' ` n t; write \\\\ for \\ itself"
                raise QueryError(message, text, place - 1, 2 if place < len(text) else 1)
            sign = _ESCAPES[text[place]]
        signs.append(sign)
        place += 1
    what = "name" if kind == "quoted" else "text"
    raise QueryError(f"this {what} has no {closing} at its end", text, at, len(text) - at)


def _named(token: Token, text: str) -> Token:
    if token.kind == "quoted" and not token.value:
        raise QueryError("expected a name between the backticks", text, token.at, token.length)
    return token
