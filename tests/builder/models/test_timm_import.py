from __future__ import annotations

from types import ModuleType

import pytest
import torch

from hubble_dash.builder.models import timm_import


def test_timm_is_there() -> None:
    assert timm_import.timm.is_model("resnet50")


def failing_import(monkeypatch: pytest.MonkeyPatch, messages: list[str]) -> list[str]:
    """Make `import torchvision` fail with these messages, one after the other, then pass."""
    left = list(messages)
    tried: list[str] = []

    def import_module(name: str) -> ModuleType:
        tried.append(name)
        if left:
            raise RuntimeError(left.pop(0))
        return ModuleType(name)

    monkeypatch.setattr(timm_import.importlib, "import_module", import_module)
    return tried


def test_a_torchvision_that_fits_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = failing_import(monkeypatch, [])
    before = dict(timm_import._DECLARED)
    timm_import.import_torchvision()
    assert tried == ["torchvision"]
    assert before == timm_import._DECLARED


def test_operators_that_the_error_names_are_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["hubble_dash_first", "hubble_dash_second"]
    tried = failing_import(
        monkeypatch, [f"operator torchvision::{name} does not exist" for name in names]
    )
    timm_import.import_torchvision()
    assert len(tried) == 3
    for name in names:
        assert hasattr(torch.ops.torchvision, name)


def test_other_errors_pass_through(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_import(monkeypatch, ["CUDA is of another opinion"])
    with pytest.raises(RuntimeError, match="another opinion"):
        timm_import.import_torchvision()


def test_an_operator_that_stays_missing_does_not_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_import(monkeypatch, ["operator torchvision::hubble_dash_third does not exist"] * 2)
    with pytest.raises(RuntimeError, match="hubble_dash_third"):
        timm_import.import_torchvision()
