"""Neighbours and map, ours against other libraries': seconds and faithfulness, in one run.

scikit-learn: brute-force neighbours by cosine, then TSNE(init="pca") with its own settings, on the
same fingerprints at unit length. Seconds of the processor, all threads together, stand in brackets:
they hardly change when other work slows the machine. --against libraries takes FAISS's flat index
and openTSNE (FIt-SNE) instead, with our settings, neighbours, start and iterations; they run on the
processor, ours on --device too, if that is another. Without --fingerprints, windows of the Hubble
eXtreme Deep Field (or of --images) go through EfficientNet-Lite0.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import skimage.data
from benchmarks import environment
from benchmarks.libraries import against_libraries
from benchmarks.took import timed as _timed
from numpy.typing import NDArray
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.backends.devices import device_of_tensors
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.fingerprints.fingerprinter import Cutout
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.models.weights import find_weights
from hubble_dash.builder.neighbors.search import Searched, find_neighbors, search_neighbors
from hubble_dash.builder.neighbors.unit import unit_rows
from hubble_dash.builder.projection.layout import Layout, lay_out
from hubble_dash.builder.projection.quality import map_quality
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.config import MapSettings, Stretch

SIZE = 96
DEPTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", type=int, nargs="+", default=[20_000], help="cutouts (%(default)s)")
    parser.add_argument("--fingerprints", type=Path, help=".npy, (m, d); the first n are taken")
    parser.add_argument("--images", type=Path, nargs="+", help="whose windows are taken")
    parser.add_argument(
        "--against",
        choices=("scikit-learn", "libraries", "nothing"),
        default="scikit-learn",
        help="what ours is compared with (%(default)s)",
    )
    parser.add_argument("--device", default="auto", help="where ours run, too (%(default)s)")


def run(options: argparse.Namespace) -> None:
    print(f"{environment.describe()}\n")
    vectors = _vectors(options, max(options.n))
    devices = list(dict.fromkeys(["cpu", device_of_tensors(options.device)]))
    for n in options.n:
        if n > len(vectors):
            raise SystemExit(f"there are {len(vectors):,} fingerprints; -n {n} is too many")
        print(f"## {n:,} x {vectors.shape[1]}\n")
        for device in devices:
            _compare(vectors[:n], device, options.against)


def _compare(vectors: NDArray[Any], device: str, against: str) -> None:
    searched, search = _timed(lambda: search_neighbors(vectors, k=DEPTH, device=device))
    layout, draw = _timed(lambda: _laid_out(vectors, searched, device))
    print(f"Ours, on {device}: {searched.report}, {layout.report}\n")
    if against == "libraries":
        against_libraries(vectors, searched.neighbors, layout.positions, search, draw)
        return
    if against == "nothing":
        print(f"neighbours {search} s, map {draw} s, together {search + draw} s\n")
        return
    whole = np.asarray(vectors, np.float32)
    _, their_search = _timed(lambda: _scikit_learn_neighbors(whole))
    # Brought to unit length, so that its distances order as cosines do.
    unit = unit_rows(whole)
    theirs, their_draw = _timed(
        lambda: TSNE(init="pca", random_state=0, n_jobs=-1).fit_transform(unit)
    )
    print("| | scikit-learn | ours | ratio |\n|---|---|---|---|")
    for name, they, we in (
        ("neighbours, s", their_search, search),
        ("map, s", their_draw, draw),
        ("together, s", their_search + their_draw, search + draw),
    ):
        print(f"| {name} | {they} | {we} | {they.wall / we.wall:.2f} ({they.cpu / we.cpu:.2f}) |")
    exact = searched.neighbors
    if searched.report["method"] != "exact":
        exact = find_neighbors(whole, k=10)
    for name in ("neighbors_kept_at_10", "trustworthiness_at_10"):
        kept, ours = (_quality(vectors, exact, p)[name] for p in (theirs, layout.positions))
        print(f"| {name.replace('_', ' ')} | {kept:.4f} | {ours:.4f} | {ours - kept:+.4f} |")
    print()


def _laid_out(vectors: NDArray[Any], searched: Searched, device: str) -> Layout:
    return lay_out(vectors, searched.neighbors, MapSettings(), device=device)


def _quality(
    vectors: NDArray[Any], neighbors: Neighbors, positions: NDArray[Any]
) -> dict[str, float | int]:
    return map_quality(vectors, neighbors, positions, n_sample=5000)


def _scikit_learn_neighbors(vectors: NDArray[np.float32]) -> object:
    search = NearestNeighbors(n_neighbors=DEPTH, metric="cosine", algorithm="brute", n_jobs=-1)
    return search.fit(vectors).kneighbors()


def _vectors(options: argparse.Namespace, n: int) -> NDArray[Any]:
    if options.fingerprints is not None:
        given: NDArray[Any] = np.load(options.fingerprints, mmap_mode="r")
        return given
    images = [open_image(path) for path in options.images or ()]
    images = images or [Image.from_array(skimage.data.hubble_deep_field())]
    network = load_network(find_weights("tf_efficientnet_lite0"), device="cpu")
    windows = _windows([Display(image, Stretch()) for image in images], n)
    cutouts = (Cutout(pictures, n) for pictures in network.prepared(windows))
    return np.concatenate([batch.fingerprints for _, batch in network.stream(cutouts)])


def _windows(images: list[Display], n: int) -> Iterator[NDArray[np.uint8]]:
    """Cut about n windows, spread over all images by their area."""
    area = sum((image.shape[0] - SIZE) * (image.shape[1] - SIZE) for image in images)
    step = max(1, int(np.sqrt(area / n)) - 1)
    corners = [
        (image, x, y)
        for image in images
        for y in range(0, image.shape[0] - SIZE + 1, step)
        for x in range(0, image.shape[1] - SIZE + 1, step)
    ]
    for i in np.linspace(0, len(corners) - 1, min(n, len(corners))).round().astype(int):
        image, x, y = corners[i]
        yield image.read(Box(x, x + SIZE, y, y + SIZE))[0]
