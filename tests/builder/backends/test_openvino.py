from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.networks import Pixels, agreement, cosines, noise, tiny_encoder
from numpy.typing import NDArray

from hubble_dash.builder.backends import openvino
from hubble_dash.builder.backends.backend import Backend, Encoder
from hubble_dash.builder.backends.openvino import OTHER_REQUESTS, OpenVino, _quickest
from hubble_dash.builder.backends.pytorch import missing, start

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing("openvino") is not None, reason="OpenVINO is not installed"),
]


def test_openvino_is_exact_in_single_precision(
    lite: Encoder, field: Pixels, plain: NDArray[np.float32]
) -> None:
    runner = start(Backend("openvino"), lite, field, device="cpu", batch_size=32)
    features, logits = runner(field)()
    np.testing.assert_allclose(features.numpy(), plain, rtol=1e-2, atol=1e-3)
    assert cosines(features.numpy(), plain).min() > 0.99999
    assert agreement(features.numpy(), plain) > 0.99
    with torch.inference_mode():
        expected = lite(torch.from_numpy(field[:3]))[1]
    np.testing.assert_allclose(logits[:3].numpy(), expected.numpy(), rtol=1e-2, atol=1e-2)


def test_openvino_reports_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would send usage data, and keep an identifier in the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    start(Backend("openvino"), tiny_encoder(), noise(4), device="cpu", batch_size=4)(noise(4))()
    assert sys.modules["openvino_telemetry"] is None
    assert list(tmp_path.iterdir()) == []


class Timed:
    """Requests that take as long as they say."""

    def __init__(self, size: int, seconds: float) -> None:
        self.size, self._seconds = size, seconds

    def seconds(self, pictures: Pixels) -> float:
        return self._seconds * len(pictures)


def quickest(seconds: dict[int, float], n_expected: int) -> tuple[int, list[int]]:
    """Find the size of request that is taken, and those that were made for it."""
    made: list[int] = []

    def requests(size: int) -> Any:
        made.append(size)
        return Timed(size, seconds[size])

    usual: Any = Timed(2, seconds[2])
    taken = _quickest(usual, requests, OTHER_REQUESTS, noise(64), n_expected)
    return taken.size, made


def test_the_quickest_size_of_request_is_taken_where_many_pictures_are_to_come() -> None:
    seconds = {1: 0.012, 2: 0.01, 4: 0.008, 8: 0.009}
    assert quickest(seconds, 20_000) == (4, [1, 4, 8])
    assert quickest(seconds, 10_000) == (2, [])  # done in 100 s
    assert quickest(dict.fromkeys(seconds, 1.0), 999) == (2, [])


def test_requests_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, pictures = tiny_encoder(), noise(13)
    with torch.inference_mode():
        expected = encoder(torch.from_numpy(pictures))[0].numpy()
    runner, asked = OpenVino(encoder, "fp32", pictures, 32), list[Any]()

    def least(usual: Any, requests: Any, others: Any, sample: Pixels, n_expected: int) -> Any:
        asked.append((usual.size, list(others), len(sample), n_expected))
        return requests(8)

    monkeypatch.setattr(openvino, "_quickest", least)
    np.testing.assert_allclose(runner(pictures)()[0].numpy(), expected, rtol=1e-3, atol=1e-4)
    runner.tune(10**6)
    assert asked == [(2, [n for n in OTHER_REQUESTS if n <= asked[0][1][-1]], 13, 10**6)]
    np.testing.assert_allclose(runner(pictures)()[0].numpy(), expected, rtol=1e-3, atol=1e-4)
