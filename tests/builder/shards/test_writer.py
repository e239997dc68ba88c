"""What is written of the cutouts that stream by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.shards import LAYOUT, Mean, cursor, cutouts, write_shards
from PIL import Image

from hubble_dash.atlas.manifest import EngineEntry
from hubble_dash.builder.feeding.previews import preview_name
from hubble_dash.builder.fingerprints.fingerprinter import Fingerprinter
from hubble_dash.builder.shards.fingerprint_file import FingerprintFile
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.tables import column_of, write_cutouts, write_images
from hubble_dash.builder.shards.writer import ShardWriter, WriterOptions

NAMES = ["zero", "one", "two", "three", "three"]


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize(("n", "batches"), [(1, [1]), (4, [4]), (7, [4, 3]), (8, [4, 4])])
def test_cutouts_stay_in_order(tmp_path: Path, n: int, batches: list[int]) -> None:
    mean = Mean()
    part, file = write_shards(tmp_path, mean, n)
    assert (part.checkpoint.n, mean.batches) == (n, batches)
    fingerprints = file.finish(n)
    assert fingerprints.dtype == np.float16
    assert fingerprints.tolist() == [[10.0 * i] * 3 for i in range(n)]
    assert isinstance(fingerprints, np.memmap)
    assert np.load(part.atlas / "fingerprints.npy").tolist() == fingerprints.tolist()
    sheets = sorted((part.atlas / "sheets").iterdir())
    assert len(sheets) == -(-n // 4)
    first = np.asarray(Image.open(sheets[-1]).convert("L"))[:8, :8]
    assert abs(int(first.mean()) - 40 * (len(sheets) - 1)) <= 2
    write_cutouts(part, None, None)
    assert "label_1" not in pd.read_parquet(part.atlas / "cutouts.parquet")


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize(("per_shard", "n_shards"), [(4, 3), (8, 2), (12, 1)])
def test_shards_make_the_same_as_one(
    tmp_path: Path, per_shard: int, n_shards: int, center: bool
) -> None:
    found = []
    for name, size in (("one", 100), ("several", per_shard)):
        part, file = write_shards(tmp_path / name, Mean(NAMES), 12, per_shard=size, center=center)
        write_cutouts(part, NAMES, None)
        found.append(pd.read_parquet(part.atlas / "cutouts.parquet"))
        write_images(part)
        file.finish(12)
        (part.atlas / "cutouts.parquet").unlink()  # it has as many groups of rows
    pd.testing.assert_frame_equal(*found)
    assert len(list((tmp_path / "several" / "shards").glob("*.parquet"))) == n_shards
    assert files_of(tmp_path / "one" / "atlas") == files_of(tmp_path / "several" / "atlas")
    assert found[0]["label_1"].tolist() == ["three"] * 12


def test_shards_that_end_within_a_batch(tmp_path: Path) -> None:
    """Batches of 4, shards of 6: a checkpoint counts whole shards, whatever else is written."""
    mean, part = Mean(NAMES), Part(tmp_path)
    part, file = write_shards(tmp_path, mean, 0)
    options = WriterOptions(LAYOUT, 6)
    seen = []
    with ShardWriter(part, mean, file, options) as writer:
        for some, batch in mean.stream(cutouts(14, per_shard=6)):
            writer.write(some, batch)
            seen.append((part.checkpoint.n, part.checkpoint.n_shards, part.checkpoint.cursor.box))
        assert seen == [(0, 0, 0), (6, 1, 6), (12, 2, 12), (12, 2, 12)]
        writer.finish(cursor(14))
    assert (part.checkpoint.n, part.checkpoint.n_shards, part.checkpoint.complete) == (14, 3, True)
    assert column_of(part, "ixmin").tolist() == list(range(14))
    assert column_of(part, "label_1").tolist() == [4] * 14
    assert file.finish(14)[:, 0].tolist() == [10.0 * i for i in range(14)]


def test_what_counts_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a checkpoint is written, all that it counts can be read."""
    commit, n_seen = Part.commit, []

    def look(part: Part, checkpoint: Any) -> None:
        sheets = sorted(path.name for path in (part.atlas / "sheets").iterdir())
        assert sheets[: checkpoint.n // 4] == [
            f"sheet_{i:05d}.webp" for i in range(checkpoint.n // 4)
        ]
        rows = [pd.read_parquet(part.shard(i)) for i in range(checkpoint.n_shards)]
        assert sum(map(len, rows)) == checkpoint.n
        lines = [part.shard_images(i).read_text() for i in range(checkpoint.n_shards)]
        images = [json.loads(line) for line in "".join(lines).splitlines()]
        assert len(images) == checkpoint.cursor.counts.n_images
        assert (part.atlas / "fingerprints.npy").stat().st_size >= 128 + 6 * checkpoint.n
        n_seen.append(checkpoint.n)
        commit(part, checkpoint)

    monkeypatch.setattr(Part, "commit", look)
    write_shards(tmp_path, Mean(NAMES), 18, per_shard=8)
    assert n_seen == [8, 16, 18]


def test_what_is_done_leaves_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, write = [], ShardWriter.write

    def look(writer: ShardWriter, *given: Any) -> None:
        write(writer, *given)
        held.append(len(writer._rows) + len(writer._images) + sum(map(len, writer._labels)))

    monkeypatch.setattr(ShardWriter, "write", look)
    write_shards(tmp_path, Mean(NAMES), 400, per_shard=8)
    assert len(held) == 100
    assert set(held) == {10, 0}


def test_the_engine_is_that_of_the_first_run(tmp_path: Path) -> None:
    class Other(Mean):
        def describe_engine(self) -> EngineEntry:
            return {"engine": "other"}

    part, _ = write_shards(tmp_path, Mean(), 4, per_shard=4)
    assert part.checkpoint.engine == {"engine": "mean"}
    file = FingerprintFile(part, 3, is_centered=False)
    other: Fingerprinter = Other()
    with ShardWriter(part, other, file, WriterOptions(LAYOUT, 4)) as writer:
        writer.finish(cursor(4))
    assert part.checkpoint.engine == {"engine": "mean"}


def test_previews_of_many_images_are_in_many_folders() -> None:
    names = {preview_name(i) for i in range(2500)}
    assert len(names) == 2500
    assert {name.split("/")[0] for name in names} == {"0000", "0001", "0002"}
