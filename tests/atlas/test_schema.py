"""The schema: names and types, and that an atlas has them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NotRequired, cast, get_args, get_origin, get_type_hints, is_typeddict

import numpy as np
import pandas as pd
import pytest

import hubble_dash
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.checks import check_images
from hubble_dash.atlas.manifest import Manifest
from hubble_dash.atlas.schema import (
    ARRAY_TYPES,
    CORNERS,
    CUTOUT_COLUMNS,
    CUTOUTS_FILE,
    FORMAT,
    FORMAT_VERSION,
    IMAGES_FILE,
    LABELS,
    MANIFEST_FILE,
    METRIC_FILES,
    PLANE,
    SCORES,
    ImageRow,
    extra_columns,
    extra_image_columns,
    is_number,
    text_codes,
)
from hubble_dash.errors import AtlasError


def test_a_built_atlas_has_the_arrays_of_the_schema(mosaic: Atlas) -> None:
    found = {path.name: np.load(path).dtype for path in mosaic.path.glob("*.npy")}
    assert found.items() <= ARRAY_TYPES.items()
    # A mean is taken off only where several views are joined; of few cutouts nothing is learned,
    # and there are no clusters.
    assert set(ARRAY_TYPES) - set(found) - {"mean.npy"} == {"clusters.npy", *METRIC_FILES}


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
    # The second version is that of atlases with a metric.
    assert (said["format"], said["format_version"]) == (FORMAT, 1)
    assert FORMAT_VERSION == 2
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


def test_planes_are_the_atlas_s_own_and_finite(atlas: Atlas) -> None:
    folder, files = cast(Any, SimpleNamespace(path=atlas.path)), atlas.manifest["files"]
    images = atlas.images.assign(**{name: [0.5, np.nan] for name in PLANE})
    assert check_images(folder, images, files) is images
    assert extra_image_columns(images) == ["INSTRUME"]
    with pytest.raises(AtlasError, match="plane_xi_x"):
        check_images(folder, images.assign(plane_xi_x=[0.5, np.inf]), files)
    distorted = images.assign(**{name: [0.5, np.nan] for name in CORNERS})
    assert extra_image_columns(distorted) == ["INSTRUME"]
    with pytest.raises(AtlasError, match="corner_eta_3"):
        check_images(folder, distorted.assign(corner_eta_3=[-np.inf, 0.5]), files)


def test_numbers_are_told_from_texts() -> None:
    kinds = {"a": [1, 2], "b": [1.5, np.nan], "c": ["1", "2"], "d": [True, False]}
    assert [name for name, values in kinds.items() if is_number(pd.Series(values))] == ["a", "b"]


def test_times_are_written_in_utc_whatever_their_zone() -> None:
    local = pd.Series(pd.to_datetime(["2004-07-03", None]).tz_localize("Europe/Berlin"))
    codes, texts = text_codes(local)
    assert (codes.tolist(), texts) == ([0, -1], ["2004-07-02 22:00:00"])


def test_texts_become_codes_in_the_order_in_which_they_come() -> None:
    codes, texts = text_codes(pd.Series(["b", None, 3, "b", True]))
    assert (codes.tolist(), texts) == ([0, -1, 1, 0, 2], ["b", "3", "True"])


def written_again(code: str) -> list[str]:
    """Where code lists columns of a table, or names a file of an atlas, by itself."""
    columns = [{*CUTOUT_COLUMNS, *LABELS, *SCORES}, {*ImageRow.__annotations__}]
    files = {MANIFEST_FILE, IMAGES_FILE, CUTOUTS_FILE, *ARRAY_TYPES}
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            texts = {getattr(one, "value", None) for one in node.elts}
            if any(len(texts & names) > 1 for names in columns):
                found.append(ast.unparse(node))
        elif isinstance(node, ast.JoinedStr) and node.values:
            start = getattr(node.values[0], "value", None)
            if start in ("label_", "score_"):
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Constant) and node.value in files:
            found.append(ast.unparse(node))
    return found


def test_no_other_room_writes_columns_or_files_down_again() -> None:
    package = Path(hubble_dash.__file__).parent
    paths = [path for path in package.rglob("*.py") if path.parent != package / "atlas"]
    assert len(paths) > 100
    found = {path: written_again(path.read_text(encoding="utf-8")) for path in paths}
    assert {path: places for path, places in found.items() if places} == {}


@pytest.mark.parametrize(
    "code",
    [
        'BOX = ["image", "ixmin", "ixmax"]',
        'table[f"label_{i}"]',
        'for name in ("ra_deg", "dec_deg"): pass',
        '{"nx", "ny"}',
        'np.save(folder / "positions.npy", positions)',
    ],
)
def test_it_would_be_found(code: str) -> None:
    assert written_again(code)
