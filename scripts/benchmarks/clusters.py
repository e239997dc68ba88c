"""Which clusters agree with known classes, and with themselves when cutouts are drawn again.

Of an atlas with a column of classes: HDBSCAN on the map, as the product does, on fingerprints, and
on their ten principal axes; EVoC and fast_hdbscan, where they are installed. Each time four fifths
of the cutouts are drawn, and their neighbours and map made anew.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score
from tqdm import tqdm

from hubble_dash.atlas.atlas import open_atlas
from hubble_dash.builder.clusters.find import find_clusters
from hubble_dash.builder.clusters.parts import N_INIT, PARTS
from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.neighbors.unit import unit_rows
from hubble_dash.builder.projection.layout import lay_out
from hubble_dash.config import MapSettings

SHARE_DRAWN, NEIGHBORS = 0.8, 100
HEADS = ("clusters of", "how many", "in none", "with each other", "with the classes", "seconds")
Codes = NDArray[np.integer[Any]]


class Drawn(NamedTuple):
    """Some of the cutouts: their rows, fingerprints of length 1, and a map of their own."""

    rows: NDArray[np.int64]
    unit: NDArray[np.float32]
    positions: NDArray[np.float32]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("atlas", type=Path)
    parser.add_argument(
        "--classes", action="append", required=True, metavar="COLUMN",
        help="of known classes; several together are one",
    )  # fmt: skip
    parser.add_argument("--draws", type=int, default=10)


def run(options: argparse.Namespace) -> None:
    atlas = open_atlas(options.atlas)
    columns = [atlas.cutouts[name].astype(str) for name in options.classes]
    known = np.array([" ".join(words) for words in zip(*columns, strict=True)])
    draws = [
        _draw(np.asarray(atlas.fingerprints), seed)
        for seed in tqdm(range(options.draws), desc="maps", leave=False)
    ]
    print("| " + " | ".join(HEADS) + " |\n|" + "---|" * len(HEADS))
    for name, cluster in _clusterers(len(draws[0].rows)):
        print(_line(name, cluster, draws, known), flush=True)


def _draw(fingerprints: NDArray[np.float16], seed: int) -> Drawn:
    random, n = np.random.default_rng(seed), len(fingerprints)
    rows = np.sort(random.choice(n, round(SHARE_DRAWN * n), replace=False))
    some = fingerprints[rows]
    neighbors = find_neighbors(some, k=min(NEIGHBORS, len(some) - 1))
    positions = lay_out(some, neighbors, MapSettings(random_state=seed)).positions
    return Drawn(rows, unit_rows(some), positions)


def _clusterers(n: int) -> Iterator[tuple[str, Callable[[Drawn], Codes]]]:
    for level in ("coarse cluster", "cluster", "fine cluster"):
        yield f"the map: `{level}`", partial(_product, level)
    size = max(10, n // 50)
    usual: dict[str, Any] = {"min_cluster_size": size, "min_samples": 5}
    of_sklearn = HDBSCAN(**usual, copy=True)
    yield "fingerprints", lambda drawn: of_sklearn.fit_predict(drawn.unit)
    yield (
        "ten principal axes",
        lambda drawn: of_sklearn.fit_predict(PCA(10, random_state=0).fit_transform(drawn.unit)),
    )
    for k in PARTS.values():
        # As of a continuum, whether this is one or not.
        yield f"fingerprints, k-means, {k}", partial(_k_means, k)
    if (fast := _installed("fast_hdbscan")) is not None:
        yield (
            "the map, fast_hdbscan",
            lambda drawn: fast.HDBSCAN(**usual).fit_predict(drawn.positions.astype(float)),
        )
    if (evoc := _installed("evoc")) is not None:
        for name, layer in (("finest", 0), ("coarsest", -1)):
            yield f"fingerprints, EVoC, {name}", partial(_evoc, evoc, layer)


def _product(level: str, drawn: Drawn) -> Codes:
    found = find_clusters(drawn.positions)
    return found.get(level, found.get("cluster", np.full(len(drawn.rows), -1)))


def _k_means(k: int, drawn: Drawn) -> Codes:
    return np.asarray(KMeans(k, n_init=N_INIT, random_state=0).fit_predict(drawn.unit))


def _evoc(evoc: Any, layer: int, drawn: Drawn) -> Codes:
    found = evoc.EVoC(random_state=0)
    found.fit_predict(drawn.unit)
    return np.asarray(found.cluster_layers_[layer])


def _installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _line(
    name: str, cluster: Callable[[Drawn], Codes], draws: list[Drawn], known: NDArray[np.str_]
) -> str:
    cluster(draws[0])  # what is compiled is compiled
    began = time.process_time()
    found = [cluster(drawn) for drawn in draws]
    took = (time.process_time() - began) / len(draws)
    pairs = itertools.combinations(zip(draws, found, strict=True), 2)
    each_other = [_agreement(*one, *other) for one, other in pairs]
    classes = [
        adjusted_rand_score(known[drawn.rows], codes)
        for drawn, codes in zip(draws, found, strict=True)
    ]
    counts = [int(codes.max()) + 1 for codes in found]
    in_none = float(np.mean([(codes < 0).mean() for codes in found]))
    return (
        f"| {name} | {min(counts)} to {max(counts)} | {in_none:.0%} | {np.mean(each_other):.2f}"
        f" | {np.mean(classes):.2f} | {took:.2f} |"
    )


def _agreement(drawn: Drawn, codes: Codes, other: Drawn, other_codes: Codes) -> float:
    """Give the adjusted Rand index of what both drew."""
    _, here, there = np.intersect1d(drawn.rows, other.rows, return_indices=True)
    return float(adjusted_rand_score(codes[here], other_codes[there]))
