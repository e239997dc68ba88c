"""What makes fingerprints mean more: the same collections, one thing changed at a time.

A Markdown table for the README. Features are kept in the folder --cache, so that a second run takes
seconds; a first one takes some 100,000 passes of EfficientNet-Lite0 (half an hour on 2 cores).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.builder.views.augmentation import Views, see
from hubble_dash.builder.views.borders import fill_blanks
from hubble_dash.builder.views.preparation import Preparation
from hubble_dash.cosine import center
from hubble_dash.evaluation.gallery import Gallery
from hubble_dash.evaluation.retrieval import label_scores, purity

if TYPE_CHECKING:
    from benchmarks.collections_of_meaning import Collection
    from benchmarks.tapped import Tapped

HEAD, GEM, DISK = ("head", "mean"), ("head", "gem"), ("head", "disk")
FINER = ("stage 5", "disk")
# What the network sees: timm's own crop, the whole cutout, or the disk in it. All views that any
# setting takes are computed; a setting picks some of them.
SEEN = {
    "crop": Views(turns=4, mirrored=True),
    "whole": Views(turns=4),
    "disk": Views(turns=8, mirrored=True, disk=True),
    # Of framed copies, only what the qualities take.
    "one crop": Views(),
    "turned disk": Views(turns=8, disk=True),
}
# Cutouts of each collection that are framed.
FRAMES_ASKED = 200
FEWER = {"crop": "one crop", "disk": "turned disk"}


@dataclass(frozen=True)
class Setting:
    """A way to make fingerprints of the features."""

    name: str
    seen: str = "disk"
    turns: int = 8
    mirrored: bool = False
    taps: tuple[tuple[str, str], ...] = (DISK, FINER)
    centred: bool = True
    whitened: int = 0

    @property
    def views(self) -> list[int]:
        """Which of the views that were computed."""
        all_turns = SEEN[self.seen].turns
        turned = list(range(0, all_turns, all_turns // self.turns))
        return turned + [all_turns + i for i in turned if self.mirrored]


SETTINGS = [
    Setting("as timm has it", "crop", 1, taps=(HEAD,), centred=False),
    Setting("centred", "crop", 1, taps=(HEAD,)),
    Setting("whole cutout instead of crop", "whole", 1, taps=(HEAD,)),
    Setting("disk instead of crop", turns=1, taps=(HEAD,)),
    Setting("crop, 4 turns", "crop", 4, taps=(HEAD,)),
    Setting("crop, 4 turns, mirrored", "crop", 4, mirrored=True, taps=(HEAD,)),
    Setting("whole, 4 turns", "whole", 4, taps=(HEAD,)),
    Setting("disk, 4 turns", turns=4, taps=(HEAD,)),
    Setting("disk, 8 turns", taps=(HEAD,)),
    Setting("disk, 8 turns, mirrored", mirrored=True, taps=(HEAD,)),
    Setting("8 turns, GeM", taps=(GEM,)),
    Setting("8 turns, mean over the disk", taps=(DISK,)),
    Setting("8 turns, stride 16 alone", taps=(FINER,)),
    Setting("8 turns, stride 16 alone, plain mean", taps=(("stage 5", "mean"),)),
    Setting("8 turns, stride 8 too", taps=(DISK, FINER, ("stage 3", "disk"))),
    Setting("8 turns, GeM + stride 16", taps=(GEM, FINER)),
    Setting("best, not centred", centred=False),
    Setting("best, whitened to 128", whitened=128),
    Setting("best, mirrored", mirrored=True),
    Setting("fast without a metric", turns=1),
    Setting("balanced without a metric", turns=4),
    Setting("best without a metric"),
]
# Frames as they are, and filled as the qualities beyond plain do it.
FRAMED = [
    (Setting("plain", "crop", 1, taps=(HEAD,), centred=False), "black"),
    (Setting("fast", turns=1), "black"),
    (Setting("balanced", turns=4), "black"),
    (Setting("best"), "black"),
    (Setting("plain", "crop", 1, taps=(HEAD,), centred=False), "filled"),
    (Setting("fast", turns=1), "filled"),
    (Setting("balanced", turns=4), "filled"),
    (Setting("best"), "filled"),
]
FRAMED_HEADS = ("finds itself @1", "@9", "frame shared", "chance")
HEADS = (
    *("setting", "views", "turned finds itself @1", "@9", "classes P@9", "1-NN", "mAP"),
    *("instrument strength", "regions P@3", "1-NN", "mAP"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cache", type=Path, default=Path("build/meaning"))
    parser.add_argument("--data", type=Path, help="folder of JPEG pictures, for the regions")


def run(options: argparse.Namespace) -> None:
    # Imported late: GalSim is needed for this benchmark alone (pip install hubble-dash[bench]).
    from benchmarks.collections_of_meaning import deep_field, regions, simulated
    from benchmarks.collections_of_meaning import windows as cut_windows
    from benchmarks.framed import windows
    from benchmarks.learned import HEADS as LEARNED_HEADS
    from benchmarks.learned import SETTINGS as LEARNED
    from benchmarks.learned import Learned
    from benchmarks.tapped import Tapped

    network = Tapped()
    galaxies, field = simulated(), deep_field()
    areas = regions(options.data) if options.data is not None else None
    bench = _Bench(network, options.cache, galaxies, field, areas)
    print(f"Real: {len(field.cutouts)} sources of the eXtreme Deep Field (turned).")
    print(f"Simulated: {len(galaxies.cutouts)} objects of five classes (classes, instrument).")
    if areas is not None:
        print(f"Real, copies made: {len(areas.cutouts)} cutouts of regions, 4 each (regions).")
    print("\n| " + " | ".join(HEADS) + " |\n|" + "---|" * len(HEADS))
    for setting in SETTINGS:
        row = _cells(bench.row(setting))
        print(f"| {setting.name} | {len(setting.views)} | {row} |", flush=True)
    cut = cut_windows(options.data) if options.data is not None else None
    learned = Learned(options.cache, galaxies, field, areas, cut)
    print("\nBy a metric, learned from 250 of the cutouts (balanced, best: 500) unless said:")
    print("\n| " + " | ".join(LEARNED_HEADS) + " |\n|" + "---|" * len(LEARNED_HEADS))
    for way in LEARNED:
        print(f"| {way.name} | {len(way.learned_from)} | {_cells(learned.row(way))} |", flush=True)
    print("\n| centred by (simulated, best) | P@9 | 1-NN | mAP | instrument shared | chance |")
    print("|---|---|---|---|---|---|")
    for name, values in bench.by_instrument():
        print(f"| {name} | {_cells(values)} |")
    sets = {"deep": field.cutouts}
    if options.data is not None:
        sets["windows"] = windows(options.data)
    heads = ("frames", *(f"{name} {head}" for name in sets for head in FRAMED_HEADS))
    print(f"\nCopies with black frames, {', '.join(f'{len(c)} {n}' for n, c in sets.items())}:")
    print("\n| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    for setting, frame in FRAMED:
        values = [value for name in sets for value in bench.frames(setting, frame, name, sets)]
        print(f"| {setting.name}, {frame} | {_cells(values)} |")


def _cells(values: Iterable[float]) -> str:
    return " | ".join(f"{value:.3f}" for value in values)


class _Bench:
    def __init__(
        self,
        network: Tapped,
        cache: Path,
        galaxies: Collection,
        field: Collection,
        areas: Collection | None,
    ) -> None:
        self.network, self.cache = network, cache
        self.galaxies, self.field, self.areas = galaxies, field, areas
        self.classes = pd.Series(galaxies.labels, name="class")
        self.instruments = pd.Series(galaxies.groups, name="instrument")

    def row(self, setting: Setting) -> Iterator[float]:
        """Measure a setting on all collections."""
        found, turned = self._turned(setting)
        cosine = turned.unit @ found.unit.T
        rank = (cosine > np.diag(cosine)[:, None]).sum(axis=1)
        yield from (float((rank < 1).mean()), float((rank < 9).mean()))
        gallery = Gallery(_fitted(setting, self._vectors(setting, "sim", self.galaxies.cutouts))[0])
        scores = label_scores(gallery, self.classes)
        shared = purity(gallery, self.instruments, labels=self.classes)
        assert shared is not None
        yield from (scores.precision, scores.accuracy, scores.average_precision, shared.strength)
        if self.areas is not None:
            vectors = self._vectors(setting, "reg", self.areas.cutouts)
            labels = pd.Series(self.areas.labels, name="region")
            scores = label_scores(Gallery(_fitted(setting, vectors)[0]), labels, nearest=3)
            yield from (scores.precision, scores.accuracy, scores.average_precision)

    def by_instrument(self) -> Iterator[tuple[str, list[float]]]:
        """Centre the simulated ones by all, by instrument and not at all."""
        vectors = self._vectors(Setting("best"), "sim", self.galaxies.cutouts)
        forms = {
            "nothing": vectors,
            "all": center(vectors),
            "instrument": center(vectors, self.instruments.to_numpy()),
        }
        for name, form in forms.items():
            gallery = Gallery(form)
            scores = label_scores(gallery, self.classes)
            shared = purity(gallery, self.instruments, labels=self.classes)
            assert shared is not None
            means = [scores.precision, scores.accuracy, scores.average_precision]
            yield name, [*means, shared.shared, shared.chance]

    def frames(
        self, setting: Setting, frame: str, name: str, sets: Mapping[str, list[NDArray[np.uint8]]]
    ) -> list[float]:
        """Ask with framed copies among whole ones; then mix them and see what they share."""
        from benchmarks.framed import framed

        copies = framed(sets[name][:FRAMES_ASKED])
        if frame == "filled":
            copies = [fill_blanks(pixels) for pixels in copies]
        fewer = replace(setting, seen=FEWER[setting.seen])
        # Of the deep field all views are there already.
        whole = self._vectors(setting if name == "deep" else fewer, name, sets[name])
        asked = self._vectors(fewer, f"{name}_{frame}", copies, as_is=True)
        found, turned = (Gallery(one) for one in _fitted(setting, whole, asked))
        cosine = turned.unit @ found.unit.T
        rank = (cosine > np.diag(cosine)[:, None]).sum(axis=1)
        half = np.random.default_rng(3).permutation(len(asked)) % 2 == 0
        mixed = Gallery(_fitted(setting, np.where(half[:, None], asked, whole[: len(asked)]))[0])
        shared = purity(mixed, pd.Series(half.astype(str), name="framed"))
        assert shared is not None
        return [float((rank < 1).mean()), float((rank < 9).mean()), shared.shared, shared.chance]

    def _turned(self, setting: Setting) -> tuple[Gallery, Gallery]:
        assert self.field.turned is not None
        vectors = self._vectors(setting, "deep", self.field.cutouts)
        asked = self._vectors(setting, "deep_turned", self.field.turned)
        found, turned = _fitted(setting, vectors, asked)
        return Gallery(found), Gallery(turned)

    def _vectors(
        self,
        setting: Setting,
        name: str,
        cutouts: list[NDArray[np.uint8]],
        *,
        as_is: bool = False,
    ) -> NDArray[np.float32]:
        """Join the features that a setting takes, each tap of length 1; frames stay if asked."""
        seen, crop = SEEN[setting.seen], self.network.input
        sized = crop if setting.seen == "crop" else replace(crop, crop_pct=1.0)
        prepare = Preparation(sized, seen)
        views = (
            view
            for pixels in cutouts
            for view in (see(sized.prepare(pixels), seen) if as_is else prepare(pixels))
        )
        path = self.cache / f"{name}_{setting.seen}.npy"
        every = self.network.features(views, len(cutouts) * seen.n, path)
        chosen = every.reshape(len(cutouts), seen.n, -1)[:, setting.views]
        parts = [self.network.of(chosen, *tap).mean(axis=1) for tap in setting.taps]
        return np.hstack([part / np.linalg.norm(part, axis=1, keepdims=True) for part in parts])


def _fitted(setting: Setting, *vectors: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Take the mean of the first off all, and turn them to its principal axes if asked."""
    mean = vectors[0].mean(axis=0) * setting.centred
    moved = [one - mean for one in vectors]
    if not setting.whitened:
        return moved
    _, sizes, axes = np.linalg.svd(moved[0], full_matrices=False)
    # A tenth of the largest is added, so that noise is not blown up.
    kept = slice(setting.whitened)
    white = axes[kept].T / (sizes[kept] + 0.1 * sizes[0])
    return [one @ white for one in moved]
