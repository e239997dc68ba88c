"""The data of a page that is one file: all inside, and no larger than promised."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import ExportError
from hubble_dash.viewer.data.inline import make_payload
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.exported.export import BASE_BYTES, BYTES_PER_CUTOUT, export, page_html
from hubble_dash.viewer.page import make_page


def images_of(payload: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = payload["pieces"]["images/0"]["images"]
    return found


def bytes_of(url: str) -> bytes:
    head, data = url.split(",")
    assert head == "data:image/webp;base64"
    return base64.b64decode(data)


def test_everything_is_inside(atlas: Atlas) -> None:
    payload = json.loads(json.dumps(make_payload(atlas), allow_nan=False))
    pieces = Pieces(atlas, whole=True)
    assert payload["pieces"].keys() == {f"{kind}/0" for kind in pieces.kinds()}
    for kind in ("map", "sky", "boxes", "records"):
        assert payload["pieces"][f"{kind}/0"] == pieces.make(kind, 0)
    thumbnails = payload["thumbnails"]
    assert (thumbnails["size"], thumbnails["columns"], thumbnails["rows"]) == (96, 16, 16)
    assert thumbnails["by"] == "row"
    paths = [atlas.sheet_path(sheet) for sheet in range(atlas.n_sheets)]
    assert [bytes_of(url) for url in thumbnails["urls"]] == [path.read_bytes() for path in paths]
    for image, name in zip(images_of(payload), atlas.images["preview"], strict=True):
        assert bytes_of(image["url"]) == (atlas.path / "previews" / name).read_bytes()


def test_a_page_takes_a_ready_index_instead(atlas: Atlas) -> None:
    index = {**Pieces(atlas, similar=5).index(), "base": "elsewhere/"}
    page = make_page(atlas, title="A < B", data=index)
    assert json.loads(page.variables["payload"]) == json.loads(
        json.dumps({**index, "title": "A < B"})
    )
    assert "<" not in page.variables["payload"]
    assert page.variables["similar"] == 5
    assert set(page.figures) == {"hd-map", "hd-image", "hd-sky"}


def test_without_positions_there_is_no_sky(flipped_atlas: Atlas) -> None:
    payload = make_payload(flipped_atlas)
    assert not payload["has_sky"]
    assert "sky/0" not in payload["pieces"]
    html = page_html(flipped_atlas)
    assert 'id="hd-sky"' not in html


def test_a_page_keeps_to_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noisy parent images, one cutout each, are 1 MB too large and must shrink to fit."""
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (250, 300, 3), dtype=np.uint8) for _ in range(20)]
    atlas = make_atlas(tmp_path / "noise.atlas", pictures=pictures, size=250, step=250)
    assert sum(len(image["url"]) for image in images_of(make_payload(atlas))) > 1_300_000
    base = BASE_BYTES - 1_700_000
    monkeypatch.setattr("hubble_dash.viewer.exported.export.BASE_BYTES", base)
    page = export(atlas, tmp_path / "page.html")
    assert page.stat().st_size <= base + BYTES_PER_CUTOUT * len(atlas)
    assert all(image["url"] for image in images_of(make_payload(atlas, room=400_000)))
    assert all(image["url"] is None for image in images_of(make_payload(atlas, room=50_000)))


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
