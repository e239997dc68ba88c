"""The data of large atlases over HTTP, and nothing else."""

from __future__ import annotations

import io
import json
import logging
import re

import numpy as np
import pytest
from helpers.decoding import decode
from helpers.plots import empty_plots
from helpers.served import Served, index_in
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.compared import like_answer
from hubble_dash.viewer.data.schema import MOST_AVERAGED
from hubble_dash.viewer.served.builds import inline_data, share, shared_by_key
from hubble_dash.viewer.served.routes import prepare_server
from hubble_dash.viewer.serving.signing import sign_in


def test_every_piece_is_there(served: Served, base: str, atlas: Atlas) -> None:
    pieces = share(atlas).pieces
    for kind, count in pieces.kinds().items():
        for number in range(count):
            status, headers, body = served.get(f"{base}data/{kind}/{number}.js")
            assert status == 200
            assert headers["content-type"] == "text/javascript; charset=utf-8"
            text = body.decode()
            start = f'hubbleDash.piece("{kind}/{number}",'
            assert text.startswith(start)
            assert text.endswith(");")
            made = json.loads(json.dumps(pieces.make(kind, number)))
            assert json.loads(text[len(start) : -2]) == made


def test_a_cutout_is_compared_with_all(served: Served, base: str, atlas: Atlas) -> None:
    unit = atlas.fingerprints.astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    for row in (0, 17, len(atlas) - 1):
        status, _, body = served.get(f"{base}data/cosines/{row}.js")
        assert status == 200
        text = body.decode()
        assert text.startswith(f'hubbleDash.piece("cosines/{row}",')
        found = decode(json.loads(text[text.index(",") + 1 : -2])["cosines"])
        expected = unit @ unit[row]
        expected[row] = np.nan
        np.testing.assert_allclose(found, expected, atol=1e-6)


def sent(*rows: int) -> bytes:
    return np.array(rows, "<i4").tobytes()


def test_the_mean_of_some_is_compared_with_all(served: Served, base: str, atlas: Atlas) -> None:
    status, headers, body = served.post(f"{base}like/40", sent(3, 17, 200))
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert headers["content-type"].startswith("application/json")
    assert json.loads(body) == like_answer(atlas, np.array([3, 17, 200], np.int32), 40)


def test_a_page_with_its_data_inside_may_ask_as_well(served: Served, atlas: Atlas) -> None:
    base = json.loads(inline_data(atlas, similar=7).text)["cosines"]
    status, _, body = served.post(f"{base}like/5", sent(100))
    assert status == 200
    assert decode(json.loads(body)["rows"]).tolist() == atlas.similar(100, n=5).rows.tolist()


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("like/9", sent(216), 400, "there is no row 216; rows are 0 to 215"),
        ("like/9", sent(-1), 400, "there is no row -1"),
        ("like/9", b"", 400, "0 rows are given; 1 to 20,000 can be"),
        ("like/9", b"[1,2,3]", 400, "rows are four bytes each"),
        ("like/9", b"x" * 4 * (MOST_AVERAGED + 1), 400, "20,000 at most"),
        ("like/9", b"x" * 3_000_000, 400, "20,000 at most"),
        ("like/0", sent(1), 400, "0 cutouts are wanted; 1 to 5,000 can be"),
        ("like/999999999", sent(1), 400, "999999999 cutouts are wanted"),
        ("like/-1", sent(1), 404, ""),
        ("like/9.5", sent(1), 404, ""),
        ("like/", sent(1), 404, ""),
        ("data/map/0.js", sent(1), 405, ""),
    ],
)
def test_what_is_no_question_is_refused_with_a_reason(
    served: Served,
    base: str,
    caplog: pytest.LogCaptureFixture,
    path: str,
    body: bytes,
    status: int,
    said: str,
) -> None:
    with caplog.at_level(logging.WARNING):
        found, headers, told = served.post(base + path, body)
    assert found == status
    assert said in told.decode()
    assert status != 400 or headers["content-type"].startswith("text/plain")
    assert not any(record.exc_info for record in caplog.records)


def test_only_pages_of_the_server_may_ask(served: Served, base: str) -> None:
    origins = ["http://evil.example", "null", "", "http://localhost:1", "http://[", "localhost"]
    for origin in origins:
        status, headers, body = served.post(f"{base}like/9", sent(1), Origin=origin)
        assert (status, body) == (403, b"Only pages of this server may ask.\n"), origin
        assert "access-control-allow-origin" not in headers
    assert served.ask("POST", f"{base}like/9", sent(1))[0] == 403
    assert served.get(f"{base}like/9")[0] == 405
    assert served.post(f"hubble-dash/{'0' * 16}/like/9", sent(1))[0] == 404


def test_who_has_signed_in_may_ask_and_nobody_else(atlas: Atlas) -> None:
    with empty_plots():
        key = share(atlas).key
    options = {**sign_in("secret", None), "websocket_origin": ["archive.example"]}
    guarded = Served({"page": lambda: None}, prepare=prepare_server, **options)
    try:
        assert guarded.post(f"hubble-dash/{key}/like/9", sent(1))[0] == 403
        status, headers, _ = guarded.get(f"hubble-dash/{key}/data/cosines/1.js")
        assert status == 302
        assert headers["location"].startswith("/behind/a/proxy/login")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        _, headers, _ = guarded.post("login", b"username=me&password=secret", **form)
        cookies = "; ".join(line.split(";")[0] for line in headers["set-cookie"].splitlines())
        assert guarded.post(f"hubble-dash/{key}/like/9", sent(1), Cookie=cookies)[0] == 200
        assert guarded.post(f"hubble-dash/{key}/like/9", sent(1), Cookie="user=me")[0] == 403
    finally:
        guarded.stop()


def test_a_page_may_ask_where_forms_have_tokens_against_other_sites(atlas: Atlas) -> None:
    with empty_plots():
        key = share(atlas).key
    guarded = Served({"page": lambda: None}, prepare=prepare_server, xsrf_cookies=True)
    try:
        assert guarded.post(f"hubble-dash/{key}/like/9", sent(1))[0] == 200
        foreign = {"Origin": "http://evil.example"}
        assert guarded.post(f"hubble-dash/{key}/like/9", sent(1), **foreign)[0] == 403
    finally:
        guarded.stop()


def test_thumbnails_are_those_of_the_sheets(served: Served, base: str, atlas: Atlas) -> None:
    layout = atlas.sheet_layout
    for row in (0, 1, layout.columns, len(atlas) - 1):
        status, headers, body = served.get(f"{base}thumbnails/{row}.webp")
        assert (status, headers["content-type"]) == (200, "image/webp")
        with PillowImage.open(io.BytesIO(body)) as picture:
            shown = np.asarray(picture.convert("RGB"), float)
        with PillowImage.open(atlas.sheet_path(row // layout.per_sheet)) as sheet:
            down, across = divmod(row % layout.per_sheet, layout.columns)
            left, top = layout.size * across, layout.size * down
            box = (left, top, left + layout.size, top + layout.size)
            expected = np.asarray(sheet.convert("RGB").crop(box), float)
        assert shown.shape == (layout.size, layout.size, 3)
        # compressed a second time
        assert np.abs(shown - expected).mean() < 3


@pytest.mark.parametrize(
    "path",
    [
        "data/cosines/216.js", "data/map/1.js", "data/map/999999999.js", "data/nothing/0.js",
        "data/map/-1.js",
        "data/map/0.json", "data/__class__/0.js", "data/../../app.py", "data/map/..%2f0.js",
        "data/%2e%2e/0.js", "thumbnails/100000.webp", "thumbnails/x.webp", "thumbnails/1.png",
        "thumbnails/../manifest.json", "manifest.json", "",
    ],
)  # fmt: skip
def test_nothing_else_is_there(served: Served, base: str, path: str) -> None:
    status, headers, body = served.get(base + path)
    assert status == 404
    assert "immutable" not in headers.get("cache-control", "")
    assert b"piece(" not in body


@pytest.mark.usefixtures("base")
def test_an_unknown_atlas_is_not_there(served: Served) -> None:
    assert served.get(f"hubble-dash/{'0' * 16}/data/map/0.js")[0] == 404
    with pytest.raises(LookupError):
        shared_by_key("0" * 16)


@pytest.mark.usefixtures("plain_page")
def test_two_atlases_of_one_server_are_told_apart(
    served: Served, base: str, atlas: Atlas, flipped_atlas: Atlas
) -> None:
    page = served.get("flipped")[2]
    assert b"<title>Other</title>" in page
    other = index_in(page)["base"]
    assert base != other
    images = [served.get(f"{part}data/images/0.js")[2] for part in (base, other)]
    for body, shown in zip(images, (atlas, flipped_atlas), strict=True):
        assert len(re.findall(rb'"origin":', body)) == len(shown.images)
    assert b'"lower"' not in images[0]
    assert b'"lower"' in images[1]


def test_a_browser_asks_once(served: Served, base: str) -> None:
    _, first, _ = served.get(f"{base}data/records/0.js")
    assert "immutable" in first["cache-control"]
    status, _, body = served.get(f"{base}data/records/0.js", **{"If-None-Match": first["etag"]})
    assert (status, body) == (304, b"")
    other = served.get(f"{base}thumbnails/0.webp", **{"If-None-Match": first["etag"]})
    assert other[0] == 200
    assert other[1]["etag"] != first["etag"]
