from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers.networks import cosines, noise, tiny_encoder

from hubble_dash.builder.backends import pytorch
from hubble_dash.builder.backends.autotune import autotune
from hubble_dash.builder.backends.backend import Backend
from hubble_dash.builder.backends.pytorch import available_backends, start


@pytest.mark.parametrize(
    "backend", [f for f in available_backends("cpu") if f.precision != "int8"], ids=str
)
def test_batches_of_any_size_keep_their_order(backend: Backend) -> None:
    """Several are under way at once, and are asked for out of turn."""
    encoder, shown = tiny_encoder(), noise(23)
    with torch.inference_mode():
        expected = encoder(torch.from_numpy(shown))[0].numpy()
    runner = start(backend, encoder, shown, device="cpu", batch_size=8)
    sizes = [8, 1, 3, 8, 3]
    starts = np.cumsum([0, *sizes])
    under_way = [runner(shown[a : a + n]) for a, n in zip(starts[:-1], sizes, strict=True)]
    outputs = {i: under_way[i]()[0].numpy() for i in (3, 0, 4, 1, 2)}
    features = np.concatenate([outputs[i] for i in range(len(sizes))])
    assert cosines(features, expected).min() > 0.99
    assert outputs[0].shape == (8, expected.shape[1])


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytorch.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(pytorch.shutil, "which", lambda _: None)
    with pytest.raises(ValueError, match=r"pip install 'hubble-dash\[openvino\]'"):
        autotune(tiny_encoder(), noise(4), device="cpu", engine="openvino", n_expected=4)
    with pytest.raises(ValueError, match=r"C\+\+ compiler"):
        autotune(tiny_encoder(), noise(4), device="cpu", engine="compile", n_expected=4)
    assert {backend.engine for backend in available_backends("cpu")} == {"eager"}
    monkeypatch.undo()
    with pytest.raises(ValueError, match="8-bit integers need OpenVINO"):
        start(Backend("eager", "int8"), tiny_encoder(), noise(4), device="cpu", batch_size=4)
