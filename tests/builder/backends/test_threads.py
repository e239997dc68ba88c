"""Threads of libraries beside a network that OpenVINO runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

from hubble_dash.builder.backends.threads import one_thread_each
from hubble_dash.builder.fingerprints.fingerprinter import Cutout
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.models.weights import find_weights


@pytest.fixture(autouse=True)
def _several() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def threads_of_blas() -> list[int]:
    np.linalg.norm(np.ones((2, 2)) @ np.ones((2, 2)))
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_libraries_have_one_thread_and_then_what_they_had() -> None:
    before = threads_of_blas()
    with one_thread_each():
        assert torch.get_num_threads() == 1
        assert set(threads_of_blas()) == {1}
    assert torch.get_num_threads() == 3
    assert threads_of_blas() == before


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "n_threads"), [("openvino", 1), ("eager", 3)])
def test_a_network_has_the_cores_to_itself_only_where_others_would_wait(
    engine: str, n_threads: int
) -> None:
    weights = find_weights("tf_efficientnet_lite0")
    network = load_network(weights, device="cpu", batch_size=2, engine=engine, precision="fp32")  # type: ignore[arg-type]
    black = np.zeros((1, 224, 224, 3), np.uint8)
    with closing(network.stream(Cutout(black, 4) for _ in range(4))) as batches:
        next(batches)
        assert torch.get_num_threads() == n_threads
    assert torch.get_num_threads() == 3
