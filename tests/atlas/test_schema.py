"""The schema: names and types, and that an atlas has them."""

from __future__ import annotations

import json
from typing import Any, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

import numpy as np
import pandas as pd
import pytest

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import Manifest
from hubble_dash.atlas.schema import (
    ARRAY_TYPES,
    CUTOUT_COLUMNS,
    FORMAT,
    FORMAT_VERSION,
    IMAGES_FILE,
    LABELS,
    SCORES,
    ImageRow,
    extra_columns,
    extra_image_columns,
    is_number,
    text_codes,
)


def test_a_built_atlas_has_the_arrays_of_the_schema(mosaic: Atlas) -> None:
    found = {path.name: np.load(path).dtype for path in mosaic.path.glob("*.npy")}
    assert found.items() <= ARRAY_TYPES.items()
    # A mean is taken off only where several views are joined.
    assert set(ARRAY_TYPES) - set(found) <= {"mean.npy"}


def test_a_built_atlas_has_the_columns_of_the_schema(mosaic: Atlas) -> None:
    columns = dict(mosaic.cutouts.dtypes)
    names = [*CUTOUT_COLUMNS, *(n for pair in zip(LABELS, SCORES, strict=True) for n in pair)]
    assert list(columns) == names
    assert {name: columns[name] for name in CUTOUT_COLUMNS} == dict(CUTOUT_COLUMNS)
    assert all(columns[name] == np.float32 for name in SCORES)
    assert all(isinstance(columns[name], pd.CategoricalDtype) for name in LABELS)
    assert list(mosaic.images)[: len(ImageRow.__annotations__)] == list(ImageRow.__annotations__)
    for name, kind in get_type_hints(ImageRow).items():
        assert isinstance(mosaic.images[name].iloc[0], (np.int64, int) if kind is int else str)


def disagreements(value: Any, kind: Any, place: str) -> list[str]:
    """Where plain data differ from a TypedDict: entries too many, too few, of another kind."""
    if is_typeddict(kind):
        marked = get_type_hints(kind, include_extras=True)
        may_lack = {n for n, hint in marked.items() if get_origin(hint) is NotRequired}
        hints = get_type_hints(kind)
        wrong = (value.keys() ^ hints.keys()) - (may_lack | kind.__optional_keys__)
        found = [f"{place}.{name}" for name in sorted(wrong)]
        for name in value.keys() & hints.keys():
            found += disagreements(value[name], hints[name], f"{place}.{name}")
        return found
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is list:
        return [one for v in value for one in disagreements(v, arguments[0], f"{place}[]")]
    if origin is dict and is_typeddict(arguments[1]):
        return [one for v in value.values() for one in disagreements(v, arguments[1], place)]
    if isinstance(kind, type) and not isinstance(value, (int, float) if kind is float else kind):
        return [f"{place} is {value!r}"]
    return []


def test_a_built_atlas_has_the_entries_of_the_schema(mosaic: Atlas) -> None:
    said = json.loads((mosaic.path / "manifest.json").read_text(encoding="utf-8"))
    assert disagreements(said, Manifest, "") == []
    assert (said["format"], said["format_version"]) == (FORMAT, FORMAT_VERSION)
    assert IMAGES_FILE in said["files"]
    assert mosaic.manifest == said
    assert type(mosaic.manifest) is dict


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"titel": "x"}, [".titel"]),
        ({"n_images": "1"}, [".n_images is '1'"]),
        ({"thumbnails": {"size": 96, "rows": 16}}, [".thumbnails.columns"]),
        ({"left_out": {"files": [{"path": "x"}], "cutouts": {}}}, [".left_out.files[].reason"]),
        ({"files": {"a": {"bytes": 1}}}, [".files.sha256"]),
    ],
)
def test_a_wrong_entry_would_be_found(mosaic: Atlas, change: Any, expected: list[str]) -> None:
    assert disagreements({**mosaic.manifest, **change}, Manifest, "") == expected


def test_the_user_s_columns_are_told_from_the_atlas_s_own(atlas: Atlas) -> None:
    assert extra_columns(atlas.cutouts) == ["magnitude", "class"]
    assert extra_columns(atlas.cutouts.assign(magnitude=np.nan)) == ["class"]
    assert extra_image_columns(atlas.images) == ["INSTRUME"]


def test_numbers_are_told_from_texts() -> None:
    kinds = {"a": [1, 2], "b": [1.5, np.nan], "c": ["1", "2"], "d": [True, False]}
    assert [name for name, values in kinds.items() if is_number(pd.Series(values))] == ["a", "b"]


def test_texts_become_codes_in_the_order_in_which_they_come() -> None:
    codes, texts = text_codes(pd.Series(["b", None, 3, "b", True]))
    assert (codes.tolist(), texts) == ([0, -1, 1, 0, 2], ["b", "3", "True"])
