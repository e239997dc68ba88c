"""Queries by the table that Node runs, too; bounds; random ones against pandas' own."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.queries import COLUMNS, TABLE, ListedColumns, series_of

from hubble_dash.query.errors import QueryError
from hubble_dash.query.evaluate import evaluate
from hubble_dash.query.lexer import written
from hubble_dash.query.parser import parse
from hubble_dash.query.tree import Comparison, Name


def rows_of(query: str, columns: ListedColumns = COLUMNS) -> list[int]:
    found = evaluate(parse(query), columns)
    assert found.dtype == np.bool_
    return np.flatnonzero(found).tolist()


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["query"])
def test_rows(case: dict[str, Any]) -> None:
    assert rows_of(case["query"]) == case["rows"]


@pytest.mark.parametrize("case", TABLE["errors"], ids=lambda case: case["query"])
def test_errors(case: dict[str, Any]) -> None:
    with pytest.raises(QueryError) as caught:
        rows_of(case["query"])
    err = caught.value
    assert (err.at, err.length) == (case["at"], case["length"])
    assert err.message == case.get("message", err.message)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("z > 1 and " * 100_000 + "z > 1", "the query has 1,000,005 characters"),
        ("(" * 10_000 + "z > 1" + ")" * 10_000, "parentheses stand more than 50 deep"),
        ("not (" * 10_000 + "z > 1" + ")" * 10_000, "parentheses stand more than 50 deep"),
        (" or ".join(["z > 1"] * 2001), "the query has more than 2,000 tests"),
        ("z > " + "9" * 5000, "a number has at most 400 digits"),
        ('"' * 99_999, "this text has no"),
    ],
    ids=["long", "deep", "negated", "many", "digits", "quotes"],
)
def test_bounds(query: str, message: str) -> None:
    began = time.perf_counter()
    with pytest.raises(QueryError, match=message):
        parse(query)
    assert time.perf_counter() - began < 2


def test_as_deep_and_as_many_as_allowed() -> None:
    assert rows_of("(" * 50 + "row > 8" + ")" * 50) == [9]
    assert rows_of("not " * 20_001 + "row > 0") == [0]
    assert rows_of(f"row in [{', '.join(map(str, range(8, 15_000)))}]") == [8, 9]


def test_an_error_shows_its_place() -> None:
    with pytest.raises(ValueError, match="did you mean FILTER") as caught:
        rows_of('row > 2 and\n  FILTR == "F814W" and z > 1')
    assert str(caught.value).splitlines()[1:] == ['    FILTR == "F814W" and z > 1', "    ^^^^^"]
    with pytest.raises(QueryError) as caught:
        rows_of(f'name == "{"x" * 90}" and 漢 > 1 and name == "{"y" * 90}\x1b"')
    _, shown, carets = str(caught.value).splitlines()
    assert shown.startswith("  …xxx")
    assert shown.endswith("yyy…")
    # The letter is two columns wide.
    assert carets == " " * shown.index("漢") + "^^"


@pytest.mark.parametrize(
    "name", ["FILTER", "DATE-OBS", "2MASS", "in", "a`b\\c", "größe", "x.y", "a\nb", "Not", ".x"]
)
def test_a_name_as_it_is_written_means_the_column(name: str) -> None:
    term = parse(f"{written(name)} > 1").term
    assert isinstance(term, Comparison)
    assert isinstance(term.operands[0], Name)
    assert term.operands[0].name == name


def test_without_positions_a_circle_means_nothing() -> None:
    columns = ListedColumns({"ra": series_of("float64", [1]), "z": series_of("float64", [1])},
                            {"ra": "own", "z": "own"})  # fmt: skip
    with pytest.raises(QueryError, match="no cutout here has a position") as caught:
        rows_of("z > 0 and within(1, 2, 3 deg)", columns)
    assert (caught.value.at, caught.value.length) == (10, 19)


def test_random_queries_mean_what_pandas_says() -> None:
    chance = random.Random(3)
    table = pd.DataFrame(
        {
            "a": [chance.randrange(-5, 6) for _ in range(200)],
            "b": [chance.choice([0.5, 1.25, -2.0]) for _ in range(200)],
            "s": [chance.choice(["x", "y", "zz"]) for _ in range(200)],
        }
    )
    columns = ListedColumns(dict(table.items()), dict.fromkeys(table, "own"))  # type: ignore[arg-type]

    def term(depth: int) -> str:
        if depth and chance.random() < 0.7:
            joined = f" {chance.choice(['and', 'or'])} ".join(
                term(depth - 1) for _ in range(chance.randrange(1, 4))
            )
            return f"{chance.choice(['', 'not '])}({joined})"
        sign = chance.choice(["==", "!=", "<", "<=", ">", ">="])
        return chance.choice(
            [
                f"a {sign} {chance.randrange(-5, 6)}",
                f"b {sign} {chance.choice([0.5, 1, -2])}",
                f"{chance.randrange(-5, 6)} {sign} a",
                f"a {sign} b",
                f's {sign} "{chance.choice(["x", "y", "zz", "a"])}"',
                f"a in [{chance.randrange(-5, 6)}, {chance.randrange(-5, 6)}]",
            ]
        )

    for _ in range(40):
        query = term(3)
        expected = table.query(query, engine="python").index.tolist()
        assert rows_of(query, columns) == expected, query
