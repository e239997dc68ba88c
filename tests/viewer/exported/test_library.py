"""BokehJS without the modules that no figure of a page needs."""

from __future__ import annotations

import pytest
from bokeh.resources import Resources

from hubble_dash.viewer.exported.library import library, needed_of

# As Bokeh's own: numbered modules, some of which only gather others under names.
MODULES = """function _(t,e,n,o,r){o(),t(1),t(5)},
function _(t,e,n,o,r){o();t(2).init(t)},
function _(e,t,n,o,r){r("Arc",e(3).Arc);s=e(4);r("Disk",s.Disk),r("Ring",s.Ring),e(9)(e(6))},
function _(t,e,n,o,r){class i{} n.Arc=i;t("3"),i(77)},
function _(t,e,n,o,r){t(7);n.Disk=class{};n.Ring=class{}},
function _(t,e,n,o,r){r("Other",t(8).Other),t(7)},
function _(t,e,n,o,r){n.Base=1},
function _(){},
function _(t,e,n,o,r){n.Other=class{}},
function _(t,e,n,o,r){n.__exportStar=1},
"""
NAMES = (
    '{"main":0,"models/index":1,"models/glyphs/index":2,"models/arc":3,"models/disk":4,'
    '"models/busy/index":5,"base":6,"css":7,"models/other":8,"tslib":9}'
)
HEAD, TAIL = "'use strict';\nstart([\n", f"], 0, {NAMES}, {{}});end();\n"
LINES = MODULES.splitlines()


def bundle(lines: list[str]) -> str:
    return HEAD + "\n".join(lines) + "\n" + TAIL


def left(models: set[str]) -> list[int]:
    """The numbers of the modules that some models leave."""
    text = needed_of(bundle(LINES), models)
    assert text.startswith(HEAD)
    assert text.endswith(TAIL)
    lines = text.removeprefix(HEAD).removesuffix(TAIL).splitlines()
    assert len(lines) == len(LINES)
    for line, whole in zip(lines, LINES, strict=True):
        assert line in (whole, "function _(){},")
    return [number for number, line in enumerate(lines) if line == LINES[number]]


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        # Module 5 gathers as well, but the first one needs it whole; 6 comes by a star.
        ({"Arc"}, [0, 1, 2, 3, 5, 6, 7, 8, 9]),
        ({"Ring"}, [0, 1, 2, 4, 5, 6, 7, 8, 9]),
        ({"Disk", "Arc"}, list(range(10))),
        ({"Base"}, [0, 1, 2, 5, 6, 7, 8, 9]),
    ],
)
def test_what_is_gathered_for_other_models_is_emptied(
    models: set[str], expected: list[int]
) -> None:
    assert left(models) == expected


@pytest.mark.parametrize(
    "text",
    [
        bundle(LINES).replace("function _", "function other"),
        bundle(LINES).replace("], 0,", "], 0 ,"),
        bundle(LINES).replace('"main":0', '"first":0'),
    ],
)
def test_a_bundle_of_another_make_is_left_whole(text: str) -> None:
    assert needed_of(text, {"Arc"}) == text


def test_where_a_model_is_not_found_nothing_is_emptied() -> None:
    assert needed_of(bundle(LINES), {"Arc", "Cloud"}) == bundle(LINES)


def test_bokeh_s_own_loses_a_third() -> None:
    whole = "\n".join(Resources("inline", components=["bokeh"], log_level="warn").js_raw)
    text = library()
    assert 0.5 * len(whole) < len(text) < 0.7 * len(whole)
    assert text.count("\nfunction _(") == whole.count("\nfunction _(")
    for model in ("Scatter", "Segment", "Quad", "IndexFilter"):
        assert f".{model}=" in text
    for model in ("BoxEditTool", "GMap", "ImageURL", "Legend", "MultiPolygons", "WMTSTileSource"):
        assert f".{model}=" in whole
        assert f".{model}=" not in text
