"""Cutouts a second on one GPU: the network alone, a script by hand, decoding there, and ours.

All see the same files and a ResNet50 with random weights: the speed is the same, the meaning none.
It needs PyTorch, timm and Pillow, and runs from a checkout; ours needs hubble-dash's own packages
as well, and says which are missing. Without a GPU it says so and measures nothing.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from hubble_dash.builder.models.timm_import import timm
from hubble_dash.config.choices import Device

SIZE, JPEG_SIDE, DISTINCT = 224, 400, 64
# What ours needs beside PyTorch, timm, NumPy and Pillow, by the names of imports.
NEEDED = (
    *("astropy", "huggingface_hub", "imagecodecs", "loky", "pandas", "pyarrow", "pyavm"),
    *("safetensors", "scipy", "skimage", "threadpoolctl", "tifffile", "tqdm"),
)


class Scale(NamedTuple):
    """How much is measured."""

    n_files: int
    mosaic_side: int
    step: int
    batch: int
    small_batch: int
    seconds: float
    model: str
    workers: int


USUAL = Scale(16_000, 6000, 32, 256, 32, 2.0, "resnet50", 16)
QUICK = Scale(48, 500, 32, 8, 4, 0.1, "test_resnet", 1)
Row = tuple[str, Callable[[], str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--quick", action="store_true", help="a tiny network and few files")
    parser.add_argument("-n", type=int, help=f"JPEG files ({USUAL.n_files})")
    parser.add_argument(
        "--only", nargs="+", metavar="WORD", default=[""], help="rows that have one of these words"
    )


def run(options: argparse.Namespace) -> None:
    if options.device == "cuda" and not torch.cuda.is_available():
        print("There is no GPU that PyTorch sees here, so that nothing was measured.")
        return
    scale = QUICK if options.quick else USUAL
    scale = scale._replace(n_files=options.n or scale.n_files)
    name = torch.cuda.get_device_name() if options.device == "cuda" else "CPU"
    print(f"{name}, {os.cpu_count()} cores, torch {torch.__version__}, {scale.model}\n")
    with tempfile.TemporaryDirectory() as scratch:
        bench = _Bench(Path(scratch), scale, options.device)
        print(f"{scale.n_files:,} JPEG files of {JPEG_SIDE} px, {bench.mean_kb:.0f} kB each\n")
        print("| | cutouts/s |\n|---|---|", flush=True)
        for text, measure in bench.rows():
            if not any(word.lower() in text.lower() for word in options.only):
                continue
            try:
                said = measure()
            except (RuntimeError, ImportError, OSError) as err:
                said = f"{type(err).__name__}: {str(err).strip().partition(chr(10))[0]}"
            print(f"| {text} | {said} |", flush=True)


class _Bench:
    """The rows, with all that they share."""

    def __init__(self, folder: Path, scale: Scale, device: Device) -> None:
        self.folder, self.scale, self.device = folder, scale, device
        torch.manual_seed(0)
        self.model: Any = timm.create_model(scale.model).eval()
        self.dtype = torch.bfloat16
        self.files = list(_write_jpegs(folder / "jpeg", scale.n_files))
        self.mean_kb = sum(file.stat().st_size for file in self.files[:DISTINCT]) / 1000
        self.mean_kb /= len(self.files[:DISTINCT])
        self.mosaic = folder / "mosaic.png"
        _sky(scale.mosaic_side).save(self.mosaic, compress_level=1)

    def rows(self) -> Iterator[Row]:
        small, batch = self.scale.small_batch, self.scale.batch
        yield f"network alone, bf16, eager, batch {small}", lambda: self.network(small)
        yield f"network alone, bf16, eager, batch {batch}", lambda: self.network(batch)
        yield f"network alone, bf16, compiled, batch {batch}", lambda: self.network(batch, True)
        yield "by hand: DataLoader, timm's transform, autocast", self.by_hand
        yield "JPEG decoded on the GPU, alone", lambda: self.decoded(with_network=False)
        yield "JPEG decoded on the GPU, network included", self.decoded
        yield "windows of a mosaic on the GPU, network included", self.windows
        yield "ours: JPEG files, stream", lambda: self.ours(self.files)
        yield "ours: windows of a mosaic, stream", lambda: self.ours([self.mosaic])

    def on_device(self) -> Any:
        return self.model.to(self.device, self.dtype, memory_format=torch.channels_last)

    @torch.inference_mode()
    def network(self, batch: int, compiled: bool = False) -> str:
        model: Any = torch.compile(self.on_device()) if compiled else self.on_device()
        x = torch.randn(batch, 3, SIZE, SIZE, device=self.device, dtype=self.dtype)
        x = x.to(memory_format=torch.channels_last)
        for _ in range(3):
            model(x)
        return self.rate(batch, lambda: model(x))

    def rate(self, n: int, call: Callable[[], object]) -> str:
        """Time a call again and again, waited for as a whole."""
        self.wait()
        begin, calls = time.perf_counter(), 0
        while time.perf_counter() - begin < self.scale.seconds:
            call()
            calls += 1
            if calls % 8 == 0:
                self.wait()
        self.wait()
        return f"{n * calls / (time.perf_counter() - begin):,.0f}"

    def wait(self) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()

    @torch.inference_mode()
    def by_hand(self) -> str:
        config = timm.data.resolve_model_data_config(self.model)
        files = self.files[: max(len(self.files) // 2, 1)]
        data = _Files(files, timm.data.create_transform(**config))
        loader = torch.utils.data.DataLoader(
            data, self.scale.batch, num_workers=self.scale.workers, pin_memory=self.device == "cuda"
        )
        model = self.model.float().to(self.device)
        begin = time.perf_counter()
        for x in loader:
            with torch.autocast(self.device, self.dtype):
                model(x.to(self.device, non_blocking=True)).float().cpu()
        return f"{len(files) / (time.perf_counter() - begin):,.0f}"

    @torch.inference_mode()
    def decoded(self, *, with_network: bool = True) -> str:
        decode_jpeg = importlib.import_module("torchvision.io").decode_jpeg
        model, done = self.on_device(), 0
        begin = time.perf_counter()
        for some in _parts(self.files, self.scale.batch):
            data = [torch.frombuffer(bytearray(f.read_bytes()), dtype=torch.uint8) for f in some]
            pictures = decode_jpeg(data, device=self.device)
            if with_network:
                x = torch.stack(pictures).float()
                x = torch.nn.functional.interpolate(x, SIZE, mode="bicubic", antialias=True)
                model(x.to(self.dtype, memory_format=torch.channels_last)).float().cpu()
            done += len(some)
        self.wait()
        return f"{done / (time.perf_counter() - begin):,.0f}"

    @torch.inference_mode()
    def windows(self) -> str:
        model, step = self.on_device(), self.scale.step
        whole = torch.from_numpy(np.asarray(Image.open(self.mosaic)).copy())
        begin = time.perf_counter()
        bands = whole.to(self.device).permute(2, 0, 1).unfold(1, SIZE, step).unfold(2, SIZE, step)
        done = 0
        for band in bands.permute(1, 2, 0, 3, 4):
            for x in band.split(self.scale.batch):
                model(x.to(self.dtype, memory_format=torch.channels_last)).float().cpu()
                done += len(x)
        return f"{done / (time.perf_counter() - begin):,.0f}"

    def ours(self, files: list[Path]) -> str:
        """Files -> shards, as a build does it: all but the tables, neighbours and map."""
        missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if missing:
            return f"not measured, since there is no {', '.join(missing)}"
        from benchmarks.streamed import stream

        window = None if len(files) > 1 else (SIZE, self.scale.step)
        found = stream(
            files, self.folder, model=self.scale.model, device=self.device, window=window,
            state=self.model.float().cpu().state_dict(),
        )  # fmt: skip
        return (
            f"{found.after_first:,.0f} after the first batch, which took {found.first_s:.1f} s"
            f" from the call on, imports left out; {found.engine}"
        )


class _Files(torch.utils.data.Dataset[torch.Tensor]):
    """What one writes."""

    def __init__(self, files: list[Path], transform: Callable[[Image.Image], Any]) -> None:
        self.files, self.transform = files, transform

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, i: int) -> torch.Tensor:
        with Image.open(self.files[i]) as image:
            found: torch.Tensor = self.transform(image.convert("RGB"))
        return found


def _parts(files: list[Path], n: int) -> Iterable[list[Path]]:
    return (files[i : i + n] for i in range(0, len(files), n))


def _sky(side: int, seed: int = 0) -> Image.Image:
    """Draw noise and stars, of which a JPEG file is as large as of a crowded field."""
    rng = np.random.default_rng(seed)
    pixels = rng.normal(60, 40, (side, side, 3))
    y, x = rng.integers(0, side, (2, side * side // 400))
    pixels[y, x] = 4000
    drawn: NDArray[np.uint8] = np.clip(pixels, 0, 255).astype(np.uint8)
    return Image.fromarray(drawn).filter(ImageFilter.GaussianBlur(1.2))


def _write_jpegs(folder: Path, n: int) -> Iterator[Path]:
    folder.mkdir()
    contents = []
    for seed in range(min(n, DISTINCT)):
        buffer = io.BytesIO()
        _sky(JPEG_SIDE, seed).save(buffer, format="JPEG", quality=85)
        contents.append(buffer.getvalue())
    for i in range(n):
        path = folder / f"{i:06d}.jpg"
        path.write_bytes(contents[i % len(contents)])
        yield path
