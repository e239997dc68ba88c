"""Shards of cutouts that need no image, by a fingerprinter that needs no network."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hubble_dash.atlas.manifest import EngineEntry, ModelEntry
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.cursor import Counts, Cursor
from hubble_dash.builder.feeding.previews import fit_thumbnail, preview_name
from hubble_dash.builder.fingerprints.fingerprinter import Batch, Cutout
from hubble_dash.builder.shards.fingerprint_file import FingerprintFile
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.builder.shards.writer import ShardWriter, WriterOptions

LAYOUT = SheetLayout(size=8, columns=2, rows=2)


class Mean:
    """A fingerprinter that gives the mean brightness, three times; it notes its batches."""

    n_features = 3
    prepare = None
    learner = None
    device = "none"
    takes_shown = False
    packages = ()

    def __init__(self, label_names: list[str] | None = None, scale: float = 1.0) -> None:
        self.label_names, self.scale = label_names, scale
        self.batches: list[int] = []

    def stream(
        self, cutouts: Iterable[Cutout]
    ) -> Generator[tuple[list[Cutout], Batch], None, None]:
        drawn = iter(cutouts)
        while some := list(itertools.islice(drawn, 4)):
            self.batches.append(len(some))
            means = np.array([cutout.pictures.mean() for cutout in some], np.float32)
            labels = np.tile(np.arange(5, dtype=np.int32)[::-1], (len(some), 1))
            scores = np.tile(np.array([0.5, 0.2, 0.1, 0.1, 0.05], np.float32), (len(some), 1))
            yield some, Batch(np.repeat(means[:, None] * self.scale, 3, axis=1), labels, scores)

    def describe(self) -> ModelEntry:
        raise NotImplementedError

    def describe_engine(self) -> EngineEntry:
        return {"engine": "mean"}


def cutouts(
    n: int, *, per_shard: int, catalog_rows: Sequence[int] | None = None
) -> Iterator[Cutout]:
    """Cutouts of 9 x 9 pixels, each brighter by 10 than the one before, two of each image."""
    for i in range(n):
        image = {"name": f"{i // 2}", "preview": preview_name(i // 2)}
        pixels = np.full((9, 9), 10 * i % 256, np.uint8)
        yield Cutout(
            pixels[None],
            n,
            (
                *(i // 2, i, i + 9, 0, 9, i / 2, np.nan, np.nan, i % 256, 0, 9),
                catalog_rows[i] if catalog_rows else -1,
            ),
            (),
            fit_thumbnail(pixels, LAYOUT.size),
            image if i % 2 == 0 else None,
            cursor(i + 1) if (i + 1) % per_shard == 0 else None,
        )


def cursor(box: int) -> Cursor:
    """A cursor that says how many cutouts there were."""
    return Cursor(box=box, counts=Counts(n_images=-(-box // 2)))


class Written(NamedTuple):
    """What has been written, and the file of fingerprints."""

    part: Part
    fingerprints: FingerprintFile


def write_shards(
    folder: Path,
    fingerprinter: Mean,
    n: int,
    *,
    per_shard: int = 100,
    center: bool = False,
    **options: Any,
) -> Written:
    """Write n cutouts to a part."""
    part = Part(folder)
    folder.mkdir(parents=True, exist_ok=True)
    part.start(Plan.of({}, []))
    file = FingerprintFile(part, fingerprinter.n_features, is_centered=center)
    with ShardWriter(part, fingerprinter, file, WriterOptions(LAYOUT, per_shard)) as writer:
        for some, batch in fingerprinter.stream(cutouts(n, per_shard=per_shard, **options)):
            writer.write(some, batch)
        writer.finish(cursor(n))
    return Written(part, file)
