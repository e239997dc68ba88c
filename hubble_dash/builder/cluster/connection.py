"""A cluster's scheduler, and what is asked of its workers; the only file that knows Dask."""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib
import logging
import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from hubble_dash.allocator import skip_last_collection
from hubble_dash.errors import BuildError, MissingExtraError

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Cluster", "connected", "use_threads_of_worker"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

SECONDS_TO_ANSWER = 10
SECONDS_A_LOOK = 1.0
SECONDS_TO_BE_HEARD = 0.05
SECONDS_UNTIL_TOLD = 15
LOCAL = "local"
# Tasks run in threads, for which glibc keeps no more than 64 MB ready of memory of their own.
ONE_ARENA = {"distributed.nanny.pre-spawn-environ.MALLOC_ARENA_MAX": "1"}
TRIMMING = "MALLOC_TRIM_THRESHOLD_"
# Cores that one network uses well.
CORES_A_WORKER = 4
# Seconds of imports, which go on while the client imports as much and plans.
NEEDED = ("hubble_dash.builder.cluster.worker", "hubble_dash.builder.fingerprints.loading")


class Cluster:
    """Workers of a Dask cluster, as many as there are at the moment.

    Parameters
    ----------
    client : dask.distributed.Client
        Connected to the scheduler.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._executor: Executor = client.get_executor(pure=False)
        self._counted, self._n_workers = 0.0, 0
        self._told = time.monotonic()

    @property
    def n_workers(self) -> int:
        """How many workers there are; it is asked for once a second."""
        now = time.monotonic()
        if now - self._counted > SECONDS_A_LOOK:
            self._n_workers, self._counted = len(self._client.nthreads()), now
        return self._n_workers

    def submit(self, work: Callable[..., T], *args: Any) -> Future[T]:
        """Have something done by a worker, and by another one if that dies.

        Parameters
        ----------
        work : callable
            A function of a module.
        *args
            Given to it.
        """
        return self._executor.submit(_call, pickle.dumps((work, args)))

    def wait(self, futures: Sequence[Future[Any]]) -> None:
        """Wait a moment, or less if one of some is done; tell where there is no worker.

        Parameters
        ----------
        futures : sequence of Future
            Under way.
        """
        concurrent.futures.wait(futures, SECONDS_A_LOOK, concurrent.futures.FIRST_COMPLETED)
        now = time.monotonic()
        if self.n_workers:
            self._told = now
        elif now - self._told > SECONDS_UNTIL_TOLD:
            logger.warning("the cluster has no workers at this moment; waiting for some")
            self._told = now

    def result(self, future: Future[T], what: str) -> T:
        """Wait for a result.

        Parameters
        ----------
        future : Future
            Of `submit`.
        what : str
            What it is about.

        Raises
        ------
        BuildError
            If each worker that tried it died, or the scheduler is gone.
        HubbleDashError
            What the work raised.
        """
        from distributed import KilledWorker

        while not future.done():
            self.wait([future])
        try:
            return future.result()
        except KilledWorker as err:
            raise BuildError(
                f"{what} ended each worker that tried: their memory may not suffice; give workers"
                " more, or a smaller --batch-size"
            ) from err
        except concurrent.futures.CancelledError as err:
            raise BuildError(
                "the scheduler of the cluster is gone, and with it what was under way"
            ) from err

    def make_ready(self) -> None:
        """Have workers that are there import what they will need, and do not wait for it.

        What goes wrong shows itself again in `check`.
        """
        self._client.run(_import, NEEDED, on_error="ignore", nanny=False, wait=False)

    def check(self, problem: Callable[[], str]) -> None:
        """Ask each worker that is there whether it can work; wait for one if there is none.

        Parameters
        ----------
        problem : callable
            Run by each; says why not.

        Raises
        ------
        BuildError
            If one cannot.
        """
        while not self.n_workers:
            self.wait([])
            time.sleep(SECONDS_A_LOOK)
        answers: Mapping[str, object] = self._client.run(
            problem, on_error="return", nanny=False, wait=True
        )
        bad = {where: answer for where, answer in answers.items() if answer}
        if bad:
            where, answer = next(iter(bad.items()))
            if isinstance(answer, BaseException):
                answer = f"cannot run it ({type(answer).__name__}: {answer})"
            raise BuildError(
                f"{len(bad)} of {len(answers)} workers cannot take part; the one at {where}"
                f" {answer}. All need this version of hubble-dash, and see the images and the"
                " folder of --out under the same names; see docs/cluster.md"
            )


@contextmanager
def connected(cluster: str | Client | None) -> Iterator[Cluster | None]:
    """Connect to a cluster.

    Parameters
    ----------
    cluster : str or dask.distributed.Client or None
        Address of a scheduler, such as ``"tcp://host:8786"``; ``"local"`` for some workers on this
        machine; or a client, which stays open.

    Yields
    ------
    Cluster or None
        None where none is asked for.

    Raises
    ------
    MissingExtraError
        If Dask is not installed.
    BuildError
        If no scheduler answers.
    ValueError, TypeError
        If it is neither of these.
    """
    if cluster is None:
        yield None
        return
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as err:
        raise MissingExtraError("dask.distributed", "cluster") from err
    with ExitStack() as stack:
        if isinstance(cluster, str):
            if cluster == LOCAL:
                n = max(1, (os.cpu_count() or 1) // CORES_A_WORKER)
                stack.enter_context(dask.config.set(ONE_ARENA))
                made = LocalCluster(
                    n_workers=n,
                    threads_per_worker=max(1, (os.cpu_count() or 1) // n),
                    memory_limit=None,
                    dashboard_address=None,
                )
                client = stack.enter_context(Client(stack.enter_context(made)))
            else:
                client = stack.enter_context(_client_of(cluster))
        elif isinstance(cluster, Client):
            client = cluster
        else:
            raise TypeError(
                f"cluster is {cluster!r}; it must be an address, {LOCAL!r}, or a"
                " dask.distributed.Client"
            )
        workers = Cluster(client)
        workers.make_ready()
        yield workers


def _call(pickled: bytes) -> Any:
    """Do work; the scheduler, which reads all that it passes on, need not import what does it."""
    work, args = pickle.loads(pickled)
    return work(*args)


async def _import(names: Sequence[str]) -> None:
    """Import modules in this process, and let it end quickly for all that."""
    # The client has its answer first.
    await asyncio.sleep(SECONDS_TO_BE_HEARD)
    for name in names:
        importlib.import_module(name)
    skip_last_collection()


def _client_of(address: str) -> Client:
    from distributed import Client

    if "://" not in address:
        raise ValueError(
            f"cluster is {address!r}; it must be the address of a Dask scheduler, such as"
            f" tcp://HOST:8786, or {LOCAL!r}"
        )
    try:
        return Client(address, timeout=SECONDS_TO_ANSWER)
    except (OSError, TimeoutError, ValueError) as err:
        raise BuildError(
            f"no Dask scheduler answers at {address}; start one there: dask scheduler"
        ) from err


def use_threads_of_worker() -> None:
    """Let libraries use as many threads as this process's Dask worker has; nothing without one.

    Dask starts workers with ``OMP_NUM_THREADS=1``, for tasks of one thread each; and has glibc give
    memory back at once, which doubles a network's time (`hubble_dash.allocator.pages_kept`). What
    a user has set is left.
    """
    try:
        import dask
        from distributed import get_worker

        n = get_worker().state.nthreads
    except (ImportError, ValueError):
        return
    by_dask = dask.config.get("distributed.nanny.pre-spawn-environ", {}).get(TRIMMING)
    if os.environ.get(TRIMMING) == str(by_dask):
        del os.environ[TRIMMING]
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(n)
    threadpool_limits(n)
