"""How a build's time and memory grow: each stage at each size, in a process of its own.

Cutting and fingerprints are measured on real windows (--real of them) and extrapolated, since their
cost is the same for each; that is said where it is done. Neighbours and map are measured in full on
vectors as long as a network's, mixed out of those real ones (see `_mixed`); export and opening on a
simulated atlas. A million takes hours on 2 cores; `-n 10000` a few minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import skimage.data
from benchmarks import environment
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from PIL import Image
from simulate_atlas import simulate_atlas
from tqdm import tqdm

import hubble_dash as hd

SIZES = (10_000, 100_000, 1_000_000)
SCRIPTS = Path(__file__).resolve().parent.parent
WINDOW = {"size": 224, "step": 32}
BLOCK = 16384
NAMES = {
    "cut": "read, cut, fingerprint, write",
    "neighbors": "neighbours",
    "layout": "map",
    "export": "export",
    "opening": "open, ask for one",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-n", type=int, action="append", dest="sizes", metavar="N",
        help="cutouts, may be given several times (10,000, 100,000 and 1,000,000)",
    )  # fmt: skip
    parser.add_argument(
        "--real", type=int, default=2000, metavar="N",
        help="real windows to cut and fingerprint (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER",
        help="of images to cut; scikit-image's Hubble eXtreme Deep Field if not given",
    )  # fmt: skip
    parser.add_argument(
        "--stage", choices=NAMES, action="append", dest="stages", help="all if not given"
    )


def run(options: argparse.Namespace) -> None:
    print(f"{environment.describe()}\n")
    stages = options.stages or list(NAMES)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if not {"cut", "neighbors", "layout"}.isdisjoint(stages):
            real = _cut_real(options, folder)
        heads = ("n", "stage", "time", "of processors", "cutouts/s", "peak memory, MB", "")
        print(f"| {' | '.join(heads)} |\n" + "|---" * len(heads) + "|")
        for n in options.sizes or SIZES:
            for stage in stages:
                if stage == "cut":
                    result = {**real, "note": f"extrapolated from {real['rows']:,} real windows"}
                    for name in ("seconds", "processors_s"):
                        result[name] *= n / real["rows"]
                else:
                    _provide(stage, folder, n)
                    result = _child(stage, folder, n)
                _print_row(n, stage, result)
            _clear(folder)


def _cut_real(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Build an atlas of real windows, which gives the rate and the vectors."""
    if options.data is not None:
        files = sorted(p.resolve() for p in options.data.rglob("*") if p.is_file())
    else:
        files = [_mosaic(folder, options.real)]
    (folder / "images.txt").write_text("\n".join(map(str, files)))
    (folder / "window.json").write_text(json.dumps(WINDOW))
    return _child("cut", folder, options.real)


def _mosaic(folder: Path, n: int) -> Path:
    """Make an image of `n` windows: the deep field, mirrored so that it has no seams."""
    across = int(np.ceil(np.sqrt(n)))
    side = WINDOW["size"] + (across - 1) * WINDOW["step"]
    field = skimage.data.hubble_deep_field()
    pad = [(0, max(0, side - length)) for length in field.shape[:2]]
    path = folder / "mosaic.png"
    mosaic = np.pad(field, [*pad, (0, 0)], mode="symmetric")[:side, :side]
    Image.fromarray(mosaic).save(path, compress_level=1)
    return path


def _provide(stage: str, folder: Path, n: int) -> None:
    """Make what a stage begins with, where it is not there yet."""
    if stage in ("neighbors", "layout") and not (folder / "vectors.npy").exists():
        _mixed(hd.open_atlas(folder / "cut.atlas").fingerprints, folder / "vectors.npy", n)
    if stage == "layout" and not (folder / "rows.npy").exists():
        _child("neighbors", folder, n)
    if stage in ("export", "opening") and not (folder / "simulated.atlas").exists():
        simulate_atlas(folder / "simulated.atlas", n)


def _mixed(real: NDArray[np.float16], path: Path, n: int) -> None:
    """Write `n` vectors that lie as real ones do: between two real neighbours, with scatter.

    Each is a random point between a real vector and one of its nine nearest, plus normal noise of
    a tenth of that pair's difference.
    """
    random = np.random.default_rng(0)
    own = np.asarray(real, np.float32)
    unit = own / np.linalg.norm(own, axis=1, keepdims=True)
    nearest = np.argsort(-(unit @ unit.T), axis=1)[:, 1:10]
    out = open_memmap(path, mode="w+", dtype=np.float16, shape=(n, own.shape[1]))
    for start in tqdm(range(0, n, BLOCK), "vectors", leave=False):
        m = min(BLOCK, n - start)
        first = random.integers(0, len(own), m)
        second = nearest[first, random.integers(0, nearest.shape[1], m)]
        difference = own[second] - own[first]
        part = own[first] + random.uniform(0, 1, (m, 1)).astype(np.float32) * difference
        noise = random.standard_normal(difference.shape, np.float32) * np.abs(difference)
        out[start : start + m] = part + 0.1 * noise


def _child(stage: str, folder: Path, n: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.stages", stage, str(folder), str(n)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _clear(folder: Path) -> None:
    """Remove what belongs to one size."""
    names = ("vectors.npy", "rows.npy", "similarities.npy", "simulated.atlas", "page", "page.html")
    for path in (folder / name for name in names):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _print_row(n: int, stage: str, result: dict[str, Any]) -> None:
    times = f"{_time(result['seconds'])} | {_time(result['processors_s'])}"
    rate = "" if stage == "opening" else f"{n / result['seconds']:,.0f}"
    print(
        f"| {n:,} | {NAMES[stage]} | {times} | {rate} | {result['peak_mb']:,.0f}"
        f" | {result.get('note', '')} |",
        flush=True,
    )


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
