"""Images per second, ours against what one would write by hand; stage by stage and end to end.

By hand: timm in a loop, fp32, NCHW, Pillow, batches of 32; scikit-learn's brute-force neighbours
and t-SNE. Both see the same files. The contenders take turns, so that a busy machine slows both.
Ours, end to end, also learns a metric from some of the cutouts, which by hand nobody does. What the
system does for a contender is told beside its time: where pages are cleared again and again, half
of the time may go there.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import skimage.data
import torch
from benchmarks import environment
from numpy.typing import NDArray
from PIL import Image
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

import hubble_dash as hd
from hubble_dash.allocator import pages_kept
from hubble_dash.atlas.boxes import Box
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.feeding.cutter import CutImage, Cutter
from hubble_dash.builder.feeding.feeder import Feeder
from hubble_dash.builder.feeding.previews import fit_thumbnail
from hubble_dash.builder.fingerprints.fingerprinter import Cutout
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.builder.models.checkpoints import load_model
from hubble_dash.builder.models.timm_import import timm
from hubble_dash.builder.models.weights import Weights, find_weights
from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.projection.layout import lay_out
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.shards.sheets import SheetWriter
from hubble_dash.config import (
    BuildSettings,
    CutoutSettings,
    MapSettings,
    SlidingWindow,
    Stretch,
)

SIZE, STEP, BATCH = 224, 112, 32
# That of a build if nothing is said.
QUALITY = BuildSettings().quality
Pixels = NDArray[np.uint8]
Times = dict[str, tuple[float, float]]


class Cost(NamedTuple):
    """What something took: time, of it what the system did, and pages that it had to bring."""

    seconds: float
    system_s: float
    n_faults: int

    def __str__(self) -> str:
        return f"{self.system_s:.1f} | {self.n_faults:,}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", type=int, default=1000, help="cutouts (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="200 cutouts, one round")
    parser.add_argument("--rounds", type=int, default=3, help="of the network (%(default)s)")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--no-end-to-end", action="store_true", help="only the stages")
    parser.add_argument(
        "--model", action="append", dest="models",
        help="timm models; resnet50 and tf_efficientnet_lite0 if not given. Where there are no"
        " pretrained weights, random ones are timed: the speed is the same, the meaning none",
    )  # fmt: skip


def run(options: argparse.Namespace) -> None:
    n, rounds = (200, 1) if options.quick else (options.n, options.rounds)
    print(f"{environment.describe()}\n")
    fp32, bf16 = (environment.matrix_gflops(t) for t in (torch.float32, torch.bfloat16))
    print(f"Matrix product of this machine: fp32 {fp32:.0f} GFLOP/s, bf16 {bf16:.0f} GFLOP/s\n")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        mosaic, jpegs = _make_images(folder, n)
        for model in options.models or ("resnet50", "tf_efficientnet_lite0"):
            weights = _weights(model, folder)
            print(f"## {model}, {n} cutouts of {SIZE} px, {weights.reason}\n")
            bench = _Bench(options, weights, mosaic, jpegs, rounds)
            bench.stages()
            if not options.no_end_to_end:
                bench.end_to_end(folder)


class _Bench:
    """One model on one set of images."""

    def __init__(
        self,
        options: argparse.Namespace,
        weights: Weights,
        mosaic: Path,
        jpegs: list[Path],
        rounds: int,
    ) -> None:
        self.options, self.weights, self.rounds = options, weights, rounds
        self.mosaic, self.jpegs, self.n = mosaic, jpegs, len(jpegs)
        self.by_hand, self.transform = _model_by_hand(weights)

    def network(self) -> Network:
        options = self.options
        return load_network(
            self.weights, device="cpu", engine=options.engine, precision=options.precision,
            quality=QUALITY, learns=True,
        )  # fmt: skip

    def stages(self) -> None:
        times: Times = {}
        cutouts = list(_windows(self.mosaic, self.n))
        times["read JPEG files"] = (
            _timed(lambda: [np.asarray(Image.open(p).convert("RGB")) for p in self.jpegs]),
            _timed(lambda: [_read(path) for path in self.jpegs]),
        )
        times["cut windows"] = (
            _timed(lambda: _crops(self.mosaic, self.n)),
            _timed(lambda: list(_windows(self.mosaic, self.n))),
        )
        network = self.network()
        times["preprocess"] = (
            _timed(lambda: [self.transform(Image.fromarray(c)) for c in cutouts]),
            _timed(lambda: list(network.prepared(cutouts))),
        )
        vectors = self._network_stage(network, cutouts, times)
        k = min(90, self.n - 1)
        times["neighbours"] = (
            _timed(lambda: NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute")
                   .fit(vectors).kneighbors()),
            _timed(lambda: find_neighbors(vectors, k=k)),
        )  # fmt: skip
        neighbors = find_neighbors(vectors, k=k)
        times["map (t-SNE)"] = (
            _timed(lambda: TSNE(perplexity=min(30, self.n / 4)).fit_transform(vectors)),
            _timed(lambda: lay_out(vectors, neighbors, MapSettings())),
        )
        with tempfile.TemporaryDirectory() as folder:
            times["thumbnails"] = (float("nan"), _timed(lambda: _sheets(folder, cutouts)))
            times["write fingerprints"] = (
                _timed(lambda: np.save(f"{folder}/a.npy", vectors)),
                _timed(lambda: np.save(f"{folder}/b.npy", vectors.astype(np.float16))),
            )
        _print_table(times, self.n)

    def _network_stage(
        self, network: Network, cutouts: list[Pixels], times: Times
    ) -> NDArray[np.float32]:
        """Time the network alone, in turns, on a share of the cutouts that takes bearable time."""
        shown = cutouts[: max(64, min(self.n, 256))]
        tensors = [torch.stack([self.transform(Image.fromarray(c)) for c in shown[i : i + BATCH]])
                   for i in range(0, len(shown), BATCH)]  # fmt: skip
        _choose_backend(network, cutouts)
        assert network._passes.autotuned is not None
        engine, prepared = network._passes.autotuned.runner, _batches(network.prepared(shown))
        hand, ours = [], []
        for _ in range(self.rounds):
            hand.append(_measured(lambda: _loop(self.by_hand, tensors)))
            with pages_kept():
                ours.append(_measured(lambda: _drive(engine, prepared)))
        scale, best = self.n / len(shown), (min(hand), min(ours))
        times["network"] = (scale * best[0].seconds, scale * best[1].seconds)
        self.rate_alone = len(shown) / best[1].seconds
        print("| network alone | seconds | system, s | page faults |\n|---|---|---|---|")
        for name, cost in zip(("by hand", "ours"), best, strict=True):
            print(f"| {name}, {len(shown)} pictures | {cost.seconds:.1f} | {cost} |")
        print()
        print(f"Backend chosen: {network._passes.autotuned.backend}. Tried:\n")
        for trial in network._passes.autotuned.trials:
            print(f"- {trial}")
        print()
        return network.fingerprint(cutouts).fingerprints

    def end_to_end(self, folder: Path) -> None:
        # In a process of its own, whose allocator nobody has told anything.
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:
            cost, network_s = apart.submit(_by_hand, self.weights, self.jpegs).result()
        hand = cost.seconds
        heads = ("end to end", "seconds", "cutouts/s", "times by hand", "system, s", "page faults")
        print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
        print(f"| by hand, JPEG files | {hand:.1f} | {self.n / hand:.1f} | 1 | {cost} |")
        for name, inputs, cutouts in self._inputs():
            out = folder / f"{self.weights.model}-{len(inputs)}.atlas"
            for quality in (QUALITY, "plain"):
                build = partial(
                    hd.build, inputs, out=out, cutouts=cutouts, model=self.weights.model,
                    weights=self.weights.path, device="cpu", progress=False, quality=quality,
                    overwrite=True,
                )  # fmt: skip
                cost = _measured(build)
                rate = len(hd.open_atlas(out)) / cost.seconds
                told = f"{cost.seconds:.1f} | {rate:.1f} | {rate * hand / self.n:.2f} | {cost}"
                print(f"| ours, {quality}, {name} | {told} |", flush=True)
        print(
            f"\nThe network took {network_s:.1f} s of the script by hand, {self.n / network_s:.1f}"
            f" cutouts/s; ours alone is {self.rate_alone * network_s / self.n:.1f} times as fast.\n"
        )
        print("| fed by | cutouts/s without the network | with it | of the network alone |")
        print("|---|---|---|---|")
        for name, inputs, cutouts in self._inputs():
            for n_workers in (0, os.cpu_count() or 1) if len(inputs) > 1 else (0,):
                network = self.network()
                _choose_backend(network, list(_windows(self.mosaic, 128)))
                feed = partial(self._feed, network, inputs, cutouts, n_workers)
                alone = _timed(partial(_emptied, feed))
                seconds = _timed(partial(_streamed, network, feed))
                by = f"{n_workers} processes" if n_workers else "threads"
                share = self.n / seconds / self.rate_alone
                rates = f"{self.n / alone:.1f} | {self.n / seconds:.1f}"
                print(f"| {name}, {by} | {rates} | {share:.2f} |")
        print()

    def _inputs(self) -> list[tuple[str, list[Path], CutoutSettings]]:
        windows = SlidingWindow(size=SIZE, step=STEP)
        return [
            ("JPEG files", self.jpegs, hd.WholeImage()),
            ("windows of one mosaic", [self.mosaic], windows),
        ]

    def _feed(
        self, network: Network, files: list[Path], cutouts: CutoutSettings, n_workers: int
    ) -> Iterator[Cutout]:
        """Read, cut and prepare as a build does, thumbnails and previews included."""
        cutter = Cutter(BuildSettings(cutouts=cutouts), None, network.prepare, SheetLayout().size)
        with closing(Feeder(cutter, n_workers=n_workers)) as feeder:
            n = 0
            for image in feeder.images(files, [path.stat().st_size for path in files]):
                assert isinstance(image, CutImage)
                for cut in feeder.cuts(image):
                    if (n := n + 1) > self.n:
                        return
                    yield Cutout(cut.pictures, self.n)


def _by_hand(weights: Weights, jpegs: list[Path]) -> tuple[Cost, float]:
    """Run what one would write by hand; give its cost, and the seconds of its network."""
    network_s: list[float] = []
    model, transform = _model_by_hand(weights)
    cost = _measured(lambda: network_s.append(_script(model, transform, jpegs)))
    return cost, network_s[0]


def _model_by_hand(weights: Weights) -> tuple[Any, Callable[[Image.Image], torch.Tensor]]:
    model: Any = load_model(weights.model, weights.path)
    config = timm.data.resolve_model_data_config(model)
    return model, timm.data.create_transform(**config)


def _script(
    model: Any, transform: Callable[[Image.Image], torch.Tensor], jpegs: list[Path]
) -> float:
    vectors, network_s = [], 0.0
    for i in range(0, len(jpegs), BATCH):
        pictures = [Image.open(path).convert("RGB") for path in jpegs[i : i + BATCH]]
        tensor = torch.stack([transform(picture) for picture in pictures])
        before = time.perf_counter()
        vectors.append(_loop(model, [tensor]))
        network_s += time.perf_counter() - before
    all_vectors = np.concatenate(vectors)
    NearestNeighbors(n_neighbors=10, metric="cosine", algorithm="brute").fit(
        all_vectors
    ).kneighbors()
    TSNE(perplexity=min(30, len(jpegs) / 4)).fit_transform(all_vectors)
    return network_s


def _loop(model: Any, tensors: list[torch.Tensor]) -> NDArray[np.float32]:
    with torch.inference_mode():
        return np.concatenate([
            model.forward_head(model.forward_features(t), pre_logits=True).numpy()
            for t in tensors
        ])  # fmt: skip


def _choose_backend(network: Network, cutouts: list[Pixels]) -> None:
    list(network.stream(Cutout(pictures, 10**6) for pictures in network.prepared(cutouts[:128])))


def _emptied(feed: Callable[[], Iterator[Cutout]]) -> None:
    deque(feed(), maxlen=0)


def _streamed(network: Network, feed: Callable[[], Iterator[Cutout]]) -> None:
    deque(network.stream(feed()), maxlen=0)


def _batches(pictures: Iterable[Pixels]) -> list[Pixels]:
    every = np.concatenate(list(pictures))
    return [every[i : i + BATCH] for i in range(0, len(every), BATCH)]


def _weights(model: str, folder: Path) -> Weights:
    if model == "tf_efficientnet_lite0":
        return find_weights(model)
    path = folder / f"{model}.pth"
    torch.manual_seed(0)
    torch.save(timm.create_model(model).state_dict(), path)
    return Weights(model, path, "0" * 64, "file", "random weights, for timing alone")


def _make_images(folder: Path, n: int) -> tuple[Path, list[Path]]:
    """Make a mosaic of the Hubble eXtreme Deep Field, mirrored, and files of its windows."""
    across = int(np.ceil(np.sqrt(n)))
    side = SIZE + (across - 1) * STEP
    image = skimage.data.hubble_deep_field()
    # Mirrored repetition has no seams.
    pad = [(0, max(0, side - length)) for length in image.shape[:2]]
    mosaic = np.pad(image, [*pad, (0, 0)], mode="symmetric")[:side, :side]
    path = folder / "mosaic.png"
    Image.fromarray(mosaic).save(path, compress_level=1)
    (folder / "jpeg").mkdir()
    jpegs = []
    for i, cutout in enumerate(_windows(path, n)):
        jpegs.append(folder / "jpeg" / f"{i:06d}.jpg")
        Image.fromarray(cutout).resize((400, 400)).save(jpegs[-1], quality=90)
    return path, jpegs


def _windows(mosaic: Path, n: int) -> Iterator[Pixels]:
    with open_image(mosaic) as image:
        display = Display(image, Stretch())
        for x, y in _corners(display.shape[0], n):
            yield display.read(Box(x, x + SIZE, y, y + SIZE))[0]


def _crops(mosaic: Path, n: int) -> list[Pixels]:
    with Image.open(mosaic) as image:
        corners = _corners(image.height, n)
        return [np.asarray(image.crop((x, y, x + SIZE, y + SIZE))) for x, y in corners]


def _corners(side: int, n: int) -> list[tuple[int, int]]:
    starts = range(0, side - SIZE + 1, STEP)
    return [(x, y) for y in starts for x in starts][:n]


def _read(path: Path) -> Pixels:
    with open_image(path) as image:
        return Display(image, Stretch()).read()[0]


def _sheets(folder: str, cutouts: list[Pixels]) -> None:
    layout = SheetLayout()
    with SheetWriter(folder, layout) as writer:
        for cutout in cutouts:
            writer.add(fit_thumbnail(cutout, layout.size))


def _drive(engine: Any, batches: list[Pixels]) -> None:
    """Keep two batches under way, as `Network.stream` does."""
    waiting: list[Callable[[], object]] = []
    for batch in batches:
        waiting.append(engine(batch))
        if len(waiting) > 1:
            waiting.pop(0)()
    for outputs in waiting:
        outputs()


def _timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _measured(call: Callable[[], object]) -> Cost:
    before = resource.getrusage(resource.RUSAGE_SELF)
    seconds = _timed(call)
    after = resource.getrusage(resource.RUSAGE_SELF)
    n_faults = after.ru_minflt - before.ru_minflt + after.ru_majflt - before.ru_majflt
    return Cost(seconds, after.ru_stime - before.ru_stime, n_faults)


def _print_table(times: Times, n: int) -> None:
    print("| stage | by hand, cutouts/s | ours, cutouts/s | ratio |\n|---|---|---|---|")
    for name, (hand, ours) in times.items():
        print(f"| {name} | {n / hand:.1f} | {n / ours:.1f} | {hand / ours:.2f} |")
    print()
