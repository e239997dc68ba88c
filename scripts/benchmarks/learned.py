"""What a metric gives that is learned from some of the cutouts: one thing changed at a time.

Features of twelve views of every cutout are computed once and kept; all else takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.collections_of_meaning import Collection, Pixels
from numpy.typing import NDArray
from tqdm import tqdm

from hubble_dash.builder.fingerprints.fingerprinter import Cutout
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.metric.learning import Learning, Metric, learn
from hubble_dash.builder.models.weights import find_weights
from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.sampling import evenly
from hubble_dash.builder.views.augmentation import SAMPLE_VIEWS, Views
from hubble_dash.config.choices import Quality
from hubble_dash.cosine import N_JOINED, Smoothed
from hubble_dash.evaluation.gallery import Gallery
from hubble_dash.evaluation.retrieval import label_scores, purity

__all__ = ["HEADS", "Learned"]

HEADS = (
    *(
        "setting",
        "views learned from",
        "turned finds itself @1",
        "@9",
        "classes P@9",
        "1-NN",
        "mAP",
    ),
    *("instrument strength", "regions P@3", "1-NN", "mAP"),
    *("press P@3", "previews P@3", "windows turned @1"),
)
VIEWS = Views(turns=4, disk=True, changed=8)
OF_QUALITY = {"fast": [0], "balanced": [0, 1, 2, 3], "best": [*range(12)]}


@dataclass(frozen=True)
class Setting:
    """A way to learn and to use a metric; where nothing is said, as a build does."""

    name: str
    quality: Quality = "fast"
    n: int = 0
    turns: int = 0
    changed: int = -1
    n_axes: int = Learning().n_axes
    metric: bool = True
    smoothed: bool = False
    maps: Sequence[int] = (0, 1, 2)

    @property
    def learned_from(self) -> list[int]:
        """Which of the views."""
        usual = SAMPLE_VIEWS[self.quality]
        changed = usual.changed if self.changed < 0 else self.changed
        return [*range(self.turns or usual.n_turned), *range(4, 4 + changed)]


SETTINGS = [
    Setting("**fast**"),
    Setting("**balanced**", "balanced"),
    Setting("**best**", "best"),
    Setting("fast, smoothed (turned ones are not)", smoothed=True),
    Setting("best, smoothed (turned ones are not)", "best", smoothed=True),
    Setting("covariances without a metric, 1 view", metric=False),
    Setting("covariances without a metric, 4 turns", "balanced", metric=False),
    *(Setting(f"fast, of {n}", n=n) for n in (100, 150, 200, 300, 350, 500)),
    Setting("fast, 2 turns + 2 changed", changed=2),
    Setting("fast, 2 turns + 4 changed", changed=4),
    Setting("fast, 4 turns + 2 changed", turns=4, changed=2),
    Setting("fast, 4 turns + 8 changed", turns=4, changed=8),
    Setting("fast, 4 turns alone", turns=4, changed=0),
    Setting("fast, 1 + 2 changed", turns=1, changed=2),
    Setting("fast, 1 + 4 changed", turns=1, changed=4),
    Setting("fast, the map at a sixteenth alone", maps=[1]),
    Setting("fast, this and the one before", maps=[0, 1]),
    Setting("fast, this and the one behind", maps=[1, 2]),
    *(Setting(f"fast, {n} axes", n_axes=n) for n in (16, 32, 48, 96, 128)),
]


class Learned:
    """Learns on each collection, and measures there.

    Parameters
    ----------
    cache : Path
        Folder that keeps the features.
    galaxies, field : Collection
        With classes and instruments; with turned copies.
    areas, windows : Collection or None
        With copies of regions; with turned copies.
    """

    def __init__(
        self,
        cache: Path,
        galaxies: Collection,
        field: Collection,
        areas: Collection | None,
        windows: Collection | None,
    ) -> None:
        weights = find_weights("tf_efficientnet_lite0")
        self._network = load_network(
            weights, device="cpu", quality="fast", precision="fp32", learns=True
        )
        parts = self._network._parts
        assert parts is not None
        self._parts, self._cache = parts, cache
        self._galaxies, self._areas = galaxies, areas
        assert field.turned is not None
        self._features = {
            "deep": self._of("deep", field.cutouts),
            "turned": self._of("turned", field.turned),
            "sim": self._of("sim", galaxies.cutouts),
        }
        if areas is not None:
            self._features["reg"] = self._of("reg", areas.cutouts)
        if windows is not None:
            assert windows.turned is not None
            self._features["windows"] = self._of("windows", windows.cutouts)
            self._features["windows_turned"] = self._of("windows_turned", windows.turned)

    def row(self, setting: Setting) -> Iterator[float]:
        """Measure a setting on all collections."""
        yield from self._found_turned(setting, "deep", "turned")
        gallery = Gallery(self._fingerprints(setting, "sim")[0])
        classes = pd.Series(self._galaxies.labels, name="class")
        scores = label_scores(gallery, classes)
        instruments = pd.Series(self._galaxies.groups, name="instrument")
        shared = purity(gallery, instruments, labels=classes)
        assert shared is not None
        yield from (scores.precision, scores.accuracy, scores.average_precision, shared.strength)
        if self._areas is not None:
            gallery = Gallery(self._fingerprints(setting, "reg")[0])
            labels = pd.Series(self._areas.labels, name="region")
            scores = label_scores(gallery, labels, nearest=3)
            yield from (scores.precision, scores.accuracy, scores.average_precision)
            yield from _precision_apart(gallery, self._areas, nearest=3)
        if "windows" in self._features:
            yield self._found_turned(setting, "windows", "windows_turned")[0]

    def _found_turned(self, setting: Setting, name: str, turned_name: str) -> tuple[float, float]:
        """Say which share find themselves first, and among nine."""
        found, turned = (Gallery(one) for one in self._fingerprints(setting, name, turned_name))
        cosine = turned.unit @ found.unit.T
        rank = (cosine > np.diag(cosine)[:, None]).sum(axis=1)
        return float((rank < 1).mean()), float((rank < 9).mean())

    def _fingerprints(self, setting: Setting, *names: str) -> list[NDArray[np.float32]]:
        """Learn from the first collection, and make fingerprints of all."""
        parts, columns = _of_maps(self._parts, setting.maps)
        whole = self._features[names[0]]
        n = setting.n or Learning().n_sample(len(whole), len(OF_QUALITY[setting.quality]))
        sample = whole[evenly(len(whole), min(n, len(whole)))][:, setting.learned_from]
        metric = learn(sample[:, :, columns].astype(np.float32), parts, n_axes=setting.n_axes)
        assert metric is not None
        views = OF_QUALITY[setting.quality]
        chosen = (self._features[name][:, views][:, :, columns] for name in names)
        made = [self._made(metric, features, setting) for features in chosen]
        if setting.smoothed:
            return [_smoothed(made[0]), *made[1:]]
        return made if setting.metric else [one - made[0].mean(axis=0) for one in made]

    def _made(
        self, metric: Metric, features: NDArray[np.float16], setting: Setting
    ) -> NDArray[np.float32]:
        if not setting.metric:
            n = len(metric.mean)
            metric = replace(metric, axes=np.eye(n, dtype=np.float32))
        n_views = features.shape[1]
        flat = features.reshape(len(features) * n_views, -1).astype(np.float32)
        return metric.fingerprints(flat, n_views)

    def _of(self, name: str, cutouts: Sequence[Pixels]) -> NDArray[np.float16]:
        """Compute the features of all views, or read them."""
        path = self._cache / f"{name}_learned.npy"
        if path.exists():
            kept: NDArray[np.float16] = np.load(path)
            return kept
        prepare = replace(self._network.prepare, views=VIEWS)
        shown = tqdm(cutouts, desc=path.stem, mininterval=10)
        asked = (Cutout(prepare(pixels), len(cutouts)) for pixels in shown)
        outputs = self._network._passes.outputs(asked, self._network.prepare)
        parts = [features.numpy().astype(np.float16) for _, (features, _) in outputs]
        found = np.concatenate(parts).reshape(len(cutouts), VIEWS.n, -1)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, found)
        return found


def _of_maps(parts: FeatureParts, maps: Sequence[int]) -> tuple[FeatureParts, NDArray[np.intp]]:
    """Leave some maps' covariances out: the parts of what is left, and its columns."""
    every = np.arange(parts.n)
    where = [columns for columns, _ in parts.maps]
    chosen = [every[where[number]] for number in maps]
    last, means = every[: parts.n_last], every[parts.n - parts.n_means :]
    fewer = replace(parts, n_channels=tuple(parts.n_channels[number] for number in maps))
    return fewer, np.concatenate([last, *chosen, means])


def _precision_apart(gallery: Gallery, areas: Collection, *, nearest: int) -> Iterator[float]:
    """Of press images and of previews: the share of the nearest that are of the same region."""
    assert areas.labels is not None
    assert areas.groups is not None
    cosine = gallery.unit @ gallery.unit.T
    np.fill_diagonal(cosine, -np.inf)
    rows = np.argsort(-cosine, axis=1)[:, :nearest]
    same = (areas.labels[rows] == areas.labels[:, None]).mean(axis=1)
    yield from (float(same[areas.groups == group].mean()) for group in ("press", "preview"))


def _smoothed(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    found = find_neighbors(vectors.astype(np.float16), k=N_JOINED)
    return Smoothed(vectors.astype(np.float16), found.rows, found.similarities)[0 : len(vectors)]
