"""What `evaluate` measured, as a small figure in the page: HTML and SVG, made here, once.

It takes the JSON of ``hubble-dash evaluate --format json``, not the atlas: a measurement may take
minutes, and belongs to no file of the atlas, which is sealed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import ExportError

__all__ = ["evaluation_html", "read_evaluation"]

# Units of the drawings; the page scales them to the width it has.
WIDTH, ROW, LABEL, NUMBER = 370, 20, 122, 40
# More classes than this are shown as their best and worst, and without the table of confusions.
MOST_CLASSES, MOST_CONFUSED = 24, 12
LONGEST_NAME = 18


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
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise ExportError(f"{path} cannot be read as an evaluation ({err}); {made_by}") from err
    if not isinstance(found, dict) or not {"n_cutouts", "nearest", "leave_out"} <= set(found):
        raise ExportError(f"{path} is no evaluation; {made_by}")
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
    parts = []
    if found.get("labels"):
        parts += [_classes(found["labels"]), _confusion(found["labels"])]
    bars = [*_rotations(found), *_people(found)]
    if bars:
        parts.append(_figure("How often it agrees", _bars(bars)))
    if found.get("purity"):
        parts.append(_purity(found))
    parts += [f'<p class="hd-eval-warning">{escape(one)}</p>' for one in found.get("warnings", ())]
    left_out = {
        "overlapping": "cutouts that overlap it are left out",
        "image": "cutouts of its image are left out",
        "none": "only itself is left out",
    }.get(found["leave_out"], "")
    centred = found.get("centered_by")
    said = f"The {found['nearest']} nearest of each cutout; {left_out}"
    said += f"; centred by {centred} for this measurement." if centred else "."
    return f'<div class="hd-eval"><p>{escape(said)}</p>{"".join(parts)}</div>'


def _classes(labels: Mapping[str, Any]) -> str:
    """Precision by class, with the mean over cutouts and what chance gives."""
    classes = sorted(labels["classes"], key=lambda one: -_number(one["precision"]))
    rest = 0
    if len(classes) > MOST_CLASSES:
        rest = len(classes) - MOST_CLASSES
        half = MOST_CLASSES // 2
        classes = classes[:half] + classes[-half:]
    rows = [
        (one["name"], _number(one["precision"]), f"{one['name']}: {one['n']} cutouts, "
         f"nearest one right {_number(one['accuracy']):.2f}, mean average precision "
         f"{_number(one['average_precision']):.2f}")
        for one in classes
    ]  # fmt: skip
    whole = (
        f"all {labels['n_queries']} cutouts",
        _number(labels["precision"]),
        f"nearest one right {_number(labels['accuracy']):.2f}, mean average precision "
        f"{_number(labels['average_precision']):.2f}; mean of classes "
        f"{_number(labels['class_precision']):.2f}",
    )
    note = f", the best and worst; {rest} between them are left out" if rest else ""
    title = f"Of the {labels['nearest']} nearest, share with the same {labels['column']}{note}"
    svg = _bars([whole, *rows], mark=_number(labels["chance"]))
    return _figure(title, svg, "The dashed line is what chance gives.")


def _confusion(labels: Mapping[str, Any]) -> str:
    """Draw the table of confusions as a shaded grid, each row by its own sum."""
    names, counts = labels["vote_classes"], labels["confusion"]
    if not 1 < len(names) <= MOST_CONFUSED:
        return ""
    side = min(34, (WIDTH - LABEL) // len(names))
    head, width, height = 74, LABEL + side * len(names), side * len(names)
    cells = []
    for i, (name, row) in enumerate(zip(names, counts, strict=True)):
        y, total = head + i * side, max(1, sum(row))
        cells.append(_text(LABEL - 8, y + side / 2, name, "end"))
        for j, count in enumerate(row):
            x, share = LABEL + j * side, count / total
            title = escape(f"{count} of {total}: {name}, taken for {names[j]}")
            shade = f'fill-opacity="{0.06 + 0.94 * share:.2f}"'
            cells.append(
                f'<g><title>{title}</title><rect class="hd-eval-fill" x="{x + 1}" y="{y + 1}"'
                f' width="{side - 2}" height="{side - 2}" rx="3" {shade}/>'
            )
            if count:
                on = "hd-eval-on" if share > 0.75 else ""
                cells.append(_text(x + side / 2, y + side / 2, str(count), "middle", on))
            cells.append("</g>")
    for j, name in enumerate(names):
        middle = LABEL + (j + 0.5) * side
        cells.append(
            f'<g transform="translate({middle:.0f} {head - 6}) rotate(-40)">{_text(0, 0, name)}</g>'
        )
    vote = labels["vote"]
    voters = "the nearest one is" if vote == 1 else f"the {vote} nearest vote for"
    # The last name leans out to the right.
    svg = _svg(width + 60, head + height, cells, "table of confusions")
    return _figure(f"Rows: what it is. Columns: what {voters}.", svg)


def _rotations(found: Mapping[str, Any]) -> list[tuple[str, float, str]]:
    r = found.get("rotations")
    if not r:
        return []
    return [
        ("turned: first", _number(r["recall_1"]),
         f"{r['n']} cutouts, turned by any angle and mirrored: they find themselves first"),
        ("turned: among 9", _number(r["recall_9"]), "they find themselves among nine"),
    ]  # fmt: skip


def _people(found: Mapping[str, Any]) -> list[tuple[str, float, str]]:
    rows = []
    if t := found.get("triplets"):
        said = f"people's {t['n']} triplets, ± {_number(t['error']):.3f}; chance 0.5"
        rows.append(("triplets", _number(t["agreement"]), said))
    if m := found.get("matrix"):
        said = f"rank correlation with people's similarities of {m['n_pairs']} pairs (Spearman)"
        rows.append(("people, rank", _number(m["spearman"]), said))
    return rows


def _purity(found: Mapping[str, Any]) -> str:
    """Show how far neighbours share what should not decide, each with its own chance."""
    rows = []
    for one in found["purity"]:
        shared, chance = _number(one["shared"]), _number(one["chance"])
        said = f"{one['n_values']} values; shared {shared:.2f}, chance {chance:.2f}"
        rows.append((one["column"], shared, said))
    marks = [_number(one["chance"]) for one in found["purity"]]
    svg = _bars(rows, mark=marks, kind="hd-eval-quiet")
    return _figure("How far neighbours share what should not decide", svg,
                   "The dashed line is what chance gives.")  # fmt: skip


def _bars(
    rows: Sequence[tuple[str, float, str]],
    *,
    mark: float | Sequence[float] | None = None,
    kind: str = "hd-eval-fill",
) -> str:
    """Draw shares of 0 to 1 as bars: name, share, and what is said on hovering."""
    room = WIDTH - LABEL - NUMBER
    marks = [mark] * len(rows) if isinstance(mark, (int, float)) else mark
    drawn = []
    for i, (name, share, said) in enumerate(rows):
        y = i * ROW
        drawn.append(
            f"<g><title>{escape(said)}</title>{_text(LABEL - 8, y + ROW / 2, name, 'end')}"
            f'<rect class="hd-eval-track" x="{LABEL}" y="{y + 4}" width="{room}"'
            f' height="{ROW - 8}" rx="3"/><rect class="{kind}" x="{LABEL}" y="{y + 4}"'
            f' width="{room * min(1.0, max(0.0, share)):.1f}" height="{ROW - 8}" rx="3"/>'
            f"{_text(WIDTH - 2, y + ROW / 2, f'{share:.2f}', 'end')}</g>"
        )
        if marks is not None:
            x = LABEL + room * marks[i]
            drawn.append(
                f'<line class="hd-eval-chance" x1="{x:.1f}" x2="{x:.1f}" y1="{y + 1}"'
                f' y2="{y + ROW - 1}"/>'
            )
    return _svg(WIDTH, ROW * len(rows), drawn, "bars")


def _figure(title: str, svg: str, note: str = "") -> str:
    under = f"<small>{escape(note)}</small>" if note else ""
    return f"<figure><figcaption>{escape(title)}</figcaption>{svg}{under}</figure>"


def _svg(width: float, height: float, parts: Sequence[str], label: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{label}"'
        f' style="max-width:{width:.0f}px">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> str:
    shown = text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
        f' dominant-baseline="central">{escape(shown)}</text>'
    )


def _number(value: Any) -> float:
    """Take what JSON has; what is not a number was written as null."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else 0.0
