"""Weights -> the network that makes fingerprints, ready to run."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from hubble_dash.builder.backends.backend import Encoder
from hubble_dash.builder.backends.devices import find_device
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.builder.fingerprints.passes import NetworkOptions
from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.metric.learning import Metric
from hubble_dash.builder.models.checkpoints import load_model
from hubble_dash.builder.models.covariance import CovariancePooled
from hubble_dash.builder.models.exported import open_network_file
from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.models.pooling import DiskPooled, can_be_pooled
from hubble_dash.builder.models.timm_import import timm
from hubble_dash.builder.models.weights import Weights
from hubble_dash.builder.views.augmentation import QUALITIES
from hubble_dash.builder.views.preparation import Preparation
from hubble_dash.config import ModelInput, is_network_file
from hubble_dash.config.bounds import at_least, choice
from hubble_dash.config.choices import EngineChoice, Features, PrecisionChoice, Quality
from hubble_dash.errors import WeightsError

__all__ = ["load_network"]


def load_network(
    weights: Weights,
    *,
    device: str = "auto",
    features: Features = "pooled",
    batch_size: int | None = None,
    engine: EngineChoice = "auto",
    precision: PrecisionChoice = "auto",
    deterministic: bool = False,
    quality: Quality = "plain",
    learns: bool = False,
    metric: Metric | None = None,
    model_input: ModelInput | None = None,
    requested: str | None = None,
) -> Network:
    """Build the network that makes fingerprints.

    Parameters
    ----------
    weights : Weights
        From `hubble_dash.builder.models.weights.find_weights`.
    device : {"auto", "cpu", "cuda", "mps"}
        Where it runs; ``"auto"`` takes a GPU where there is one.
    features : {"pooled", "probabilities"}
        The pooled features before the classifier, (n, 2048) for resnet50, or the probabilities of
        the classes, which is what the method started from.
    batch_size : int, optional
        Pictures in one pass of the network. If not given, 32; on a GPU, what measures fastest.
    engine, precision : str
        What runs it, and how exactly it counts; ``"auto"`` takes the fastest that is here and means
        the same, by trying them on the first cutouts (see `hubble_dash.builder.backends.autotune`).
    deterministic : bool
        Whether ``"auto"`` takes what others are measured against, with no trial.
    quality : {"plain", "fast", "balanced", "best"}
        Plain: one view, pooled as timm has it. Otherwise how many views of a cutout are taken
        (`hubble_dash.builder.views.augmentation`), pooled over the disk at two depths where
        the model has maps (`hubble_dash.builder.models.pooling`). Of probabilities, fast is plain:
        the network's own head on its own crop.
    learns : bool
        Whether a metric is to be learned of its features, where it has maps: covariances are
        computed as well (`hubble_dash.builder.models.covariance`). Until then the fingerprints are
        those without one.
    metric : Metric, optional
        One that was learned of this network.
    model_input : ModelInput, optional
        What a network file expects; only with one.
    requested : str, optional
        The model that was asked for, where the weights are another's.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If an option is not known, or the device is not there.
    WeightsError
        If the weights do not fit the model, or lack the classifier that probabilities need; or a
        network file cannot be used.
    MissingExtraError
        If a network file needs a package that is not installed.
    """
    choice("features", features, Features)
    choice("engine", engine, EngineChoice)
    choice("precision", precision, PrecisionChoice)
    if batch_size is not None:
        at_least("batch_size", batch_size, 1)
    asked = quality
    learns = (learns or metric is not None) and quality != "plain" and features == "pooled"
    if features == "probabilities" and quality == "fast":
        quality = "plain"
    if is_network_file(weights.model):
        opened = _opened(weights, model_input or ModelInput(), quality, learns=learns)
        if device == "auto" and "eager" not in opened.encoder.engines:
            device = "cpu"
    else:
        several = metric is None or len(metric.parts.n_channels) > 1
        opened = _from_timm(weights, features, quality, learns=learns, several=several)
    side = opened.network_input
    if quality != "plain" and side.height != side.width:
        raise ValueError(
            f"{weights.model} sees {side.width} x {side.height} pixels; views of the disk need a"
            " square: take --quality plain"
        )
    return Network(
        weights,
        encoder=opened.encoder,
        prepare=Preparation(opened.network_input, QUALITIES[quality]),
        label_names=opened.label_names,
        options=NetworkOptions(
            find_device(device),
            features,
            batch_size,
            engine,
            precision,
            requested=requested or weights.model,
            quality=asked,
            deterministic=deterministic,
        ),
        model_input=opened.model_input,
        parts=opened.parts,
        metric=metric,
    )


class _Opened(NamedTuple):
    """A model before it is run, and what was given for it."""

    encoder: Encoder
    network_input: NetworkInput
    label_names: list[str] | None = None
    model_input: ModelInput | None = None
    parts: FeatureParts | None = None


def _opened(
    weights: Weights, model_input: ModelInput, quality: Quality, *, learns: bool
) -> _Opened:
    disk = quality != "plain"
    found = open_network_file(weights.path, model_input, disk=disk, learns=learns)
    return _Opened(found.encoder, found.network_input, model_input=model_input, parts=found.parts)


def _from_timm(
    weights: Weights, features: Features, quality: Quality, *, learns: bool, several: bool
) -> _Opened:
    model: Any = load_model(weights.model, weights.path)
    if features == "probabilities" and not model.num_classes:
        raise WeightsError(
            f"{weights.path} has no classifier, so there are no class probabilities; "
            f"take the pooled features, or weights with a classifier"
        )
    config = timm.data.resolve_model_data_config(model)
    network_input = NetworkInput.from_config(config)
    names, parts = _label_names(model), None
    module: Any = model
    if quality != "plain":
        # The disk is the largest in the cutout, so all of its shorter side is seen.
        network_input = replace(network_input, crop_pct=1.0, crop_mode="center")
        if features == "pooled" and can_be_pooled(model, network_input.height):
            if learns:
                module = CovariancePooled(model, network_input.height, several=several)
                parts = module.parts
            else:
                module = DiskPooled(model)
    encoder = Encoder(module, mean=config["mean"], std=config["std"])
    return _Opened(encoder, network_input, names, parts=parts)


def _label_names(model: Any) -> list[str] | None:
    """Name the classes by the first of WordNet's words, where they are ImageNet's."""
    subset = timm.data.infer_imagenet_subset(model) if model.num_classes else None
    return None if subset is None else list(_names_in(subset))


# Each time, timm reads the names of all 21,842 classes.
@cache
def _names_in(subset: str) -> tuple[str, ...]:
    described = timm.data.ImageNetInfo(subset).label_descriptions()
    return tuple(text.split(",")[0] for text in described)
