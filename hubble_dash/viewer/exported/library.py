"""BokehJS -> as much of it as the figures of a page need: two thirds of its text.

Bokeh's file is a list of modules, which require one another by their numbers. Some modules only
gather others under names. What they gather for figures that we do not have is emptied, so that
browsers have less to read and to start; all else is as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import lru_cache

from bokeh.embed import json_item
from bokeh.resources import Resources

from hubble_dash.viewer.data.encoding import spelled_out
from hubble_dash.viewer.plots.figures import empty_figures

__all__ = ["library", "needed_of"]

# A model that the browser side makes, beside those of the figures.
_MADE_LATER = "IndexFilter"
_MODEL = re.compile(r'"type": "object", "name": "(\w+)"')
_EMPTY = "function _(){}"
_START = re.compile(r"^function _\((\w*)", re.MULTILINE)
# What stands behind the modules: the number of the first one, and the numbers of all by name.
_TAIL = re.compile(r'\], (\d+), (\{"main".*?\}), \{\}\)')
_GATHERING = re.compile(r"models/.+/index")
# `("Arc", e(389).Arc)`, and `s=e(337)` for `("Div", s.Div)`.
_NAMED = re.compile(r'\("(\w+)",(\w+)(?:\((\d+)\))?\.\w+\)')
_HELD = re.compile(r"(\w+)=\w+\((\d+)\)")


@lru_cache(maxsize=1)
def library() -> str:
    """Give the script that draws a page's figures; Bokeh would add what others ask for.

    Returns
    -------
    str
        Its text.
    """
    whole = "\n".join(Resources("inline", components=["bokeh"], log_level="warn").js_raw)
    figures = (json.dumps(json_item(one)) for one in empty_figures(1, has_sky=True).values())
    models = {name for figure in figures for name in _MODEL.findall(figure)}
    return spelled_out(needed_of(whole, {*models, _MADE_LATER}))


def needed_of(bundle: str, models: Collection[str]) -> str:
    """Empty those modules of BokehJS that some models do without.

    Parameters
    ----------
    bundle : str
        BokehJS, as Bokeh ships it.
    models : collection of str
        Names of the models.

    Returns
    -------
    str
        The same without these modules. Where the bundle is made in another way than we know, or
        one of the models was not found, the bundle itself.
    """
    tail = _TAIL.search(bundle)
    starts = [] if tail is None else [*_START.finditer(bundle, 0, tail.start())]
    if tail is None or not starts:
        return bundle
    ends = [*(start.start() for start in starts[1:]), tail.start()]
    texts = [bundle[start.start() : end] for start, end in zip(starts, ends, strict=True)]
    # A number that only looks like a module's keeps more than it must.
    known = set(range(len(texts)))
    required = [
        _required(text, start[1]) & known for text, start in zip(texts, starts, strict=True)
    ]
    kept = _reached(int(tail[1]), required, _left_out(texts, required, json.loads(tail[2]), models))
    kept_text = "".join(texts[number] for number in kept)
    if not all(f".{model}=" in kept_text for model in models):
        return bundle
    left = (text if i in kept else _EMPTY + _separator(text) for i, text in enumerate(texts))
    return bundle[: starts[0].start()] + "".join(left) + bundle[tail.start() :]


def _separator(text: str) -> str:
    """Give what stands between a module and the next."""
    return text[text.rindex("}") + 1 :]


def _required(text: str, require: str) -> set[int]:
    """Find the numbers of the modules that a module requires, by its own name for that."""
    if not require:
        return set()
    return {int(number) for number in re.findall(rf"(?<![\w$.]){require}\((\d+)\)", text)}


def _left_out(
    texts: list[str], required: list[set[int]], numbers: dict[str, int], models: Collection[str]
) -> dict[int, set[int]]:
    """Find what modules that only gather others gather for other models, by their numbers."""
    gathering = {number for name, number in numbers.items() if _GATHERING.fullmatch(name)}
    ends = {numbers.get("models/main"), numbers.get("models/index")}
    while used := {
        other
        for number, others in enumerate(required)
        if number not in gathering | ends
        for other in others & gathering
    }:
        gathering -= used  # somebody else needs all that they gather
    left: dict[int, set[int]] = {}
    for number in gathering:
        held = dict(_HELD.findall(texts[number]))
        named = [(name, direct or held[way]) for name, way, direct in _NAMED.findall(texts[number])]
        wanted = {other for name, other in named if name in models}
        left[number] = {int(other) for _, other in named if other not in wanted}
    return left


def _reached(entry: int, required: list[set[int]], left_out: dict[int, set[int]]) -> set[int]:
    """Find all modules that are required from the first one on."""
    reached: set[int] = set()
    waiting = {entry}
    while waiting:
        number = waiting.pop()
        reached.add(number)
        waiting |= required[number] - left_out.get(number, set()) - reached
    return reached
