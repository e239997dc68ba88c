from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from helpers.networks import Pixels, agreement, cosines, noise, tiny_encoder
from numpy.typing import NDArray

from hubble_dash.builder.backends import autotune as module
from hubble_dash.builder.backends.autotune import MIN_COSINE, autotune
from hubble_dash.builder.backends.backend import Backend, Encoder
from hubble_dash.builder.backends.pytorch import available_backends, missing


@pytest.mark.slow
@pytest.mark.parametrize(
    "backend", [f for f in available_backends("cpu") if f.engine != "compile"], ids=str
)
def test_a_faster_backend_means_the_same_or_is_refused(
    lite: Encoder,
    field: Pixels,
    plain: NDArray[np.float32],
    backend: Backend,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Chosen by a few cutouts, a backend must keep its promise for all of them."""
    chosen = autotune(
        lite, field[::2], device="cpu", precision=backend.precision, engine=backend.engine,
        n_expected=len(field), batch_size=32,
    )  # fmt: skip
    if any(trial.cosine < MIN_COSINE[backend.precision] for trial in chosen.trials):
        # Never chosen by itself, and the user who insists is warned.
        assert "changes the fingerprints" in caplog.text
        return
    parts = [chosen.runner(field[i : i + 32])() for i in range(0, len(field), 32)]
    features = torch.cat([features for features, _ in parts]).numpy()
    assert cosines(features, plain).min() >= MIN_COSINE[backend.precision]
    assert agreement(features, plain) >= 0.97


@pytest.mark.skipif(missing("openvino") is not None, reason="OpenVINO is not installed")
def test_integers_are_never_taken_unasked_and_are_tried_on_pictures_they_were_not_fitted_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert all(backend.precision != "int8" for backend in available_backends("cpu"))
    fitted, seen = [], []

    def started(_backend: Backend, *, sample: Pixels, **_: object) -> Any:
        fitted.append(sample)

        def run(pictures: Pixels) -> Any:
            seen.append(pictures)
            return fake(0)(pictures)

        return run

    monkeypatch.setattr(module, "start", started)
    monkeypatch.setattr(module, "time", CLOCK)
    chosen = autotune(tiny_encoder(), noise(64), device="cpu", precision="int8", n_expected=10**6)
    assert chosen.backend == Backend("openvino", "int8")
    shared = {p.tobytes() for p in fitted[0]} & {p.tobytes() for p in seen[0]}
    assert not shared
    assert len(seen[0]) == 32


class Clock:
    """A clock that stands still but for what fakes say they take."""

    now_s = 0.0

    def perf_counter(self) -> float:
        return self.now_s


CLOCK = Clock()


def fake(features: float, takes_s: float = 0.001) -> Callable[..., Any]:
    """A runner whose fingerprints deviate, and that takes its time."""

    def run(pictures: Pixels) -> Callable[[], tuple[torch.Tensor, torch.Tensor]]:
        vectors = torch.ones(len(pictures), 4)
        vectors[:, 0] += features
        CLOCK.now_s += takes_s
        return lambda: (vectors, vectors)

    return run


def choose(
    monkeypatch: pytest.MonkeyPatch, backends: dict[Backend, Any], n: int = 10**6, fast: bool = True
) -> Any:
    monkeypatch.setattr(module, "available_backends", lambda _: list(backends))
    monkeypatch.setattr(module, "_has_fast_product", lambda kind: fast or kind == "fp32")

    def started(backend: Backend, **_: object) -> Any:
        if isinstance(backends[backend], Exception):
            raise backends[backend]
        return backends[backend]

    monkeypatch.setattr(module, "start", started)
    monkeypatch.setattr(module, "time", CLOCK)
    return autotune(tiny_encoder(), noise(4), device="cpu", n_expected=n)


PLAIN, FAST, BF16 = Backend(), Backend("openvino"), Backend("openvino", "bf16")


def test_the_fastest_faithful_backend_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    backends = {PLAIN: fake(0, 0.02), FAST: fake(0, 0.01), BF16: fake(0.001, 0.002)}
    chosen = choose(monkeypatch, backends)
    assert chosen.backend == BF16
    said = chosen.describe()
    assert (said["engine"], said["precision"]) == ("openvino", "bf16")
    assert [trial["precision"] for trial in said["tried"]] == ["fp32", "fp32", "bf16"]
    # Two pictures in 0.02, 0.01 and 0.002 s.
    assert [trial["images_per_s"] for trial in said["tried"]] == pytest.approx([100, 200, 1000])


def test_only_the_backend_that_is_taken_looks_for_its_size_of_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tuned = []

    class Requests:
        def __init__(self, name: str, run: Any) -> None:
            self.name, self.run = name, run

        def __call__(self, pictures: Pixels) -> Any:
            return self.run(pictures)

        def tune(self, n_expected: int) -> None:
            tuned.append((self.name, n_expected))

    monkeypatch.setattr(module, "OpenVino", Requests)
    exact, wrong = Requests("exact", fake(0, 0.01)), Requests("wrong", fake(0.3))
    choose(monkeypatch, {PLAIN: fake(0, 0.02), FAST: exact, BF16: wrong}, n=5000)
    assert tuned == [("exact", 5000)]
    monkeypatch.setattr(module, "_wanted", lambda *_: [FAST])
    choose(monkeypatch, {PLAIN: fake(0), FAST: exact}, n=70)
    assert tuned[1:] == [("exact", 70)]


def test_a_precision_that_the_cpu_is_slow_in_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    backends = {PLAIN: fake(0, 0.02), FAST: fake(0, 0.01), BF16: fake(0.001, 0.002)}
    chosen = choose(monkeypatch, backends, fast=False)
    assert chosen.backend == FAST
    assert [trial.note for trial in chosen.trials] == ["", "", module.SLOW_PRODUCT]


def test_products_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert module._has_fast_product("fp32")
    for slower, expected in ((torch.bfloat16, False), (torch.float32, True)):
        module._has_fast_product.cache_clear()
        monkeypatch.setattr(module, "_product_in_s", lambda dtype, slow=slower: dtype == slow)
        assert module._has_fast_product("bf16") is expected
    module._has_fast_product.cache_clear()


def test_a_backend_that_changes_fingerprints_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backends = {PLAIN: fake(0, 0.02), FAST: fake(0, 0.01), BF16: fake(0.3)}
    chosen = choose(monkeypatch, backends)
    assert chosen.backend == FAST
    assert "changes the fingerprints" in chosen.trials[2].note


def test_a_backend_that_fails_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = choose(monkeypatch, {PLAIN: fake(0, 0.01), FAST: RuntimeError("no such operation")})
    assert chosen.backend == PLAIN
    assert chosen.trials[1].note == "does not run: RuntimeError: no such operation"


def test_a_slower_backend_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose(monkeypatch, {PLAIN: fake(0), FAST: fake(0, 0.02)}).backend == PLAIN


def test_few_cutouts_are_not_worth_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    backends = {PLAIN: fake(0, 0.01), FAST: fake(0)}
    assert choose(monkeypatch, backends, n=20).trials == []
    assert [trial.engine for trial in choose(monkeypatch, backends, n=200).trials] == ["eager"]


def test_a_backend_that_was_asked_for_is_obeyed_and_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    backends = {PLAIN: fake(0), Backend("eager", "bf16"): fake(0.3)}
    monkeypatch.setattr(module, "start", lambda backend, **_: backends[backend])
    monkeypatch.setattr(module, "time", CLOCK)
    with caplog.at_level(logging.WARNING):
        chosen = autotune(
            tiny_encoder(), noise(4), device="cpu", engine="eager", precision="bf16", n_expected=4
        )
    assert chosen.backend == Backend("eager", "bf16")
    assert "changes the fingerprints of this network" in caplog.text
