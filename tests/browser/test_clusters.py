"""Clusters in the page: names on the map, their list, other names for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import make_clustered
from helpers.pages import OpenPage
from helpers.served import Served
from helpers.waiting import wait

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.naming.given import read_names
from hubble_dash.viewer.exported.export import export, write_file
from hubble_dash.viewer.served.routes import prepare_server
from hubble_dash.viewer.served.server import dashboard

pytestmark = pytest.mark.browser
Open = Callable[..., OpenPage]
N = 216
HOSTILE = '<img src=x onerror="window.ran = 1">, "quoted"'


@pytest.fixture(scope="module")
def clustered(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return make_clustered(tmp_path_factory.mktemp("clustered") / "clustered.atlas")


@pytest.fixture(scope="module")
def report(clustered: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(clustered, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture
def page(open_page: Open, report: Path) -> Iterator[OpenPage]:
    opened = open_page(report)
    yield opened
    assert opened.errors == []


def names(page: OpenPage) -> list[str]:
    """What stands on the map, in view."""
    found: list[str] = page.run(
        "[...document.querySelectorAll('.hd-name:not([hidden])')].map((one) => one.textContent)"
    )
    return found


def member(atlas: Atlas, level: int, code: int, row: int) -> bool:
    assert atlas.clusters is not None
    return bool(atlas.clusters[row, level] == code)


def filters(page: OpenPage) -> Any:
    return json.loads(page.run("JSON.stringify(hubbleDash.state.filters)"))


def test_names_and_lines_are_on_paper_as_well(
    open_page: Open, clustered: Atlas, tmp_path: Path
) -> None:
    """Beside a story, and from the dark theme, whose lines are light."""
    (tmp_path / "story.md").write_text("# A story\n\n" + "A line.\n\n" * 90)
    page = open_page(
        export(clustered, tmp_path / "page.html", intro=tmp_path / "story.md", theme="dark")
    )
    page.run("hubbleDash.select(20)")
    page.wait_for_shown(20)
    for _ in range(2):
        page.page.keyboard.press("m")
    light = """() => {
        const canvas = document.querySelector("#hd-map canvas.hd-layer");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.reduce((sum, value, i) => sum + (i % 4 < 3 ? value : 0), 0);
    }"""
    page.page.wait_for_function(f"({light})() > 0")
    page.wait_until_still()
    before = page.run(light)
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    assert sorted(names(page)) == ["cluster 0", "cluster 1"]
    assert page.run(light) < 0.98 * before
    page.run("window.dispatchEvent(new Event('afterprint'))")
    page.page.wait_for_function(f"before => ({light})() === before", arg=before)
    assert page.errors == []


def test_names_on_the_map_are_finer_as_one_zooms_in(page: OpenPage) -> None:
    assert sorted(names(page)) == ["cluster 0", "cluster 1"]
    before = page.page.locator(".hd-name", has_text="cluster 0").bounding_box()
    page.page.mouse.move(100, 400)
    page.page.mouse.down()
    page.page.mouse.move(130, 380)
    page.page.mouse.up()
    after = page.page.locator(".hd-name", has_text="cluster 0").bounding_box()
    assert before
    assert after
    moved = [after[side] - before[side] for side in ("x", "y")]
    assert moved == pytest.approx([30, -20], abs=1.5)
    page.page.click("#hd-map-fit")
    page.page.mouse.move(400, 300)
    for _ in range(6):
        page.page.mouse.wheel(0, -120)
    page.page.wait_for_selector(".hd-name:not([hidden]):has-text('fine cluster')")
    assert all(name.startswith("fine") for name in names(page))


def test_a_click_shows_a_cluster_and_shift_asks_for_it(page: OpenPage, clustered: Atlas) -> None:
    page.page.click(".hd-name:has-text('cluster 1')")
    medoid = clustered.manifest["clusters"][0]["clusters"][1]["medoid"]
    page.wait_for_shown(medoid)
    # The map goes there, and names what lies within.
    page.page.wait_for_function("/view=/.test(location.hash)")
    page.page.keyboard.press("Home")
    page.page.click(".hd-name:has-text('cluster 1')", modifiers=["Shift"])
    page.page.wait_for_selector(f'body[data-hd-subset="{N // 2}"]')
    assert [one["codes"] for one in filters(page)] == [[1]]
    assert "hd-left-out" in (
        page.page.get_attribute(".hd-name:has-text('cluster 0')", "class") or ""
    )
    page.page.click(".hd-name:has-text('cluster 1')", modifiers=["Shift"])
    page.page.wait_for_function("hubbleDash.state.filters.length === 0")


def test_nothing_appears_below_a_pointer_that_rests_while_the_map_flies(page: OpenPage) -> None:
    box = page.page.locator(".hd-name", has_text="cluster 1").bounding_box()
    assert box
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.click(*at)
    page.page.wait_for_function("/view=/.test(location.hash)")
    page.page.wait_for_timeout(400)  # after which it would be there
    assert page.page.locator("#hd-preview").is_hidden()
    # Where the hand moves the map, what lies below it is shown.
    other = page.run("(({x, y}) => [x, y])(hubbleDash.state.shown.similar[0])")
    page.page.mouse.move(*page.screen("hd-map", *other))
    page.page.wait_for_selector("#hd-preview", state="visible")


@pytest.mark.parametrize("size", [(1400, 900), (390, 844)])
@pytest.mark.parametrize("color", ["of the cutout", "cluster"])
def test_pictures_lie_below_no_name_legend_or_tool(
    open_page: Open, report: Path, size: tuple[int, int], color: str
) -> None:
    page = open_page(report)
    page.page.set_viewport_size({"width": size[0], "height": size[1]})
    page.page.select_option("#hd-color", label=color)
    covered = """() => {
        const canvas = document.querySelector("#hd-map .hd-layer");
        const whole = canvas.getBoundingClientRect(), ratio = canvas.width / whole.width;
        const filled = ({ left, top, width, height }) => width * height === 0 ? 0 : canvas
            .getContext("2d").getImageData(...[left - whole.left, top - whole.top, width, height]
                .map((one) => one * ratio)).data.filter((value, i) => i % 4 === 3 && value).length;
        const words = [...document.querySelectorAll(".hd-name:not([hidden])")].map((one) => {
            const range = document.createRange();
            range.selectNodeContents(one);
            return range.getBoundingClientRect();
        });
        const over = [...document.querySelectorAll(".hd-panel-map .hd-over")];
        const boxes = [...words, ...over.map((one) => one.getBoundingClientRect())];
        return { all: filled(whole), words: words.length, below: boxes.map(filled) };
    }"""
    page.page.wait_for_function(f"({covered})().all > 2000")
    page.page.wait_for_timeout(300)  # all are chosen anew where a legend has come
    found = page.run(covered)
    assert found["words"] >= 2
    assert found["below"] == [0] * len(found["below"])


def test_a_drag_that_begins_on_a_name_moves_the_map(page: OpenPage) -> None:
    box = page.page.locator(".hd-name", has_text="cluster 0").bounding_box()
    assert box
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(*at)
    page.page.mouse.down()
    page.page.mouse.move(at[0] + 40, at[1] + 30)
    page.page.mouse.up()
    page.page.wait_for_function("/view=/.test(location.hash)")
    assert page.selected is None


def test_names_by_keyboard(page: OpenPage, clustered: Atlas) -> None:
    page.page.focus("#hd-map .hd-surface")
    page.page.keyboard.press("Tab")
    focused = "document.activeElement.textContent"
    first = page.run(focused)
    assert first in names(page)
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.press("ArrowRight")
    second = page.run(focused)
    assert {first, second} >= {"cluster 1"}
    page.page.keyboard.press("F2")
    page.page.keyboard.type("tidal tails")
    page.page.keyboard.press("Enter")
    assert page.run(focused).replace("\n", " ") == "tidal tails"
    assert "is called tidal tails here" in page.page.inner_text("#hd-live")
    page.page.keyboard.press("Shift+Enter")
    page.page.wait_for_selector(f'body[data-hd-subset="{N // 2}"]')
    page.page.keyboard.press("Enter")
    number = int(second.split()[-1])
    page.wait_for_shown(clustered.manifest["clusters"][0]["clusters"][number]["medoid"])


def test_another_name_is_everywhere_and_stays(page: OpenPage, tmp_path: Path) -> None:
    page.page.dblclick(".hd-name:has-text('cluster 0')")
    page.page.fill(".hd-rename input", "cluster 1")
    page.page.press(".hd-rename input", "Enter")
    assert "Another cluster is called" in page.page.inner_text(".hd-rename [role=alert]")
    page.page.fill(".hd-rename input", HOSTILE)
    page.page.press(".hd-rename input", "Enter")
    page.page.click("#hd-tab-filter")
    page.page.click(f".hd-category-bar[title='{HOSTILE}']")
    assert page.page.inner_text(".hd-chip") == f"cluster: {HOSTILE}"
    # Links and queries have what the atlas has.
    page.page.wait_for_function("decodeURIComponent(location.hash).includes('cluster 0')")
    page.page.select_option("#hd-color", label="cluster")
    assert HOSTILE in page.page.inner_text("#hd-legend")
    page.page.click("#hd-tab-clusters")
    with page.page.expect_download() as download:
        page.page.click("#hd-names-save")
    saved = tmp_path / "names.csv"
    saved.write_bytes(Path(download.value.path()).read_bytes())
    assert read_names(saved) == {"cluster 0": HOSTILE}
    page.page.reload()
    page.page.wait_for_selector("body[data-hd-ready]")
    page.page.click("#hd-tab-clusters")
    first = page.page.locator(".hd-cluster b").first
    wait(lambda: first.inner_text() == HOSTILE, "the name that was given before")
    assert page.run("window.ran") is None
    page.page.click(f"[aria-label^='Rename {HOSTILE[:8]}']")
    page.page.click(".hd-rename button")
    wait(lambda: first.inner_text() == "cluster 0", "the atlas's own name")
    assert page.page.is_disabled("#hd-names-save")


def test_the_list_of_clusters(page: OpenPage, clustered: Atlas) -> None:
    page.page.click("#hd-start [data-tab=clusters]")
    page.page.select_option("#hd-cluster-level", "fine cluster")
    page.page.wait_for_selector(".hd-cluster canvas:not([width='1'])")
    entries = page.page.locator(".hd-cluster").all_inner_texts()
    sizes = [int(entry.split("\n")[-1].split()[0]) for entry in entries]
    assert len(entries) == 6
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == 198
    page.page.click(".hd-cluster:has-text('fine cluster 3')")
    medoid = clustered.manifest["clusters"][1]["clusters"][3]["medoid"]
    page.wait_for_shown(medoid)
    rows = (
        "[...document.querySelectorAll('.hd-clusters .hd-contact-one')].map((e) => +e.dataset.row)"
    )
    page.page.wait_for_selector(f".hd-clusters [data-row='{medoid}']")
    typical = page.run(rows)
    near = [int(row) for row in clustered.neighbors.rows[medoid]]
    assert (
        typical == [medoid, *(row for row in near if member(clustered, 1, 3, row))][: len(typical)]
    )
    page.page.click("[data-list=unusual]")
    own = np.flatnonzero(clustered.clusters[:, 1] == 3)  # type: ignore[index]
    oddest = own[np.argsort(-clustered.local_isolation[own], kind="stable")]
    page.page.wait_for_selector(f".hd-clusters .hd-contact-one:first-child[data-row='{oddest[0]}']")
    found = page.run(rows)
    assert found == [int(row) for row in oddest[: len(found)]]
    page.page.click("#hd-cluster-choose")
    page.page.wait_for_selector(f'body[data-hd-subset="{len(own)}"]')


def test_cutouts_in_none_are_said_so(page: OpenPage) -> None:
    page.page.select_option("#hd-color", label="fine cluster")
    legend = page.page.inner_text("#hd-legend")
    assert "no cluster 18" in legend
    assert "not known" not in legend
    page.page.click("#hd-legend .hd-category:has-text('no cluster')")
    page.page.wait_for_selector('body[data-hd-subset="18"]')
    page.page.click("#hd-tab-filter")
    assert page.page.inner_text(".hd-chip") == "in no fine cluster"
    assert page.page.inner_text("[data-column='fine cluster'] .hd-missing") == "18 in no cluster"


def test_names_are_shown_as_the_link_or_the_switch_says(open_page: Open, report: Path) -> None:
    page = open_page(report)
    page.page.click("#hd-map-names")
    assert names(page) == []
    page.page.wait_for_function("/names=no/.test(location.hash)")
    page.page.reload()
    page.page.wait_for_selector("body[data-hd-ready]")
    assert page.page.get_attribute("#hd-map-names", "aria-pressed") == "false"
    page.page.click("#hd-map-names")
    assert len(names(page)) == 2
    page.page.wait_for_function("!/names/.test(location.hash)")
    page.run("location.hash = '#names=no'")
    page.page.wait_for_selector(".hd-name", state="detached")
    assert page.errors == []


def test_a_figure_has_the_names(page: OpenPage) -> None:
    page.page.click("#hd-tab-picked")
    page.page.click("#hd-picked-take")
    with page.page.expect_download() as download:
        page.page.click("#hd-take [data-format=svg]")
    assert Path(download.value.path()).read_text().count(">cluster 1</tspan>") == 2


@pytest.fixture(params=["folder", "server"])
def elsewhere(
    request: pytest.FixtureRequest, open_page: Open, clustered: Atlas, tmp_path: Path
) -> Iterator[OpenPage]:
    """The page in a report folder, and a served one that asks for its data."""
    if request.param == "folder":
        folder = export(clustered, tmp_path / "folder", form="folder", progress=False)
        yield open_page(folder / "index.html")
        return
    server = Served({"app": lambda: dashboard(clustered, most_inside=10)}, prepare=prepare_server)
    try:
        yield open_page(server.url("app"))
    finally:
        server.stop()


def test_folders_and_servers_have_the_same(elsewhere: OpenPage) -> None:
    assert sorted(names(elsewhere)) == ["cluster 0", "cluster 1"]
    elsewhere.page.click("#hd-tab-clusters")
    elsewhere.page.wait_for_selector(".hd-clusters .hd-contact-one >> nth=4")
    elsewhere.page.click(".hd-cluster >> nth=1")
    elsewhere.page.wait_for_selector("body[data-hd-shown]")
    assert elsewhere.errors == []


def test_without_clusters_nothing_is_shown_of_them(
    open_page: Open, atlas: Atlas, tmp_path: Path
) -> None:
    page = open_page(write_file(atlas, tmp_path / "plain.html"))
    for name in ("#hd-tab-clusters", "#hd-map-names", ".hd-names", "[data-tab=clusters]"):
        assert page.page.locator(name).count() == 0, name
