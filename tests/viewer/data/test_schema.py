"""What travels to the browser against the schema, key by key and kind by kind."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import pytest

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.disk.names import NewFolder
from hubble_dash.viewer.data import schema
from hubble_dash.viewer.data.orders import AtlasOrder, HilbertOrder, Order
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.exported.folder import write_data
from hubble_dash.viewer.exported.inline import inline_index
from hubble_dash.viewer.served.shared import Shared

KINDS = get_type_hints(schema.PieceKinds, include_extras=True)


def check(value: Any, hint: Any, where: str) -> None:
    """Fail where plain data are not what a type says, down to the last key."""
    origin, of = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        assert isinstance(value, dict), where
        fields = get_type_hints(hint, include_extras=True)
        assert value.keys() <= fields.keys(), where
        assert value.keys() >= required(hint), where
        for key, item in value.items():
            check(item, bare(fields[key]), f"{where}.{key}")
    elif origin is Annotated:
        assert value.keys() == {"dtype", "data"}, where
        assert value["dtype"] == of[1], where
    elif origin in (Union, types.UnionType):
        assert any(fits(value, one) for one in of), f"{where}: {value!r:.100} is none of {hint}"
    elif origin is Literal:
        assert value in of, where
    elif origin is list:
        assert isinstance(value, list), where
        for item in value:
            check(item, of[0], f"{where}[]")
    elif origin is tuple:
        assert len(value) == len(of), where
        for item, one in zip(value, of, strict=True):
            check(item, one, f"{where}[]")
    elif origin is dict:
        for key, item in value.items():
            assert isinstance(key, str), where
            check(item, of[1], f"{where}[{key}]")
    else:
        kinds = {float: (int, float), int: (int,), str: (str,), bool: (bool,)}
        allowed = kinds.get(hint, (type(None),))
        assert isinstance(value, allowed), f"{where}: {value!r:.100} is no {hint}"
        assert isinstance(value, bool) == (hint is bool), where


def required(typed: Any) -> set[str]:
    """The keys that may not be missing (``__required_keys__`` does not look into strings)."""
    hints = get_type_hints(typed, include_extras=True)
    return {key for key, hint in hints.items() if get_origin(hint) is not NotRequired}


def bare(hint: Any) -> Any:
    """The type of a key without the mark that it may be missing."""
    return get_args(hint)[0] if get_origin(hint) is NotRequired else hint


def fits(value: Any, hint: Any) -> bool:
    try:
        check(value, hint, "")
    except (AssertionError, AttributeError):
        return False
    return True


def arrived(value: Any) -> Any:
    return json.loads(json.dumps(value, allow_nan=False))


@pytest.mark.parametrize("order", [HilbertOrder(), AtlasOrder()], ids=["pieces", "whole"])
@pytest.mark.parametrize("name", ["atlas", "flipped_atlas", "lonely_atlas"])
def test_pieces_are_what_the_schema_says(
    order: Order, name: str, request: pytest.FixtureRequest
) -> None:
    pieces = Pieces(request.getfixturevalue(name), order)
    assert pieces.kinds().keys() <= KINDS.keys()
    for kind, count in pieces.kinds().items():
        for number in range(count):
            check(arrived(pieces.make(kind, number)), KINDS[kind], f"{kind}/{number}")


def written(atlas: Atlas, folder: Path) -> schema.PageIndex:
    return write_data(Pieces(atlas, HilbertOrder()), NewFolder(folder), max_drawn=100)


def drawn(atlas: Atlas, folder: Path) -> schema.PageIndex:
    return write_data(Pieces(atlas, HilbertOrder()), NewFolder(folder), max_points=100)


def inside(atlas: Atlas, _: Path) -> schema.PageIndex:
    return inline_index(atlas)


def served(atlas: Atlas, _: Path) -> schema.PageIndex:
    return Shared(atlas, similar=9, key="0", max_points=100).index


@pytest.mark.parametrize(
    ("door", "extra"),
    [
        (inside, {"near", "smoothed", "pieces", "checksums"}),
        (written, {"near", "smoothed", "rows", "tiles", "sky_tiles", "files", "checksums"}),
        (drawn, {"near", "smoothed", "rows", "first", "files", "checksums"}),
        (served, {"near", "smoothed", "rows", "sky_tiles", "live", "cosines"}),
    ],
)
def test_every_door_has_an_index_as_the_schema_says(
    atlas: Atlas, tmp_path: Path, door: Callable[..., schema.PageIndex], extra: set[str]
) -> None:
    index = arrived(door(atlas, tmp_path))
    check(index, schema.PageIndex, "index")
    assert index.keys() == required(schema.PageIndex) | {"sky", "outlines", "faces"} | extra


def test_the_check_finds_what_is_wrong(atlas: Atlas) -> None:
    piece = arrived(Pieces(atlas, HilbertOrder()).make("sky", 0))
    for wrong in (
        {**piece, "z": piece["x"]},
        {"x": piece["x"], "y": piece["y"]},
        {**piece, "x": {**piece["x"], "dtype": "float32"}},
        {**piece, "x": [1.0]},
    ):
        assert not fits(wrong, schema.SkyPiece)
    assert fits(piece, schema.SkyPiece)


WIRE = Path(str(files("hubble_dash.templates"))) / "browser" / "wire"


def interfaces() -> dict[str, dict[str, tuple[bool, str]]]:
    """Whether each key of each interface of the browser side may be missing, and its type."""
    text = (WIRE / "types.d.ts").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    found: dict[str, dict[str, tuple[bool, str]]] = {}
    for name, bases, body in re.findall(
        r"export interface (\w+)(?: extends ([\w, ]+))? \{(.*?)\n\}", text, re.DOTALL
    ):
        found[name] = {}
        for base in filter(None, re.split(r",\s*", bases)):
            found[name] |= found[base]
        for key, may_miss, kind in re.findall(r"^  (\w+)(\??): (.*?);$", body, re.M | re.DOTALL):
            found[name][key] = (bool(may_miss), kind)
    return found


def dtypes(hint: Any) -> set[str]:
    """The kinds of columns that a type has."""
    if get_origin(hint) is Annotated:
        return {get_args(hint)[1]}
    return set().union(*(dtypes(one) for one in get_args(hint)))


BROWSER = interfaces()


@pytest.mark.parametrize(
    "name", [name for name in schema.__all__ if is_typeddict(getattr(schema, name))]
)
def test_the_browser_side_has_the_same_keys(name: str) -> None:
    typed = getattr(schema, name)
    hints, there = get_type_hints(typed, include_extras=True), BROWSER[name]
    assert there.keys() == hints.keys()
    assert {key for key, (may_miss, _) in there.items() if not may_miss} == required(typed)
    if name != "Column":
        for key, (_, kind) in there.items():
            arrays = {found.lower() for found in re.findall(r"\b(\w+)Array\b", kind)}
            assert arrays == dtypes(bare(hints[key])), key


def test_the_browser_side_has_the_same_constants() -> None:
    text = (WIRE / "constants.js").read_text(encoding="utf-8")
    there = {
        name: json.loads(value.replace("_", "").replace("Infinity", "1e999"))
        for name, value in re.findall(r"^export const (\w+) = ([^;]+);", text, re.MULTILINE)
    }
    here = {name: getattr(schema, name) for name in schema.__all__ if name.isupper()}
    assert there == json.loads(json.dumps(here))
