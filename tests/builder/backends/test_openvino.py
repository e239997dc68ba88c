from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.networks import Pixels, agreement, cosines, noise, tiny_encoder
from numpy.typing import NDArray

from hubble_dash.builder.backends.backend import Backend, Encoder
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
