"""Looking closely at cutouts: scales, stretch, blinking, what is below the pointer."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from helpers.pages import OpenPage
from helpers.waiting import wait
from PIL import Image

from hubble_dash.atlas.atlas import Atlas

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
ROW = 20
BLINK_MS = 700


@pytest.fixture
def page(open_page: Open, report: Path) -> OpenPage:
    page = open_page(report)
    page.run("row => hubbleDash.select(row)", ROW)
    page.wait_for_shown(ROW)
    return page


def shows(page: OpenPage, *rows: int) -> None:
    page.page.wait_for_selector(f'#hd-closely[open][data-rows="{" ".join(map(str, rows))}"]')


def screen(page: OpenPage, pane: int) -> np.ndarray:
    """What a pane shows, as numbers."""
    box = page.page.locator(".hd-pane").nth(pane).bounding_box()
    assert box is not None
    clip = {"x": box["x"] + box["width"] / 4, "y": box["y"] + box["height"] / 4,
            "width": box["width"] / 2, "height": box["height"] / 2}  # fmt: skip
    with Image.open(io.BytesIO(page.page.screenshot(clip=clip))) as picture:
        return np.asarray(picture.convert("RGB"), float)


def test_space_compares_and_arrows_go_on(page: OpenPage, atlas: Atlas) -> None:
    similar = atlas.similar(ROW).rows.tolist()
    page.page.keyboard.press("Space")
    shows(page, ROW, similar[0])
    page.page.keyboard.press("ArrowRight")
    shows(page, ROW, similar[1])
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.press("ArrowLeft")
    shows(page, ROW, similar[8])
    page.page.keyboard.press("n")
    shows(page, ROW, *similar)
    assert page.page.locator(".hd-pane").count() == 10
    page.page.keyboard.press("n")
    shows(page, ROW, similar[8])
    page.page.keyboard.press("Enter")
    page.wait_for_selected(similar[8])
    assert not page.page.locator("#hd-closely").is_visible()
    assert page.errors == []


def test_a_double_click_looks_closely_at_what_it_is_on(page: OpenPage, atlas: Atlas) -> None:
    third = atlas.similar(ROW).rows.tolist()[2]
    page.page.dblclick('.hd-similar[data-rank="3"] .hd-picture')
    page.wait_for_selected(third)
    shows(page, third, atlas.similar(third).rows.tolist()[0])


def test_space_on_a_card_compares_with_that_one(page: OpenPage, atlas: Atlas) -> None:
    page.page.focus('.hd-similar[data-rank="4"]')
    page.page.keyboard.press("Space")
    shows(page, ROW, atlas.similar(ROW).rows.tolist()[3])
    assert page.selected == str(ROW)


def test_all_have_one_scale_and_move_in_step(page: OpenPage) -> None:
    page.page.keyboard.press("Space")
    page.page.wait_for_selector("#hd-closely[open] .hd-bar i")
    bars = page.page.locator(".hd-bar")
    before = bars.all_inner_texts()
    assert before[0] == before[1]
    box = page.page.locator(".hd-pane").first.bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + 50, box["y"] + 200)
    for _ in range(4):
        page.page.mouse.wheel(0, -400)
    page.page.wait_for_function(
        "text => document.querySelector('.hd-bar').innerText !== text", arg=before[0]
    )
    after = bars.all_inner_texts()
    assert after[0] == after[1]
    page.page.keyboard.press("0")
    assert bars.all_inner_texts() == before


def test_the_pixel_below_the_pointer(page: OpenPage, atlas: Atlas) -> None:
    own = atlas.cutouts.iloc[ROW]
    page.page.keyboard.press("Space")
    page.page.wait_for_selector("#hd-closely[open] .hd-bar i")
    box = page.page.locator(".hd-pane").first.bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2 + 2)
    said = page.page.locator(".hd-pane-said").first
    said.wait_for()
    x, y = (own["ixmin"] + own["ixmax"]) // 2, (own["iymin"] + own["iymax"]) // 2
    assert f"x {x}, y {y}" in said.inner_text()
    with Image.open(atlas.path / "previews" / f"{own['image']:05d}.webp") as picture:
        value = picture.convert("RGB").getpixel((int(x), int(y)))
    shown = [int(part) for part in said.inner_text().split("value ")[1].split("\n")[0].split()]
    np.testing.assert_allclose(np.broadcast_to(shown, 3), value, atol=24)
    place = said.inner_text().split("\n")[0].translate(str.maketrans("−°′″", "-dms"))
    here = SkyCoord(own["ra_deg"], own["dec_deg"], unit="deg")
    assert SkyCoord(place).separation(here).arcsec < 1.5 * own["pixel_scale_arcsec"]
    assert page.page.locator(".hd-compass svg").count() == 2
    assert "of the original's pixels" in page.page.inner_text(".hd-closely-foot")


def test_what_a_finger_touched_is_read_off_below_a_cross(page: OpenPage, atlas: Atlas) -> None:
    own = atlas.cutouts.iloc[ROW]
    page.page.keyboard.press("Space")
    page.page.wait_for_selector("#hd-closely[open] .hd-bar i")
    fingers = page.page.context.new_cdp_session(page.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    box = page.page.locator(".hd-pane").first.bounding_box()
    assert box is not None
    side, bar = min(box["width"], box["height"]), page.page.locator(".hd-bar").first.bounding_box()
    x, y = box["x"] + box["width"] / 2 + side / 4, box["y"] + box["height"] / 2
    touch("touchStart", (x, y))
    touch("touchEnd")
    said, cross = (page.page.locator(name).first for name in (".hd-pane-said", ".hd-cross"))
    said.wait_for()
    assert page.page.locator(".hd-bar").first.bounding_box() == bar  # it makes no room
    words = said.inner_text()
    across = own["ixmin"] + 0.75 * (own["ixmax"] - own["ixmin"])
    assert re.search(r"x (\d+), y", words).group(1) in {str(int(across)), str(int(across) - 1)}

    def middle() -> tuple[float, float]:
        at = cross.bounding_box()
        assert at is not None
        return at["x"] + at["width"] / 2, at["y"] + at["height"] / 2

    assert middle() == pytest.approx((x, y), abs=1)
    # The picture moves with a finger, and the cross with the picture.
    touch("touchStart", (x, y))
    touch("touchMove", (x - 20, y + 30))
    touch("touchMove", (x - 40, y + 60))
    touch("touchEnd")
    wait(lambda: middle() == pytest.approx((x - 40, y + 60), abs=1), "the cross there", seconds=10)
    assert said.inner_text() == words


def test_inverted_and_stretched(page: OpenPage) -> None:
    page.page.keyboard.press("Space")
    page.page.wait_for_selector("#hd-closely[open] .hd-bar i")
    page.page.mouse.move(10, 10)
    plain = screen(page, 0)
    page.page.keyboard.press("i")
    wait(lambda: abs(screen(page, 0).mean() - (255 - plain.mean())) < 2, "its negative", seconds=10)
    page.page.keyboard.press("i")
    wait(lambda: np.allclose(screen(page, 0), plain, atol=2), "the picture as it was", seconds=10)
    page.page.select_option(".hd-limits select", "asinh")
    wait(lambda: screen(page, 0).mean() > plain.mean() + 5, "a brighter picture", seconds=10)
    page.page.select_option(".hd-limits select", "linear")
    wait(lambda: np.allclose(screen(page, 0), plain, atol=2), "the picture as it was", seconds=10)
    page.page.locator(".hd-limits input").last.fill("100")
    wait(lambda: screen(page, 0).mean() > plain.mean() + 5, "a brighter picture", seconds=10)


def test_black_and_white_by_drags(page: OpenPage) -> None:
    """By the right button, by the mode for one finger, and by keys; a double click resets."""
    sliders = page.page.locator(".hd-limits input")
    limits = lambda: tuple(int(one.input_value()) for one in sliders.all())  # noqa: E731
    mouse, keyboard = page.page.mouse, page.page.keyboard
    keyboard.press("Space")
    page.page.wait_for_selector("#hd-closely[open] .hd-bar i")
    box = page.page.locator(".hd-pane").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(right: float, down: float, button: Literal["left", "right"] = "right") -> None:
        mouse.move(x, y)
        mouse.down(button=button)
        mouse.move(x + right, y + down, steps=3)
        mouse.up(button=button)

    plain = screen(page, 0)
    drag(80, 0)
    low, high = limits()
    assert (low, high) == (64, 255)
    assert screen(page, 0).mean() < plain.mean() - 5
    assert page.page.locator(".hd-levels canvas").evaluate(
        "e => e.getContext('2d').getImageData(0, 0, e.width, e.height).data.some(Boolean)"
    )
    drag(0, 100)
    assert limits()[1] - limits()[0] < high - low
    mouse.dblclick(x, y)
    assert limits() == (0, 255)
    np.testing.assert_allclose(screen(page, 0), plain, atol=2)
    # A drag by the left button, or a finger, moves the picture until it is told otherwise.
    drag(-80, 0, "left")
    assert limits() == (0, 255)
    keyboard.press("l")
    drag(-80, 0, "left")
    assert limits() == (0, 191)
    keyboard.press("ArrowLeft")
    assert limits()[1] < 191
    keyboard.press("r")
    assert limits() == (0, 255)
    keyboard.press("l")
    shown = page.page.locator("#hd-closely").get_attribute("data-rows")
    keyboard.press("ArrowRight")
    page.page.wait_for_function(
        "shown => document.getElementById('hd-closely').dataset.rows !== shown", arg=shown
    )
    assert page.errors == []


def test_blinking(page: OpenPage, open_page: Open, report: Path) -> None:
    page.page.keyboard.press("Space")
    page.page.wait_for_selector("#hd-closely[open] .hd-bar i")
    page.page.clock.install()
    page.page.keyboard.press("b")
    page.page.wait_for_function("document.querySelectorAll('.hd-pane').length === 1")
    page.page.clock.pause_at(page.run("Date.now() + 60_000"))
    name = page.page.inner_text(".hd-pane-name")
    page.page.clock.run_for(BLINK_MS)
    assert page.page.inner_text(".hd-pane-name") != name
    page.page.clock.run_for(BLINK_MS)
    assert page.page.inner_text(".hd-pane-name") == name
    still = open_page(report, reduced_motion="reduce")
    still.run("row => hubbleDash.select(row)", ROW)
    still.wait_for_shown(ROW)
    still.page.keyboard.press("Space")
    still.page.wait_for_selector("#hd-closely[open] .hd-bar i")
    still.page.clock.install()
    still.page.keyboard.press("b")
    still.page.wait_for_function("document.querySelectorAll('.hd-pane').length === 1")
    name = still.page.inner_text(".hd-pane-name")
    still.page.clock.run_for(BLINK_MS)
    assert still.page.inner_text(".hd-pane-name") == name
    still.page.keyboard.press("b")
    assert still.page.inner_text(".hd-pane-name") != name
