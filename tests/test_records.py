"""What is written while cutouts stream by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from hubble_dash.atlas import SheetLayout
from hubble_dash.builder import records
from hubble_dash.builder.fingerprints import Batch
from hubble_dash.builder.records import CutoutWriter, image_table

LAYOUT = SheetLayout(size=8, columns=2, rows=2)


class Mean:
    """A network whose fingerprint is the mean brightness, three times; it counts its calls."""

    n_features = 3

    def __init__(self, label_names: list[str] | None = None, scale: float = 1.0) -> None:
        self.label_names = label_names
        self.scale = scale
        self.batches: list[int] = []

    def fingerprint(self, cutouts: list[NDArray[np.uint8]]) -> Batch:
        self.batches.append(len(cutouts))
        means = np.array([cutout.mean() for cutout in cutouts], np.float32)
        labels = np.tile(np.arange(5, dtype=np.int32)[::-1], (len(cutouts), 1))
        scores = np.tile(np.float32([0.5, 0.2, 0.1, 0.1, 0.05]), (len(cutouts), 1))
        return Batch(np.repeat(means[:, None] * self.scale, 3, axis=1), labels, scores)


def write(
    folder: Path, network: Any, n: int, *, catalog_rows: list[int] | None = None
) -> CutoutWriter:
    writer = CutoutWriter(folder, network, LAYOUT)
    with writer:
        shown = []
        for i in range(n):
            row = {"image": i // 2, "ixmin": i, "ixmax": i + 9, "iymin": 0, "iymax": 9}
            pixels = np.full((9, 9), 10 * i, np.uint8)
            writer.add(pixels, row | {"ra_deg": i / 2}, catalog_rows[i] if catalog_rows else -1)
            shown.append(pixels)
        for start in range(0, n, 4):
            writer.describe(network.fingerprint(shown[start : start + 4]))
        writer.finish()
    return writer


@pytest.mark.parametrize(("n", "batches"), [(1, [1]), (4, [4]), (7, [4, 3]), (8, [4, 4])])
def test_cutouts_go_through_in_batches_and_stay_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int, batches: list[int]
) -> None:
    monkeypatch.setattr(records, "ROWS_A_BLOCK", 3)
    network = Mean()
    writer = write(tmp_path, network, n)
    assert (writer.n, network.batches) == (n, batches)
    fingerprints = writer.fingerprints(center=False)
    assert fingerprints.dtype == np.float16
    assert fingerprints.tolist() == [[10.0 * i] * 3 for i in range(n)]
    assert isinstance(fingerprints, np.memmap)
    assert np.load(tmp_path / "fingerprints.npy").tolist() == fingerprints.tolist()
    sheets = sorted((tmp_path / "sheets").iterdir())
    assert len(sheets) == -(-n // 4)
    first = np.asarray(Image.open(sheets[-1]).convert("L"))[:8, :8]
    assert abs(int(first.mean()) - 40 * (len(sheets) - 1)) <= 2
    assert {path.name for path in tmp_path.iterdir()} == {"fingerprints.npy", "sheets"}
    assert "label_1" not in writer.table(None)


def test_features_beyond_half_precision_stay_finite(tmp_path: Path) -> None:
    found = write(tmp_path, Mean(scale=1e6), 3).fingerprints(center=False)
    assert np.isfinite(found).all()
    assert found[2, 0] == np.finfo(np.float16).max


def test_the_table(tmp_path: Path) -> None:
    names = ["zero", "one", "two", "three", "four"]
    catalog = pd.DataFrame({"z": [7, 8, 9], "name": ["a", "b", None]}, index=[5, 5, 6])
    table = write(tmp_path, Mean(names), 4, catalog_rows=[2, 0, -1, 0]).table(catalog)
    assert table["image"].tolist() == [0, 0, 1, 1]
    assert table["ixmax"].dtype == np.int32
    assert table["label_1"].tolist() == ["four"] * 4
    assert table["label_5"].tolist() == ["zero"] * 4
    assert table["score_1"].tolist() == [0.5] * 4
    assert table["z"].fillna(0).tolist() == [9, 7, 0, 7]
    assert table["name"].fillna("-").tolist() == ["-", "a", "-", "a"]


def test_whatever_a_catalogue_holds_can_be_written(tmp_path: Path) -> None:
    catalog = pd.DataFrame(
        {
            "mixed": pd.Series([1, "one", None], dtype=object),
            "lists": pd.Series([[1, 2], (3,), np.arange(2)], dtype=object),
            "huge": pd.Series([2**80, 1, 2], dtype=object),
            "when": pd.to_datetime(["2026-01-01", None, "2026-01-03"]),
            "count": pd.Series([1, None, 3], dtype="Int64"),
            "image": [4, 5, 6],
            "image_catalog": [7, 8, 9],
            **{f"column {i}": [i] * 3 for i in range(150)},
        }
    )
    table = write(tmp_path, Mean(), 3, catalog_rows=[0, 1, 2]).table(catalog)
    table.to_parquet(tmp_path / "a.parquet")
    read = pd.read_parquet(tmp_path / "a.parquet")
    assert read["mixed"].tolist()[:2] == ["1", "one"]
    assert read["mixed"].isna().tolist() == [False, False, True]
    assert read["huge"].tolist() == [str(2**80), "1", "2"]
    assert read["image"].tolist() == [0, 0, 1]
    assert read["image_catalog"].tolist() == [7, 8, 9]
    assert read["image_catalog_catalog"].tolist() == [4, 5, 6]
    assert read["when"][2] == pd.Timestamp("2026-01-03")
    assert read["count"].tolist()[::2] == [1, 3]


def test_header_keys_of_several_kinds(tmp_path: Path) -> None:
    images = [
        {"name": "a", "EXPTIME": 1200.0, "FLAG": True, "N": 3},
        {"name": "b", "EXPTIME": "long", "N": 4},
        {"name": "c", "N": 5, "FILTER": "F606W"},
    ]
    table = image_table(images)
    table.to_parquet(tmp_path / "a.parquet")
    read = pd.read_parquet(tmp_path / "a.parquet")
    assert read["EXPTIME"].fillna("-").tolist() == ["1200.0", "long", "-"]
    assert read["FLAG"].fillna("-").tolist() == ["True", "-", "-"]
    assert read["N"].tolist() == [3, 4, 5]
    assert read["FILTER"].fillna("-").tolist() == ["-", "-", "F606W"]


def test_centred_fingerprints_have_no_mean(tmp_path: Path) -> None:
    plain = np.array(write(tmp_path / "plain", Mean(), 6).fingerprints(center=False), np.float32)
    centred = np.array(write(tmp_path / "mean", Mean(), 6).fingerprints(center=True), np.float32)
    mean = np.load(tmp_path / "mean" / "mean.npy")
    np.testing.assert_allclose(mean, plain.mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(centred, plain - mean, atol=2e-3 * abs(plain).max())
    assert not (tmp_path / "plain" / "mean.npy").exists()
