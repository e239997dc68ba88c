"""A browser that stops answering without a word is let go of."""

from __future__ import annotations

import base64
import re
import socket
from functools import partial

import pytest
from helpers.served import Served

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.served.routes import prepare_server
from hubble_dash.viewer.served.server import dashboard


@pytest.mark.slow
def test_a_client_that_answers_no_ping_is_closed(atlas: Atlas) -> None:
    prepare = partial(prepare_server, ping_s=0.2)
    served = Served({"nebulae": lambda: dashboard(atlas)}, prepare=prepare)
    try:
        _, _, page = served.get("nebulae")
        token = re.search(rb'"token":"([^"]+)"', page)
        assert token is not None
        with socket.create_connection(("localhost", served.port), timeout=20) as client:
            key = base64.b64encode(b"0" * 16).decode()
            host = f"localhost:{served.port}"
            client.sendall(
                f"GET /behind/a/proxy/nebulae/ws HTTP/1.1\r\nHost: {host}\r\n"
                f"Origin: http://{host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Protocol: bokeh, {token[1].decode()}\r\n\r\n".encode()
            )
            assert client.recv(100).startswith(b"HTTP/1.1 101")
            # It hears all that is said, and says nothing itself, until the server ends it.
            while client.recv(65536):
                pass
    finally:
        served.stop()
