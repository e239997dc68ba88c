"""A real scheduler and real workers, some of which are killed, as is the client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.builds import assert_whole, pictures
from helpers.clusters import differences
from helpers.waiting import wait

import hubble_dash as hd
from hubble_dash.builder.cluster import connection
from hubble_dash.builder.cluster.connection import Cluster, connected
from hubble_dash.builder.feeding.feeder import usual_workers
from hubble_dash.errors import BuildError

pytestmark = pytest.mark.slow
N = 96
# As Dask starts workers.
ALONE = {**os.environ, "OMP_NUM_THREADS": "1"}
BUILD = [sys.executable, "-m", "hubble_dash", "build"]


class Processes:
    """A scheduler and workers, without nannies that would start dead ones again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.all = folder, list[subprocess.Popen[bytes]]()
        told = folder / "scheduler.json"
        self._start("dask_scheduler", "--port=0", "--no-dashboard", f"--scheduler-file={told}")
        wait(lambda: told.exists() and told.stat().st_size, "the scheduler", seconds=300)
        self.address = json.loads(told.read_text())["address"]

    def start_worker(self) -> subprocess.Popen[bytes]:
        options = ("--nthreads=1", "--no-nanny", "--no-dashboard")
        return self._start("dask_worker", self.address, *options)

    def _start(self, module: str, *args: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *args]
        with (self.folder / f"{len(self.all)}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env=ALONE, stdout=log, stderr=subprocess.STDOUT
            )
        self.all.append(process)
        return self.all[-1]

    def close(self) -> None:
        for process in reversed(self.all):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    processes = Processes(tmp_path_factory.mktemp("cluster"))
    try:
        yield processes
    finally:
        processes.close()


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory, small_weights: Path) -> list[str]:
    folder = tmp_path_factory.mktemp("given")
    pictures(folder / "in", N)
    # Behind all others, lest batches are those of other cutouts.
    (folder / "in" / "z.png").write_bytes(b"no picture")
    options = f"--model test_resnet --weights {small_weights} --batch-size 4 --deterministic"
    options += " --map pca --quality plain --device cpu"
    return [str(folder / "in"), *options.split()]


@pytest.fixture(scope="module")
def one(given: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("one") / "one.atlas"
    subprocess.run([*BUILD, *given, "--out", str(out), "--quiet"], check=True, env=ALONE)
    return out


def n_results(out: Path) -> int:
    return len(list(out.with_name(f"{out.name}.part").glob("cluster/*/0*/pieces.json")))


def test_workers_import_early_and_the_scheduler_nothing(
    cluster: Processes,
) -> None:
    from distributed import Client

    def n_imported() -> int:
        return len({*connection.NEEDED} & {*sys.modules})

    def has_it(name: str) -> bool:
        return name in sys.modules

    worker = cluster.start_worker()
    with Client(cluster.address) as client:
        client.wait_for_workers(1, timeout=300)
        assert [*client.run(n_imported).values()] == [0]
        with connected(client) as workers:
            wait(lambda: [*client.run(n_imported).values()] == [2], "imports", seconds=300)
            assert workers is not None
            assert workers.submit(usual_workers, "cpu", 7).result(300) == 0
        assert client.run_on_scheduler(has_it, usual_workers.__module__) is False
    worker.kill()


def test_the_client_imports_no_torch_before_workers_do() -> None:
    code = "import sys; from hubble_dash.cli.main import main; "
    code += "print(main(sys.argv[1:]), 'torch' in sys.modules)"
    command = [
        sys.executable,
        "-c",
        code,
        "build",
        "in",
        "--out",
        "x.atlas",
        "--cluster",
        "nowhere",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout == "2 False\n"


def test_a_worker_is_killed_in_the_middle(
    cluster: Processes, given: list[str], one: Path, tmp_path: Path
) -> None:
    _, doomed, _ = [cluster.start_worker() for _ in range(3)]
    out = tmp_path / "x.atlas"
    command = [*BUILD, *given, "--out", str(out), "--cluster", cluster.address]
    with subprocess.Popen(command, env=ALONE) as client:
        wait(lambda: n_results(out) >= 2, "some results", seconds=300)
        doomed.kill()
    assert client.returncode == 0
    assert_whole(hd.open_atlas(out))
    assert differences(one, out) == []


def test_a_client_is_killed_and_another_worker_comes(
    cluster: Processes, given: list[str], one: Path, tmp_path: Path
) -> None:
    out = tmp_path / "x.atlas"
    command = [*BUILD, *given, "--out", str(out), "--cluster", cluster.address]
    with subprocess.Popen(command, env=ALONE) as client:
        wait(lambda: n_results(out) >= 2, "some results", seconds=300)
        client.kill()
    assert not out.exists()
    cluster.start_worker()
    subprocess.run(command, check=True, env=ALONE)
    assert differences(one, out) == []


def test_workers_that_cannot_take_part(
    cluster: Processes, given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {"model": "test_resnet", "weights": given[4], "progress": False}
    from distributed import Client

    with Client(cluster.address) as client:
        monkeypatch.setattr("importlib.metadata.version", lambda _: "0.0.7")
        with pytest.raises(BuildError, match=r"has hubble-dash 0.1.0, and the client has 0.0.7.*"):
            hd.build(given[0], out=tmp_path / "x.atlas", cluster=client, **settings)
        monkeypatch.undo()

        def blind() -> str:
            return "does not see /images"

        with pytest.raises(BuildError, match=r"workers cannot take part; .* does not see /images"):
            Cluster(client).check(blind)
        assert client.status == "running"
    assert not list(tmp_path.iterdir())


def test_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SECONDS_TO_ANSWER", 1)
    begun = time.monotonic()
    with pytest.raises(BuildError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9"):
        hd.build("in", out="x.atlas", cluster="tcp://127.0.0.1:9")
    assert time.monotonic() - begun < 60


def test_workers_of_this_machine(given: list[str], one: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.atlas"
    subprocess.run([*BUILD, *given, "--out", str(out), "--cluster", "local"], check=True, env=ALONE)
    assert differences(one, out) == []
