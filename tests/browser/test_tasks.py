"""What people come for, and in how many steps: no more than in the best page of the field."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import grid, make_atlas, nebula
from helpers.pages import OpenPage, lonely_row
from playwright.sync_api import Browser, Page

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export

pytestmark = pytest.mark.browser
N = 120
KINDS = ["galaxy", "globular", "planetary"]


class Hands:
    """Someone who uses the page; each click, drag, choice and word counts as one step."""

    def __init__(self, page: OpenPage) -> None:
        self.open = page
        self.page: Page = page.page
        self.steps = 0

    def click(self, selector: str) -> None:
        self.steps += 1
        self.page.click(selector)

    def click_at(self, plot: str, x: float, y: float) -> None:
        self.steps += 1
        self.open.click(plot, x, y)

    def type(self, text: str) -> None:
        self.steps += 1
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.steps += 1
        self.page.keyboard.press(key)

    def choose(self, selector: str, value: str) -> None:
        self.steps += 1
        self.page.select_option(selector, value)

    def drag_with_shift(self, plot: str, corners: list[tuple[float, float]]) -> None:
        self.steps += 1
        self.page.keyboard.down("Shift")
        for number, corner in enumerate(corners):
            self.page.mouse.move(*self.open.screen(plot, *map(float, corner)))
            if not number:
                self.page.mouse.down()
        self.page.mouse.up()
        self.page.keyboard.up("Shift")

    def sees_subset(self, rows: list[int]) -> None:
        self.page.wait_for_selector(f'body[data-hd-subset="{len(rows)}"]', timeout=5000)
        assert self.open.run("hubbleDash.rows()") == rows


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Of some named pictures, as a press team has them: an image each."""
    rows = np.arange(N)
    clouds = [nebula(seed) for seed in (1, 2, 3, 4)]
    boxes = [(cloud, box) for cloud in clouds for box in grid(cloud.shape[:2], 48, 40)]
    return make_atlas(
        tmp_path_factory.mktemp("tasks") / "tasks.atlas",
        pictures=[cloud[y0:y1, x0:x1] for cloud, (x0, x1, y0, y1) in boxes[:N]],
        columns={
            "ra_deg": (rows * 137.5) % 360,
            "dec_deg": np.linspace(-70, 70, N),
            "name": [f"M {row + 1}" for row in rows],
            "class": [KINDS[row % 3] for row in rows],
            "redshift": (rows / N) ** 4,
        },
    )


@pytest.fixture(scope="module")
def written(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(atlas, tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[OpenPage]:
    context = browser.new_context(
        viewport={"width": 1400, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
        accept_downloads=True,
    )
    context.set_offline(True)
    yield OpenPage(context.new_page())
    context.close()


@pytest.fixture
def hands(opened: OpenPage, written: Path) -> Iterator[Hands]:
    """The page, just opened."""
    opened.page.goto("about:blank")
    opened.goto(written.as_uri())
    yield Hands(opened)
    assert opened.errors == []


def test_find_one_by_name(hands: Hands) -> None:
    hands.press("/")
    hands.type("M 111")
    hands.sees_subset([110])
    assert hands.steps <= 2


def test_see_only_the_galaxies(hands: Hands) -> None:
    hands.click("#hd-legend button:has-text('galaxy')")
    hands.sees_subset(list(range(0, N, 3)))
    assert hands.steps <= 1


def test_draw_around_some_and_save_them(hands: Hands, atlas: Atlas) -> None:
    x, y = atlas.positions.T
    middle, wide = (x.min() + x.max()) / 2, np.ptp(x) / 50
    left, low, high = x.min() - wide, y.min() - wide, y.max() + wide
    corners = [(left, low), (left, high), (middle, high), (middle, low)]
    hands.drag_with_shift("hd-map", corners)
    rows = np.flatnonzero(x < middle).tolist()
    hands.sees_subset(rows)
    hands.click("#hd-take-open")
    with hands.page.expect_download() as download:
        hands.click('#hd-take [data-format="csv"]')
    saved = pd.read_csv(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert saved["row"].tolist() == rows
    assert hands.steps <= 3


def test_who_is_odd(hands: Hands, atlas: Atlas) -> None:
    # The oddest are there before anything is touched.
    hands.page.wait_for_selector(".hd-is-odd")
    shown = hands.open.run(
        "[...document.querySelectorAll('.hd-is-odd')].map((e) => +e.dataset.row)"
    )
    assert shown == np.argsort(-atlas.local_isolation, kind="stable")[:3].tolist()
    assert hands.steps == 0
    # And one step shows a hundred.
    hands.click("#hd-tab-odd")
    hands.page.wait_for_selector(".hd-odd .hd-contact-one")
    shown = hands.open.run(
        "[...document.querySelectorAll('.hd-odd .hd-contact-one')].map((e) => +e.dataset.row)"
    )
    order = np.argsort(-atlas.local_isolation, kind="stable")
    assert shown == order[: len(shown)].tolist()
    assert len(shown) >= 9
    assert hands.steps <= 1


def test_one_more_step_chooses_the_odd_ones(hands: Hands, atlas: Atlas) -> None:
    hands.click("#hd-tab-odd")
    hands.click("#hd-odd-choose")
    odd = np.argsort(-atlas.local_isolation, kind="stable")[:100].tolist()
    hands.sees_subset(sorted(odd))
    # The contact sheet keeps their order.
    hands.click("#hd-tab-picked")
    first = hands.page.wait_for_selector(".hd-picked:not(.hd-odd) .hd-contact-one")
    assert first is not None
    assert int(str(first.get_attribute("data-row"))) == odd[0]


@pytest.fixture(scope="module")
def row(atlas: Atlas) -> int:
    """A galaxy whose point no other's picture covers."""
    row = lonely_row(atlas.positions)
    assert atlas.cutouts["class"][row] == "galaxy"
    return row


def select_one(hands: Hands, atlas: Atlas, row: int) -> int:
    """Click a point of the map, and wait for what is like it; gives the steps so far."""
    hands.click_at("hd-map", *atlas.positions[row].tolist())
    hands.open.wait_for_shown(row)
    return hands.steps


def test_like_this_one(hands: Hands, atlas: Atlas, row: int) -> None:
    assert select_one(hands, atlas, row) <= 1
    assert [found for found, *_ in hands.open.similar()] == atlas.similar(row).rows.tolist()


def test_compare_two_closely(hands: Hands, atlas: Atlas, row: int) -> None:
    before = select_one(hands, atlas, row)
    hands.press(" ")
    rows = f"{row} {atlas.similar(row).rows[0]}"
    hands.page.wait_for_selector(f'#hd-closely[open][data-rows="{rows}"]')
    assert hands.steps - before <= 1


def test_share_a_view(hands: Hands, atlas: Atlas, row: int) -> None:
    hands.open.run("hubbleDash.query('class == \"galaxy\"')")
    hands.sees_subset(list(range(0, N, 3)))
    before = select_one(hands, atlas, row)
    hands.click("#hd-link")
    link = hands.open.run("navigator.clipboard.readText()")
    assert hands.steps - before <= 1
    hands.page.goto("about:blank")
    hands.open.goto(link)
    hands.open.wait_for_shown(row)
    hands.sees_subset(list(range(0, N, 3)))


def test_where_it_lies_in_the_image_and_on_the_sky(hands: Hands, atlas: Atlas, row: int) -> None:
    before = select_one(hands, atlas, row)
    assert hands.page.locator("#hd-sky").is_visible()
    assert hands.open.column("hd-sky-selected", "x") != []
    assert hands.steps == before


def test_colour_by_redshift(hands: Hands) -> None:
    hands.choose("#hd-color", "redshift")
    hands.page.wait_for_function(
        "document.getElementById('hd-legend').querySelector('canvas, .hd-ramp') !== null"
    )
    assert hands.steps <= 1
