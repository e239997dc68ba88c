"""Which device computes, of those that are there."""

from __future__ import annotations

import pytest
import torch

from hubble_dash.builder.backends.devices import device_of_tensors, find_device


@pytest.mark.parametrize(
    ("there", "asked", "network", "tensors"),
    [
        ({"cuda"}, "auto", "cuda", "cuda"),
        ({"cuda"}, "cpu", "cpu", "cpu"),
        ({"mps"}, "auto", "mps", "cpu"),
        (set(), "auto", "cpu", "cpu"),
    ],
)
def test_what_is_there_is_taken(
    there: set[str], asked: str, network: str, tensors: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in there)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in there)
    assert (find_device(asked), device_of_tensors(asked)) == (network, tensors)


@pytest.mark.parametrize("device", ["cuda", "tpu"])
def test_what_is_not_there_is_refused(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=f"'{device}' is not (there|known)"):
        find_device(device)
