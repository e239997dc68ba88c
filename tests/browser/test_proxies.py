"""The served page behind real proxies: nginx, and Jupyter's."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.engines import free_port
from helpers.pages import OpenPage
from helpers.proxied import nginx, running, served_by_command, wait_for
from playwright.sync_api import Browser

from hubble_dash.atlas.atlas import Atlas

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
# As docs/guide.md has it; the path that nginx takes off, or passes on.
LOCATION = """location /sky/ {{
      proxy_pass http://127.0.0.1:{port}{path};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      {host}
    }}"""


def look_around(page: OpenPage) -> None:
    """What needs the websocket, pieces, pictures and comparisons: all of it comes."""
    page.page.wait_for_selector("body[data-hd-drawn]", timeout=60_000)
    page.run("location.hash = '#row=17'")
    page.wait_for_shown(17)
    page.page.select_option("#hd-color", "count")
    page.page.wait_for_function(
        """() => JSON.parse(document.body.dataset.hdDrawn).color === "count" """, timeout=30_000
    )
    assert page.errors == []


@pytest.mark.parametrize(("kept", "times"), [(False, 3), (True, 1)])
def test_nginx_at_a_path(
    large: Atlas, open_page: Open, tmp_path: Path, kept: bool, times: int
) -> None:
    inner, outer = free_port(), free_port()
    options = ["--allow-websocket-origin", f"127.0.0.1:{outer}", "--num-procs", "2"]
    if kept:
        options += ["--prefix", "/sky"]
    location = LOCATION.format(
        port=inner, path="" if kept else "/", host="proxy_set_header Host $http_host;" * kept
    )
    with (
        served_by_command(large.path, inner, *options),
        nginx(tmp_path / "nginx", outer, location),
    ):
        # Each page comes of a process, and its websocket goes to any.
        for _ in range(times):
            look_around(open_page(f"http://127.0.0.1:{outer}/sky/"))


def test_a_proxy_that_the_server_was_not_told_of_is_told_about(
    atlas: Atlas, browser: Browser, tmp_path: Path
) -> None:
    inner, outer = free_port(), free_port()
    location = LOCATION.format(port=inner, path="/", host="")
    with served_by_command(atlas.path, inner), nginx(tmp_path / "nginx", outer, location):
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{outer}/sky/")
        trouble = page.locator("#hd-trouble")
        trouble.wait_for(timeout=60_000)
        assert f"started with --allow-websocket-origin 127.0.0.1:{outer}" in trouble.inner_text()
        page.close()


def test_jupyter_server_proxy(large: Atlas, open_page: Open, tmp_path: Path) -> None:
    inner, outer = free_port(), free_port()
    # Signed in as one is on a hub, by a token, below the user's own address.
    settings: dict[str, Any] = {
        "ServerApp": {"base_url": "/user/ann/", "open_browser": False, "port": outer},
        "IdentityProvider": {"token": "secret"},
    }
    written = tmp_path / "jupyter_server_config.json"
    written.write_text(json.dumps(settings))
    command = [sys.executable, "-m", "jupyter_server", "--config", str(written), "--allow-root"]
    origin = f"127.0.0.1:{outer}"
    with (
        served_by_command(large.path, inner, "--allow-websocket-origin", origin),
        running(command, cwd=tmp_path) as jupyter,
    ):
        wait_for(f"http://{origin}/user/ann/", jupyter)
        page = open_page(f"http://{origin}/user/ann/proxy/{inner}/?token=secret")
        look_around(page)
