"""Random queries, right and wrong, in Python and in the browser's modules, alike."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.node import find_node
from helpers.queries import COLUMNS, TABLE

from hubble_dash.query.errors import QueryError
from hubble_dash.query.evaluate import evaluate
from hubble_dash.query.lexer import written
from hubble_dash.query.parser import parse

SCRIPT = Path(__file__).parents[1] / "js" / "queries.js"
NAMES = [written(one["name"]) for one in TABLE["columns"]] + ["nope", "mag"]
VALUES = [
    "1", "0.3", "-5", "1e3", "9007199254740993", "9223372036854775807", "1.5", "−2", "2e999", "0",
    '"F814W"', '"2004-07"', '"2004-07-03"', "true", "false", '"1"', "'M 51'", '""', '"NGC"',
]  # fmt: skip
SIGNS = ["==", "!=", "<", "<=", ">", ">=", "=", "≤", "≥", "≠"]
OTHERS = [
    "and", "or", "not", "in", "is", "missing", "(", ")", "[", "]", ",", "~", "!~", "&", "|", "!",
    "within(", "arcmin", "deg", '"', "`", "\\", "-", ".", "$", "🔭", "é", " ", "\n", ";", "1a",
    "a-b",
]  # fmt: skip


def right(chance: random.Random, depth: int) -> str:
    """A query of the grammar; columns and values may not fit."""
    if depth and chance.random() < 0.6:
        joined = chance.choice([" and ", " or ", "&", "||"])
        inner = f"{right(chance, depth - 1)}{joined}{right(chance, depth - 1)}"
        return f"{chance.choice(['', 'not ', '!'])}({inner})"
    name, sign, value = (chance.choice(of) for of in (NAMES, SIGNS, VALUES))
    values = ", ".join(chance.choices(VALUES, k=3))
    return chance.choice(
        [
            f"{name} {sign} {chance.choice(VALUES + NAMES)}",
            f"{value} {sign} {name} {chance.choice(SIGNS)} {chance.choice(VALUES)}",
            f"{name} {chance.choice(['in', 'not in'])} [{values}]",
            f"{name} is {chance.choice(['', 'not '])}missing",
            f"{name} {chance.choice(['~', '!~'])} {value}",
            chance.choice([name, value]),
            "within(53.16, -27.79, 2.2 arcmin)",
        ]
    )


def changed(chance: random.Random, query: str) -> str:
    """A query with something left out or put in."""
    letters = list(query)
    for _ in range(chance.randrange(3)):
        at = chance.randrange(len(letters) + 1)
        letters[at : at + chance.randrange(2)] = chance.choice(["", *OTHERS, *VALUES])
    return "".join(letters)


def answer(query: str) -> dict[str, Any]:
    try:
        return {"rows": np.flatnonzero(evaluate(parse(query), COLUMNS)).tolist()}
    except QueryError as err:
        return {"at": err.at, "length": err.length, "message": err.message}


@pytest.mark.slow
def test_both_sides_answer_alike() -> None:
    chance = random.Random(5)
    queries = [changed(chance, right(chance, 2)) for _ in range(1000)]
    queries += [" ".join(chance.choices(NAMES + VALUES + OTHERS, k=5)) for _ in range(200)]
    ours = [answer(query) for query in queries]
    assert sum("rows" in one for one in ours) > 50
    done = subprocess.run(
        [find_node(), SCRIPT], input=json.dumps(queries), capture_output=True, text=True, check=True
    )
    theirs = json.loads(done.stdout)
    for query, one, other in zip(queries, ours, theirs, strict=True):
        assert one == other, query
