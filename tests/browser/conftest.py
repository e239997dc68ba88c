"""A browser without a GPU, and the page that most tests open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from headless import launch_chromium
from helpers.pages import OpenPage
from playwright.sync_api import Browser, Playwright, sync_playwright
from simulate_atlas import simulate_atlas

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch_chromium(playwright, "--disable-gpu")
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """More cutouts than a page carries, so that it asks for data, pictures and density."""
    path = tmp_path_factory.mktemp("simulated") / "large.atlas"
    return simulate_atlas(path, 24_000, progress=False)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., OpenPage]]:
    """Open a URL or a file; the network is cut for files."""
    contexts = []

    def open_it(target: str | Path, **options: Any) -> OpenPage:
        context = browser.new_context(viewport={"width": 1400, "height": 900}, **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        opened = OpenPage(context.new_page())
        if isinstance(target, Path):
            context.set_offline(True)
            opened.goto(target.as_uri())
        else:
            opened.goto(target)
        return opened

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def report(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported page of the atlas of two nebulae."""
    return export(atlas, tmp_path_factory.mktemp("report") / "report.html")
