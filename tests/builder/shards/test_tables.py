"""Tables of shards, joined to those of the atlas."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from helpers.shards import Mean, write_shards
from pyarrow import parquet

from hubble_dash.builder.shards.checkpoint import Checkpoint
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.builder.shards.tables import write_cutouts, write_images


def table_of(part: Part, names: list[str] | None, metadata: pd.DataFrame) -> pd.DataFrame:
    write_cutouts(part, names, metadata)
    return pd.read_parquet(part.atlas / "cutouts.parquet")


@pytest.mark.parametrize("per_shard", [4, 100])
def test_the_table(tmp_path: Path, per_shard: int) -> None:
    names = ["zero", "one", "two", "three", "four"]
    catalog = pd.DataFrame({"z": [7, 8, 9], "name": ["a", "b", None]}, index=[5, 5, 6])
    rows = [2, 0, 1, 0, -1, 0]
    part, _ = write_shards(tmp_path, Mean(names), 6, catalog_rows=rows, per_shard=per_shard)
    table = table_of(part, names, catalog)
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
    part, _ = write_shards(tmp_path, Mean(), 5, catalog_rows=[0, 1, 2, 3, 4], per_shard=per_shard)
    read = table_of(part, None, catalog)
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
    part.commit(Checkpoint(n_shards=2))
    write_images(part, rows_a_group=2)
    read = pd.read_parquet(part.atlas / "images.parquet")
    names = ["name", "EXPTIME", "FLAG", "N", "MIXED", "BIG", "FILTER", "SOME"]
    assert read.columns.tolist() == names
    assert read["EXPTIME"].fillna("-").tolist() == ["1200.0", "long", "-"]
    assert read["FLAG"].dtype == "boolean"
    assert read["FLAG"].tolist() == [True, pd.NA, pd.NA]
    assert read["N"].tolist() == [3, 4, 5]
    assert read["N"].dtype == np.int64
    assert read["MIXED"].fillna(0).tolist() == [1, 2.5, 0]
    assert read["BIG"].fillna("-").tolist() == [str(2**63), "-", "-"]
    assert read["FILTER"].fillna("-").tolist() == ["-", "-", "F606W"]
    assert read["SOME"].fillna(0).tolist() == [0, 0, 7]


def test_identifiers_stay_whole_where_cutouts_lack_a_row(tmp_path: Path) -> None:
    catalog = pd.DataFrame(
        {
            "id": np.array([6917528997577384321, 2**53 + 1], np.int64),
            "unsigned": np.array([2**64 - 1, 1], np.uint64),
            "ok": [True, False],
            "sparse": pd.Series([True, None], dtype=object),
            "digits": ["000123", "7"],
            "complex": [1 + 2j, 3j],
        }
    )
    part, _ = write_shards(tmp_path, Mean(), 3, catalog_rows=[1, -1, 0], per_shard=2)
    read = table_of(part, None, catalog)
    assert read["id"].tolist() == [2**53 + 1, pd.NA, 6917528997577384321]
    assert read["unsigned"].tolist() == [1, pd.NA, 2**64 - 1]
    assert read["ok"].tolist() == [False, pd.NA, True]
    assert read["sparse"].tolist() == [pd.NA, pd.NA, True]
    assert read["digits"].fillna("-").tolist() == ["7", "-", "000123"]
    assert read["complex"].fillna("-").tolist() == ["3j", "-", "(1+2j)"]
    # Other tools see integers too.
    kinds = parquet.read_schema(part.atlas / "cutouts.parquet")
    assert (kinds.field("id").type, kinds.field("unsigned").type) == (pa.int64(), pa.uint64())


def test_columns_of_any_name_survive(tmp_path: Path) -> None:
    own = ["image", "ra_deg", "pixel_scale_arcsec", "label_1", "score_5"]
    odd = [
        "",
        " ",
        0,
        None,
        ("a", 1),
        "__index_level_0__",
        "index",
        "<b>",
        "a.b",
        "\u202egnp",
        "n\nm",
    ]
    names = [*own, *odd, "label_1_catalog", "z"]
    catalog = pd.DataFrame([list(range(len(names)))], columns=pd.Index(names, dtype=object))
    part, _ = write_shards(tmp_path, Mean(), 2, catalog_rows=[0, 0])
    read = table_of(part, None, catalog)
    further = read.iloc[0, 8:]
    assert further.tolist() == list(range(len(names)))
    assert list(further.index) == [
        *("image_catalog", "ra_deg_catalog", "pixel_scale_arcsec_catalog"),
        *("label_1_catalog_catalog", "score_5_catalog", "column 6", "column 7", "0", "None"),
        *("('a', 1)", "__index_level_0__", "index", "<b>", "a.b", "\u202egnp", "n\nm"),
        *("label_1_catalog", "z"),
    ]
    assert read["image"].tolist() == [0, 0]


def test_long_whole_numbers_of_headers(tmp_path: Path) -> None:
    images = [
        {"name": "a", "TIC": 2**53 + 1, "ROOF": True, "MIXED": 2**53 + 1, "nx": 4},
        {"name": "b", "MIXED": 0.5, "nx": 5},
    ]
    part = Part(tmp_path)
    part.start(Plan.of({}, []))
    part.shard_images(0).write_text("".join(json.dumps(line) + "\n" for line in images))
    part.commit(Checkpoint(n_shards=1))
    write_images(part)
    read = pd.read_parquet(part.atlas / "images.parquet")
    assert read["TIC"].tolist() == [2**53 + 1, pd.NA]
    assert read["ROOF"].tolist() == [True, pd.NA]
    assert read["MIXED"].tolist() == ["9007199254740993", "0.5"]
    assert read["nx"].dtype == np.int64
