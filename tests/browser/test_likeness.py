"""Cutouts beside the selected one: of the subset, elsewhere on the sky, at the same place."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from helpers.atlases import make_atlas, nebula
from helpers.pages import OpenPage
from numpy.typing import NDArray
from playwright.sync_api import Browser

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.exported.export import export

pytestmark = pytest.mark.browser
ROW, K = 20, 100
SIZE_ARCSEC = 170  # of 48 pixels of 3.6 arcsec, to two digits

# Which parts of the similar ones' head lie over one another.
COVERED = """() => {
    const parts = [
        "#hd-similar-title", "#hd-among", "#hd-overlap", "#hd-where", "#hd-radius", "#hd-caption",
        "#hd-smoothed",
    ];
    const boxes = parts.map((part) => [part, document.querySelector(part).getBoundingClientRect()]);
    const seen = boxes.filter(([, { width }]) => width);
    const meet = (a, b, low, high) => Math.min(a[high], b[high]) - Math.max(a[low], b[low]) > 1;
    return seen.flatMap(([one, a], i) => seen.slice(i + 1).filter(([, b]) => (
        meet(a, b, "left", "right") && meet(a, b, "top", "bottom")
    )).map(([other]) => `${one} ${other}`));
}"""


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Four images, of which two show one field, a little shifted; some cutouts lie nowhere."""
    image = np.repeat(np.arange(4), 108)
    x, y = np.meshgrid(np.arange(12), np.arange(9))
    ra = 40 + np.where(image < 2, 0, 50 * image) - 0.024 * np.tile(x.ravel(), 4) + 2e-4 * image
    dec = -20 + 0.024 * np.tile(y.ravel(), 4) + 1e-4 * image
    ra[::50] = dec[::50] = np.nan
    return make_atlas(
        tmp_path_factory.mktemp("likeness") / "field.atlas",
        pictures=[nebula(seed) for seed in (1, 2, 3, 4)],
        k=K,
        columns={"ra_deg": ra, "dec_deg": dec, "tall": np.arange(432) % 7},
    )


@pytest.fixture(scope="module")
def opened(browser: Browser, field: Atlas) -> Iterator[OpenPage]:
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_offline(True)
    page = OpenPage(context.new_page())
    page.goto(export(field, field.path.with_name("field.html")).as_uri())
    yield page
    assert page.errors == []
    context.close()


@pytest.fixture
def page(opened: OpenPage, field: Atlas) -> OpenPage:
    """The page as it was at first, with a cutout selected."""
    opened.page.click("#hd-reset")
    opened.run("hubbleDash.filter([])")
    opened.run(f"hubbleDash.select({ROW})")
    opened.wait_for_similar(field.neighbors.rows[ROW, :9].tolist())
    return opened


def stored(atlas: Atlas, may_stand: NDArray[np.bool_], row: int = ROW) -> list[int]:
    """The first nine of the stored neighbours that may stand there."""
    rows = atlas.neighbors.rows[row]
    return rows[may_stand[rows]][:9].tolist()


def apart_arcsec(atlas: Atlas, row: int = ROW) -> NDArray[np.float64]:
    """How far all cutouts are from one; NaN where that is not known."""
    table = atlas.cutouts
    places = SkyCoord(table["ra_deg"].fillna(0), table["dec_deg"].fillna(0), unit="deg")
    separation = places[row].separation(places).arcsec
    return np.where(table["ra_deg"].notna(), separation, np.nan)


def rows_shown(page: OpenPage) -> list[int]:
    """Like `OpenPage.similar`, where similarities need not be known."""
    found: list[int] = page.run(
        "[...document.querySelectorAll('#hd-similar .hd-similar')].map(card => +card.dataset.row)"
    )
    return found


def note(page: OpenPage) -> str:
    return page.page.inner_text("#hd-gallery-note")


def live(page: OpenPage) -> str:
    return str(page.page.text_content("#hd-live"))


def test_similar_ones_of_the_subset(page: OpenPage, field: Atlas) -> None:
    group = page.page.locator("#hd-among")
    assert not group.is_visible()
    is_in = (field.cutouts["tall"] == 3).to_numpy()
    page.run("hubbleDash.query('tall == 3')")
    assert group.inner_text().split("\n") == ["of all 432", f"of subset {is_in.sum()}"]
    page.wait_for_similar(stored(field, np.ones(432, bool)))
    group.get_by_text("of subset").click()
    expected = stored(field, is_in)
    assert len(expected) == 9
    page.wait_for_similar(expected)
    assert note(page) == ""
    # Fewer than nine of the hundred nearest: it says so, on the screen and aloud.
    is_in = is_in & (field.cutouts["class"] == "elliptical").to_numpy()
    page.run("hubbleDash.query('tall == 3 and class == \"elliptical\"')")
    expected = stored(field, is_in)
    assert 0 < len(expected) < 9
    page.wait_for_similar(expected)
    assert note(page) == f"{len(expected)} of the {K} nearest are in the subset"
    assert live(page).endswith(f"{note(page)}.")
    page.page.wait_for_function("location.hash.endsWith('&among=subset')")
    page.page.click("#hd-clear")
    page.wait_for_similar(stored(field, np.ones(432, bool)))
    assert not group.is_visible()


def test_elsewhere_and_at_the_same_place(page: OpenPage, field: Atlas) -> None:
    table, apart = field.cutouts, apart_arcsec(field)
    is_other = (table["image"] != table["image"][ROW]).to_numpy()
    page.page.select_option("#hd-where", "image")
    page.wait_for_similar(stored(field, is_other))
    assert page.page.is_checked("#hd-overlap")
    page.page.select_option("#hd-where", "apart")
    page.wait_for_similar(stored(field, ~(apart <= SIZE_ARCSEC)))
    assert page.page.get_attribute("#hd-radius", "placeholder") == "2.8′"
    page.page.fill("#hd-radius", "8 arcmin")
    page.page.press("#hd-radius", "Tab")
    page.wait_for_similar(stored(field, ~(apart <= 480)))
    assert page.page.input_value("#hd-radius") == "480″"
    # What is no radius changes nothing, and says what is one.
    page.page.fill("#hd-radius", "far")
    page.page.press("#hd-radius", "Tab")
    assert page.page.get_attribute("#hd-radius", "aria-invalid") is not None
    assert "is no radius" in live(page)
    assert page.run("hubbleDash.state.where.radius") == 480
    page.page.fill("#hd-radius", "200")
    page.page.press("#hd-radius", "Tab")
    page.page.select_option("#hd-where", "same")
    there = np.flatnonzero(is_other & (apart <= 200))
    there = there[np.argsort(apart[there], kind="stable")]
    page.wait_for_similar(there[:9].tolist())
    assert page.page.inner_text("#hd-similar-title") == "Same place"
    assert len(there) > 9
    assert note(page) == f"the nearest 9 of {len(there)} within 3.3′"
    cards = page.page.locator("#hd-similar .hd-similar")
    told = [float(str(card.get_attribute("data-separation"))) for card in cards.all()]
    np.testing.assert_allclose(told, apart[there[:9]], atol=1e-4)
    assert "field_1.fits" in cards.first.inner_text()
    assert "at the same place; the nearest is" in live(page)
    page.page.uncheck("#hd-overlap")
    page.wait_for_similar(stored(field, np.ones(432, bool)))
    # Of one whose place is not known nothing can be said.
    page.page.select_option("#hd-where", "same")
    page.run("hubbleDash.select(50)")
    page.page.wait_for_function("hubbleDash.state.shown.cutout.row === 50")
    assert page.page.inner_text("#hd-none p") == "Its place on the sky is not known."
    page.page.click("#hd-none button")
    page.wait_for_similar(field.neighbors.rows[50, :9].tolist())
    assert not page.page.locator("#hd-none").is_visible()


def test_smoothed_by_their_nearest(page: OpenPage, field: Atlas) -> None:
    button = page.page.locator("#hd-smoothed")
    assert button.inner_text() == "smoothed"
    assert button.get_attribute("aria-pressed") == "false"
    expected = field.similar(ROW, refine=True)
    assert expected.rows.tolist() != field.neighbors.rows[ROW, :9].tolist()
    button.focus()
    page.page.keyboard.press("Enter")
    page.wait_for_similar(expected.rows.tolist())
    np.testing.assert_allclose([one[2] for one in page.similar()], expected.similarities, atol=1e-4)
    assert note(page) == "scores smoothed: each compared along with its nine nearest"
    assert live(page).endswith("Scores smoothed: each compared along with its nine nearest.")
    title = page.page.locator("#hd-similar .hd-similarity").first.get_attribute("title")
    assert title == "similarity (cosine of smoothed fingerprints)"
    # Nonsense in a link changes nothing. Of a subset and by a rule, Python finds the same.
    page.run("location.hash = '#smoothed=perhaps'")
    page.page.wait_for_function("/smoothed=yes/.test(location.hash)")
    page.run(f"location.hash = '#row={ROW}&q=tall < 4&among=subset&where=image'")
    is_other = (field.cutouts["tall"] < 4) & (field.cutouts["image"] != field.cutouts["image"][ROW])
    expected = field.similar(ROW, among=np.flatnonzero(is_other), refine=True)
    page.wait_for_similar(expected.rows.tolist())
    page.page.click("#hd-tab-filter")
    page.page.click("#hd-python")
    similar = page.run("navigator.clipboard.readText()").split("\n")[-1]
    assert "refine=True" in similar
    assert eval(similar, {"atlas": field}).rows.tolist() == expected.rows.tolist()
    # A link opens it as it is; home puts it back.
    address = page.run("location.href")
    page.page.goto("about:blank")
    page.goto(address)
    page.wait_for_similar(expected.rows.tolist())
    assert button.get_attribute("aria-pressed") == "true"
    page.page.click("#hd-reset")
    page.run(f"hubbleDash.select({ROW})")
    page.page.wait_for_function("!/smoothed/.test(location.hash)")
    assert button.get_attribute("aria-pressed") == "false"


def test_links_say_it_and_bear_nonsense(page: OpenPage, field: Atlas) -> None:
    is_in = (field.cutouts["tall"] < 3).to_numpy()
    meant = stored(field, is_in & ~(apart_arcsec(field) <= 300))
    page.run(f"location.hash = '#row={ROW}&q=tall < 3&among=subset&where=apart:300'")
    page.wait_for_similar(meant)
    assert page.page.input_value("#hd-radius") == "300″"
    assert page.page.get_attribute("[data-among=subset]", "aria-pressed") == "true"
    for wrong in ("among=some", "where=apart:-1", "where=<b>", "where=same:1e9", "where=%"):
        page.run(f"location.hash = '#{wrong}'")
        page.page.wait_for_function("!location.hash.includes('%3Cb') && location.hash.length > 9")
        assert page.run("hubbleDash.state.where") == {"kind": "apart", "radius": 300}
        assert page.run("hubbleDash.state.among") == "subset"
    page.wait_for_similar(meant)
    # The same where a page is opened by the link.
    page.page.click("#hd-link")
    page.page.wait_for_function("document.getElementById('hd-link').textContent === 'Copied'")
    address = page.run("navigator.clipboard.readText()")
    page.page.goto("about:blank")
    page.goto(address)
    page.wait_for_similar(meant)
    assert page.page.is_checked("#hd-overlap")
    page.page.click("#hd-reset")
    page.run(f"hubbleDash.select({ROW})")
    page.wait_for_similar(stored(field, np.ones(432, bool)))
    assert not page.page.is_checked("#hd-overlap")
    page.page.wait_for_function("!/among|where/.test(location.hash)")


@pytest.mark.parametrize("where", ["", "overlapping", "image", "apart:300", "same:200"])
def test_python_finds_the_same(page: OpenPage, field: Atlas, where: str) -> None:
    page.run(f"location.hash = '#row={ROW}&q=tall < 4 or tall == 6&among=subset&where={where}'")
    page.page.wait_for_function(
        """where => {
            const { shown, subset } = hubbleDash.state;
            return subset && shown?.found.among === subset.count
                && shown.found.where.kind === (where.split(":")[0] || "any");
        }""",
        arg=where,
    )
    page.page.click("#hd-tab-filter")
    page.page.click("#hd-python")
    select, similar = page.run("navigator.clipboard.readText()").split("\n")
    assert select == "atlas.select('tall < 4 or tall == 6')".replace("'", '"')
    found: Any = eval(similar, {"atlas": field})
    shown = rows_shown(page)
    if where.startswith("same"):
        assert set(shown) <= set(found.tolist())
        assert len(shown) == min(9, len(found))
    else:
        assert shown == found.rows.tolist()


def test_what_is_taken_away_says_what_it_is(page: OpenPage) -> None:
    page.page.select_option("#hd-where", "same")
    page.page.wait_for_function("hubbleDash.state.shown.found.n !== null")
    rows = [ROW, *rows_shown(page)]
    page.page.click("#hd-tab-picked")
    page.page.select_option("#hd-picked-what", "nine")
    page.page.click("#hd-picked-take")
    with page.page.expect_download() as download:
        page.page.click('#hd-take [data-format="csv"]')
    assert re.search(rf"row-{ROW}-and-the-same-place-\d+_", download.value.suggested_filename)
    text = Path(download.value.path()).read_text()
    assert [int(one["row"]) for one in csv.DictReader(io.StringIO(text))] == sorted(rows)
    page.page.keyboard.press("Escape")


def test_every_view_tells_how_many_of_how_many(page: OpenPage, field: Atlas) -> None:
    table = field.cutouts
    is_in = table["tall"] < 2
    page.page.click("#hd-tab-places")
    page.run("hubbleDash.query('tall < 2')")
    page.page.wait_for_selector("#hd-image-count:not([hidden])")
    own = table["image"] == table["image"][ROW]
    told = {
        "#hd-count": (is_in.sum(), 432),
        "#hd-image-count": ((is_in & own).sum(), own.sum()),
        "#hd-sky-count": ((is_in & table["ra_deg"].notna()).sum(), table["ra_deg"].notna().sum()),
    }
    for name, (some, whole) in told.items():
        assert page.page.inner_text(name) == f"{some} of {whole}", name
    for tab in ("filter", "table"):
        page.page.click(f"#hd-tab-{tab}")
        counts = page.page.locator(".hd-table-tools output:visible")
        assert counts.inner_text() == f"{is_in.sum()} of 432"
    assert page.page.inner_text("#hd-map-count").endswith(f"of {is_in.sum()} in view · 432 in all")
    # With nothing selected there are tiles of the subset alone.
    page.page.keyboard.press("Escape")
    page.page.wait_for_function("document.querySelectorAll('.hd-start').length === 15")
    page.page.wait_for_function(
        """rows => [...document.querySelectorAll(".hd-start")]
            .every(tile => rows.includes(+tile.dataset.row))""",
        arg=np.flatnonzero(is_in).tolist(),
    )
    assert page.page.inner_text("#hd-start p").startswith(f"{is_in.sum()} of 432 are left")
    page.run("hubbleDash.query('tall > 99')")
    page.page.wait_for_function("document.querySelectorAll('.hd-start').length === 0")
    assert page.page.inner_text("#hd-start p") == "No cutout passes the filters."


def test_on_a_phone_it_has_room(page: OpenPage) -> None:
    for width in (360, 390):
        page.page.set_viewport_size({"width": width, "height": 844})
        for query in ("", "tall < 2"):
            page.run("text => hubbleDash.query(text)", query)
            assert page.run(COVERED) == []
    page.page.click("#hd-among [data-among=subset]")
    page.page.select_option("#hd-where", "same")
    page.page.wait_for_function("hubbleDash.state.shown.found.n !== null")
    parts = ("#hd-among button", ".hd-tick", "#hd-smoothed", "#hd-where", "#hd-radius")
    for name in (*parts, "#hd-caption"):
        for box in (one.bounding_box() for one in page.page.locator(name).all()):
            assert box is not None
            assert box["height"] >= 44
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
    strip = page.page.locator("#hd-similar .hd-picture").first.bounding_box()
    dock = page.page.locator("#hd-dock").bounding_box()
    assert strip is not None
    assert dock is not None
    assert strip["y"] + strip["height"] <= dock["y"]
    page.page.set_viewport_size({"width": 1400, "height": 900})
