"""Atlases of OLD are opened with NEW, and builds of OLD that were killed are ended with NEW."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sameness.collections import INTERRUPTED, Collection
from sameness.compare import Accepted, compare_folders, compare_json
from sameness.store import Store
from sameness.trees import Tree

__all__ = ["go_on"]

# What is asked of an atlas. Plain data are printed, of similarities the digits that people see:
# products that are rounded in another order differ in the seventh.
QUESTIONS = """
import json, sys, hubble_dash as hd
atlas = hd.open_atlas(sys.argv[1])
row = len(atlas) // 2
found = {"wrong": atlas.check(), "image": atlas.images.iloc[-1].astype(str).to_dict()}
for name, question in (("row", row), ("fingerprint", atlas.fingerprints[row])):
    for leave_out in {False, name == "row"}:
        similar = atlas.similar(question, n=12, leave_out_overlapping=leave_out)
        shown = [f"{similarity:.5f}" for similarity in similar.similarities]
        found[f"{name} {leave_out}"] = similar.rows.tolist(), shown
print(json.dumps(found))
"""


def go_on(
    old: Tree,
    new: Tree,
    store: Store,
    collections: Sequence[Collection],
    accepted: Accepted,
    scratch: Path,
) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Let a commit go on with what another one made.

    Parameters
    ----------
    old, new : Tree
        The two commits.
    store : Store
        Has what the old one made.
    collections : sequence of Collection
        Their atlases are opened; those of `INTERRUPTED` are built by `old`, killed, and ended.
    accepted : Accepted
        Keys of the index that only one page may have.
    scratch : Path
        For what comes of it.

    Yields
    ------
    name : str
        Of the collection.
    found : dict of str to list of str
        What differs, by part, as `compare_folders` gives it.
    """
    for collection in collections:
        go = _ended if collection in INTERRUPTED else _opened
        yield collection.name, go(old, new, store, collection, accepted, scratch)


def _opened(
    old: Tree, new: Tree, store: Store, collection: Collection, accepted: Accepted, scratch: Path
) -> dict[str, list[str]]:
    """Ask an old atlas the same with both commits, and export it with the new one."""
    before = store.made(old, collection)
    # A copy, since evaluations remember where the atlas lay.
    folder = scratch / collection.name
    shutil.copytree(before / collection.atlas, folder / collection.atlas)
    atlas = folder / collection.atlas
    answers = [_answers(tree, atlas, store.inputs) for tree in (old, new)]
    wrong = [f"check: {line}" for line in answers[1]["wrong"]]
    collection.export(new, atlas, folder, store.inputs)
    found = compare_folders(before, folder, accepted)
    return {"opened: answers": wrong + compare_json(*answers)} | {
        f"opened: {part}": differences for part, differences in found.items()
    }


def _answers(tree: Tree, atlas: Path, cwd: Path) -> dict[str, Any]:
    line = [sys.executable, "-c", QUESTIONS, str(atlas)]
    answers: dict[str, Any] = json.loads(tree.run(line, cwd=cwd).stdout)
    return answers


def _ended(
    old: Tree, new: Tree, store: Store, collection: Collection, accepted: Accepted, scratch: Path
) -> dict[str, list[str]]:
    """Kill an old build after its first shard, end it with the new commit, compare with a whole."""
    whole, killed = store.made(old, collection), store.killed(old, collection)
    folder = scratch / f"{collection.name}-ended"
    shutil.copytree(killed, folder)
    part = folder / f"{collection.atlas}.part"
    n = json.loads((part / "state.json").read_text(encoding="utf-8"))["n"]
    # Sheets are renamed into the atlas as they are.
    times = _times(part / "atlas" / "sheets")
    done = new.run(collection.build_line(new, folder / collection.atlas), cwd=store.inputs)
    after = _times(folder / collection.atlas / "sheets")
    again = [name for name in times if after.get(name) != times[name]]
    lines = [f"{name} was made again" for name in sorted(again)]
    if f"going on after {n:,} cutouts" not in done.stderr:
        lines.append(f"it did not say that it goes on after {n:,} cutouts")
    left = sorted(path.name for path in folder.iterdir() if path.name != collection.atlas)
    lines += [f"{name} was left" for name in left]
    found = compare_folders(whole, folder, accepted)
    return {f"ended after {n:,} cutouts": lines} | {
        f"ended: {part}": differences for part, differences in found.items()
    }


def _times(sheets: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in sheets.iterdir()}
