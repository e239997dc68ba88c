"""All columns of an atlas, put together again from their pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.columns import AtlasColumns
from hubble_dash.viewer.columns.tables import Columns
from hubble_dash.viewer.columns.values import missing_code


def changed(atlas: Atlas, **columns: Any) -> Atlas:
    copy = Atlas(atlas.path, atlas.manifest)
    copy.cutouts = atlas.cutouts.assign(**columns)
    return copy


def whole(columns: Columns, name: str, row_at: np.ndarray[Any, Any]) -> list[Any]:
    """A column by place, from its blocks and texts."""
    number = [column.name for column in columns.all].index(name)
    entry = columns.index[number]
    first, count = entry["blocks"]["first"], entry["blocks"]["count"]
    parts = [columns.block(piece, row_at) for piece in range(first, first + count)]
    if parts[0].has_numbers:
        return np.concatenate([part.numbers for part in parts]).tolist()
    texts = [category["text"] for category in entry.get("categories", [])]
    part = entry.get("texts", {"first": 0, "count": 0})
    for piece in range(part["first"], part["first"] + part["count"]):
        texts += columns.texts(piece)
    codes = np.concatenate([part.codes for part in parts])
    return [None if code == missing_code(codes) else texts[code] for code in codes]


def test_columns_come_back_by_place(atlas: Atlas) -> None:
    notes = np.array([f"note {i // 2 if i % 4 else i}" for i in range(len(atlas))])
    copy = changed(atlas, note=np.roll(notes, 1))
    row_at = np.random.default_rng(0).permutation(len(atlas)).astype(np.int32)
    columns = Columns(copy, per_block=50, texts_a_piece=7)
    table = copy.cutouts.iloc[row_at]
    for name, field in {
        "magnitude": "magnitude", "class": "class", "note": "note", "ra": "ra_deg",
        "x1": "ixmax", "image": "image", "best label": "label_1",
    }.items():  # fmt: skip
        given = table[field].astype(object)
        assert whole(columns, name, row_at) == given.where(given.notna(), None).tolist(), name
    assert whole(columns, "row", row_at) == row_at.tolist()
    assert whole(columns, "isolation", row_at) == copy.isolation[row_at].tolist()
    assert whole(columns, "file", row_at) == copy.images["name"].tolist()
    (file,) = (entry for entry in columns.index if entry["name"] == "file")
    assert file["by"] == "image"
    held = atlas.images["name"][atlas.cutouts["image"]].value_counts()
    assert {one["text"]: one["count"] for one in file["categories"]} == held.to_dict()
    assert columns.n_blocks > len(columns.all)
    assert columns.n_texts > 1
    with pytest.raises(LookupError, match="no column"):
        columns.block(columns.n_blocks, row_at)


def test_the_user_s_columns_come_first_and_keep_their_names(atlas: Atlas) -> None:
    copy = changed(atlas, file="theirs", row=1.5, empty=np.nan)
    columns = Columns(copy)
    names = [(column.name, column.role) for column in columns.all]
    assert names[:4] == [
        ("magnitude", "own"), ("class", "own"), ("file", "own"), ("row", "own"),
    ]  # fmt: skip
    assert ("INSTRUME", "own") in names
    assert ("hd.file", "built-in") in names
    assert ("hd.row", "built-in") in names
    assert "empty" not in dict(names)
    queried = AtlasColumns(copy.cutouts, copy.images, copy.derived)
    assert names == [(name, role) for name, role in queried.names.items() if role != "label"]
    for entry in columns.index:
        kind = queried.get(entry["name"]).kind
        assert entry["kind"] == kind or {entry["kind"], kind} == {"category", "text"}
    assert [entry["name"] for entry in columns.index] == [name for name, _ in names]
    row_at = np.arange(len(copy), dtype=np.int32)
    assert whole(columns, "row", row_at) == [1.5] * len(copy)
    assert whole(columns, "hd.row", row_at) == row_at.tolist()


def test_without_sky_and_labels_there_are_no_such_columns(flipped_atlas: Atlas) -> None:
    table = flipped_atlas.cutouts
    bare = table.drop(columns=[name for name in table if name.startswith(("label", "score"))])
    copy = changed(flipped_atlas)
    copy.cutouts = bare
    names = {column.name for column in Columns(copy).all}
    assert not names & {"ra", "dec", "scale", "best label"}
    assert names >= {"file", "image", "x0", "x1", "y0", "y1", "row"}
