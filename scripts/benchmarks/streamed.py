"""The stream of a build alone: files -> cutouts -> fingerprints -> shards, timed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.inputs import Blocks, gather_inputs
from hubble_dash.builder.models.weights import Weights
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.writer import ShardWriter
from hubble_dash.builder.stream import stream_to_shards
from hubble_dash.config import BuildSettings, SlidingWindow
from hubble_dash.config.choices import Device

__all__ = ["Streamed", "stream"]


class Streamed(NamedTuple):
    """How fast it was.

    Attributes
    ----------
    first_s : float
        Until the first batch was written, from the call on.
    after_first : float
        Cutouts a second from there on.
    engine : str
        In which the network ran.
    """

    first_s: float
    after_first: float
    engine: str


def stream(
    files: Sequence[Path],
    folder: Path,
    *,
    model: str,
    device: Device,
    window: tuple[int, int] | None,
    state: Mapping[str, torch.Tensor],
) -> Streamed:
    """Time it.

    Parameters
    ----------
    files : sequence of Path
        Images.
    folder : Path
        Takes weights and shards.
    model : str
        timm's name.
    device : str
        Where the network runs.
    window : (int, int), optional
        Size and step of windows, in pixels; whole images if not given.
    state : mapping
        Weights of the model.
    """
    begin = time.perf_counter()
    weights = Weights(model, folder / "weights.pth", "0" * 64, "file", "random weights")
    torch.save(dict(state), weights.path)
    cutouts: Any = (
        {} if window is None else {"cutouts": SlidingWindow(size=window[0], step=window[1])}
    )
    settings = BuildSettings(device=device, **cutouts)
    inputs = gather_inputs([str(file) for file in files], settings, blocks=Blocks())
    network = load_network(weights, device=device, quality=settings.quality)
    part = Part(folder / f"{len(files)}.part")
    for name in ("shards", "atlas"):
        (part.folder / name).mkdir(parents=True)
    written: list[tuple[float, int]] = []
    write = ShardWriter.write

    def timed(self: ShardWriter, cutouts: Any, batch: Any) -> None:
        write(self, cutouts, batch)
        written.append((time.perf_counter(), len(cutouts)))

    ShardWriter.write = timed  # type: ignore[method-assign]
    try:
        stream_to_shards(
            settings, inputs, [file.stat().st_size for file in inputs.files], network, part,
            found={}, blocks=Blocks(), progress=False,
        )  # fmt: skip
    finally:
        ShardWriter.write = write  # type: ignore[method-assign]
    first = written[0][0]
    n, seconds = sum(n for _, n in written[1:]), time.perf_counter() - first
    told = network.describe_engine()
    engine = f"{told['engine']} {told['precision']}, batch {told['batch_size']}"
    return Streamed(first - begin, n / seconds, engine)
