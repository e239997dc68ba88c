"""Cutouts of many images, one after the other, with all that is to be written of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.images import blocks, make_picture
from helpers.precomputed import save, vectors

import hubble_dash as hd
from hubble_dash.builder.catalogs.precomputed import PrecomputedRows, PrecomputedVectors
from hubble_dash.builder.feeding.cutter import Cutter
from hubble_dash.builder.feeding.feeder import Feeder
from hubble_dash.builder.feeding.reader import CutoutReader
from hubble_dash.builder.fingerprints.fingerprinter import Cutout
from hubble_dash.errors import BuildError

SETTINGS = hd.BuildSettings(cutouts=hd.SlidingWindow(size=30, step=20))
N_WINDOWS = 6


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five pictures of 6 windows; the second is damaged, the fourth blank."""
    folder, rng = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    made = [make_picture(folder / f"p{i}.png", blocks(rng) * (i != 3)) for i in range(5)]
    made[1].write_bytes(b"")
    return made


@pytest.fixture(scope="module")
def feeder() -> Iterator[Feeder]:
    with closing(Feeder(Cutter(SETTINGS, None, None, 96))) as made:
        yield made


def reader_of(feeder: Feeder, files: list[Path], **options: Any) -> CutoutReader:
    usual: dict[str, Any] = {"cutouts_a_shard": 4, "keep_preview": lambda *_: None}
    return CutoutReader(feeder, files, [1] * len(files), **(usual | options))


def told(cutouts: list[Cutout]) -> list[tuple[object, ...]]:
    return [(repr(c.row), c.thumbnail.tobytes(), c.image, c.precomputed_rows) for c in cutouts]


def test_cutouts_come_in_order_with_their_images(feeder: Feeder, files: list[Path]) -> None:
    previews: dict[str, bytes] = {}
    reader = reader_of(feeder, files, keep_preview=previews.__setitem__)
    cutouts = []
    for cutout in reader.cutouts():
        cutouts.append(cutout)
        assert len(previews) == int(cutout.row[0]) + 1
    assert [c.row[0] for c in cutouts] == [i for i in range(3) for _ in range(N_WINDOWS)]
    new = [(i, c.image) for i, c in enumerate(cutouts) if c.image is not None]
    assert [(i, row["name"]) for i, row in new] == [(0, "p0.png"), (6, "p2.png"), (12, "p4.png")]
    assert [row["preview"] for _, row in new] == list(previews)
    assert list(previews) == [f"0000/000000{i}.jpg" for i in range(3)]
    assert all(data[:2] == b"\xff\xd8" for data in previews.values())
    end = reader.finish()
    assert (end.file, end.box, end.counts.n_images) == (5, 0, 3)
    assert [path.name for path, _ in end.counts.unreadable] == ["p1.png"]
    assert end.counts.left_out == {"blank": N_WINDOWS}


def test_the_last_of_a_shard_says_where_to_go_on(feeder: Feeder, files: list[Path]) -> None:
    cutouts = list(reader_of(feeder, files).cutouts())
    ends = {i + 1: c.after for i, c in enumerate(cutouts) if c.after is not None}
    places = {n: (after.file, after.box, after.counts.n_images) for n, after in ends.items()}
    assert places == {4: (0, 4, 1), 8: (2, 2, 2), 12: (2, 6, 2), 16: (4, 4, 3)}
    # What was counted then, not what is counted by now.
    unreadable = {n: len(after.counts.unreadable) for n, after in ends.items()}
    assert unreadable == {4: 0, 8: 1, 12: 1, 16: 1}
    assert [after.counts.left_out["blank"] for after in ends.values()] == [0, 0, 0, N_WINDOWS]


@pytest.mark.parametrize("n", [4, 8, 12, 16])
def test_going_on_gives_the_rest(feeder: Feeder, files: list[Path], tmp_path: Path, n: int) -> None:
    path = save(tmp_path / "v.npy", vectors(4 * N_WINDOWS))
    found = PrecomputedVectors(path, "fingerprints")

    def rows() -> PrecomputedRows:
        return PrecomputedRows(found, SETTINGS.cutouts, files, None)

    whole = reader_of(feeder, files, precomputed=[rows()])
    cutouts = list(whole.cutouts())
    after = cutouts[n - 1].after
    assert after is not None
    again = rows()
    again.restore(np.array([c.precomputed_rows[0] for c in cutouts[:n]]), after.n_cut[0])
    reader = reader_of(feeder, files, precomputed=[again])
    reader.restore(after, n)
    assert told(list(reader.cutouts())) == told(cutouts[n:])
    assert reader.finish() == whole.finish()


def test_the_number_expected_is_told_from_the_start(feeder: Feeder, files: list[Path]) -> None:
    expected = [c.n_expected for c in reader_of(feeder, files).cutouts()]
    # After the first of 5 files: all as it; after the third: 12 of 3; after the last: 18.
    assert expected == [30] * N_WINDOWS + [20] * N_WINDOWS + [18] * N_WINDOWS


def test_of_larger_files_more_is_expected(feeder: Feeder, files: list[Path]) -> None:
    sizes = [100, 1, 300, 99, 500]
    reader = CutoutReader(feeder, files, sizes, cutouts_a_shard=4, keep_preview=lambda *_: None)
    expected = [c.n_expected for c in reader.cutouts()]
    # Of 1,000 bytes the first file has 100, and the first three 401.
    assert expected == [60] * N_WINDOWS + [30] * N_WINDOWS + [18] * N_WINDOWS


def test_too_many_unreadable_files_stop_it(feeder: Feeder, files: list[Path]) -> None:
    with pytest.raises(BuildError, match=r"1 of 5 files cannot be read .*p1.png: the file is empt"):
        list(reader_of(feeder, files, max_unreadable=0.1).cutouts())
    assert len(list(reader_of(feeder, files, max_unreadable=0.2).cutouts())) == 3 * N_WINDOWS


def test_no_cutout_at_all_is_told(feeder: Feeder, files: list[Path]) -> None:
    reader = reader_of(feeder, [files[3]])
    assert list(reader.cutouts()) == []
    with pytest.raises(BuildError, match=r"no cutouts in 1 images \(blank \(6\)\)"):
        reader.finish()
