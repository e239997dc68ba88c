"""What is done on a page before its picture is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page

from picturing.pages import NOTEBOOK, Theme, run_cells

__all__ = ["CELLS", "ELSEWHERE", "GUEST", "SHOTS", "TOP", "Shot"]

# The red spiral of the deep field, and one of the cutouts that are spread over a map.
SPIRAL, SPREAD = "585", "hubbleDash.data.start[7]"
TOP, FIELD = "40", "56"
ELSEWHERE = "100"  # of the deep field
GUEST = "carina.jpg"
CELLS = [
    """import hubble_dash as hd

dash = hd.dashboard(hd.open_atlas("horsehead.atlas"))
dash.select(40)
dash""",
]


def select(page: Page, row: str) -> None:
    page.evaluate(f"hubbleDash.select({row})")
    page.wait_for_selector("body[data-hd-shown]")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)


def tab(page: Page, name: str) -> None:
    page.click(f"#hd-tab-{name}")
    page.wait_for_timeout(500)


def ask(page: Page, query: str) -> None:
    page.evaluate("query => hubbleDash.query(query)", query)
    page.wait_for_timeout(500)


def lasso(page: Page) -> None:
    """Draw around the right end of the map, with Shift held."""
    box = page.locator("#hd-map").bounding_box()
    assert box is not None
    corners = [(0.62, 0.3), (0.8, 0.22), (0.94, 0.36), (0.95, 0.6), (0.82, 0.74), (0.66, 0.62)]
    page.keyboard.down("Shift")
    for number, (x, y) in enumerate(corners):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if not number:
            page.mouse.down()
    page.mouse.up()
    page.keyboard.up("Shift")
    page.wait_for_selector("body[data-hd-subset]")
    page.wait_for_timeout(300)


def look_closely(page: Page) -> None:
    select(page, SPIRAL)
    page.keyboard.press("Space")
    page.wait_for_selector("#hd-closely[open][data-rows]")
    page.wait_for_timeout(800)


def pick(page: Page) -> None:
    lasso(page)
    tab(page, "picked")


def table(page: Page) -> None:
    tab(page, "table")
    page.wait_for_timeout(3000)


def filter_million(page: Page) -> None:
    ask(page, 'file ~ "horsehead" and y0 < 500')
    tab(page, "filter")
    page.wait_for_timeout(5000)


def density(page: Page) -> None:
    for _ in range(2):
        page.keyboard.press("m")
    page.wait_for_timeout(2000)


def clusters(page: Page) -> None:
    tab(page, "clusters")
    page.wait_for_timeout(1500)


def field(page: Page) -> None:
    select(page, FIELD)
    page.click("#hd-sky-field")
    page.mouse.move(700, 20)
    page.wait_for_timeout(1500)


def bring(page: Page) -> None:
    page.set_input_files("input[type=file]", GUEST)
    page.wait_for_selector(".hd-guest-mark")
    page.wait_for_selector("body[data-hd-shown]")
    page.wait_for_timeout(2000)


def explore(page: Page) -> None:
    run_cells(page, len(CELLS)).wait_for_selector("body[data-hd-shown]")
    page.wait_for_timeout(3000)
    # JupyterLab asks whether its news are wanted.
    for button in page.get_by_role("button", name="No", exact=True).all():
        button.click()
    page.wait_for_timeout(1000)


class Shot(NamedTuple):
    """A picture: where it goes, which page it is of, what is done before, window, theme, part."""

    name: str
    page: str
    act: Callable[[Page], None]
    size: tuple[int, int] = (1400, 900)
    theme: Theme = "dark"
    part: str = ""


SHOTS = [
    Shot("dashboard.webp", "hubble.html", lambda page: select(page, TOP)),
    Shot("phone.webp", "hubble.html", lambda page: select(page, TOP), (390, 844)),
    Shot("large.webp", "million/index.html", lambda page: select(page, SPREAD)),
    Shot("tour/filter.webp", "million/index.html", filter_million),
    Shot("tour/table.webp", "million/index.html", table, theme="light"),
    Shot("tour/density.webp", "hubble.html", density, part=".hd-panel-map"),
    Shot("tour/clusters.webp", "hubble.html", clusters),
    Shot("tour/picked.webp", "deep-field.html", pick),
    Shot("tour/odd.webp", "deep-field.html", lambda page: tab(page, "odd")),
    Shot("tour/closely.webp", "deep-field.html", look_closely),
    Shot("tour/story.webp", "told.html", lambda page: select(page, SPIRAL)),
    Shot("tour/site.webp", "site/index.html", lambda _: None, (1400, 560), theme="light"),
    Shot("tour/guest.webp", "horsehead.atlas", bring),
    Shot("tour/notebook.webp", NOTEBOOK, explore, (1400, 1100), theme="light"),
    Shot("sky.webp", "fields.html", field, (1400, 1200), part="#hd-place-sky"),
]
