"""Verifying pages and report folders."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hubble_dash as hd
from hubble_dash.errors import AtlasError
from hubble_dash.viewer.data.encoding import checksum, embed_json
from hubble_dash.viewer.exported.folder import write_folder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(atlas: hd.Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hd.export(atlas, tmp_path_factory.mktemp("page") / "x.html")


@pytest.fixture(scope="module")
def report(atlas: hd.Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(atlas, tmp_path_factory.mktemp("report") / "x", max_drawn=100)


DATA = re.compile(r'(id="hd-data">)(.*?)(</script>)', re.DOTALL)


def with_index(page: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the index of a page, and let the checksum of the data agree."""
    text = page.read_text(encoding="utf-8")
    found = DATA.search(text)
    assert found is not None
    index = json.loads(found[2])
    change(index)
    data = embed_json(index)
    text = text[: found.start(2)] + data + text[found.end(2) :]
    text = re.sub(r'(hd-data-sha256" content=")\w+', rf"\g<1>{checksum(data)}", text)
    page.write_text(text, encoding="utf-8")


def test_what_was_exported_is_sound(page: Path, report: Path) -> None:
    for path, kind in ((page, "page"), (report, "report")):
        found = hd.verify(path)
        assert (found.kind, found.wrong, found.notes) == (kind, [], [])
        assert all(one.n for one in found.checked)


def drop_a_point(index: dict[str, Any]) -> None:
    piece = index["pieces"]["map/0"]
    piece["x"]["data"] = piece["x"]["data"][:-8]


def say_more(index: dict[str, Any]) -> None:
    index["n"] += 1


def point_beyond(index: dict[str, Any]) -> None:
    records = index["pieces"]["records/0"]
    records["neighbors"] = {"dtype": "uint16", "data": "/////" * 4}


def lose_a_key(index: dict[str, Any]) -> None:
    del index["pieces"]["boxes/0"]["box"]


def other_kind(index: dict[str, Any]) -> None:
    index["pieces"]["map/0"]["y"]["dtype"] = "int32"


def spoil_a_picture(index: dict[str, Any]) -> None:
    index["thumbnails"]["urls"][0] = "data:image/webp;base64,UklGRg=="


def run_a_script(index: dict[str, Any]) -> None:
    index["thumbnails"]["urls"][0] = "https://elsewhere.example/x.webp"


def lose_a_piece(index: dict[str, Any]) -> None:
    del index["pieces"]["sky/0"]


def no_pieces_at_all(index: dict[str, Any]) -> None:
    index["map"]["per_piece"] = 0


def many_texts(index: dict[str, Any]) -> None:
    index["columns"][0]["texts"] = {"first": 0, "count": 10**12}


def many_blocks(index: dict[str, Any]) -> None:
    index["columns"][0]["blocks"]["count"] = 10**12


def lose_a_face(index: dict[str, Any]) -> None:
    count = index["pieces"]["faces/0"]["count"]
    count["data"] = "AQAAAA=="


def lose_a_square(index: dict[str, Any]) -> None:
    index["pieces"]["faces/1"] = index["pieces"]["faces/0"]


def many_faces(index: dict[str, Any]) -> None:
    index["faces"]["levels"] = 10**12


def lose_a_value(index: dict[str, Any]) -> None:
    values = index["pieces"][f"columns/{index['columns'][0]['blocks']['first']}"]["values"]
    values["data"] = values["data"][:-32]


def lose_a_category(index: dict[str, Any]) -> None:
    (column,) = (one for one in index["columns"] if one["name"] == "class")
    del column["categories"][-1]


CHANGES = [
    (lose_a_value, "values; allowed"),
    (lose_a_face, "piece faces/0: its squares do not hold all"),
    (lose_a_square, "piece faces/1 has other numbers of squares than 4"),
    (lose_a_category, "column 'class': a code is"),
    (many_blocks, "column 'magnitude': the index has other blocks"),
    (drop_a_point, "differs from its checksum"),
    (say_more, "the index says"),
    (point_beyond, "differs from its checksum"),
    (lose_a_key, "piece boxes/0.box is missing"),
    (other_kind, "a column of float32"),
    (spoil_a_picture, "does not decode"),
    (run_a_script, "no WebP or JPEG in the page"),
    (lose_a_piece, "piece sky/0 is missing"),
]


@pytest.mark.parametrize(("change", "told"), CHANGES, ids=[told for _, told in CHANGES])
def test_what_is_off_in_a_page_is_told(
    page: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None], told: str
) -> None:
    copy = tmp_path / "x.html"
    shutil.copy(page, copy)
    with_index(copy, change)
    wrong = hd.verify(copy).wrong
    assert any(told in line for line in wrong), wrong


@pytest.mark.parametrize("change", [no_pieces_at_all, many_texts, many_faces])
def test_impossible_numbers_end_in_our_own_error(
    page: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    copy = tmp_path / "x.html"
    shutil.copy(page, copy)
    with_index(copy, change)
    with pytest.raises(hd.HubbleDashError, match="impossible"):
        hd.verify(copy)


def test_a_page_of_before_there_were_columns_is_sound(page: Path, tmp_path: Path) -> None:
    copy = tmp_path / "x.html"
    shutil.copy(page, copy)

    def make_old(index: dict[str, Any]) -> None:
        del index["columns"], index["blocks"]
        for part in (index["pieces"], index["checksums"]):
            for name in [name for name in part if name.startswith(("columns/", "texts/"))]:
                del part[name]

    with_index(copy, make_old)
    found = hd.verify(copy)
    assert found.wrong == []
    assert found.notes == ["the page is of an early version: it has no columns"]


def test_a_changed_letter_of_the_data_is_told(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("Made by the tests", "Made by the best")
    (tmp_path / "x.html").write_text(text, encoding="utf-8")
    assert any(
        "differ from their checksum" in line for line in hd.verify(tmp_path / "x.html").wrong
    )


def test_other_html_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<p>no page of ours</p>")
    with pytest.raises(hd.HubbleDashError, match="no data of a hubble-dash page"):
        hd.verify(tmp_path / "x.html")


def other_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


FILES = [
    "data/records/0.js",
    "data/columns/0.js",
    "data/mapgrid/0.js",
    "data/thumbnails/0.js",
    "data/faces/0.js",
    "data/facesheets/0.js",
    "tiles/count/0/0-0.png",
    "index.html",
]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("spoil", [other_bytes, Path.unlink])
def test_each_file_of_a_report_is_held(
    report: Path, tmp_path: Path, name: str, spoil: Callable[[Path], None]
) -> None:
    copy = tmp_path / "x"
    shutil.copytree(report, copy)
    spoil(copy / name)
    if not (copy / "index.html").exists():
        with pytest.raises(hd.HubbleDashError, match=r"index\.html is missing"):
            hd.verify(copy)
        return
    assert any(name in line for line in hd.verify(copy).wrong)


def test_a_site_is_as_sound_as_its_reports(atlas: hd.Atlas, tmp_path: Path) -> None:
    site = hd.publish(tmp_path / "site", [atlas], progress=False)
    found = hd.verify(site)
    assert (found.kind, found.is_sound) == ("site", True)
    assert {one.what for one in found.checked} >= {"files", "nebulae: pieces", "nebulae: pictures"}
    (site / "nebulae" / "cover.jpg").unlink()
    with_index(site / "nebulae" / "index.html", lambda index: index.update(n=-1))
    wrong = hd.verify(site).wrong
    assert wrong[0] == "nebulae/cover.jpg is missing"
    assert wrong[1].startswith("nebulae: ")
    (site / "nebulae" / "index.html").unlink()
    assert "No such file" in hd.verify(site).wrong[-1]
    (site / "hubble-dash-site.json").write_text('{"format": "hubble-dash site", "reports": "x"}')
    with pytest.raises(AtlasError, match=r"hubble-dash-site\.json is damaged"):
        hd.verify(site)
