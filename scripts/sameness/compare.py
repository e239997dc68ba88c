"""Two folders with an atlas and its exports -> what differs between them, part by part."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sameness.pages import page_parts

__all__ = ["Accepted", "compare_folders", "compare_json"]

# Keys of the index that no reader ever asked for, or asks for no longer; NEW may lack them.
DEAD = ("preview_pieces", "images.n", "tiles.colors", "title", "has_sky")
# Longer texts are data, and are shown by their checksums.
MAX_TEXT = 160


@dataclass(frozen=True)
class Accepted:
    """Keys of the index that only one page may have.

    Parameters
    ----------
    dead : collection of str
        Only the old one, beside those known to be dead: ``"images.n"``, or ``"images"`` with all
        below it.
    added : collection of str
        Only the new one.
    """

    dead: Collection[str] = ()
    added: Collection[str] = ()

    def keep(self, differences: list[str]) -> list[str]:
        """Take out what is accepted of what `compare_json` found."""
        gone = [f"{key}: only in OLD" for key in (*DEAD, *self.dead)]
        come = [f"{key}: only in NEW" for key in self.added]
        return [line for line in differences if not line.startswith((*gone, *come))]


def compare_folders(old: Path, new: Path, accepted: Accepted) -> dict[str, list[str]]:
    """Compare all files of two folders.

    Parameters
    ----------
    old, new : Path
        Each with atlases, pages and report folders. What their atlases say of the time when they
        were made is set aside.
    accepted : Accepted
        Keys of the index that only one may have.

    Returns
    -------
    dict of str to list of str
        By part, such as ``page.html index``, what differs, a line each; empty lists where a part is
        the same.
    """
    names = [{p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
             for root in (old, new)]  # fmt: skip
    found: dict[str, list[str]] = {}
    for top in sorted({name.partition("/")[0] for name in names[0] | names[1]}):
        files, lines = f"{top} files", []
        inside = sorted(n for n in names[0] | names[1] if n.partition("/")[0] == top)
        for name in inside:
            if name not in names[0] or name not in names[1]:
                lines.append(f"{name}: only in {'OLD' if name in names[0] else 'NEW'}")
            elif name.endswith(".html"):
                parts = _compare_pages(_text(old, name), _text(new, name), accepted)
                found |= {f"{top} {part}": differences for part, differences in parts.items()}
            elif name.endswith(".json"):
                whats = (json.loads(_text(root, name)) for root in (old, new))
                differences = compare_json(*whats)
                if name.endswith("/manifest.json"):
                    found[f"{top} manifest"] = differences
                else:
                    lines += [f"{name}: {line}" for line in differences]
            elif (old / name).read_bytes() != (new / name).read_bytes():
                lines.append(f"{name}: {_explained(old / name, new / name)}")
        if inside != [top] or not top.endswith(".html"):
            found[f"{files} ({len(inside)})"] = lines
    return dict(sorted(found.items()))


def _text(root: Path, name: str) -> str:
    """Read a text without the times at which atlases were made."""
    text = (root / name).read_text(encoding="utf-8")
    for manifest in root.glob("*.atlas/manifest.json"):
        created = json.loads(manifest.read_text(encoding="utf-8"))["created"]
        text = text.replace(created, "(time)")
    return text


def _compare_pages(old: str, new: str, accepted: Accepted) -> dict[str, list[str]]:
    before, now = page_parts(old), page_parts(new)
    return {
        "index": accepted.keep(compare_json(before.index, now.index)),
        "DOM": _compare_lines(before.dom, now.dom),
        "style": _compare_lines(before.style, now.style),
        "figures": compare_json(before.figures, now.figures),
    }


def compare_json(old: Any, new: Any) -> list[str]:
    """Compare plain data, whatever the order of keys.

    Returns
    -------
    list of str
        A line for each value that differs, with its path, such as ``map.extent[2]``.
    """
    return list(_differences(old, new, ""))


def _differences(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            inner = f"{path}.{key}" if path else key
            if key in old and key in new:
                yield from _differences(old[key], new[key], inner)
            else:
                value = old[key] if key in old else new[key]
                yield f"{inner}: only in {'OLD' if key in old else 'NEW'}: {_shown(value)}"
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (before, now) in enumerate(zip(old, new, strict=True)):
            yield from _differences(before, now, f"{path}[{i}]")
    elif type(old) is not type(new) or old != new:
        yield f"{path}: {_shown(old)} | {_shown(new)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= MAX_TEXT:
        return text
    what = f"{len(value)} items" if isinstance(value, (list, dict)) else f"{len(text)} characters"
    return f"({what}, SHA-256 {hashlib.sha256(text.encode()).hexdigest()[:12]})"


def _compare_lines(old: list[str], new: list[str]) -> list[str]:
    # Two lines name the files; what was here may begin with signs of its own.
    lines = islice(difflib.unified_diff(old, new, n=0, lineterm=""), 2, None)
    return [line[: 2 * MAX_TEXT] for line in lines if not line.startswith("@@")]


def _explained(old: Path, new: Path) -> str:
    """Say more of two files that differ than that they do."""
    sums = " | ".join(hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in (old, new))
    said = ""
    if old.suffix == ".npy":
        said = _arrays(np.load(old), np.load(new))
    elif old.suffix == ".parquet":
        before, now = pd.read_parquet(old), pd.read_parquet(new)
        names = dict.fromkeys([*before, *now])
        other = [
            name
            for name in names
            if name not in before or name not in now or not before[name].equals(now[name])
        ]
        said = f"columns {', '.join(other)}" if other else "equal columns, other bytes"
    elif old.suffix == ".js":
        said = _scripts(old.read_text(), new.read_text())
    return f"SHA-256 {sums}{': ' if said else ''}{said}"


def _scripts(old: str, new: str) -> str:
    """Say what differs in pieces, which stand in a line each."""
    called = re.compile(r"[^{]*(\{.*\})\);\s*")
    pieces = [[called.fullmatch(line) for line in text.split("\n")] for text in (old, new)]
    if not all(all(lines) for lines in pieces):
        return ""
    if len(pieces[0]) != len(pieces[1]):
        return f"{len(pieces[0])} | {len(pieces[1])} pieces"
    both = ([json.loads(piece[1]) for piece in lines if piece] for lines in pieces)
    found = [line for one, other in zip(*both, strict=True) for line in compare_json(one, other)]
    return "; ".join(found[:3]) or "equal data, other text around them"


def _arrays(old: Any, new: Any) -> str:
    if old.shape != new.shape or old.dtype != new.dtype:
        return f"{old.shape} {old.dtype} | {new.shape} {new.dtype}"
    rows = (old != new).reshape(len(old), -1).any(axis=1)
    largest = np.abs(old.astype(float) - new.astype(float)).max(initial=0)
    return f"{rows.sum()} of {len(old)} rows differ, by {largest:.3g} at most"
