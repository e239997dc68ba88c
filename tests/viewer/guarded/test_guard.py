"""Which requests are answered, and what each answer tells browsers."""

from __future__ import annotations

import base64
import hashlib
import http.client
import logging
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import panel as pn
import pytest
from bokeh.util.token import generate_jwt_token, generate_session_id
from helpers.served import Served
from helpers.waiting import wait

from hubble_dash.viewer.guarded.guard import Hosts, is_from_own_page
from hubble_dash.viewer.guarded.headers import inline_scripts
from hubble_dash.viewer.guarded.log import keep_log_short
from hubble_dash.viewer.served.routes import prepare_server
from hubble_dash.viewer.serving.signing import sign_in

UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


@pytest.fixture(scope="module")
def guarded() -> Iterator[Served]:
    """A server of one page, as the command prepares it; what the page shows does not matter."""
    server = Served(
        {"page": lambda: pn.pane.HTML("shown")},
        prepare=prepare_server,
        websocket_origin=["archive.example:443", "*.mirror.example"],
        **sign_in(None, None),
    )
    yield server
    server.stop()


def asked(host: str, reached: str | None = None) -> Any:
    socket = SimpleNamespace(getsockname=lambda: (reached, 5006))
    stream = None if reached is None else SimpleNamespace(socket=socket)
    return SimpleNamespace(host=host, connection=SimpleNamespace(stream=stream))


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True), ("localhost:5006", True), ("LOCALHOST:1", True), ("127.0.0.1", True),
        ("[::1]:5006", True), ("archive.example", True), ("archive.example:5006", True),
        ("a.mirror.example", True), ("Host.Name:80", True), ("evil.example", False),
        ("localhost.evil.example", False), ("a.b.mirror.example", False), ("mirror.example", False),
        ("127.0.0.1.evil.example", False), ("192.0.2.1", False), ("", False), ("[::2]", False),
        ("archive.example.", False), ("evil.example:archive.example", False),
    ],
)  # fmt: skip
def test_hosts_are_known_by_their_names(host: str, known: bool) -> None:
    hosts = Hosts({"archive.example:443", "*.mirror.example:80"}, "host.name")
    assert hosts.knows(asked(host, "192.0.2.1")) is known


def test_who_listens_to_all_answers_for_the_address_that_was_reached() -> None:
    for address in (None, "0.0.0.0", "::"):
        hosts = Hosts((), address)
        assert hosts.knows(asked("192.0.2.1:5006", "192.0.2.1"))
        assert hosts.knows(asked("192.0.2.1:5006", "::ffff:192.0.2.1"))
        assert not hosts.knows(asked("192.0.2.2", "192.0.2.1"))
        assert not hosts.knows(asked("evil.example", "192.0.2.1"))
        assert not hosts.knows(asked("evil.example"))
    assert Hosts({"*"}).knows(asked("evil.example"))
    assert Hosts((), "192.0.2.1").knows(asked("192.0.2.1"))


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        ("http://shown.example:5006", True), ("HTTP://Shown.Example:5006", True),
        ("https://archive.example", True), ("https://archive.example:443", True),
        ("http://plain.example", True), ("https://plain.example", True),
        ("https://a.mirror.example", True), ("http://shown.example", False),
        ("http://shown.example:5007", False), ("https://archive.example:8443", False),
        ("https://archive.example.evil.example", False), ("http://evil.example", False),
        ("https://a.b.mirror.example", False), ("null", False), ("", False), ("//", False),
        ("http://[", False), ("http://x:99999999", False), ("shown.example:5006", False),
        ("http://me@shown.example:5006", False), ("file://", False), ("http://:5006", False),
    ],
)  # fmt: skip
def test_a_page_is_the_server_s_own_by_its_origin(origin: str, own: bool) -> None:
    request: Any = SimpleNamespace(host="shown.example:5006", headers={"Origin": origin})
    allowed = {"archive.example:443", "plain.example:80", "*.mirror.example:443"}
    assert is_from_own_page(request, allowed) is own


def test_a_page_of_any_host_is_one_where_all_are_let_in() -> None:
    request: Any = SimpleNamespace(host="a.example", headers={"Origin": "http://b.example:9"})
    assert is_from_own_page(request, {"*"})
    assert not is_from_own_page(SimpleNamespace(host="a.example", headers={}), {"*"})  # type: ignore[arg-type]


PATHS = [
    "page", "", "page/ws", "page/autoload.js?bokeh-autoload-element=x", "page/metadata",
    "static/js/bokeh.min.js", "hubble-dash/0000000000000000/data/map/0.js",
    "hubble-dash/0000000000000000/thumbnails/0.webp", "components/os/x/y", "nothing",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_handler_answers_for_an_unknown_host(guarded: Served, path: str) -> None:
    for more in ({}, {**UPGRADE, "Origin": "http://evil.example:1"}):
        status, headers, body = guarded.get(path, Host="evil.example:1", **more)
        assert status == 403
        assert body.startswith(b"This server does not answer for evil.example:1.")
        assert headers["content-type"].startswith("text/plain")
        assert headers["x-content-type-options"] == "nosniff"


def test_known_hosts_get_the_page(guarded: Served) -> None:
    for host in ("localhost:1", "127.0.0.1", "[::1]", "archive.example", "a.mirror.example"):
        assert guarded.get("page/metadata", Host=host)[0] == 200
    assert b"<script" in guarded.get("page")[2]


def test_every_answer_tells_browsers_what_to_refuse(guarded: Served) -> None:
    for path in PATHS:
        _, headers, body = guarded.get(path)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'self' *.mirror.example archive.example:443"
        allowed = policy["script-src"].split(" ")
        assert not {"'unsafe-inline'", "*", "data:", "blob:"}.intersection(allowed)
        # The one that Bokeh needs.
        assert allowed[:2] == ["'self'", "'unsafe-eval'"]
        if headers["content-type"] == "text/html":
            scripts = re.findall(
                rb"<script(?: type=\"text/javascript\")?>(.*?)</script>", body, re.S
            )
            sums = [base64.b64encode(hashlib.sha256(text).digest()).decode() for text in scripts]
            assert {f"'sha256-{checksum}'" for checksum in sums} == {*allowed[2:]}


def test_scripts_in_a_page_are_found() -> None:
    page = (
        b"<script>1</script><script src='a.js'></script><script type='application/json'>2</script>"
    )
    page += b'<SCRIPT>3</SCRIPT><script type="module">4</script><p>5</p><script>6'
    assert [*inline_scripts(page)] == [b"1", b"4"]


def token(server: Served, session: str | None = None, **payload: Any) -> str:
    app = server._server._tornado
    options = {"secret_key": app.secret_key, "signed": app.sign_sessions}
    named = session or generate_session_id(**options)
    more = {"expiration": payload.pop("expiration", 300), "extra_payload": payload}
    return str(generate_jwt_token(named, **options, **more))


@pytest.mark.parametrize(
    "bad",
    [
        "garbage", "", ".", "a.b", "{}", "x" * 60_000, "\xff" * 9,
        base64.urlsafe_b64encode(b'{"session_id": 5}').decode().rstrip("="),
        "GOOD without its signature", "GOOD with another",
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused_without_a_trace(
    guarded: Served, caplog: pytest.LogCaptureFixture, bad: str
) -> None:
    if bad.startswith("GOOD"):
        base, _, signature = token(guarded).partition(".")
        bad = base if "without" in bad else f"{base}.{signature[:-3]}abc"
    protocols = {"Sec-WebSocket-Protocol": f"bokeh, {bad}"}
    quoted = "".join(f"%{byte:02x}" for byte in bad.encode("latin-1"))
    with caplog.at_level(logging.WARNING):
        assert guarded.get("page/ws", **UPGRADE, **protocols)[0] in (400, 403)
        if len(bad) < 9000:
            assert guarded.get(f"page?bokeh-token={quoted}")[0] == 403
    assert not any(record.exc_info for record in caplog.records)


def test_a_token_is_let_in_until_it_is_over(guarded: Served) -> None:
    origin = {"Origin": f"http://localhost:{guarded.port}"}
    app = guarded._server._tornado
    for good, status in (
        (token(guarded), 101),
        (token(guarded, expiration=-1), 403),
        (token(guarded, session="made up"), 403),
        (generate_jwt_token(generate_session_id(signed=False), signed=False), 403),
        (token(guarded, headers=5), 403),
    ):
        protocols = {"Sec-WebSocket-Protocol": f"bokeh, {good}"}
        assert guarded.get("page/ws", **UPGRADE, **origin, **protocols)[0] == status
        evil = {**UPGRADE, **protocols, "Origin": "http://evil.example"}
        assert guarded.get("page/ws", **evil)[0] == 403
    assert app.sign_sessions


@pytest.mark.parametrize(
    "path",
    ["%00", "static/js/%00.js", "page/ws%00", "components/os/path/x", "components/%2e/x/y/z",
     "page/autoload.js?bokeh-autoload-element=x&bokeh-absolute-url=http://[",
     "static/%2e%2e/%2e%2e/app.py", "static/extensions/panel/../../x", "page?bokeh-session-id=x"],
)  # fmt: skip
def test_what_is_no_address_leaves_no_trace(
    guarded: Served, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.WARNING):
        assert guarded.get(path)[0] in (400, 403, 404)
    assert not any(record.exc_info for record in caplog.records)


def test_a_tab_that_is_closed_early_leaves_no_trace(
    guarded: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for path, headers in (
            ("page", {}),
            ("page/ws", {**UPGRADE, "Sec-WebSocket-Protocol": f"bokeh, {token(guarded)}"}),
        ):
            connection = http.client.HTTPConnection("localhost", guarded.port, timeout=60)
            connection.request("GET", f"/behind/a/proxy/{path}", headers=headers)
            connection.close()
        assert guarded.get("page/metadata")[0] == 200
        wait(lambda: not guarded._server._http._connections, "the end of all")
    assert not any(record.exc_info for record in caplog.records)


def test_the_log_of_messages_is_short(caplog: pytest.LogCaptureFixture) -> None:
    keep_log_short()
    logger = logging.getLogger("bokeh.server.views.ws")
    try:
        raise KeyError("msgid")
    except KeyError:
        logger.exception("no message: %r", "[" * 5000)
    record = caplog.records[-1]
    assert record.exc_info is None
    assert len(record.getMessage()) < 400


@pytest.mark.parametrize("name", ["tornado.access", "tornado.general", "tornado.application"])
def test_no_request_tells_a_terminal_what_to_do(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    keep_log_short()
    asked = "/\x9b31m\x1b[2J\u202e" + "a" * 60_000
    try:
        raise KeyError("of a handler")
    except KeyError:
        logging.getLogger(name).exception("404 GET %s\n(127.0.0.1)", asked)
    record = caplog.records[-1]
    said = record.getMessage()
    assert said.startswith(r"404 GET /\x9b31m\x1b[2J\u202eaa")
    assert said.isprintable()
    assert len(said) < 400
    assert record.exc_info, "an error of a handler is one to be looked for"
