"""Batches of several sizes, timed; what a GPU would say is told by fakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from helpers.networks import noise, tiny_encoder

from hubble_dash.builder.backends import autotune as autotuning
from hubble_dash.builder.backends import batches
from hubble_dash.builder.backends.autotune import autotune
from hubble_dash.builder.backends.backend import Backend
from hubble_dash.builder.backends.batches import time_batches, time_sizes

EAGER, BF16, COMPILED = Backend(), Backend("eager", "bf16"), Backend("compile", "bf16")


class Gpu:
    """A clock, and networks that take some time for each batch and some for each picture."""

    def __init__(self) -> None:
        self.now_s, self.most = 0.0, 10**9
        self.seen: list[int] = []
        self.started: list[tuple[Backend, int]] = []

    def perf_counter(self) -> float:
        return self.now_s

    def runner(self, picture_s: float, batch_s: float = 0.0) -> Callable[..., Any]:
        def run(pictures: Any) -> Callable[[], tuple[torch.Tensor, torch.Tensor]]:
            if len(pictures) > self.most:
                raise torch.OutOfMemoryError("no memory")
            self.seen.append(len(pictures))
            self.now_s += batch_s + picture_s * len(pictures)
            vectors = torch.ones(len(pictures), 4)
            return lambda: (vectors, vectors)

        return run


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Gpu:
    made = Gpu()
    monkeypatch.setattr(batches, "time", made)
    monkeypatch.setattr(autotuning, "time", made)
    return made


def choose(
    gpu: Gpu, monkeypatch: pytest.MonkeyPatch, runners: dict[Backend, Any], **told: Any
) -> Any:
    def started(backend: Backend, *, batch_size: int, **_: object) -> Any:
        gpu.started.append((backend, batch_size))
        return runners[backend]

    monkeypatch.setattr(autotuning, "available_backends", lambda _: list(runners))
    monkeypatch.setattr(autotuning, "missing", lambda _: None)
    monkeypatch.setattr(autotuning, "start", started)
    told = {"n_expected": 10**6, "batch_sizes": (32, 128, 256, 512), **told}
    return autotune(tiny_encoder(), noise(4), device="meta", **told)


def test_a_batch_is_timed_again_and_again(gpu: Gpu) -> None:
    timing = time_batches(gpu.runner(0.001), noise(10), seconds=0.1)
    assert (timing.images_per_s, timing.spread) == pytest.approx((1000, 0))
    assert len(gpu.seen) in (batches.N_BEFORE + 10, batches.N_BEFORE + 11)


def test_the_spread_of_times_is_told(gpu: Gpu) -> None:
    steady = gpu.runner(0.001)

    def unsteady(pictures: Any) -> Any:
        gpu.now_s += 0.01 * (len(gpu.seen) % 2)
        return steady(pictures)

    timing = time_batches(unsteady, noise(10), seconds=1)
    assert timing.spread is not None
    assert 0.4 < timing.spread < 1.1


def test_sizes_for_which_there_is_no_memory_are_left_out(gpu: Gpu) -> None:
    gpu.most = 300
    assert list(time_sizes(gpu.runner(0.001), noise(4), "cpu")) == [32, 128, 256]
    gpu.most = 16
    with pytest.raises(torch.OutOfMemoryError):
        time_sizes(gpu.runner(0.001), noise(4), "cpu")


def test_sizes_for_which_memory_would_not_suffice_are_not_tried(
    gpu: Gpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_is_room", lambda _device, _before, times: times > 2)
    assert list(time_sizes(gpu.runner(0.001), noise(4), "cpu")) == [32, 128]


def test_the_smallest_size_that_is_nearly_the_fastest_is_taken(
    gpu: Gpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half precision is faster, and compiling it pays for a million pictures."""
    runners = {
        EAGER: gpu.runner(0.001, 0.1), BF16: gpu.runner(0.0005, 0.1),
        COMPILED: gpu.runner(0.0001, 0.1),
    }  # fmt: skip
    few = choose(gpu, monkeypatch, runners, n_expected=20_000)
    assert (few.backend, few.batch_size) == (BF16, 512)
    said = few.describe()
    assert said["batch_size"] == 512
    assert [trial["batch_size"] for trial in said["tried"]] == [None, None, 32, 128, 256, 512]
    assert all(trial["spread"] == pytest.approx(0, abs=1e-6) for trial in said["tried"])
    rates = [trial["images_per_s"] for trial in said["tried"]]
    assert rates[2:] == pytest.approx([n / (0.1 + 0.0005 * n) for n in (32, 128, 256, 512)])
    many = choose(gpu, monkeypatch, runners)
    assert (many.backend, many.batch_size) == (COMPILED, 512)
    assert gpu.started[-1] == (COMPILED, 512)
    runners[BF16] = gpu.runner(0.0005)
    assert choose(gpu, monkeypatch, runners, n_expected=20_000).batch_size == 32


def test_the_size_is_chosen_for_a_backend_that_was_asked_for(
    gpu: Gpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    runners = {EAGER: gpu.runner(0.001), BF16: gpu.runner(0.0005, 0.1)}
    told = {"engine": "eager", "precision": "bf16"}
    chosen = choose(gpu, monkeypatch, runners, **told)
    assert (chosen.backend, chosen.batch_size) == (BF16, 512)
    runners[COMPILED] = gpu.runner(0.0001)
    chosen = choose(gpu, monkeypatch, runners, **(told | {"engine": "compile"}))
    assert (chosen.backend, chosen.batch_size) == (COMPILED, 128)


def test_few_pictures_go_by_the_usual_size(gpu: Gpu, monkeypatch: pytest.MonkeyPatch) -> None:
    runners = {EAGER: gpu.runner(0.001), BF16: gpu.runner(0.0001)}
    chosen = choose(gpu, monkeypatch, runners, n_expected=20)
    assert (chosen.backend, chosen.batch_size, chosen.trials) == (EAGER, 32, [])


def test_a_real_network_is_timed_by_whole_batches() -> None:
    told = {"engine": "eager", "precision": "fp32", "batch_sizes": (2, 4)}
    chosen = autotune(tiny_encoder(), noise(6), device="cpu", n_expected=1000, **told)  # type: ignore[arg-type]
    assert chosen.batch_size in (2, 4)
    assert [trial.batch_size for trial in chosen.trials] == [2, 4]
    assert all(trial.images_per_s and trial.spread is not None for trial in chosen.trials)
