"""Clusters: threads of this process in the place of workers, and what two atlases differ in."""

from __future__ import annotations

import concurrent.futures
import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hubble_dash.builder.cluster.connection import Cluster
from hubble_dash.errors import BuildError


class Here(Cluster):
    """Workers that are threads of this process, of which one works at a time.

    Parameters
    ----------
    n : int
        How many.
    """

    def __init__(self, n: int = 2) -> None:
        self._n, self._threads = n, ThreadPoolExecutor(n)
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    @property
    def n_workers(self) -> int:
        return self._n

    def submit(self, work: Callable[..., Any], *args: Any) -> Future[Any]:
        self.asked.append((work.__name__, args))
        return self._threads.submit(work, *args)

    def wait(self, futures: Any) -> None:
        concurrent.futures.wait(futures, 1, concurrent.futures.FIRST_COMPLETED)

    def result(self, future: Future[Any], what: str) -> Any:  # noqa: ARG002 - as there
        return future.result()

    def check(self, problem: Callable[[], str]) -> None:
        if said := problem():
            raise BuildError(said)


def differences(one: Path, other: Path) -> list[str]:
    """Name what differs between two atlases: files by their bytes, manifests by their entries."""
    told = [json.loads((path / "manifest.json").read_text()) for path in (one, other)]
    names = {
        path.relative_to(folder).as_posix()
        for folder in (one, other)
        for path in folder.rglob("*")
        if path.is_file()
    } - {"manifest.json"}
    differ = [
        name
        for name in sorted(names)
        if not (one / name).exists()
        or not (other / name).exists()
        or (one / name).read_bytes() != (other / name).read_bytes()
    ]
    entries = {*told[0], *told[1]} - {"created", "title", "files"}
    return differ + [name for name in sorted(entries) if told[0].get(name) != told[1].get(name)]
