"""Images that visitors send: what comes back, who may send, and what is left of it."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.decoding import decode
from helpers.served import Served
from helpers.waiting import wait
from PIL import Image as PillowImage

from hubble_dash.amid import amid
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import ImageError, WeightsError
from hubble_dash.guest import Guest, Position
from hubble_dash.viewer.data.schema import MOST_GUEST_BYTES
from hubble_dash.viewer.served import uploads
from hubble_dash.viewer.served.builds import inline_data, key_of, share
from hubble_dash.viewer.served.guests import make_offer
from hubble_dash.viewer.served.routes import prepare_server
from hubble_dash.viewer.served.server import dashboard
from hubble_dash.viewer.serving.signing import sign_in

PIXELS = np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)


class Reader:
    """Stands for the builder: of a file that holds a row, the fingerprint of that row."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self.paths: list[Path] = []
        self.held = threading.Event()
        self.held.set()

    def __call__(self, path: Path) -> Guest:
        self.paths.append(path)
        self.held.wait(20)
        text = path.read_text()
        if text == "damaged":
            raise ImageError(path, "it is damaged")
        if text == "lost":
            raise WeightsError("/root/w.pt is not there")
        vector = np.asarray(self._atlas.fingerprints[int(text)], np.float32)
        return Guest(vector, PIXELS, (200, 300), Position(10.0, -60.0, 0.05, True))


@pytest.fixture(scope="module", autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files that are here for a while lie where nobody else's do."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("uploads")))
        yield


@pytest.fixture(scope="module")
def reader(atlas: Atlas) -> Reader:
    return Reader(atlas)


@pytest.fixture(scope="module")
def asked(base: str, atlas: Atlas, reader: Reader) -> str:  # noqa: ARG001 - a page was opened
    """Where images of visitors go that are compared with the atlas of two nebulae."""
    inline_data(atlas, similar=8)
    key = key_of(atlas, similar=8)
    make_offer(key, atlas, lambda _: reader)
    return f"hubble-dash/{key}/guest/"


def left() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("hubble-dash-guest-*"))


def test_its_nearest_come_and_where_it_belongs(
    served: Served, asked: str, atlas: Atlas, reader: Reader
) -> None:
    status, headers, body = served.post(asked + "fits.gz", b"17")
    assert (status, headers["cache-control"]) == (200, "no-store")
    answer = json.loads(body)
    found = atlas.similar(np.asarray(atlas.fingerprints[17], np.float32), n=60)
    assert decode(answer["nearest"]["rows"]).tolist() == found.rows.tolist()
    assert found.rows[0] == 17
    np.testing.assert_allclose(
        decode(answer["nearest"]["similarities"]), found.similarities, atol=1e-6
    )
    smoothed = atlas.similar(np.asarray(atlas.fingerprints[17], np.float32), 50, refine=True)
    assert decode(answer["smoothed"]["rows"]).tolist() == smoothed.rows.tolist()
    expected = amid(atlas.positions[found.rows[:10]][None])[0]
    np.testing.assert_allclose([answer["x"], answer["y"]], expected)
    assert (answer["nx"], answer["ny"]) == (300, 200)
    sky = answer["sky"]
    assert (sky["ra"], sky["dec"], sky["scale"], sky["approximate"]) == (10.0, -60.0, 0.05, True)
    kind, picture = answer["picture"].split(",")
    assert kind == "data:image/webp;base64"
    with PillowImage.open(io.BytesIO(base64.b64decode(picture))) as opened:
        assert opened.size == (30, 20)
    assert reader.paths[-1].name == "image.fits.gz"
    assert not reader.paths[-1].parent.exists()


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("png", b"damaged", 400, b"it is damaged\n"),
        ("png", b"lost", 500, None),
        ("tar/../x", b"1", 404, None),
        ("a.b.c", b"1", 404, None),
        ("PNG", b"1", 404, None),
    ],
    ids=["damaged", "no weights", "folders", "three suffixes", "capitals"],
)
def test_what_cannot_be_compared_is_said_and_nothing_is_left(
    served: Served, asked: str, path: str, body: bytes, status: int, said: bytes | None
) -> None:
    found, _, told = served.post(asked + path, body)
    assert found == status
    assert said is None or told == said
    assert b"/root" not in told
    assert b"hubble-dash-guest" not in told
    assert left() == []
    assert served.post(asked, b"3")[0] == 200  # the next one is welcome


def test_too_large_a_file_is_refused_before_it_comes(served: Served, asked: str) -> None:
    for length in (MOST_GUEST_BYTES + 1, 10**30):
        status, _, body = served.post(asked + "png", b"x", **{"Content-Length": str(length)})
        assert (status, body) == (413, b"A file may have 100 MB at most.\n")
    # One that does not say how long it is comes to an end as well.
    chunk = b"%x\r\n%b\r\n" % (10**6, bytes(10**6))
    head = (
        f"POST /behind/a/proxy/{asked}png HTTP/1.1\r\nHost: localhost:{served.port}\r\n"
        f"Origin: {served.origin}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("localhost", served.port), timeout=20) as visitor:
        visitor.sendall(head.encode())
        with contextlib.suppress(OSError):  # nobody reads on
            for _ in range(2 * MOST_GUEST_BYTES // 10**6):
                visitor.sendall(chunk)
            pytest.fail("all of it was taken")
    wait(lambda: not left(), "it to go")


def test_only_pages_of_the_server_may_send(served: Served, asked: str, reader: Reader) -> None:
    n = len(reader.paths)
    for origin in ("http://evil.example", "null", "", "http://localhost:1"):
        status, headers, body = served.post(asked + "png", b"1", Origin=origin)
        assert (status, body) == (403, b"Only pages of this server may ask.\n"), origin
        assert "access-control-allow-origin" not in headers
    assert served.ask("POST", asked + "png", b"1")[0] == 403
    assert served.get(asked + "png")[0] in (403, 405)
    assert len(reader.paths) == n


def test_a_server_that_was_not_told_to_takes_none(served: Served, atlas: Atlas) -> None:
    for key in (share(atlas).key, "0" * 16):
        status, _, body = served.post(f"hubble-dash/{key}/guest/png", b"1")
        assert status == 404
        assert body.startswith(b"Images cannot be brought here")
    assert left() == []


def test_who_has_not_signed_in_sends_none(asked: str, reader: Reader) -> None:
    n = len(reader.paths)
    guarded = Served({"page": lambda: None}, prepare=prepare_server, **sign_in("secret", None))
    try:
        assert guarded.post(asked + "png", b"1")[0] == 403
        assert len(reader.paths) == n
    finally:
        guarded.stop()


def test_one_is_read_at_a_time_and_few_wait(
    served: Served, asked: str, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_here", threading.BoundedSemaphore(2))
    reader.held.clear()
    n = len(reader.paths)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(served.post(asked + "png", b"5")[0]))
        for _ in range(2)
    ]
    try:
        for thread in threads:
            thread.start()
        wait(lambda: len(left()) == 2, "both to be here")
        assert len(reader.paths) == n + 1
        status, _, body = served.post(asked + "png", b"6")
        assert (status, body[:23]) == (503, b"Others have brought ima")
    finally:
        reader.held.set()
        for thread in threads:
            thread.join(20)
    assert found == [200, 200]
    assert left() == []
    assert served.post(asked + "png", b"6")[0] == 200


def test_who_goes_away_leaves_nothing(
    served: Served, asked: str, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    n = len(reader.paths)
    request = (
        f"POST /behind/a/proxy/{asked}png HTTP/1.1\r\nHost: localhost:{served.port}\r\n"
        f"Origin: {served.origin}\r\nContent-Length: 1000\r\n\r\n17"
    )
    with caplog.at_level(logging.ERROR):
        for _ in range(uploads.MAX_HERE + 2):
            with socket.create_connection(("localhost", served.port), timeout=20) as visitor:
                visitor.sendall(request.encode())
                wait(left, "it to come")
            wait(lambda: not left(), "it to go")
    assert len(reader.paths) == n
    assert served.post(asked + "png", b"6")[0] == 200
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.usefixtures("plain_page")
def test_why_none_are_taken_stands_in_the_page(
    atlas: Atlas, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(found: Atlas) -> Any:
        raise WeightsError(f"{found.path} was built <elsewhere>; type: pip install torch")

    page = dashboard(atlas, similar=6, guests=refuse)._page.variables
    assert page["guests"] is False
    assert page["why_no_guests"] == "nebulae.atlas was built <elsewhere>; type: pip install torch"
    assert "visitors cannot bring images" in caplog.text
    taken = dashboard(atlas, similar=5, guests=lambda found: Reader(found))._page.variables
    assert (taken["guests"], taken["why_no_guests"]) == (True, "")
    assert "hd-guest-list" in taken["style"]
    assert "hd-guest-list" not in page["style"]
