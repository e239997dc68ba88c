"""What a build writes down after each shard."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hubble_dash.builder.cursor import Counts, Cursor, SeenColumns
from hubble_dash.builder.shards.checkpoint import Checkpoint

# As version 0.1.0 wrote it.
WRITTEN = """{"file": 4, "box": 2, "n_cut": [20, 20],
"groups": {"known": true, "there": ["z", "name", "file"], "n_seen": 5},
"made": {"n_images": 3, "unreadable": [["in/b.png", "the file is empty"]],
"left_out": {"blank": 6}, "notes": {"no sky": 2}},
"n": 24, "n_shards": 2, "per_shard": 12, "complete": false,
"engine": {"device": "cpu", "engine": "eager", "precision": "fp32", "tried": []}}"""
READ = Checkpoint(
    n=24,
    n_shards=2,
    per_shard=12,
    complete=False,
    cursor=Cursor(
        file=4,
        box=2,
        n_cut=(20, 20),
        columns=SeenColumns(known=True, there=["z", "name", "file"], n_seen=5),
        counts=Counts(
            n_images=3,
            unreadable=[(Path("in/b.png"), "the file is empty")],
            left_out=Counter(blank=6),
            notes=Counter({"no sky": 2}),
        ),
    ),
    engine={"device": "cpu", "engine": "eager", "precision": "fp32", "tried": []},
)


def test_what_the_first_version_wrote_is_read() -> None:
    assert Checkpoint.from_json(json.loads(WRITTEN)) == READ


def test_it_is_still_written_so() -> None:
    """Key by key, in the same order."""
    assert json.dumps(READ.to_json()) == json.dumps(json.loads(WRITTEN))


@pytest.mark.parametrize("name", json.loads(WRITTEN))
def test_what_lacks_something_is_no_checkpoint(name: str) -> None:
    data: dict[str, Any] = json.loads(WRITTEN)
    del data[name]
    with pytest.raises(KeyError):
        Checkpoint.from_json(data)


def test_without_columns_to_centre_by() -> None:
    plain = replace(READ, cursor=replace(READ.cursor, columns=None, n_cut=()))
    assert plain.to_json()["groups"] is None
    assert Checkpoint.from_json(json.loads(json.dumps(plain.to_json()))) == plain


def test_a_full_shard_is_worth_keeping() -> None:
    assert READ.is_worth_keeping
    assert not replace(READ, n=11).is_worth_keeping
    assert not Checkpoint().is_worth_keeping


def test_8_bit_integers_do_not_go_on() -> None:
    assert not replace(READ, engine={"precision": "int8"}).is_worth_keeping
    assert replace(READ, engine={"precision": "bf16"}).is_worth_keeping


def test_what_was_counted_stays() -> None:
    counts = Counts(notes=Counter(a=1))
    before = counts.copy()
    counts.n_images += 1
    counts.unreadable.append((Path("a"), "b"))
    counts.left_out["blank"] += 1
    counts.notes["a"] += 1
    assert before == Counts(notes=Counter(a=1))
