"""What is written while cutouts stream by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.feeding.previews import Preview, fit_thumbnail
from hubble_dash.builder.fingerprints.network import Batch
from hubble_dash.builder.shards import fingerprint_file as raw
from hubble_dash.builder.shards.checkpoint import Part, Plan
from hubble_dash.builder.shards.tables import write_cutouts, write_images
from hubble_dash.builder.shards.writer import CutoutWriter, WriterOptions, preview_name

LAYOUT = SheetLayout(size=8, columns=2, rows=2)


class Mean:
    """A network whose fingerprint is the mean brightness, three times; it counts its calls."""

    n_features = 3
    device = "none"

    def __init__(self, label_names: list[str] | None = None, scale: float = 1.0) -> None:
        self.label_names = label_names
        self.scale = scale
        self.batches: list[int] = []

    def describe_engine(self) -> dict[str, Any]:
        return {"engine": "mean"}

    def fingerprint(self, cutouts: list[NDArray[np.uint8]]) -> Batch:
        self.batches.append(len(cutouts))
        means = np.array([cutout.mean() for cutout in cutouts], np.float32)
        labels = np.tile(np.arange(5, dtype=np.int32)[::-1], (len(cutouts), 1))
        scores = np.tile(np.float32([0.5, 0.2, 0.1, 0.1, 0.05]), (len(cutouts), 1))
        return Batch(np.repeat(means[:, None] * self.scale, 3, axis=1), labels, scores)


def write(
    folder: Path,
    network: Any,
    n: int,
    *,
    catalog_rows: list[int] | None = None,
    per_shard: int = 100,
    center: bool = False,
) -> CutoutWriter:
    part = Part(folder)
    folder.mkdir(parents=True, exist_ok=True)
    part.start(Plan.of({}, []))
    writer = CutoutWriter(part, network, LAYOUT, WriterOptions(per_shard, is_centered=center))
    with writer:
        shown = []
        for i in range(n):
            if i % 2 == 0:
                image = {"name": f"{i // 2}", "preview": preview_name(i // 2)}
                writer.add_image(image, Preview(b"jpeg", 9, 9))
            pixels = np.full((9, 9), 10 * i % 256, np.uint8)
            row = i // 2, i, i + 9, 0, 9, i / 2, np.nan, np.nan, i % 256, 0, 9
            thumbnail = fit_thumbnail(pixels, LAYOUT.size)
            if writer.add(thumbnail, (*row, catalog_rows[i] if catalog_rows else -1)):
                writer.close_shard({"file": i // 2})
            shown.append(pixels)
            if len(shown) == 4 or i == n - 1:
                writer.describe(network.fingerprint(shown))
                shown = []
        writer.finish({"file": n})
    return writer


def table_of(writer: CutoutWriter, metadata: pd.DataFrame | None = None) -> pd.DataFrame:
    write_cutouts(writer.part, writer.network.label_names, metadata)
    return pd.read_parquet(writer.part.atlas / "cutouts.parquet")


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize(("n", "batches"), [(1, [1]), (4, [4]), (7, [4, 3]), (8, [4, 4])])
def test_cutouts_go_through_in_batches_and_stay_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int, batches: list[int]
) -> None:
    monkeypatch.setattr(raw, "ROWS_A_BLOCK", 3)
    network = Mean()
    writer = write(tmp_path, network, n)
    assert (writer.n, network.batches) == (n, batches)
    fingerprints = writer.raw.finish(n)
    assert fingerprints.dtype == np.float16
    assert fingerprints.tolist() == [[10.0 * i] * 3 for i in range(n)]
    assert isinstance(fingerprints, np.memmap)
    atlas = writer.part.atlas
    assert np.load(atlas / "fingerprints.npy").tolist() == fingerprints.tolist()
    sheets = sorted((atlas / "sheets").iterdir())
    assert len(sheets) == -(-n // 4)
    first = np.asarray(Image.open(sheets[-1]).convert("L"))[:8, :8]
    assert abs(int(first.mean()) - 40 * (len(sheets) - 1)) <= 2
    assert "label_1" not in table_of(writer)


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize(("per_shard", "n_shards"), [(4, 3), (8, 2), (12, 1)])
def test_shards_make_the_same_as_one(
    tmp_path: Path, per_shard: int, n_shards: int, center: bool
) -> None:
    names = ["zero", "one", "two", "three", "three"]
    found = []
    for name, size in (("one", 100), ("several", per_shard)):
        writer = write(tmp_path / name, Mean(names), 12, per_shard=size, center=center)
        found.append(table_of(writer))
        write_images(writer.part)
        writer.raw.finish(12)
        (writer.part.atlas / "cutouts.parquet").unlink()  # it has as many groups of rows
    pd.testing.assert_frame_equal(*found)
    assert len(list((tmp_path / "several" / "shards").glob("*.parquet"))) == n_shards
    assert files_of(tmp_path / "one" / "atlas") == files_of(tmp_path / "several" / "atlas")
    assert found[0]["label_1"].tolist() == ["three"] * 12


def test_what_is_done_leaves_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, written = [], CutoutWriter._write

    def look(self: CutoutWriter, shard: Any) -> None:
        written(self, shard)
        n_arrays = sum(map(len, [*self._labels, *self._scores]))
        n_rows = len(self._rows) + sum(len(other.rows) for other in self._closed)
        held.append(n_arrays + n_rows + len(self._images))

    monkeypatch.setattr(CutoutWriter, "_write", look)
    write(tmp_path, Mean(["zero", "one", "two", "three", "four"]), 400, per_shard=8)
    assert len(held) == 50
    assert max(held) <= 4


def test_features_beyond_half_precision_stay_finite(tmp_path: Path) -> None:
    found = write(tmp_path, Mean(scale=1e6), 3).raw.finish(3)
    assert np.isfinite(found).all()
    assert found[2, 0] == np.finfo(np.float16).max


@pytest.mark.parametrize("per_shard", [4, 100])
def test_the_table(tmp_path: Path, per_shard: int) -> None:
    names = ["zero", "one", "two", "three", "four"]
    catalog = pd.DataFrame({"z": [7, 8, 9], "name": ["a", "b", None]}, index=[5, 5, 6])
    rows = [2, 0, 1, 0, -1, 0]
    writer = write(tmp_path, Mean(names), 6, catalog_rows=rows, per_shard=per_shard)
    table = table_of(writer, catalog)
    assert table["image"].tolist() == [0, 0, 1, 1, 2, 2]
    assert table["ixmax"].dtype == np.int32
    assert table["label_1"].tolist() == ["four"] * 6
    assert table["label_5"].tolist() == ["zero"] * 6
    assert table["score_1"].tolist() == [0.5] * 6
    assert table["z"].fillna(0).tolist() == [9, 7, 8, 7, 0, 7]
    assert table["name"].fillna("-").tolist() == ["-", "a", "b", "a", "-", "a"]
    assert "catalog_row" not in table


@pytest.mark.parametrize("per_shard", [4, 100])
def test_whatever_a_catalogue_holds_can_be_written(tmp_path: Path, per_shard: int) -> None:
    catalog = pd.DataFrame(
        {
            "mixed": pd.Series([1, "one", None, None, None], dtype=object),
            "lists": pd.Series([[1, 2], (3,), np.arange(2), 5, 6], dtype=object),
            "huge": pd.Series([2**80, 1, 2, 3, 4], dtype=object),
            "late": pd.Series([None, None, None, None, "x"], dtype=object),
            "when": pd.to_datetime(["2026-01-01", None, "2026-01-03", None, None]),
            "count": pd.Series([1, None, 3, 4, 5], dtype="Int64"),
            "kind": pd.Categorical(["a", "b", "a", "b", "c"]),
            "image": [4, 5, 6, 7, 8],
            "image_catalog": [7, 8, 9, 10, 11],
            **{f"column {i}": [i] * 5 for i in range(150)},
        }
    )
    writer = write(tmp_path, Mean(), 5, catalog_rows=[0, 1, 2, 3, 4], per_shard=per_shard)
    read = table_of(writer, catalog)
    assert read["mixed"].tolist()[:2] == ["1", "one"]
    assert read["mixed"].isna().tolist() == [False, False, True, True, True]
    assert read["huge"].tolist() == [str(2**80), "1", "2", "3", "4"]
    assert read["late"].fillna("-").tolist() == ["-", "-", "-", "-", "x"]
    assert read["kind"].tolist() == ["a", "b", "a", "b", "c"]
    assert read["image"].tolist() == [0, 0, 1, 1, 2]
    assert read["image_catalog"].tolist() == [7, 8, 9, 10, 11]
    assert read["image_catalog_catalog"].tolist() == [4, 5, 6, 7, 8]
    assert read["when"][2] == pd.Timestamp("2026-01-03")
    assert read["count"].tolist()[::2] == [1, 3, 5]


def test_header_keys_of_several_kinds(tmp_path: Path) -> None:
    images = [
        {"name": "a", "EXPTIME": 1200.0, "FLAG": True, "N": 3, "MIXED": 1, "BIG": 2**63},
        {"name": "b", "EXPTIME": "long", "N": 4, "MIXED": 2.5},
        {"name": "c", "N": 5, "FILTER": "F606W", "SOME": 7},
    ]
    part = Part(tmp_path)
    part.start(Plan.of({}, []))
    for i, lines in enumerate((images[:2], images[2:])):
        part.shard_images(i).write_text("".join(json.dumps(line) + "\n" for line in lines))
    part.commit({"n_shards": 2})
    write_images(part)
    read = pd.read_parquet(part.atlas / "images.parquet")
    names = ["name", "EXPTIME", "FLAG", "N", "MIXED", "BIG", "FILTER", "SOME"]
    assert read.columns.tolist() == names
    assert read["EXPTIME"].fillna("-").tolist() == ["1200.0", "long", "-"]
    assert read["FLAG"].fillna("-").tolist() == ["True", "-", "-"]
    assert read["N"].tolist() == [3, 4, 5]
    assert read["N"].dtype == np.int64
    assert read["MIXED"].fillna(0).tolist() == [1, 2.5, 0]
    assert read["BIG"].fillna("-").tolist() == [str(2**63), "-", "-"]
    assert read["FILTER"].fillna("-").tolist() == ["-", "-", "F606W"]
    assert read["SOME"].fillna(0).tolist() == [0, 0, 7]


def test_centred_fingerprints_have_no_mean(tmp_path: Path) -> None:
    plain = np.array(write(tmp_path / "plain", Mean(), 6).raw.finish(6), np.float32)
    writer = write(tmp_path / "mean", Mean(), 6, center=True)
    centred = np.array(writer.raw.finish(6), np.float32)
    mean = np.load(writer.part.atlas / "mean.npy")
    np.testing.assert_allclose(mean, plain.mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(centred, plain - mean, atol=2e-3 * abs(plain).max())
    assert not (tmp_path / "plain" / "atlas" / "mean.npy").exists()


def test_previews_of_many_images_are_in_many_folders() -> None:
    names = {preview_name(i) for i in range(2500)}
    assert len(names) == 2500
    assert {name.split("/")[0] for name in names} == {"0000", "0001", "0002"}
