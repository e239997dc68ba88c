"""The report folder: every file is there, says what the atlas says, and asks no other host."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.decoding import decode, thumbnail
from PIL import Image as PillowImage
from threadpoolctl import threadpool_limits

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.disk.names import NewFolder
from hubble_dash.errors import ExportError
from hubble_dash.viewer.data.orders import BLOCKS, PER_PIECE, HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.exported import folder as module
from hubble_dash.viewer.exported.folder import MARKER, write_data, write_folder
from hubble_dash.viewer.exported.library import library
from hubble_dash.viewer.page import Page, PageData, PageOptions

pytestmark = pytest.mark.slow


def read_pieces(data: Path) -> dict[str, Any]:
    """All pieces of all files, in the order of their lines."""
    found = {}
    for path in sorted(data.rglob("*.js"), key=lambda path: (path.parent.name, int(path.stem))):
        for line in path.read_text(encoding="utf-8").split("\n"):
            called = re.fullmatch(r'hubbleDash\.piece\("([^"]+)",(.*)\);', line)
            assert called
            assert called[1] not in found
            found[called[1]] = json.loads(called[2])
    return found


def picture_of(piece: Any) -> np.ndarray[Any, Any]:
    data = base64.b64decode(piece["url"].partition(",")[2], validate=True)
    with PillowImage.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def read_index(report: Path) -> Any:
    html = (report / "index.html").read_text(encoding="utf-8")
    found = re.search(r'<script[^>]*id="hd-data"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def report(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiles and all, as of an atlas with more points than a page draws one by one."""
    path = tmp_path_factory.mktemp("folder") / "report"
    write_folder(atlas, path, PageOptions(similar=4), max_drawn=200)
    assert [entry.name for entry in path.parent.iterdir()] == ["report"]
    return path


@pytest.fixture
def bare_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of its index alone, where the views do not matter: they take a second to make."""

    def make(atlas: Atlas, data: PageData, options: PageOptions) -> Page:
        return Page(options.title or atlas.title, {"payload": data.text, "n_cutouts": len(atlas)})

    monkeypatch.setattr(module, "make_page", make)
    bare = '<script id="hd-data">{}</script>'
    monkeypatch.setattr(
        module, "standalone_html", lambda page: bare.format(page.variables["payload"])
    )


def test_every_piece_is_there_and_is_what_pieces_make(atlas: Atlas, report: Path) -> None:
    pieces, found = Pieces(atlas, HilbertOrder(), similar=4), read_pieces(report / "data")
    expected = [f"{kind}/{i}" for kind, count in pieces.kinds().items() for i in range(count)]
    pictures = [f"thumbnails/{i}" for i in range(-(-len(atlas) // 32))]
    pictures += [f"facesheets/{i}" for i in range(-(-len(pieces.face_rows()) // 32))]
    assert sorted(found) == sorted(expected + pictures)
    # The last bits of cosines, and with them who of two equals comes first, depend on its threads.
    with threadpool_limits(1, "blas"):
        for key in expected:
            kind, number = key.split("/")
            assert found[key] == json.loads(json.dumps(pieces.make(kind, int(number))))


def test_the_index_leads_to_what_is_there(atlas: Atlas, report: Path) -> None:
    index, found = read_index(report), read_pieces(report / "data")
    assert (index["n"], index["base"], index["similar"]) == (len(atlas), "", 4)
    assert "pieces" not in index
    assert index["thumbnails"] == {"size": 96, "columns": 1, "rows": 32, "by": "place"}
    files = {path.relative_to(report / "data") for path in (report / "data").rglob("*.js")}
    assert {path.with_suffix("").as_posix() for path in files} == index["checksums"].keys()
    (image,) = {piece["preview"] for piece in found["images/0"]["images"]}
    assert len(found[f"previews/{image}"]["urls"]) == len(atlas.images)


def test_thumbnails_stand_in_the_order_of_places(atlas: Atlas, report: Path) -> None:
    found = read_pieces(report / "data")
    order = np.concatenate(
        [decode(found[f"records/{i}"]["row"]) for i in range(-(-len(atlas) // 256))]
    )
    assert sorted(order.tolist()) == list(range(len(atlas)))
    for place in range(0, len(atlas), 7):
        shown = picture_of(found[f"thumbnails/{place // 32}"])[96 * (place % 32) :][:96]
        off = np.abs(shown - thumbnail(atlas, order[place])).mean()
        assert off < 4
        other = (order[place] + 40) % len(atlas)
        assert off < 0.5 * np.abs(shown - thumbnail(atlas, other)).mean()


def test_what_stands_for_parts_has_its_thumbnails_once_more(atlas: Atlas, report: Path) -> None:
    found, rows = read_pieces(report / "data"), Pieces(atlas, HilbertOrder()).face_rows()
    assert len(rows) >= 10
    for number, row in enumerate(rows.tolist()):
        shown = picture_of(found[f"facesheets/{number // 32}"])[96 * (number % 32) :][:96]
        assert np.abs(shown - thumbnail(atlas, row)).mean() < 4


def test_small_pieces_share_files(atlas: Atlas, tmp_path: Path) -> None:
    """As the text of a million cutouts does in files of 0.6 MB."""
    per_piece = {**PER_PIECE, "map": 16, "sky": 16, "boxes": 16, "records": 4, "rows": 16}
    pieces, file_bytes = Pieces(atlas, HilbertOrder(per_piece)), 40_000
    index = write_data(pieces, NewFolder(tmp_path), file_bytes=file_bytes)
    alone = {*BLOCKS, "texts", "previews", "images", "outlines", "faces"}
    sizes = {
        folder.name: [path.stat().st_size for path in folder.iterdir()]
        for folder in (tmp_path / "data").iterdir()
        if folder.name not in alone
    }
    small = {
        "boxes",
        "facesheets",
        "map",
        "near",
        "records",
        "rows",
        "sky",
        "smoothed",
        "thumbnails",
    }
    assert sizes.keys() == small
    for kind, there in sizes.items():
        assert len(there) <= 1 + sum(there) / (0.7 * file_bytes), kind
    assert len(read_pieces(tmp_path / "data")) > 4 * sum(map(len, sizes.values()))
    assert {kind for kind, file in index["files"].items() if file["per_file"] > 1} >= sizes.keys()


@pytest.mark.parametrize("kind", ["tiles", "sky_tiles"])
def test_tiles_are_those_that_the_index_names(report: Path, kind: str) -> None:
    index = read_index(report)
    entry = index[kind]
    folder = report / kind.replace("_", "-")
    numbers = set(decode(entry["present"]).tolist())
    pyramids = [folder]
    if kind == "tiles":
        choices = {"count", "own", *map(str, range(len(index["colors"])))}
        assert {path.name for path in folder.iterdir()} == choices
        pyramids = [folder / choice for choice in choices]
    for pyramid in pyramids:
        found = set()
        for path in pyramid.rglob("*.png"):
            z = int(path.parent.name)
            x, y = map(int, path.stem.split("-"))
            assert z < entry["levels"]
            assert max(x, y) < 2**z
            found.add((4**z - 1) // 3 + y * 2**z + x)
            with PillowImage.open(path) as picture:
                assert picture.size == (entry["size"],) * 2
        assert found == numbers
    if kind == "tiles":
        left, right, bottom, top = index["map"]["extent"]
        assert entry["extent"][0] < left < right < entry["extent"][1]
        assert entry["extent"][2] < bottom < top < entry["extent"][3]


def test_points_are_seen_where_the_browser_looks_for_them(atlas: Atlas, report: Path) -> None:
    left, right, bottom, top = read_index(report)["tiles"]["extent"]
    with PillowImage.open(report / "tiles/count/0/0-0.png") as picture:
        opaque = np.asarray(picture.convert("RGBA"))[..., 3] > 0
    x, y = atlas.positions.astype(float).T
    columns = ((x - left) / (right - left) * 512).astype(int)
    rows = ((top - y) / (top - bottom) * 512).astype(int)
    assert opaque[rows, columns].all()
    assert opaque.sum() <= 21 * len(atlas)


def test_many_points_have_a_first_picture(atlas: Atlas, tmp_path: Path) -> None:
    index = write_data(Pieces(atlas, HilbertOrder()), NewFolder(tmp_path), max_points=200)
    assert {entry.name for entry in tmp_path.iterdir()} == {"data", "map.png"}
    assert not {"tiles", "sky_tiles"} & index.keys()
    left, right, bottom, top = index["first"]["extent"]
    with PillowImage.open(tmp_path / index["first"]["url"]) as picture:
        opaque = np.asarray(picture.convert("RGBA"))[..., 3] > 0
    x, y = atlas.positions.astype(float).T
    columns = ((x - left) / (right - left) * opaque.shape[1]).astype(int)
    rows = ((top - y) / (top - bottom) * opaque.shape[0]).astype(int)
    assert opaque[rows, columns].all()
    assert opaque.sum() <= 21 * len(atlas)


def test_few_points_need_no_tiles(flipped_atlas: Atlas, tmp_path: Path) -> None:
    index = write_data(Pieces(flipped_atlas, HilbertOrder()), NewFolder(tmp_path))
    assert {entry.name for entry in tmp_path.iterdir()} == {"data"}
    assert not {"tiles", "sky_tiles", "sky"} & index.keys()


@pytest.mark.usefixtures("plain_page")
def test_one_cutout_is_enough(lonely_atlas: Atlas, tmp_path: Path) -> None:
    path = write_folder(lonely_atlas, tmp_path / "one", PageOptions(title="Only <one>"))
    assert "<h1>Only &lt;one&gt;</h1>" in (path / "index.html").read_text(encoding="utf-8")
    assert json.loads((path / MARKER).read_text())["title"] == "Only <one>"
    assert picture_of(read_pieces(path / "data")["thumbnails/0"]).shape == (96, 96, 3)


def test_each_figure_stands_in_the_page_by_itself(report: Path) -> None:
    html = (report / "index.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="hd-figures">(.*?)</script>', html)
    assert found
    items = json.loads(found[1])
    assert set(items) == {"hd-map", "hd-image", "hd-sky"}
    for name, item in items.items():
        assert [root["attributes"]["name"] for root in item["doc"]["roots"]] == [name]
        assert item["root_id"] == item["doc"]["roots"][0]["id"]
        assert "defs" not in item["doc"]  # classes of Panel's, which no figure has
        assert html.count(f'id="{name}-figure"') == 1


def test_no_file_asks_another_host(report: Path) -> None:
    for path in report.rglob("*"):
        if path.suffix in (".js", ".json"):
            assert not re.search(r"https?://", path.read_text(encoding="utf-8"))
    # BokehJS names addresses, in texts that it does not show here.
    html = (report / "index.html").read_text(encoding="utf-8").replace(library(), "")
    assert len(html) < 800_000
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", html)
    assert not re.search(r"""@import|url\(\s*["']?(?:https?:)?//""", html)


@pytest.mark.usefixtures("bare_page")
def test_a_report_is_replaced_whole_or_not_at_all(
    atlas: Atlas, lonely_atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "here"
    base.mkdir()
    path = write_folder(atlas, base / "report")
    with pytest.raises(ValueError, match="at least 1"):
        write_folder(atlas, path, PageOptions(similar=0))

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(module, "make_page", fail)
        with pytest.raises(KeyboardInterrupt):
            write_folder(lonely_atlas, path)
    assert [entry.name for entry in base.iterdir()] == ["report"]
    assert read_index(path)["n"] == len(atlas)
    write_folder(lonely_atlas, path)
    assert [entry.name for entry in base.iterdir()] == ["report"]
    assert read_index(path)["n"] == 1
    assert "thumbnails/1" not in read_pieces(path / "data")


@pytest.mark.usefixtures("bare_page")
def test_what_is_no_report_is_left_alone(lonely_atlas: Atlas, tmp_path: Path) -> None:
    theirs, file = tmp_path / "theirs", tmp_path / "file"
    theirs.mkdir()
    (theirs / "thesis.tex").write_text("years")
    file.write_text("text")
    with pytest.raises(ExportError, match="not one that hubble-dash has written"):
        write_folder(lonely_atlas, theirs)
    with pytest.raises(ExportError, match="not one that hubble-dash has written"):
        write_folder(lonely_atlas, lonely_atlas.path)
    with pytest.raises(ExportError, match="is a file"):
        write_folder(lonely_atlas, file)
    report = write_folder(lonely_atlas, tmp_path / "report")
    (report / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"something else in it: notes\.txt"):
        write_folder(lonely_atlas, report)
    assert (report / "notes.txt").read_text() == "mine"
    with pytest.raises(ExportError, match="cannot be written"):
        write_folder(lonely_atlas, tmp_path / "none" / "report")
    assert {entry.name for entry in tmp_path.iterdir()} >= {"theirs", "file", "report"}
    assert not [entry for entry in tmp_path.iterdir() if ".part-" in entry.name]
