"""What `evaluate` measured, as small figures in the page.

It takes the JSON of ``hubble-dash evaluate --format json``, not the atlas: a measurement may take
minutes, and belongs to no file of the atlas, which is sealed. Here is what the figures say; how
they are drawn stands in ``templates/page/evaluation.html.jinja``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, StrictUndefined, Template

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import ExportError
from hubble_dash.foreign.plain import check_plain, read_plain
from hubble_dash.viewer.plots.evaluation_schema import SavedEvaluation

__all__ = ["evaluation_html", "read_evaluation"]

# More classes than this are shown as their best and worst, and more than that without the table
# of confusions.
MAX_CLASSES, MAX_CONFUSED = 24, 12
CHANCE_NOTE = "The dashed line is what chance gives."


class Bar(NamedTuple):
    """A share of 0 to 1 with its name, what is said on hovering, and the share chance gives."""

    name: str
    share: float
    said: str
    chance: float | None = None


class Cell(NamedTuple):
    """How many of a class were taken for another, and which share of all of it."""

    n: int
    share: float
    said: str


class Table(NamedTuple):
    """A table of confusions; rows and columns have the same names."""

    names: list[str]
    rows: list[list[Cell]]


class Figure(NamedTuple):
    """Bars or a table under a title, with a note below."""

    title: str
    bars: list[Bar] | None = None
    table: Table | None = None
    note: str = ""
    class_: str = "hd-eval-fill"


def read_evaluation(path: str | Path, atlas: Atlas) -> dict[str, Any]:
    """Read what ``hubble-dash evaluate --format json`` wrote, if it is about an atlas.

    Parameters
    ----------
    path : path-like
        The file.
    atlas : Atlas
        The one that the page is made of.

    Returns
    -------
    dict
        As of `hubble_dash.evaluation.results.Evaluation.to_dict`.

    Raises
    ------
    ExportError
        If the file cannot be read, is something else, or about another atlas.
    """
    made_by = "make it with: hubble-dash evaluate X.atlas --label COLUMN --format json > X.json"
    try:
        found: dict[str, Any] = read_plain(Path(path).read_bytes())
    except (OSError, ValueError) as err:
        raise ExportError(f"{path} cannot be read as an evaluation ({err}); {made_by}") from err
    try:
        check_plain(found, SavedEvaluation, "evaluation")
        labels = found.get("labels")
        if labels and {len(labels["confusion"]), *map(len, labels["confusion"])} - {
            len(labels["vote_classes"])
        }:
            raise ValueError("evaluation.labels.confusion is not as large as its vote_classes")
    except ValueError as err:
        raise ExportError(f"{path} is no evaluation ({err}); {made_by}") from err
    model = atlas.manifest["model"]["name"]
    if (found["n_cutouts"], found["model"]) != (len(atlas), model):
        raise ExportError(
            f"{path} is about {found['n_cutouts']} cutouts by {found['model']}, and {atlas.path}"
            f" has {len(atlas)} by {model}; {made_by}"
        )
    return found


def evaluation_html(found: Mapping[str, Any]) -> str:
    """Draw an evaluation.

    Parameters
    ----------
    found : mapping
        As of `hubble_dash.evaluation.results.Evaluation.to_dict`, or read from its JSON.

    Returns
    -------
    str
        HTML with SVG in it, all text escaped, its colours those of the page.
    """
    figures = []
    if labels := found.get("labels"):
        figures.append(_classes(labels))
        if 1 < len(labels["vote_classes"]) <= MAX_CONFUSED:
            figures.append(_confusion(labels))
    if bars := [*_rotations(found), *_people(found)]:
        figures.append(Figure("How often it agrees", bars))
    if found.get("purity"):
        figures.append(_purity(found))
    said = _what_was_asked(found)
    return _template().render(said=said, figures=figures, warnings=found.get("warnings", ()))


@lru_cache(maxsize=1)
def _template() -> Template:
    text = files("hubble_dash.templates").joinpath("page/evaluation.html.jinja")
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    return environment.from_string(text.read_text(encoding="utf-8"))


def _what_was_asked(found: Mapping[str, Any]) -> str:
    left_out = {
        "overlapping": "cutouts that overlap it are left out",
        "image": "cutouts of its image are left out",
        "none": "only itself is left out",
    }.get(found["leave_out"], "")
    said = f"The {found['nearest']} nearest of each cutout; {left_out}"
    centred = found.get("centered_by")
    return f"{said}; centred by {centred} for this measurement." if centred else f"{said}."


def _classes(labels: Mapping[str, Any]) -> Figure:
    """Precision by class, with the mean over cutouts and what chance gives."""
    classes = sorted(labels["classes"], key=lambda one: -_number(one["precision"]))
    note = ""
    if len(classes) > MAX_CLASSES:
        left_out, half = len(classes) - MAX_CLASSES, MAX_CLASSES // 2
        classes = classes[:half] + classes[-half:]
        note = f", the best and worst; {left_out} between them are left out"
    chance = _number(labels["chance"])
    whole = Bar(
        f"all {labels['n_queries']} cutouts",
        _number(labels["precision"]),
        f"{_how_right(labels)}; mean of classes {_number(labels['class_precision']):.2f}",
        chance,
    )
    bars = [
        Bar(
            one["name"],
            _number(one["precision"]),
            f"{one['name']}: {one['n']} cutouts, {_how_right(one)}",
            chance,
        )
        for one in classes
    ]
    title = f"Of the {labels['nearest']} nearest, share with the same {labels['column']}{note}"
    return Figure(title, [whole, *bars], note=CHANCE_NOTE)


def _how_right(scores: Mapping[str, Any]) -> str:
    return (
        f"nearest one right {_number(scores['accuracy']):.2f}, mean average precision"
        f" {_number(scores['average_precision']):.2f}"
    )


def _confusion(labels: Mapping[str, Any]) -> Figure:
    """Say how often each class is taken for each, as a share of the class."""
    names = labels["vote_classes"]
    rows = []
    for name, counts in zip(names, labels["confusion"], strict=True):
        total = max(1, sum(counts))
        rows.append(
            [
                Cell(count, count / total, f"{count} of {total}: {name}, taken for {other}")
                for other, count in zip(names, counts, strict=True)
            ]
        )
    vote = labels["vote"]
    voters = "the nearest one is" if vote == 1 else f"the {vote} nearest vote for"
    return Figure(f"Rows: what it is. Columns: what {voters}.", table=Table(names, rows))


def _rotations(found: Mapping[str, Any]) -> list[Bar]:
    scores = found.get("rotations")
    if not scores:
        return []
    turned = f"{scores['n']} cutouts, turned by any angle and mirrored: they find themselves first"
    return [
        Bar("turned: first", _number(scores["recall_1"]), turned),
        Bar("turned: among 9", _number(scores["recall_9"]), "they find themselves among nine"),
    ]


def _people(found: Mapping[str, Any]) -> list[Bar]:
    bars = []
    if triplets := found.get("triplets"):
        error = _number(triplets["error"])
        said = f"people's {triplets['n']} triplets, ± {error:.3f}; chance 0.5"
        bars.append(Bar("triplets", _number(triplets["agreement"]), said))
    if matrix := found.get("matrix"):
        n = matrix["n_pairs"]
        said = f"rank correlation with people's similarities of {n} pairs (Spearman)"
        bars.append(Bar("people, rank", _number(matrix["spearman"]), said))
    return bars


def _purity(found: Mapping[str, Any]) -> Figure:
    """Show how far neighbours share what should not decide, each with its own chance."""
    bars = []
    for one in found["purity"]:
        shared, chance = _number(one["shared"]), _number(one["chance"])
        said = f"{one['n_values']} values; shared {shared:.2f}, chance {chance:.2f}"
        bars.append(Bar(one["column"], shared, said, chance))
    title = "How far neighbours share what should not decide"
    return Figure(title, bars, note=CHANCE_NOTE, class_="hd-eval-quiet")


def _number(value: Any) -> float:
    """Take what JSON has; what is not a number was written as null."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else 0.0
