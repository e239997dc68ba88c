"""Texts that would run if they were taken for anything but text, everywhere at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.pages import OpenPage
from helpers.payloads import PAYLOADS, hostile_atlas
from helpers.served import Served
from playwright.sync_api import Browser

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.evaluation.evaluate import evaluate
from hubble_dash.viewer.exported.export import write_file
from hubble_dash.viewer.page import read_options
from hubble_dash.viewer.served.routes import prepare_server
from hubble_dash.viewer.served.server import dashboard

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return hostile_atlas(tmp_path_factory.mktemp("hostile") / "hostile.atlas")


@pytest.fixture(scope="module")
def evaluation(hostile: Atlas) -> Path:
    """A measurement by a column whose classes are such texts."""
    path = hostile.path.parent / "evaluation.json"
    found = evaluate(hostile, label="kind of cutout", by=[PAYLOADS[3]]).to_dict()
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def server(hostile: Atlas, evaluation: Path) -> Iterator[Served]:
    """Both kinds of served pages, the one that carries its data and the one that asks for them."""
    started = Served(
        {
            "small": lambda: dashboard(hostile, evaluation=evaluation),
            "large": lambda: dashboard(hostile, evaluation=evaluation, most_inside=10),
        },
        prepare=prepare_server,
    )
    yield started
    started.stop()


@pytest.fixture(params=["file", "small", "large"])
def page(
    request: pytest.FixtureRequest, browser: Browser, hostile: Atlas, evaluation: Path,
    tmp_path: Path,
) -> Iterator[OpenPage]:  # fmt: skip
    """A page of each form, with a list of all that ran."""
    if request.param == "file":
        url = write_file(
            hostile, tmp_path / "p.html", read_options(hostile, evaluation=evaluation)
        ).as_uri()
    else:
        served: Served = request.getfixturevalue("server")
        url = served.url(request.param)
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.add_init_script("window.ran = [];")
    opened = OpenPage(context.new_page())
    opened.page.on("dialog", lambda dialog: opened.errors.append(dialog.message))
    opened.goto(url)
    yield opened
    context.close()


def texts(page: OpenPage, selector: str) -> list[str]:
    """All texts that elements show, as they stand in the page."""
    found: list[str] = page.run(
        "selector => [...document.querySelectorAll(selector)].map(e => e.textContent)", selector
    )
    return found


def test_nothing_runs_and_all_is_shown_as_it_is(page: OpenPage, hostile: Atlas) -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 65
    assert texts(page, "h1") == [hostile.title]
    assert page.page.title() == hostile.title
    n_scripts = page.run("document.scripts.length")
    for row in (0, len(hostile) - 1):
        page.run("row => window.hubbleDash.select(row)", row)
        page.wait_for_shown(row)
        names, values = texts(page, "#hd-selected dt"), texts(page, "#hd-selected dd")
        table = hostile.cutouts.iloc[row]
        for name in PAYLOADS:
            assert values[names.index(name)] == table[name]
        assert hostile.images["name"][table["image"]] in texts(page, "#hd-selected b")
        assert texts(page, "#hd-image-name") == [hostile.images["name"][table["image"]]]
        words = " ".join(texts(page, "#hd-selected .hd-word"))
        assert all(table[f"label_{i}"] in words for i in range(1, 6))
    page.page.hover("#hd-gallery .hd-similar")
    page.page.mouse.move(*page.screen("hd-map", *hostile.positions[3].tolist()))
    options = texts(page, "#hd-color option")
    page.page.select_option("#hd-color", index=options.index("kind of cutout"))
    legend = " ".join(texts(page, "#hd-legend"))
    assert all(text in legend for text in PAYLOADS[20:26])
    page.page.click("#hd-about-open")
    notes, about = texts(page, "#hd-notes"), " ".join(texts(page, "#hd-provenance"))
    assert all(text in notes[0] and text in about for text in PAYLOADS)
    assert all(text[:17] in " ".join(texts(page, ".hd-eval title")) for text in PAYLOADS[20:26])
    assert page.run("window.ran") == []
    assert page.run("document.scripts.length") == n_scripts
    assert page.run("document.querySelectorAll('a[href^=\"javascript\" i], iframe').length") == 0
    assert page.run("document.querySelectorAll('[onerror], [onload], [onmouseover]').length") == 0
    assert page.errors == []
