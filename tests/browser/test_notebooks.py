"""A dashboard in JupyterLab: what is clicked is known in Python, and what Python says is shown."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from urllib.error import URLError

import pytest
from helpers.waiting import wait
from playwright.sync_api import Browser, Frame, Page, expect

from hubble_dash.atlas.atlas import Atlas

pytestmark = pytest.mark.browser

CELLS = [
    """import hubble_dash as hd
atlas = hd.open_atlas({atlas!r})
dash = hd.dashboard(atlas)
heard = []
dash.param.watch(lambda event: heard.append((event.name, event.new)), "selected")
dash.filter("image == 1")
dash""",
    "print('told', dash.selected, len(dash.subset), dash.tags, heard)",
    "dash.select(17); dash.filter('row < 40'); dash.tags = {{3: 2}}",
    "print('then', dash.selected, len(dash.subset), dash.tags)",
]


@pytest.fixture(scope="module")
def lab(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on a folder with one notebook; gives the notebook's address."""
    folder = tmp_path_factory.mktemp("lab")
    cells = [
        {
            "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
            "id": f"cell-{i}", "source": text.format(atlas=str(atlas.path)),
        }
        for i, text in enumerate(CELLS)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    (folder / "own.ipynb").write_text(json.dumps({**notebook, "nbformat_minor": 5}))
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}"]
    command += [f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=", "--allow-root"]
    own = {name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **own}
        )
    base = f"http://localhost:{port}"

    def is_up() -> bool:
        assert server.poll() is None, (folder / "log").read_text()
        try:
            urllib.request.urlopen(f"{base}/api", timeout=20).close()
        except URLError:
            return False
        return True

    try:
        wait(is_up, "JupyterLab", seconds=120)
        yield f"{base}/lab/tree/own.ipynb?reset"
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def notebook(browser: Browser, lab: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1400})
    context.set_default_timeout(40_000)
    page = context.new_page()
    page.goto(lab)
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    # What is run before there is a kernel is lost.
    page.wait_for_selector("text=| Idle")
    yield page
    context.close()


def run(page: Page, cell: int) -> None:
    prompt = page.locator(".jp-Cell").nth(cell).locator(".jp-InputPrompt")
    for _ in range(10):
        page.click(f".jp-Cell >> nth={cell} >> .cm-content")
        page.keyboard.press("Shift+Enter")
        try:
            expect(prompt).not_to_have_text("[ ]:", timeout=4000)
        except AssertionError:
            continue  # the notebook did not listen yet
        return
    pytest.fail(f"cell {cell} does not run")


def printed(page: Page, word: str) -> str:
    return page.locator(f".jp-OutputArea-output pre:has-text('{word} ')").inner_text().strip()


def shown(page: Page) -> Frame:
    """The page in the cell, when it answers."""
    element = page.wait_for_selector("iframe[srcdoc]", state="attached")
    found = element.content_frame()
    assert found is not None
    found.wait_for_selector("body[data-hd-ready]")
    return found


def test_both_ways(notebook: Page, atlas: Atlas) -> None:
    asked: list[str] = []
    notebook.on("request", lambda request: asked.append(request.url))
    run(notebook, 0)
    frame = shown(notebook)
    n = int((atlas.cutouts["image"] == 1).sum())
    # What Python said before it was shown.
    frame.wait_for_selector(f'body[data-hd-subset="{n}"]')
    frame.evaluate("hubbleDash.select(5)")
    frame.wait_for_selector('body[data-hd-shown="5"]')
    frame.click("#hd-tags [data-tag='4']")
    notebook.wait_for_timeout(500)  # the kernel is told over a socket
    run(notebook, 1)
    assert printed(notebook, "told") == f"told 5 {n} {{5: 4}} [('selected', 5)]"
    run(notebook, 2)
    frame.wait_for_selector('body[data-hd-selected="17"]')
    frame.wait_for_selector('body[data-hd-subset="40"]')
    frame.wait_for_function("hubbleDash.state.tags[3] === 2 && hubbleDash.state.tags[5] === 0")
    frame.evaluate("hubbleDash.query('row < 7')")
    frame.evaluate("hubbleDash.reset()")
    frame.wait_for_selector('body[data-hd-subset="7"]')
    notebook.wait_for_timeout(500)
    run(notebook, 3)
    assert printed(notebook, "then") == "then None 7 {3: 2}"
    hosts = {url.split("/")[2] for url in asked if url.startswith("http")}
    assert {host.split(":")[0] for host in hosts} <= {"localhost"}
