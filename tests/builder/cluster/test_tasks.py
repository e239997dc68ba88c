"""How files and boxes are dealt out, and what of it is left."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hubble_dash.builder.cluster.tasks import (
    Spot,
    Task,
    cutouts_a_task,
    files_a_task,
    tasks_left,
    tasks_of_boxes,
    tasks_of_files,
)
from hubble_dash.builder.cursor import Cursor


def test_files_are_dealt_out_in_whole_batches() -> None:
    tasks = tasks_of_files(70, 32)
    assert [(task.first.file, task.stop.file) for task in tasks] == [(0, 32), (32, 64), (64, 70)]
    assert [task.number for task in tasks] == [0, 1, 2]


@pytest.mark.parametrize(
    ("n", "n_bytes", "n_workers", "wanted"),
    [
        (10, 1, 1, 32),
        (2000, 1, 0, 256),
        (2000, 1, 1, 256),
        (2000, 1, 4, 64),
        (10**6, 100_000, 100, 1024),
        (10**5, 400_000_000, 4, 32),
    ],
)
def test_many_workers_have_small_tasks_and_large_files_too(
    n: int, n_bytes: int, n_workers: int, wanted: int
) -> None:
    assert files_a_task([n_bytes] * n, 32, n_workers) == wanted


COUNTS = some.lists(
    some.lists(some.integers(0, 60), min_size=1, max_size=3), min_size=1, max_size=5
)


def together(counts: list[list[int]], batch: int) -> int:
    return cutouts_a_task(sum(map(sum, counts)), batch, 2)


@given(COUNTS, some.integers(1, 7))
def test_boxes_are_dealt_out_evenly_and_none_twice(counts: list[list[int]], batch: int) -> None:
    told = [(file, part, n) for file, of in enumerate(counts) for part, n in enumerate(of)]
    tasks = tasks_of_boxes(told, len(counts), together(counts, batch))
    assert (tasks[0].first, tasks[-1].stop) == (Spot(0), Spot(len(counts)))
    assert all(one.stop == other.first for one, other in pairwise(tasks))
    spots = [Spot(file, part, box) for file, part, n in told for box in range(n)]
    spots = [Spot(file, part, box) for file, part, n in told for box in range(n)]
    dealt = [sum(task.first <= spot < task.stop for spot in spots) for task in tasks]
    assert len({*dealt[:-1]}) <= 1
    assert all(n % batch == 0 and n >= dealt[-1] for n in dealt[:-1])
    assert sum(dealt) == len(spots)


@given(COUNTS, some.integers(1, 7), some.integers(0, 400))
def test_what_is_left_is_what_follows_and_the_beginning_of_the_image(
    counts: list[list[int]], batch: int, n_done: int
) -> None:
    told = [(file, part, n) for file, of in enumerate(counts) for part, n in enumerate(of)]
    spots = [Spot(file, part, box) for file, part, n in told for box in range(n)][: n_done + 1]
    tasks = tasks_of_boxes(told, len(counts), together(counts, batch))
    if not spots:
        assert tasks_left(tasks, Cursor()) == tasks
        return
    here = spots[-1]
    left = tasks_left(tasks, Cursor(here.file, here.box, part=here.part))
    needed = {here, here._replace(box=0)}
    assert all(any(task.first <= spot < task.stop for task in left) for spot in needed)
    assert left[-1] == tasks[-1]
    followed = [task for task in left if task.first > here]
    assert followed == [task for task in tasks if task.first > here]
    assert len(left) - len(followed) <= 2


def test_nothing_is_left_behind_the_end() -> None:
    tasks = [Task(0, Spot(0), Spot(0, 0, 4)), Task(1, Spot(0, 0, 4), Spot(2))]
    assert tasks_left(tasks, Cursor(2)) == []
    assert tasks_left(tasks, Cursor(0, 4)) == tasks
    assert tasks_left(tasks, Cursor(1)) == tasks[1:]
