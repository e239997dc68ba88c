"""Plain data from outside, held against a `TypedDict`; what is wrong is told by its place.

A type may carry marks, such as ``Annotated[int, Between(0, 9)]``; type checkers pass them over.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Protocol,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

__all__ = ["Between", "Matches", "OneOf", "Satisfies", "check_plain", "read_plain"]

# Beyond, numbers of other languages are no whole ones any more.
MAX_INTEGER = 2**63 - 1
_WORDS = {str: "text", int: "a whole number", float: "a finite number", bool: "true or false"}


class Mark(Protocol):
    """What a value must be beside its type."""

    @property
    def words(self) -> str:
        """Say what is allowed."""

    def allows(self, value: Any) -> bool:
        """Say whether a value of the right type is allowed.

        Parameters
        ----------
        value : object
            Of that type.
        """


@dataclass(frozen=True)
class Between:
    """A number from `low` to `high`, both allowed."""

    low: float
    high: float

    @property
    def words(self) -> str:
        """Say what is allowed."""
        return f"{self.low:,} to {self.high:,}"

    def allows(self, value: float) -> bool:
        """Say whether a number is.

        Parameters
        ----------
        value : float
            As of `Mark.allows`.
        """
        return self.low <= value <= self.high


class OneOf:
    """A text that is one of some.

    Parameters
    ----------
    *texts : str
        Those that are allowed.
    """

    def __init__(self, *texts: str) -> None:
        self._texts = texts

    @property
    def words(self) -> str:
        """Say what is allowed."""
        return ", ".join(self._texts)

    def allows(self, value: str) -> bool:
        """Say whether a text is.

        Parameters
        ----------
        value : str
            As of `Mark.allows`.
        """
        return value in self._texts


@dataclass(frozen=True)
class Matches:
    """A text that is all of a pattern, with words for it."""

    pattern: str
    words: str

    def allows(self, value: str) -> bool:
        """Say whether a text is.

        Parameters
        ----------
        value : str
            As of `Mark.allows`.
        """
        return re.fullmatch(self.pattern, value) is not None


@dataclass(frozen=True)
class Satisfies:
    """A value of which a function says yes, with words for it."""

    function: Callable[[Any], bool]
    words: str

    def allows(self, value: Any) -> bool:
        """Say whether a value is.

        Parameters
        ----------
        value : object
            As of `Mark.allows`.
        """
        return self.function(value)


def read_plain(text: bytes) -> Any:
    """Read JSON of which nothing is believed.

    Parameters
    ----------
    text : bytes
        UTF-8.

    Returns
    -------
    Plain data: dicts, lists, texts without halves of characters, finite numbers, None.

    Raises
    ------
    ValueError
        If it is no such JSON, or nested beyond reason.
    """
    try:
        found = json.loads(text.decode("utf-8"), parse_constant=_refuse_constant)
        # Only an escape can bring half a character.
        if b"\\ud" in text.lower():
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("a text holds half a character") from None
    except RecursionError:
        raise ValueError("it is nested beyond reason") from None
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is no number")


def check_plain(value: Any, kind: Any, place: str) -> None:
    """Refuse plain data that are not of a type; entries that it does not know are passed over.

    Parameters
    ----------
    value : plain data
        Such as `read_plain` gives.
    kind : type
        A `TypedDict`, `list`, `tuple`, `dict` of texts, union, `Literal`, ``str``, ``int``,
        ``float``, ``bool``, ``None`` or `Any`, each with marks or without.
    place : str
        What it is called.

    Raises
    ------
    ValueError
        That names the place, what was found there and what is allowed.
    """
    origin = get_origin(kind)
    if kind is Any:
        return
    if origin is NotRequired:
        check_plain(value, get_args(kind)[0], place)
    elif origin is Annotated:
        _check_marked(value, kind, place)
    elif is_typeddict(kind):
        _check_entries(value, kind, place)
    elif origin in (Union, UnionType):
        _check_union(value, get_args(kind), place)
    elif origin is Literal:
        if value not in get_args(kind):
            raise _refused(place, value, ", ".join(map(str, get_args(kind))))
    elif origin is list:
        _expect(isinstance(value, list), place, value, "a list")
        for number, item in enumerate(value):
            check_plain(item, get_args(kind)[0], f"{place}[{number}]")
    elif origin is tuple:
        kinds = get_args(kind)
        holds = isinstance(value, (list, tuple)) and len(value) == len(kinds)
        _expect(holds, place, value, f"a list of {len(kinds)}")
        for number, (item, one) in enumerate(zip(value, kinds, strict=True)):
            check_plain(item, one, f"{place}[{number}]")
    elif origin is dict:
        _expect(isinstance(value, dict), place, value, "an object")
        of_name, of_value = get_args(kind)
        for name, item in value.items():
            check_plain(name, of_name, f"the name {_shown(name)} in {place}")
            check_plain(item, of_value, f"{place}.{_name(name)}")
    else:
        _expect(_is_simple(value, kind), place, value, _words(kind))


def _check_marked(value: Any, kind: Any, place: str) -> None:
    inner, *marks = get_args(kind)
    check_plain(value, inner, place)
    for mark in marks:
        _expect(mark.allows(value), place, value, mark.words)


def _check_entries(value: Any, kind: Any, place: str) -> None:
    _expect(isinstance(value, dict), place, value, "an object")
    for name, (hint, may_lack) in _entries(kind).items():
        if name in value:
            check_plain(value[name], hint, f"{place}.{name}")
        elif not may_lack:
            raise ValueError(f"{place}.{name} is missing")


def _check_union(value: Any, kinds: tuple[Any, ...], place: str) -> None:
    reasons = []
    for kind in kinds:
        try:
            check_plain(value, kind, place)
        except ValueError as err:
            reasons.append(err)
        else:
            return
    # What is wrong inside an object says more than that it is no None.
    deepest = max(reasons, key=lambda err: len(str(err).partition(" is ")[0]))
    inside = not str(deepest).startswith(f"{place} is ")
    raise deepest if inside else _refused(place, value, " or ".join(map(_words, kinds)))


@lru_cache(maxsize=64)
def _entries(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Give the entries of a `TypedDict`: the type of each, and whether it may lack."""
    hints = get_type_hints(kind, include_extras=True)
    # Where annotations are texts, Python does not know what it marks itself.
    return {
        name: (hint, name in kind.__optional_keys__ or get_origin(hint) is NotRequired)
        for name, hint in hints.items()
    }


def _is_simple(value: Any, kind: Any) -> bool:
    if kind is None or kind is NoneType:
        return value is None
    if kind is bool:
        return isinstance(value, bool)
    if kind in (int, float):
        return _is_number(value, kind)
    return isinstance(value, kind)


def _is_number(value: Any, kind: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, kind)):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) <= MAX_INTEGER


def _expect(holds: bool, place: str, value: Any, words: str) -> None:
    if not holds:
        raise _refused(place, value, words)


def _refused(place: str, value: Any, words: str) -> ValueError:
    return ValueError(f"{place} is {_shown(value)}; allowed: {words}")


def _words(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        return ", ".join(mark.words for mark in get_args(kind)[1:])
    return "nothing" if kind in (None, NoneType) else _WORDS.get(kind, "an object")


def _shown(value: Any) -> str:
    """Show a value in a line, whatever it is."""
    if isinstance(value, (dict, list)):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _name(name: str) -> str:
    return name if re.fullmatch(r"[\w./-]{1,80}", name) else _shown(name)
