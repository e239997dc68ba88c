"""The data of a page in pieces: put together again, they are what the atlas says."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import make_atlas, nebula
from helpers.decoding import decode
from helpers.sky import wcslib_mollweide

from hubble_dash.atlas.atlas import Atlas, Neighbors
from hubble_dash.atlas.schema import BOX
from hubble_dash.viewer.data.encoding import piece_text
from hubble_dash.viewer.data.orders import AtlasOrder, HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import ThumbnailsIndex
from hubble_dash.viewer.planes.medoids import medoid_levels, n_levels

WIDTHS = {"box": 4, "tint": 3, "label": 5, "score": 5}
# So small that even a small atlas needs several of each kind.
SIZES = {
    "map": 50, "sky": 40, "boxes": 30, "records": 25, "rows": 64, "images": 1, "outlines": 1,
    "blocks": 70,
}  # fmt: skip
THUMBNAILS: ThumbnailsIndex = {"size": 96, "columns": 8, "rows": 8, "by": "row", "url": "{piece}"}


def whole_of(atlas: Atlas) -> Pieces:
    return Pieces(atlas, AtlasOrder())


def parts_of(atlas: Atlas) -> Pieces:
    return Pieces(atlas, HilbertOrder(SIZES), preview_bytes=1)


BOTH = pytest.mark.parametrize("make", [parts_of, whole_of], ids=["pieces", "whole"])


def changed(atlas: Atlas, **parts: Any) -> Atlas:
    """The same atlas with other tables or arrays, of whatever length."""
    copy = Atlas(atlas.path, {**atlas.manifest, "n_cutouts": len(parts["cutouts"])})
    for name, part in parts.items():
        setattr(copy, name, part)
    return copy


@BOTH
def test_clusters_are_told_with_places_and_own_names(tmp_path: Path, make: Any) -> None:
    codes = np.zeros(216, np.int16)
    codes[:60], codes[60:200], codes[200:] = 0, 1, -1
    columns = {"cluster": "the user's own"}
    level = [
        {"name": "few", "own_name": "cluster 2", "size": 60, "medoid": 7, "spread": 0.5},
        {"name": "many", "is_part": True, "size": 140, "medoid": 90, "spread": 0.25},
        {"name": "none", "size": 0, "medoid": 0, "spread": 0.0},
    ]
    atlas = make_atlas(tmp_path / "x.atlas", columns=columns, clusters={"cluster": codes})
    atlas.manifest["clusters"] = [{"name": "cluster", "clusters": cast(Any, level)}]
    (told,) = make(atlas).index(THUMBNAILS)["clusters"]
    (entry,) = (c for c in make(atlas).index(THUMBNAILS)["columns"] if c["name"] == told["column"])
    assert told["column"] == "hd.cluster"
    assert [one["text"] for one in entry["categories"]][:2] == ["many", "few"]
    assert told["own"] == [(1, "cluster 2")]
    assert told["parts"] == [0]
    assert decode(told["medoid"]).tolist() == [90, 7]
    assert decode(told["spread"]).tolist() == [0.25, 0.5]
    places, bounds = decode(told["place"], 2), decode(told["bounds"], 4)
    for number, code in enumerate((1, 0)):
        own = atlas.positions[codes == code].astype(float)
        away = np.linalg.norm(own - np.median(own, axis=0), axis=1)
        assert places[number].tolist() in own[away == away.min()].tolist()
        left, right, bottom, top = bounds[number]
        inside = (own >= [left, bottom]) & (own <= [right, top])
        assert np.abs(inside.mean(axis=0) - 0.9).max() < 0.03


def test_without_clusters_nothing_is_told_of_them(atlas: Atlas) -> None:
    assert "clusters" not in whole_of(atlas).index(THUMBNAILS)


@pytest.fixture(scope="module")
def odd_atlas(atlas: Atlas) -> Atlas:
    """Unknown places and values, columns that say nothing, texts of all kinds."""
    table = atlas.cutouts.copy()
    table.loc[::5, ["ra_deg", "dec_deg"]] = np.nan
    table.loc[::7, "magnitude"] = np.nan
    table.loc[3, "magnitude"] = np.inf
    table.loc[::4, "class"] = None
    table["empty"] = np.nan
    table["is star"] = np.arange(len(table)) % 3 == 0
    table["seen"] = pd.Timestamp("2020-02-29") + pd.to_timedelta(np.arange(len(table)), "D")
    table["note"] = [f"</script> n° {i}" for i in range(len(table))]
    table["count"] = pd.array([None if i % 6 == 0 else i for i in range(len(table))], "Int64")
    for i in range(1, 6):
        table[f"label_{i}"] = table[f"label_{i}"].astype("category")
    table.loc[10:20, "label_5"] = None
    return changed(atlas, cutouts=table.sample(frac=1, random_state=0).reset_index(drop=True))


def made(source: Pieces, kind: str) -> list[dict[str, Any]]:
    """All pieces of a kind, as they arrive."""
    return [
        json.loads(json.dumps(source.make(kind, number), allow_nan=False))
        for number in range(source.kinds().get(kind, 0))
    ]


def joined(source: Pieces, kind: str, name: str, width: int | None = None) -> Any:
    width = WIDTHS.get(name, width)
    return np.concatenate([decode(piece[name], width) for piece in made(source, kind)])


def rows_of(source: Pieces, kind: str) -> Any:
    """The rows of all pieces of a kind, in their order."""
    if source.places.is_by_row and kind in ("map", "records"):
        return np.arange(len(source.atlas))
    return joined(source, kind, "row")


def by_row(source: Pieces, kind: str, name: str, width: int | None = None) -> Any:
    """A column, in the order of the rows."""
    values = joined(source, kind, name, width)
    return values[np.argsort(rows_of(source, kind), kind="stable")]


def own_columns(source: Pieces) -> dict[str, list[Any]]:
    """The user's columns by place, numbers or texts; None where a text is missing."""
    blocks, texts = made(source, "columns"), made(source, "texts")
    columns: dict[str, list[Any]] = {}
    for entry in source.index(THUMBNAILS)["columns"]:
        if entry["role"] != "own" or entry["by"] != "place":
            continue
        part = slice(entry["blocks"]["first"], sum(entry["blocks"].values()))
        if "values" in blocks[part.start]:
            columns[entry["name"]] = np.concatenate(
                [decode(block["values"]) for block in blocks[part]]
            ).tolist()
            continue
        told = [category["text"] for category in entry.get("categories", [])]
        if "texts" in entry:
            own = texts[entry["texts"]["first"] :][: entry["texts"]["count"]]
            told = [text for piece in own for text in piece["texts"]]
        by_code = dict(enumerate(told))
        codes = np.concatenate([decode(block["codes"]) for block in blocks[part]])
        columns[entry["name"]] = [by_code.get(code) for code in codes.tolist()]
    return columns


def metadata_by_row(source: Pieces) -> list[dict[str, Any]]:
    """What the page would show of each row; what is missing is left out."""
    if source.places.is_by_row:
        told = own_columns(source).items()
        return [
            {name: v[row] for name, v in told if v[row] is not None and v[row] == v[row]}
            for row in range(len(source.atlas))
        ]
    found = []
    for piece in made(source, "records"):
        columns = {}
        for column in piece["metadata"]:
            if "values" in column:
                columns[column["name"]] = decode(column["values"]).tolist()
            else:
                texts = [*column["texts"], None]
                columns[column["name"]] = [texts[code] for code in decode(column["codes"])]
        length = len(decode(piece["image"]))
        found += [{name: values[i] for name, values in columns.items()} for i in range(length)]
    order = np.argsort(rows_of(source, "records"), kind="stable")
    return [{name: v for name, v in found[at].items() if v is not None and v == v} for at in order]


@pytest.fixture(scope="module", params=[parts_of, whole_of], ids=["pieces", "whole"])
def source(request: pytest.FixtureRequest, odd_atlas: Atlas) -> Pieces:
    made: Pieces = request.param(odd_atlas)
    return made


def test_every_row_is_in_one_piece_of_each_kind(source: Pieces) -> None:
    n = len(source.atlas)
    known = np.flatnonzero(np.isfinite(source.atlas.cutouts["ra_deg"]))
    for kind in ("map", "records", "boxes"):
        np.testing.assert_array_equal(np.sort(rows_of(source, kind)), np.arange(n))
    np.testing.assert_array_equal(np.sort(rows_of(source, "sky")), known)
    kinds = source.kinds()
    assert kinds.pop("near") == kinds.pop("smoothed") == kinds["records"]
    assert kinds.pop("faces") == n_levels(n)
    if source.places.is_by_row:
        assert kinds.pop("columns") == len(source.index(THUMBNAILS)["columns"])
        assert kinds.pop("texts") == 2
        assert kinds == dict.fromkeys(("map", "boxes", "records", "images", "sky", "outlines"), 1)
        assert rows_of(source, "boxes").tolist() == list(range(n))
        assert rows_of(source, "sky").tolist() == known.tolist()
    else:
        columns = source.index(THUMBNAILS)["columns"]
        assert kinds.pop("columns") == sum(4 if one["by"] == "place" else 1 for one in columns)
        assert kinds.pop("texts") == 2
        expected = {"map": 5, "boxes": 8, "records": 9, "images": 2, "rows": 4, "previews": 2}
        expected["outlines"] = 2
        expected |= dict.fromkeys(("mapgrid", "skygrid", "tints", "labels"), 4)
        assert kinds == {**expected, "sky": -(-len(known) // 40)}
        np.testing.assert_array_equal(rows_of(source, "map"), rows_of(source, "records"))


def test_what_stands_for_parts_is_told_by_place_and_its_pictures_are_in_their_order(
    source: Pieces,
) -> None:
    atlas, place_of = source.atlas, source.places.place_of
    starts = []
    for z, (rows, counts) in enumerate(medoid_levels(atlas.fingerprints, atlas.positions)):
        piece = source.make("faces", z)
        place, count, x, y = (decode(piece[key]) for key in ("place", "count", "x", "y"))
        there = rows >= 0
        np.testing.assert_array_equal(place, np.where(there, place_of[rows], -1))
        np.testing.assert_array_equal(count, counts)
        found = np.column_stack([x, y])
        np.testing.assert_array_equal(found[there], atlas.positions[rows[there]])
        assert np.isnan(found[~there]).all()
        start, order = sum(starts), np.sort(place[place >= 0])
        own = source.face_rows()[start : start + len(order)]
        np.testing.assert_array_equal(place_of[own], order)
        starts.append(len(order))
    index = source.index(THUMBNAILS, face_sheets=True)["faces"]
    assert index == {"levels": len(starts), "starts": [sum(starts[:z]) for z in range(len(starts))]}


def test_places_and_boxes_are_those_of_the_atlas(source: Pieces) -> None:
    atlas = source.atlas
    for kind in ("map", "records"):
        xy = np.column_stack([by_row(source, kind, "x"), by_row(source, kind, "y")])
        np.testing.assert_array_equal(xy, atlas.positions)
    for kind in ("boxes", "records"):
        np.testing.assert_array_equal(by_row(source, kind, "image"), atlas.cutouts["image"])
        np.testing.assert_array_equal(by_row(source, kind, "box"), atlas.cutouts[BOX])


def test_the_sky_is_that_of_the_atlas(source: Pieces) -> None:
    table = source.atlas.cutouts
    ra, dec = table["ra_deg"].to_numpy(), table["dec_deg"].to_numpy()
    np.testing.assert_array_equal(by_row(source, "records", "ra"), ra)
    np.testing.assert_array_equal(by_row(source, "records", "dec"), dec)
    scale = table["pixel_scale_arcsec"].astype(np.float32)
    np.testing.assert_array_equal(by_row(source, "records", "scale"), scale)
    plane = wcslib_mollweide(ra, dec)
    for name, expected in zip(("sky_x", "sky_y"), plane, strict=True):
        np.testing.assert_allclose(by_row(source, "records", name), expected, atol=1e-11)
    known = np.isfinite(ra)
    for name, expected in zip(("x", "y"), plane, strict=True):
        np.testing.assert_allclose(by_row(source, "sky", name), expected[known], atol=1e-11)


@pytest.mark.parametrize("kind", ["records", "near"])
def test_neighbours_are_places(source: Pieces, kind: str) -> None:
    atlas = source.atlas
    place_to_row, start = rows_of(source, "records"), 0
    for piece in made(source, kind):
        depth = piece["depth"]
        near, fixed = (decode(piece[name], depth) for name in ("neighbors", "similarities"))
        rows = place_to_row[start : (start := start + len(near))]
        np.testing.assert_array_equal(place_to_row[near], atlas.neighbors.rows[rows, :depth])
        np.testing.assert_allclose(
            fixed / 32767, atlas.neighbors.similarities[rows, :depth], atol=2e-5
        )
        for row in rows:
            apart = ~np.isin(atlas.neighbors.rows[row, :depth], atlas.overlapping(row))
            assert np.count_nonzero(apart) >= 9
        assert kind == "records" or depth == atlas.neighbors.rows.shape[1]
    assert start == len(atlas)
    if not source.places.is_by_row:
        places = joined(source, "rows", "place")
        np.testing.assert_array_equal(place_to_row[places], np.arange(len(atlas)))


def test_smoothed_neighbours_are_those_that_python_finds(source: Pieces) -> None:
    atlas = source.atlas
    place_to_row, start = rows_of(source, "records"), 0
    for piece in made(source, "smoothed"):
        depth = piece["depth"]
        near, fixed = (decode(piece[name], depth) for name in ("neighbors", "similarities"))
        for row, places, cosines in zip(place_to_row[start:], near, fixed / 32767, strict=False):
            expected = atlas.similar(int(row), len(atlas), refine=True)
            np.testing.assert_allclose(cosines, expected.similarities[:depth], atol=3e-5)
            # Equal ones may come in another order.
            cosine = np.full(len(atlas), np.nan)
            cosine[expected.rows] = expected.similarities
            found = cosine[place_to_row[places]]
            np.testing.assert_allclose(found, expected.similarities[:depth], atol=2e-6)
            assert len(set(places.tolist())) == depth
        start += len(near)
    assert start == len(atlas)
    assert depth == min(50, atlas.neighbors.rows.shape[1])
    assert source.index(THUMBNAILS)["smoothed"] == source.index(THUMBNAILS)["records"]


def test_labels_come_back_by_their_codes(source: Pieces) -> None:
    names = np.array([*source.index(THUMBNAILS)["labels"], None])
    table = source.atlas.cutouts
    found = names[by_row(source, "records", "label")]
    wanted = table[[f"label_{i}" for i in range(1, 6)]].astype(object)
    assert found.tolist() == wanted.where(wanted.notna(), None).to_numpy().tolist()
    scores = by_row(source, "records", "score") / 65535
    np.testing.assert_allclose(scores, table[[f"score_{i}" for i in range(1, 6)]], atol=1e-5)


def test_metadata_are_as_in_the_table(source: Pieces) -> None:
    names = ["magnitude", "class", "is star", "seen", "note", "count"]
    numbers = ("magnitude", "count")
    records = source.atlas.cutouts[names].to_dict("records")
    wanted = [
        {name: v if name in numbers else str(v) for name, v in record.items() if not pd.isna(v)}
        for record in records
    ]
    found = metadata_by_row(source)
    assert found == wanted
    assert {len(record) for record in found} == {3, 4, 5, 6}


@BOTH
def test_numbers_arrive_whole(make: Callable[[Atlas], Pieces], atlas: Atlas) -> None:
    """Those that no float gives back as texts, in all pieces; others with all their digits."""
    n = len(atlas)
    ids = pd.array([2**62 + i if i % 3 else None for i in range(n)], "Int64")
    short = [2**53 - 1 - i for i in range(n)]
    table = atlas.cutouts.assign(
        ids=ids, short=short, unsigned=np.array([2**64 - 1 - i for i in range(n)], np.uint64),
        mostly_small=[-(2**60) if i == n - 1 else i for i in range(n)],
        single=np.array([12.3 + i for i in range(n)], np.float32),
        mjd=[59123.456789012 + i for i in range(n)],
        is_star=pd.array([None if i % 2 else True for i in range(n)], "boolean"),
    )  # fmt: skip
    found = metadata_by_row(make(changed(atlas, cutouts=table)))
    for i, record in enumerate(found):
        assert record.get("ids") == (str(2**62 + i) if i % 3 else None)
        assert record["unsigned"] == str(2**64 - 1 - i)
        assert record["mostly_small"] == (str(-(2**60)) if i == n - 1 else str(i))
        assert record["short"] == short[i]
        assert record["mjd"] == 59123.456789012 + i
        assert np.float32(record["single"]) == table["single"][i]
        assert record.get("is_star") == (None if i % 2 else "True")
    if make is whole_of:
        return
    kinds = {column["name"]: column for column in made(make(atlas), "records")[0]["metadata"]}
    assert kinds["magnitude"]["values"]["dtype"] == "float64"
    piece = made(make(changed(atlas, cutouts=table)), "records")[0]["metadata"]
    dtypes = {column["name"]: column.get("values", {}).get("dtype") for column in piece}
    assert (dtypes["single"], dtypes["short"], dtypes["ids"]) == ("float32", "float64", None)


def test_points_carry_tint_and_codes_by_row(source: Pieces) -> None:
    tint = by_row(source, "map", "tint")
    # Ranks of lightness are those of all cutouts: spread over the whole range.
    assert np.ptp(tint[:, 2]) == 255
    assert np.abs(np.diff(np.sort(tint[:, 2].astype(int)))).max() <= 2
    legends = source.index(THUMBNAILS)["colors"]
    names = [legend["name"] for legend in legends]
    own = ["file", "best label", "magnitude", "class", "is star", "seen", "count"]
    assert names == [*own, "isolation", "local isolation", "trust"]
    codes = [
        np.concatenate([decode(piece["colors"][i]) for piece in made(source, "map")])
        for i in range(len(names))
    ]
    order = np.argsort(rows_of(source, "map"))
    texts = np.array([entry["text"] for entry in legends[3]["categories"]] + [None] * 254)
    found = [texts[code] if code != 255 else None for code in codes[3][order]]
    wanted = source.atlas.cutouts["class"]
    assert found == wanted.astype(object).where(wanted.notna(), None).tolist()


def test_images_are_those_of_the_atlas(source: Pieces) -> None:
    images = [image for piece in made(source, "images") for image in piece["images"]]
    assert [image["name"] for image in images] == source.atlas.images["name"].tolist()
    assert [(image["nx"], image["ny"]) for image in images] == [(320, 240)] * 2
    for number, image in enumerate(images):
        assert image["metadata"] == [["INSTRUME", "ACS"]]
        assert not image["approximate"]
        if source.places.is_by_row:
            assert image["url"] is None
        else:
            url = source.make("previews", image["preview"])["urls"][str(number)]
            path = source.atlas.path / "previews" / source.atlas.images["preview"][number]
            assert base64.b64decode(url.split(",")[1]) == path.read_bytes()


def test_image_metadata_that_json_cannot_hold_are_texts(atlas: Atlas) -> None:
    images = atlas.images.copy()
    images["GAIN"], images["FLAG"], images["EXPTIME"] = [np.inf, np.nan], [True, False], [10, 20]
    images["ID"] = pd.array([2**62 + 1, None], "Int64")
    found = made(parts_of(changed(atlas, cutouts=atlas.cutouts, images=images)), "images")
    assert [dict(piece["images"][0]["metadata"]) for piece in found] == [
        {
            "INSTRUME": "ACS",
            "GAIN": "inf",
            "FLAG": "True",
            "EXPTIME": 10,
            "ID": "4611686018427387905",
        },
        {"INSTRUME": "ACS", "FLAG": "False", "EXPTIME": 20},
    ]


def sides(source: Pieces, kind: str) -> Iterator[tuple[Any, Any]]:
    """The bounds of each piece in the index, and those of its content."""
    index = source.index(THUMBNAILS)[kind]
    bounds = decode(index["bounds"], 4)
    assert len(bounds) == source.kinds()[kind]
    for piece, stated in zip(made(source, kind), bounds, strict=True):
        if kind == "boxes":
            box = decode(piece["box"], 4)
            low, high = box.min(axis=0), box.max(axis=0)
            yield stated, [low[0], high[1], low[2], high[3]]
        else:
            x, y = decode(piece["x"]), decode(piece["y"])
            yield stated, [x.min(), x.max(), y.min(), y.max()]


def test_bounds_hold_what_is_in_the_pieces(source: Pieces) -> None:
    for kind in ("map", "boxes"):
        for stated, true in sides(source, kind):
            np.testing.assert_array_equal(stated, true)
    for stated, true in sides(source, "sky"):
        # Never inside, though places on the sky are finer than a float32.
        assert (stated.astype(float) * [-1, 1, -1, 1] >= np.array(true) * [-1, 1, -1, 1]).all()
        np.testing.assert_allclose(stated, true, rtol=3e-7)
    for kind in ("map", "sky"):
        xy = [joined(source, kind, "x"), joined(source, kind, "y")]
        extent = [edge for values in xy for edge in (values.min(), values.max())]
        assert source.index(THUMBNAILS)[kind]["extent"] == pytest.approx(extent, rel=1e-12)
        assert source.index(THUMBNAILS)[kind]["n"] == len(xy[0])


def test_boxes_go_image_by_image(source: Pieces) -> None:
    stated = decode(source.index(THUMBNAILS)["boxes"]["images"], 2)
    images = [decode(piece["image"]) for piece in made(source, "boxes")]
    assert stated.tolist() == [[image.min(), image.max()] for image in images]
    if not source.places.is_by_row:
        assert (np.diff(np.concatenate(images)) >= 0).all()


def test_what_is_near_on_the_map_is_in_one_piece(atlas: Atlas) -> None:
    n = 5000
    table = atlas.cutouts.iloc[np.zeros(n, int)].reset_index(drop=True)
    positions = np.random.default_rng(0).random((n, 2), dtype=np.float32)
    near = Neighbors(np.zeros((n, 9), np.int32), np.ones((n, 9), np.float32))
    others = changed(atlas, cutouts=table, positions=positions, neighbors=near, trust=np.ones(n))
    source = parts_of(others)
    left, right, bottom, top = decode(source.index(THUMBNAILS)["map"]["bounds"], 4).T
    assert ((right - left) * (top - bottom)).sum() < 2


def test_whole_and_in_pieces_are_the_same_data(odd_atlas: Atlas) -> None:
    whole, parts = whole_of(odd_atlas), parts_of(odd_atlas)
    one, many = whole.index(THUMBNAILS), parts.index(THUMBNAILS)
    same = ("n", "similar", "notes", "provenance", "can_overlap")
    for name in (*same, "labels", "start", "colors", "palette"):
        assert one[name] == many[name], name
    assert many.keys() - one.keys() == {"rows"}
    for kind, names in (
        ("map", ("x", "y", "tint")),
        ("sky", ("x", "y")),
        ("boxes", ("image", "box")),
        ("records", ("x", "y", "ra", "sky_x", "label", "score")),
    ):
        for name in names:
            np.testing.assert_array_equal(by_row(whole, kind, name), by_row(parts, kind, name))
    assert metadata_by_row(whole) == metadata_by_row(parts)


def test_blocks_say_what_pieces_say(odd_atlas: Atlas) -> None:
    source = parts_of(odd_atlas)
    rows = rows_of(source, "map")
    np.testing.assert_array_equal(joined(source, "tints", "tint"), joined(source, "map", "tint"))
    for name in ("label", "score"):
        np.testing.assert_array_equal(
            joined(source, "labels", name, 5), joined(source, "records", name)
        )
    index = source.index(THUMBNAILS)
    bounds = np.repeat(decode(index["map"]["bounds"], 4), SIZES["map"], axis=0)[: len(rows)]
    for name, low, high in (("x", 0, 1), ("y", 2, 3)):
        side = bounds[:, high] - bounds[:, low]
        places = bounds[:, low] + joined(source, "mapgrid", name) / 65534 * side
        off = np.abs(places - joined(source, "map", name))
        assert (off <= 0.51 * side / 65534 + 1e-7).all()
    left, right, _, _ = index["sky"]["extent"]
    sky = joined(source, "skygrid", "x")
    known = np.isfinite(odd_atlas.cutouts["ra_deg"].to_numpy()[rows])
    np.testing.assert_array_equal(sky != 65535, known)
    x = source.places.sky[0][rows][known]
    np.testing.assert_allclose(
        left + sky[known] / 65534 * (right - left), x, atol=(right - left) / 65534
    )


@BOTH
def test_without_sky_and_labels_nothing_is_said_of_them(
    flipped_atlas: Atlas, make: Callable[[Atlas], Pieces]
) -> None:
    table = flipped_atlas.cutouts
    bare = table.drop(columns=[name for name in table if re.match(r"(label|score)_\d", name)])
    source = make(changed(flipped_atlas, cutouts=bare[["image", *BOX, *bare.columns[5:8]]]))
    index = source.index(THUMBNAILS)
    assert "sky" not in index
    assert "sky" not in source.kinds()
    assert index["labels"] == []
    assert [color["name"] for color in index["colors"]] == ["isolation", "local isolation", "trust"]
    record = source.make("records", 0)
    assert record["metadata"] == []
    assert record.keys().isdisjoint({"ra", "dec", "scale", "sky_x", "sky_y", "label", "score"})
    with pytest.raises(LookupError, match=r"no piece sky/0; there are map \(0 to [02]\)"):
        source.make("sky", 0)


@BOTH
def test_one_cutout_is_a_page(lonely_atlas: Atlas, make: Callable[[Atlas], Pieces]) -> None:
    source = make(lonely_atlas)
    index = source.index(THUMBNAILS)
    assert (index["n"], index["start"]) == (1, [0])
    record = source.make("records", 0)
    assert record["depth"] == 0
    assert decode(record["neighbors"]).size == 0
    assert index["map"]["extent"] == [0, 0, 0, 0]


@BOTH
def test_no_cutout_is_a_page_too(atlas: Atlas, make: Callable[[Atlas], Pieces]) -> None:
    near = Neighbors(np.empty((0, 60), np.int32), np.empty((0, 60), np.float32))
    none = changed(
        atlas, cutouts=atlas.cutouts[:0], positions=atlas.positions[:0], neighbors=near,
        trust=np.empty(0),
    )  # fmt: skip
    source = make(none)
    index = json.loads(json.dumps(source.index(THUMBNAILS), allow_nan=False))
    assert (index["n"], index["start"], index["colors"]) == (0, [], [])
    assert index["map"]["extent"] == [0, 1, 0, 1]
    for kind, count in source.kinds().items():
        for number in range(count):
            source.make(kind, number)
    assert source.kinds()["map"] == int(make is whole_of)


def test_wrong_pieces_are_refused(atlas: Atlas) -> None:
    source = parts_of(atlas)
    for kind, number in (("map", 5), ("map", -1), ("maps", 0)):
        with pytest.raises(LookupError, match=f"no piece {kind}/{number}; there are map"):
            source.make(kind, number)
    with pytest.raises(ValueError, match="at least 1"):
        Pieces(atlas, AtlasOrder(), similar=0)


def test_a_piece_s_text_is_one_safe_call(odd_atlas: Atlas) -> None:
    piece = parts_of(odd_atlas).make("records", 3)
    text = piece_text("records", 3, piece)
    assert text.startswith('hubbleDash.piece("records/3",{')
    assert text.endswith("});")
    assert "</script" not in text
    assert json.loads(text[len('hubbleDash.piece("records/3",') : -2]) == json.loads(
        json.dumps(piece)
    )
    assert "\u2028" not in piece_text("a", 0, {"text": "\u2028"})


def test_arrays_stay_on_disk(tmp_path: Path) -> None:
    """Nothing that is kept is as large as the neighbours or the fingerprints."""
    atlas = make_atlas(tmp_path / "x.atlas", pictures=[nebula(5)], step=12)
    source = parts_of(atlas)
    source.index(THUMBNAILS)
    source.make("records", 0)
    held = [*vars(source).values(), *vars(source.places).values()]
    kept = [value for value in held if isinstance(value, np.ndarray)]
    assert len(kept) > 2
    assert all(array.nbytes <= 12 * len(atlas) for array in kept)
    assert isinstance(atlas.neighbors.rows, np.memmap)
