"""The data of a page: what the browser gets is what the atlas says."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlases import make_atlas, nebula

from hubble_dash.atlas import Atlas
from hubble_dash.dashboard.export import BASE_BYTES, BYTES_PER_CUTOUT, export, page_html
from hubble_dash.dashboard.payload import make_payload, neighbor_depth
from hubble_dash.errors import ExportError


def decode(column: dict[str, str]) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(column["data"]), dtype=column["dtype"])


@pytest.fixture(scope="module")
def payload(atlas: Atlas) -> dict[str, Any]:
    return json.loads(json.dumps(make_payload(atlas), allow_nan=False))


def test_columns_hold_the_atlas(atlas: Atlas, payload: dict[str, Any]) -> None:
    columns, n = payload["columns"], len(atlas)
    np.testing.assert_array_equal(decode(columns["x"]), atlas.positions[:, 0])
    np.testing.assert_array_equal(decode(columns["y"]), atlas.positions[:, 1])
    np.testing.assert_array_equal(decode(columns["ra"]), atlas.cutouts["ra_deg"])
    np.testing.assert_array_equal(decode(columns["dec"]), atlas.cutouts["dec_deg"])
    boxes = atlas.cutouts[["ixmin", "ixmax", "iymin", "iymax"]].to_numpy()
    np.testing.assert_array_equal(decode(columns["box"]).reshape(n, 4), boxes)
    rows = decode(columns["neighbors"]).reshape(n, -1)
    np.testing.assert_array_equal(rows, atlas.neighbors.rows[:, : rows.shape[1]])
    fixed = decode(columns["similarities"]).reshape(n, -1) / 32767
    expected = atlas.neighbors.similarities[:, : rows.shape[1]]
    np.testing.assert_allclose(fixed, expected, atol=2e-5)


def test_labels_and_metadata_come_back_by_their_codes(
    atlas: Atlas, payload: dict[str, Any]
) -> None:
    names = np.array(payload["labels"])
    labels = names[decode(payload["columns"]["label"]).reshape(-1, 5)]
    assert labels[:, 0].tolist() == atlas.cutouts["label_1"].tolist()
    found = {column["name"]: column for column in payload["metadata"]}
    np.testing.assert_array_equal(decode(found["magnitude"]["values"]), atlas.cutouts["magnitude"])
    texts = np.array(found["class"]["texts"])[decode(found["class"]["codes"])]
    assert texts.tolist() == atlas.cutouts["class"].tolist()
    assert payload["images"][0]["metadata"] == [["INSTRUME", "ACS"]]


def test_neighbours_are_deep_enough_without_overlapping_ones(atlas: Atlas) -> None:
    depth = neighbor_depth(atlas, 9)
    fewest = min(
        np.count_nonzero(~np.isin(atlas.neighbors.rows[row, :depth], atlas.overlapping(row)))
        for row in range(len(atlas))
    )
    assert fewest == 9
    assert neighbor_depth(atlas, 1) < depth <= atlas.neighbors.rows.shape[1]


def test_without_positions_there_is_no_sky(flipped_atlas: Atlas) -> None:
    assert "ra" not in make_payload(flipped_atlas)["columns"]
    html = page_html(flipped_atlas)
    assert 'id="hd-sky"' not in html


def test_a_page_keeps_to_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noisy parent images, one cutout each, are 1 MB too large and must shrink to fit."""
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (250, 300, 3), dtype=np.uint8) for _ in range(20)]
    atlas = make_atlas(tmp_path / "noise.atlas", pictures=pictures, size=250, step=250)
    assert sum(len(image["url"]) for image in make_payload(atlas)["images"]) > 1_300_000
    base = BASE_BYTES - 1_700_000
    monkeypatch.setattr("hubble_dash.dashboard.export.BASE_BYTES", base)
    page = export(atlas, tmp_path / "page.html")
    assert page.stat().st_size <= base + BYTES_PER_CUTOUT * len(atlas)
    images = make_payload(atlas, room=400_000)["images"]
    assert all(image["url"] for image in images)
    assert all(image["url"] is None for image in make_payload(atlas, room=50_000)["images"])


def test_text_of_the_data_cannot_leave_its_element(tmp_path: Path) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    atlas = make_atlas(tmp_path / "evil.atlas", pictures=[nebula(1)], limit=5, title=evil)
    html = page_html(atlas)
    assert evil not in html
    assert "&lt;/script&gt;" in html


def test_export_replaces_whole_files_only(atlas: Atlas, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("old")
    with pytest.raises(ValueError, match="at least 1"):
        export(atlas, page, similar=0)
    assert page.read_text() == "old"
    export(atlas, page)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_export_says_what_is_wrong_with_its_target(atlas: Atlas, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is a folder"):
        export(atlas, tmp_path)
    with pytest.raises(ExportError, match="cannot be written"):
        export(atlas, tmp_path / "none" / "page.html")


def test_too_many_cutouts_for_one_file_are_refused(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubble_dash.dashboard.export.MAX_CUTOUTS", 200)
    with pytest.raises(ExportError, match=r"216 cutouts; one HTML file carries 200"):
        export(atlas, tmp_path / "page.html")
