"""Images that visitors bring to a served page: dropped, pasted and chosen, in Chromium."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import QuickBuild, nebula
from helpers.pages import OpenPage
from helpers.served import Served
from PIL import Image as PillowImage

import hubble_dash as hd
from hubble_dash.amid import amid
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.query.image import fingerprint_image

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
# Files as a browser has them, given by a gesture.
GIVE = """async ([gesture, files]) => {
    const carried = new DataTransfer();
    for (const [name, data] of files) {
        const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
        carried.items.add(new File([bytes], name));
    }
    const options = { bubbles: true, cancelable: true };
    if (gesture === "paste") {
        const event = new ClipboardEvent("paste", { ...options, clipboardData: carried });
        document.body.dispatchEvent(event);
        return;
    }
    for (const name of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(name, { ...options, dataTransfer: carried }));
        if (name === "dragover") window.isCovered = !document.querySelector(".hd-drop").hidden;
    }
}"""
MARK = """() => {
    const { left, top, width, height } = document.querySelector(".hd-guest-mark")
        .getBoundingClientRect();
    return [left + width / 2, top + height / 2];
}"""


@pytest.fixture(scope="module")
def asked(quick_build: QuickBuild, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    folder = tmp_path_factory.mktemp("asked")
    for seed in range(3):
        PillowImage.fromarray(nebula(seed)).save(folder / f"{seed}.png")
    windows = hd.SlidingWindow(size=64, step=32)
    return quick_build(folder, folder / "x.atlas", cutouts=windows)


@pytest.fixture(scope="module")
def server(asked: Atlas, small_weights: Path) -> Iterator[Served]:
    def read(atlas: Atlas) -> hd.GuestReader:
        return hd.GuestReader(atlas, weights=small_weights)

    made = Served(
        {
            "inside": lambda: hd.dashboard(asked, guests=read),
            "large": lambda: hd.dashboard(asked, guests=read, most_inside=10),
            "none": lambda: hd.dashboard(asked, similar=8),
        }
    )
    yield made
    made.stop()


def file(name: str, pixels: Any) -> list[str]:
    buffer = io.BytesIO()
    PillowImage.fromarray(pixels).save(buffer, "PNG")
    return [name, base64.b64encode(buffer.getvalue()).decode()]


@pytest.mark.parametrize("name", ["inside", "large"])
def test_a_dropped_image_has_its_nine_and_its_place(
    open_page: Open, server: Served, asked: Atlas, small_weights: Path, tmp_path: Path, name: str
) -> None:
    page = open_page(server.url(name))
    pixels = nebula(7)[30:110, 50:130]
    PillowImage.fromarray(pixels).save(tmp_path / "mine.png")
    vector = fingerprint_image(asked, tmp_path / "mine.png", weights=small_weights)
    found = asked.similar(vector, n=10)
    page.run(GIVE, ["drop", [file("mine <b>.png", pixels)]])
    assert page.run("window.isCovered")
    page.wait_for_shown(-1)
    shown = page.similar()
    assert [row for row, _, _ in shown] == found.rows[:9].tolist()
    np.testing.assert_allclose([one[2] for one in shown], found.similarities[:9], atol=1e-3)
    assert page.page.inner_text("#hd-selected .hd-title b") == "mine <b>.png"
    assert "your image, 80 × 80, taken whole" in page.page.inner_text("#hd-selected")
    # On the map it stands amid its nearest, and stays there when that moves.
    x, y = amid(asked.positions[found.rows][np.newaxis])[0].tolist()
    for _ in range(2):
        np.testing.assert_allclose(page.run(MARK), page.screen("hd-map", x, y), atol=1.5)
        page.page.mouse.move(*page.screen("hd-map", x + 0.1, y))
        page.page.mouse.wheel(0, -200)
        page.page.wait_for_timeout(100)
    assert page.column("hd-map-selected", "x") == pytest.approx([x], rel=1e-6)
    assert len(page.column("hd-map-lines", "x0")) == 9
    # From it to one of its nearest, and back; no link names it.
    page.page.keyboard.press("2")
    page.wait_for_selected(shown[1][0])
    page.page.go_back()
    page.wait_for_shown(-1)
    assert "row=" not in page.page.url
    assert not page.page.is_visible("#hd-tags")
    assert page.errors == []


def test_several_come_one_after_the_other_and_what_is_wrong_is_said(
    open_page: Open, server: Served, asked: Atlas
) -> None:
    page = open_page(server.url("inside"))
    images = [file(f"{seed}.png", nebula(seed)[:64, :64]) for seed in (0, 9)]
    rubbish = ["words.png", base64.b64encode(b"no image").decode()]
    page.run(GIVE, ["paste", [images[0], rubbish, images[1]]])
    page.page.wait_for_function("document.querySelectorAll('.hd-guest').length === 2")
    page.page.wait_for_function(
        "document.querySelector('.hd-guest-note').textContent.startsWith('words.png: ')"
    )
    assert "hubble-dash-guest" not in page.page.inner_text(".hd-guest-note")
    assert page.selected == "-1"
    # What is in the collection finds itself.
    first = page.similar()[0]
    assert [asked.cutouts[name][first[0]] for name in ("image", "ixmin", "iymin")] == [0, 0, 0]
    assert first[2] > 0.999
    page.page.click(".hd-guest[data-row='-2']")
    page.wait_for_shown(-2)
    # Among the subset, and looked at closely, as any cutout.
    page.run("hubbleDash.query('image == 1')")
    page.page.click("#hd-among [data-among=subset]")
    page.page.wait_for_function("hubbleDash.state.shown.found.among !== null")
    assert {int(asked.cutouts["image"][row]) for row, _, _ in page.similar()} == {1}
    page.page.click(".hd-portrait")
    page.page.wait_for_selector("#hd-closely[open][data-rows^='-2 ']")
    foot = page.page.inner_text(".hd-closely-foot")
    assert foot.startswith("your image, all of the original's pixels")
    # The server told of what was wrong, which browsers log; nothing else was.
    assert all("400" in error for error in page.errors)


def test_one_is_taken_away_and_the_others_stay(open_page: Open, server: Served) -> None:
    page = open_page(server.url("inside"))
    page.run(GIVE, ["drop", [file(f"{seed}.png", nebula(seed)[:64, :64]) for seed in (0, 1, 2)]])
    page.page.wait_for_function("document.querySelectorAll('.hd-guest').length === 3")
    page.page.click(".hd-guest[data-row='-2']")
    page.wait_for_shown(-2)
    remover = page.page.locator("#hd-guest-remove")
    assert remover.get_attribute("aria-label") == "Remove your image: 1.png (Del)"
    remover.click()
    # The next one is shown, and has the focus; of the other nothing is left.
    page.wait_for_shown(-3)
    assert page.page.get_attribute(".hd-guest[data-row='-3']", "aria-current") == "true"
    rows = "[...document.querySelectorAll('SELECTOR')].map(({ dataset }) => dataset.row)"
    for selector in (".hd-guest", ".hd-guest-mark"):
        assert page.run(rows.replace("SELECTOR", selector)) == ["-1", "-3"]
    assert page.run("document.activeElement.dataset.row") == "-3"
    assert page.page.inner_text(".hd-guest-note") == "1.png is removed."
    page.page.go_back()
    page.page.wait_for_selector("body:not([data-hd-selected])")
    # By keys, as well; nothing stays of what is not selected, either.
    page.page.focus(".hd-guest[data-row='-1']")
    page.page.keyboard.press("Delete")
    assert page.run("document.activeElement.dataset.row") == "-3"
    page.page.keyboard.press("Enter")
    page.wait_for_shown(-3)
    page.page.keyboard.press("Delete")
    page.page.wait_for_selector("body:not([data-hd-selected])")
    assert not page.page.is_visible("#hd-guests")
    assert page.run("document.activeElement.id") == "hd-guest-open"
    assert page.errors == []


def test_images_are_chosen_by_a_button_and_dragged_text_is_none(
    open_page: Open, server: Served, tmp_path: Path
) -> None:
    page = open_page(server.url("inside"))
    PillowImage.fromarray(nebula(5)[:70, :90]).save(tmp_path / "chosen.png")
    with page.page.expect_file_chooser() as chooser:
        page.page.click("#hd-guest-open")
    chooser.value.set_files(tmp_path / "chosen.png")
    page.wait_for_shown(-1)
    page.run(
        """() => {
            const carried = new DataTransfer();
            carried.setData("text/plain", "words");
            const options = { bubbles: true, cancelable: true, dataTransfer: carried };
            document.body.dispatchEvent(new DragEvent("dragover", options));
        }"""
    )
    assert not page.page.is_visible(".hd-drop")
    assert page.errors == []


def test_nobody_is_asked_for_images_where_none_are_taken(
    open_page: Open, server: Served, asked: Atlas, tmp_path: Path
) -> None:
    exported = hd.export(asked, tmp_path / "page.html", progress=False)
    for target in (server.url("none"), exported):
        page = open_page(target)
        page.run("window.isCovered = 'not there'")
        assert page.page.query_selector("#hd-guest-open, .hd-drop, .hd-guests") is None
        assert "An image that you bring" not in page.page.content()
        assert page.errors == []
