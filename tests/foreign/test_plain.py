"""Plain data against a type: what is wrong is told by its place."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest

from hubble_dash.foreign.plain import (
    Between,
    Matches,
    OneOf,
    Satisfies,
    check_plain,
    read_plain,
)


class Inner(TypedDict):
    size: Annotated[int, Between(1, 9)]


class Loose(TypedDict, total=False):
    kind: Literal["a", "b"]


class Outer(TypedDict):
    name: Annotated[str, OneOf("x", "y")]
    code: NotRequired[Annotated[str, Matches("[0-9]+", "digits")]]
    inner: Inner
    loose: Loose
    several: list[Inner]
    by_name: dict[Annotated[str, Satisfies(str.islower, "small letters")], float]
    maybe: Inner | None
    anything: dict[str, Any]


GOOD = {
    "name": "x", "inner": {"size": 1}, "loose": {}, "several": [], "by_name": {"a": 1},
    "maybe": None, "anything": {"a": [None]}, "newer": "passed over",
}  # fmt: skip


def test_what_agrees_is_taken() -> None:
    check_plain(GOOD, Outer, "m")
    check_plain({**GOOD, "code": "12", "maybe": {"size": 2}}, Outer, "m")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "z"}, "m.name is 'z'; allowed: x, y"),
        ({"name": 5}, "m.name is 5; allowed: text"),
        ({"code": "1a"}, "m.code is '1a'; allowed: digits"),
        ({"inner": {"size": 10}}, "m.inner.size is 10; allowed: 1 to 9"),
        ({"inner": {"size": True}}, "m.inner.size is True; allowed: a whole number"),
        ({"inner": {"size": 1.0}}, "m.inner.size is 1.0; allowed: a whole number"),
        ({"inner": {}}, "m.inner.size is missing"),
        ({"inner": []}, "m.inner is a list of 0; allowed: an object"),
        ({"loose": {"kind": "c"}}, "m.loose.kind is 'c'; allowed: a, b"),
        ({"loose": {"kind": []}}, "m.loose.kind is a list of 0; allowed: a, b"),
        ({"several": [{"size": 1}, {}]}, r"m.several\[1\].size is missing"),
        ({"several": {}}, "m.several is an object of 0; allowed: a list"),
        ({"by_name": {"A": 1}}, "the name 'A' in m.by_name is 'A'; allowed: small letters"),
        ({"by_name": {"a": "1"}}, "m.by_name.a is '1'; allowed: a finite number"),
        ({"by_name": {"a": float("inf")}}, "m.by_name.a is inf"),
        ({"by_name": {"a": 10**400}}, r"m.by_name.a is 10+\.\.\.; allowed: a finite number"),
        ({"maybe": 5}, "m.maybe is 5; allowed: an object or nothing"),
        ({"maybe": {"size": 0}}, "m.maybe.size is 0; allowed: 1 to 9"),
        ({"anything": 1}, "m.anything is 1; allowed: an object"),
    ],
)
def test_what_differs_is_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_plain({**GOOD, **change}, Outer, "m")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"a": NaN}', "holds NaN"),
        (b'{"a": -Infinity}', "holds -Infinity"),
        (b'{"a": "\\uD83D"}', "half a character"),
        (b'{"\\udc00": 1}', "half a character"),
        (b"[" * 100_000, "nested beyond reason"),
        (b"\xff", "utf-8"),
        (b"", "Expecting value"),
        (b"1" * 5000, "digits"),
    ],
)
def test_json_that_nobody_can_hold_is_refused(text: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_plain(text)


def test_a_whole_character_may_be_written_in_halves() -> None:
    assert read_plain(b'{"a": "\\uD83D\\uDE80"}') == {"a": "\N{ROCKET}"}
