"""How far workers are ahead of the client."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from helpers.clusters import Here

import hubble_dash as hd
from hubble_dash.builder.cluster.job import Job
from hubble_dash.builder.cluster.joining import ClusterFeeding
from hubble_dash.builder.cluster.tasks import tasks_of_files
from hubble_dash.builder.cursor import Cursor
from hubble_dash.builder.inputs import Blocks


class WaitedError(Exception):
    pass


class Still(Here):
    """Workers that have done all but the first tasks at once, and those never."""

    def __init__(self, n: int, n_never: int) -> None:
        super().__init__(n)
        self.n_never = n_never

    def submit(self, work: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if len(self.asked) >= self.n_never:
            future.set_result(None)
        self.asked.append((work.__name__, args))
        return future

    def wait(self, futures: Any) -> None:  # noqa: ARG002 - as there
        raise WaitedError


@pytest.mark.parametrize(("n", "n_never", "n_asked"), [(1, 2, 2), (1, 1, 16), (3, 1, 48)])
def test_no_more_is_begun_than_can_be_joined_soon(
    tmp_path: Path, n: int, n_never: int, n_asked: int
) -> None:
    job = Job(
        hd.BuildSettings(), tmp_path, tmp_path, tmp_path, None,
        learns=False, several=True, blocks=Blocks(),
    )  # fmt: skip
    cluster = Still(n, n_never)
    feeding = ClusterFeeding(cluster, job, tasks_of_files(100, 1), Cursor)
    with pytest.raises(WaitedError):
        next(feeding.images([], []))
    assert len(cluster.asked) == n_asked
