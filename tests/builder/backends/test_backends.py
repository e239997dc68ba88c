from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray

from hubble_dash.builder.ahead import ahead
from hubble_dash.builder.backends import autotune as calibration
from hubble_dash.builder.backends import pytorch as engines
from hubble_dash.builder.backends.autotune import FAITHFUL, calibrate
from hubble_dash.builder.backends.backend import Form, Pictures
from hubble_dash.builder.backends.pytorch import available_forms, missing, start
from hubble_dash.builder.models.checkpoints import load_model
from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.models.timm_import import timm
from hubble_dash.builder.models.weights import find_weights

Pixels = NDArray[np.uint8]

N = 96
NINE = 9
with_openvino = pytest.mark.skipif(
    missing("openvino") is not None, reason="OpenVINO is not installed"
)


@pytest.fixture(scope="module")
def lite() -> Pictures:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("hubble_dash.builder.models.weights.hub_constants.HF_HUB_OFFLINE", True)
        weights = find_weights("tf_efficientnet_lite0")
    model: Any = load_model(weights.model, weights.path)
    config = timm.data.resolve_model_data_config(model)
    return Pictures(model, mean=config["mean"], std=config["std"])


@pytest.fixture(scope="module")
def field() -> Pixels:
    """Windows of the Hubble eXtreme Deep Field, of galaxies' sizes."""
    image = skimage.data.hubble_deep_field()
    rng = np.random.default_rng(2)
    prepared = NetworkInput(224, 224, "bicubic", 0.875, "center", (0.5, 0.5, 0.5))
    cutouts = []
    for _ in range(N):
        side = int(rng.integers(40, 200))
        y, x = rng.integers(0, image.shape[0] - side), rng.integers(0, image.shape[1] - side)
        cutouts.append(prepared.prepare(image[y : y + side, x : x + side]))
    return np.stack(cutouts)


@pytest.fixture(scope="module")
def plain(lite: Pictures, field: Pixels) -> NDArray[np.float32]:
    """Fingerprints by PyTorch itself: single precision, no engine."""
    with torch.inference_mode():
        parts = [lite(torch.from_numpy(field[i : i + 16]))[0] for i in range(0, N, 16)]
    return torch.cat(parts).numpy()


def tiny() -> Pictures:
    torch.manual_seed(0)
    model: Any = timm.create_model("test_resnet").eval()
    return Pictures(model, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))


def noise(n: int, side: int = 64) -> Pixels:
    return np.random.default_rng(n).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def cosines(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    product = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return np.asarray(product, np.float32)


def nearest(vectors: NDArray[np.float32]) -> list[set[int]]:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similarities = unit @ unit.T
    np.fill_diagonal(similarities, -np.inf)
    return [set(row) for row in np.argsort(-similarities, axis=1)[:, :NINE].tolist()]


def agreement(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    pairs = zip(nearest(a), nearest(b), strict=True)
    return float(np.mean([len(one & other) / NINE for one, other in pairs]))


@pytest.mark.parametrize(
    "form", [f for f in available_forms("cpu") if f.engine != "compile"], ids=str
)
def test_a_faster_form_means_the_same_or_is_refused(
    lite: Pictures,
    field: Pixels,
    plain: NDArray[np.float32],
    form: Form,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Chosen by a few cutouts, a form must keep its promise for all of them."""
    chosen = calibrate(
        lite, field[::2], device="cpu", precision=form.precision, engine=form.engine,
        n_expected=N, batch_size=32,
    )  # fmt: skip
    if any(trial.cosine < FAITHFUL[form.precision] for trial in chosen.trials):
        # Never chosen by itself, and the user who insists is warned.
        assert "changes the fingerprints" in caplog.text
        return
    parts = [chosen.engine(field[i : i + 32])() for i in range(0, N, 32)]
    features = torch.cat([features for features, _ in parts]).numpy()
    assert cosines(features, plain).min() >= FAITHFUL[form.precision]
    assert agreement(features, plain) >= 0.97


@with_openvino
def test_integers_are_never_taken_unasked_and_are_tried_on_pictures_they_were_not_fitted_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert all(form.precision != "int8" for form in available_forms("cpu"))
    fitted, seen = [], []

    def started(form: Form, *, sample: Pixels, **_: object) -> Any:
        fitted.append(sample)

        def engine(pictures: Pixels) -> Any:
            seen.append(pictures)
            return fake(0)(pictures)

        return engine

    monkeypatch.setattr(calibration, "start", started)
    chosen = calibrate(tiny(), noise(64), device="cpu", precision="int8", n_expected=10**6)
    assert chosen.form == Form("openvino", "int8")
    shared = {p.tobytes() for p in fitted[0]} & {p.tobytes() for p in seen[0]}
    assert not shared
    assert len(seen[0]) == 32


@with_openvino
def test_openvino_is_exact_in_single_precision(
    lite: Pictures, field: Pixels, plain: NDArray[np.float32]
) -> None:
    engine = start(Form("openvino"), lite, field, device="cpu", batch_size=32)
    features, logits = engine(field)()
    np.testing.assert_allclose(features.numpy(), plain, rtol=1e-2, atol=1e-3)
    assert cosines(features.numpy(), plain).min() > 0.99999
    assert agreement(features.numpy(), plain) > 0.99
    with torch.inference_mode():
        expected = lite(torch.from_numpy(field[:3]))[1]
    np.testing.assert_allclose(logits[:3].numpy(), expected.numpy(), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize(
    "form", [f for f in available_forms("cpu") if f.precision != "int8"], ids=str
)
def test_batches_of_any_size_keep_their_order(form: Form) -> None:
    """Several are under way at once, and are asked for out of turn."""
    pictures, shown = tiny(), noise(23)
    with torch.inference_mode():
        expected = pictures(torch.from_numpy(shown))[0].numpy()
    engine = start(form, pictures, shown, device="cpu", batch_size=8)
    sizes = [8, 1, 3, 8, 3]
    starts = np.cumsum([0, *sizes])
    under_way = [engine(shown[a : a + n]) for a, n in zip(starts[:-1], sizes, strict=True)]
    outputs = {i: under_way[i]()[0].numpy() for i in (3, 0, 4, 1, 2)}
    features = np.concatenate([outputs[i] for i in range(len(sizes))])
    assert cosines(features, expected).min() > 0.99
    assert outputs[0].shape == (8, expected.shape[1])


def fake(features: float, pause_s: float = 0.0) -> Callable[..., Any]:
    """An engine whose fingerprints deviate, and that takes its time."""

    def engine(pictures: Pixels) -> Callable[[], tuple[torch.Tensor, torch.Tensor]]:
        vectors = torch.ones(len(pictures), 4)
        vectors[:, 0] += features
        time.sleep(pause_s)
        return lambda: (vectors, vectors)

    return engine


def choose(
    monkeypatch: pytest.MonkeyPatch, forms: dict[Form, Any], n: int = 10**6, fast: bool = True
) -> Any:
    monkeypatch.setattr(calibration, "available_forms", lambda _: list(forms))
    monkeypatch.setattr(calibration, "_has_fast_product", lambda kind: fast or kind == "fp32")

    def started(form: Form, **_: object) -> Any:
        if isinstance(forms[form], Exception):
            raise forms[form]
        return forms[form]

    monkeypatch.setattr(calibration, "start", started)
    return calibrate(tiny(), noise(4), device="cpu", n_expected=n)


PLAIN, FAST, BF16 = Form(), Form("openvino"), Form("openvino", "bf16")


def test_the_fastest_faithful_form_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = {PLAIN: fake(0, 0.02), FAST: fake(0, 0.01), BF16: fake(0.001, 0.002)}
    chosen = choose(monkeypatch, forms)
    assert chosen.form == BF16
    said = chosen.describe()
    assert (said["engine"], said["precision"]) == ("openvino", "bf16")
    assert [trial["precision"] for trial in said["tried"]] == ["fp32", "fp32", "bf16"]
    assert said["tried"][2]["images_per_s"] > said["tried"][1]["images_per_s"] > 0


def test_a_precision_that_the_cpu_is_slow_in_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = {PLAIN: fake(0, 0.02), FAST: fake(0, 0.01), BF16: fake(0.001, 0.002)}
    chosen = choose(monkeypatch, forms, fast=False)
    assert chosen.form == FAST
    assert [trial.note for trial in chosen.trials] == ["", "", calibration.SLOW_PRODUCT]


def test_products_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calibration._has_fast_product("fp32")
    for slower, expected in ((torch.bfloat16, False), (torch.float32, True)):
        calibration._has_fast_product.cache_clear()
        monkeypatch.setattr(calibration, "_product_in_s", lambda dtype, slow=slower: dtype == slow)
        assert calibration._has_fast_product("bf16") is expected
    calibration._has_fast_product.cache_clear()


def test_the_bar_refuses_a_form_that_changes_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = {PLAIN: fake(0, 0.02), FAST: fake(0, 0.01), BF16: fake(0.3)}
    chosen = choose(monkeypatch, forms)
    assert chosen.form == FAST
    assert "changes the fingerprints" in chosen.trials[2].note


def test_a_form_that_fails_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = choose(monkeypatch, {PLAIN: fake(0, 0.01), FAST: RuntimeError("no such operation")})
    assert chosen.form == PLAIN
    assert chosen.trials[1].note == "does not run: RuntimeError: no such operation"


def test_a_slower_form_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose(monkeypatch, {PLAIN: fake(0), FAST: fake(0, 0.02)}).form == PLAIN


def test_few_cutouts_are_not_worth_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = {PLAIN: fake(0, 0.01), FAST: fake(0)}
    assert choose(monkeypatch, forms, n=20).trials == []
    assert [trial.engine for trial in choose(monkeypatch, forms, n=200).trials] == ["eager"]


def test_a_form_that_was_asked_for_is_obeyed_and_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    forms = {PLAIN: fake(0), Form("eager", "bf16"): fake(0.3)}
    monkeypatch.setattr(calibration, "start", lambda form, **_: forms[form])
    with caplog.at_level(logging.WARNING):
        chosen = calibrate(
            tiny(), noise(4), device="cpu", engine="eager", precision="bf16", n_expected=4
        )
    assert chosen.form == Form("eager", "bf16")
    assert "changes the fingerprints of this network" in caplog.text


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(engines.shutil, "which", lambda _: None)
    with pytest.raises(ValueError, match=r"pip install 'hubble-dash\[openvino\]'"):
        calibrate(tiny(), noise(4), device="cpu", engine="openvino", n_expected=4)
    with pytest.raises(ValueError, match=r"C\+\+ compiler"):
        calibrate(tiny(), noise(4), device="cpu", engine="compile", n_expected=4)
    assert {form.engine for form in available_forms("cpu")} == {"eager"}
    monkeypatch.undo()
    with pytest.raises(ValueError, match="8-bit integers need OpenVINO"):
        start(Form("eager", "int8"), tiny(), noise(4), device="cpu", batch_size=4)


@with_openvino
def test_openvino_reports_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would send usage data, and keep an identifier in the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    start(Form("openvino"), tiny(), noise(4), device="cpu", batch_size=4)(noise(4))()
    assert sys.modules["openvino_telemetry"] is None
    assert list(tmp_path.iterdir()) == []


def test_ahead_keeps_the_order_and_hands_errors_over() -> None:
    def items() -> Any:
        yield from range(5)
        raise KeyError("in the thread")

    drawn = ahead(items())
    assert [next(drawn) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(KeyError, match="in the thread"):
        next(drawn)
    assert list(ahead([])) == []


def test_ahead_closes_what_it_does_not_finish() -> None:
    closed = []

    def items() -> Any:
        try:
            yield from range(10**9)
        finally:
            closed.append(True)

    running = ahead(items())
    assert next(running) == 0
    running.close()
    assert closed == [True]
