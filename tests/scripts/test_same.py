"""What scripts/same tells of two folders that differ in one place, and of equal ones."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sameness.collections import COLLECTIONS, INTERRUPTED, choose
from sameness.compare import Accepted, compare_folders, compare_json
from sameness.pages import page_parts
from sameness.trees import TreeError, unpack

INDEX = {"title": "A", "n": 2, "images": {"n": 1, "per_piece": 8}, "made": "2026-11-27T00:00:00"}
PIECE = 'hubbleDash.piece("map/0",{"x":{"dtype":"float32","data":"AAAA"},"row":[0,1]});'
PARTS = {
    *("page.html DOM", "page.html figures", "page.html index", "page.html style"),
    *("report DOM", "report figures", "report index", "report style"),
    *("report files (4)", "x.atlas files (3)", "x.atlas manifest"),
}


def page(
    index: Any = INDEX,
    *,
    first_id: int = 1000,
    root: str = "abc",
    scripts: str = "",
    body: str = "",
) -> str:
    """A page as Bokeh writes it: ids that count from anywhere, and elements with random names."""
    figure = {
        "type": "object", "name": "Figure", "id": f"p{first_id}",
        "attributes": {"width": 300, "x_range": {"type": "object", "id": f"p{first_id + 5}"},
                       "tools": [{"id": f"p{first_id + 5}"}]},
    }  # fmt: skip
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A</title>
  <style>.a {{ color: red; }}
  :root {{ --b: 1px; }}</style><script>library()</script></head>
<body>
  <main class="hd-main" id="m"><h1>A  &amp;
    b</h1> <button disabled>Go</button></main>{body}
  <div id="{root}" data-root-id="p{first_id}" style="display: contents;"></div>
  <script type="application/json" id="hd-data">{json.dumps(index)}</script>{scripts}
  <script type="application/json" id="{root}-d">{json.dumps({root: {"roots": [figure]}})}</script>
</body></html>"""


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Two equal folders, made at different times, with other random ids in their pages."""
    roots = tmp_path / "old", tmp_path / "new"
    for number, root in enumerate(roots):
        created = f"2026-11-27T00:00:0{number}"
        for folder in ("x.atlas/sheets", "report/data/map", "report/tiles"):
            (root / folder).mkdir(parents=True)
        np.save(root / "x.atlas" / "positions.npy", np.arange(6.0).reshape(3, 2))
        (root / "x.atlas" / "sheets" / "sheet_00000.webp").write_bytes(b"RIFF")
        manifest = {"created": created, "n_cutouts": 2, "model": {"name": "m"}}
        (root / "x.atlas" / "manifest.json").write_text(json.dumps(manifest))
        (root / "report" / "data" / "map" / "0.js").write_text(PIECE)
        (root / "report" / "tiles" / "0-0.png").write_bytes(b"PNG")
        (root / "report" / "marker.json").write_text('{"title": "A"}')
        text = page(INDEX | {"made": created}, first_id=1000 + 7 * number, root=f"r{number}")
        for name in ("page.html", "report/index.html"):
            (root / name).write_text(text)
    return roots


def told(two: tuple[Path, Path], accepted: Accepted = Accepted()) -> dict[str, list[str]]:  # noqa: B008
    """The parts that differ."""
    return {part: lines for part, lines in compare_folders(*two, accepted).items() if lines}


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text()
    assert change(before) != before
    path.write_text(change(before))


def test_equal_folders_are_the_same_in_all_their_parts(two: tuple[Path, Path]) -> None:
    found = compare_folders(*two, Accepted())
    assert set(found) == PARTS
    assert not any(found.values())


def test_a_changed_byte_is_told(two: tuple[Path, Path]) -> None:
    (two[1] / "x.atlas" / "sheets" / "sheet_00000.webp").write_bytes(b"RIFG")
    (two[1] / "report" / "tiles" / "0-0.png").write_bytes(b"PNH")
    found = told(two)
    assert set(found) == {"x.atlas files (3)", "report files (4)"}
    assert found["x.atlas files (3)"][0].startswith("x.atlas/sheets/sheet_00000.webp: SHA-256")


def test_what_differs_in_a_file_is_explained(two: tuple[Path, Path]) -> None:
    positions = np.arange(6.0).reshape(3, 2)
    positions[1] += 0.5
    np.save(two[1] / "x.atlas" / "positions.npy", positions)
    edit(two[1] / "report" / "data" / "map" / "0.js", lambda text: text.replace("AAAA", "AAAB"))
    found = told(two)
    assert "1 of 3 rows differ, by 0.5 at most" in found["x.atlas files (3)"][0]
    assert found["report files (4)"][0].endswith(': x.data: "AAAA" | "AAAB"')


def test_what_differs_in_one_of_several_pieces_is_explained(two: tuple[Path, Path]) -> None:
    for root in two:
        (root / "report" / "data" / "map" / "0.js").write_text(f"{PIECE}\n{PIECE}")
    edit(
        two[1] / "report" / "data" / "map" / "0.js", lambda text: text.replace("[0,1]", "[0,2]", 1)
    )
    (line,) = told(two)["report files (4)"]
    assert line.endswith(": row[1]: 1 | 2")
    (two[1] / "report" / "data" / "map" / "0.js").write_text(PIECE)
    (line,) = told(two)["report files (4)"]
    assert line.endswith(": 2 | 1 pieces")


def test_files_that_only_one_has_are_told(two: tuple[Path, Path]) -> None:
    (two[1] / "report" / "tiles" / "0-0.png").unlink()
    (two[1] / "x.atlas" / "more.npy").write_bytes(b"")
    assert told(two) == {
        "report files (4)": ["report/tiles/0-0.png: only in OLD"],
        "x.atlas files (4)": ["x.atlas/more.npy: only in NEW"],
    }
    shutil.rmtree(two[1] / "report")
    assert len(told(two)["report files (4)"]) == 4


def test_of_a_manifest_the_time_alone_may_differ(two: tuple[Path, Path]) -> None:
    path = two[1] / "x.atlas" / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"model": {"name": "k"}, "more": [1]}))
    lines = ['model.name: "m" | "k"', "more: only in NEW: [1]"]
    assert told(two) == {"x.atlas manifest": lines}


def test_keys_of_the_index_must_agree_or_be_accepted(two: tuple[Path, Path]) -> None:
    changed = {"title": "B", "n": 2, "images": {"per_piece": 8}, "constants": {"border": 1}}
    (two[1] / "page.html").write_text(page(changed))
    lines = {'title: "A" | "B"', 'constants: only in NEW: {"border": 1}'}
    made = 'made: only in OLD: "(time)"'
    assert set(told(two)["page.html index"]) == lines | {made}
    accepted = Accepted(dead=["made"], added=["constants"])
    assert told(two, accepted) == {"page.html index": ['title: "A" | "B"']}
    # What is dead may be missing in the new one, and not come back.
    assert told(two[::-1], accepted)["page.html index"] != ['title: "B" | "A"']


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (
            'class="hd-main"',
            'class="hd-main hd-no-sky"',
            "+<main class='hd-main hd-no-sky' id='m'>",
        ),
        ("<button disabled>", "<button>", "-<button disabled>"),
        ("Go</button>", "Went</button>", "+Went"),
        ("</h1> <button", "</h1><button", "- "),
        ("display: contents", "display: none", "+<div data-root-id='#0' id='#0'"),
    ],
)
def test_a_change_of_the_dom_is_told(
    two: tuple[Path, Path], before: str, after: str, line: str
) -> None:
    edit(two[1] / "report" / "index.html", lambda text: text.replace(before, after, 1))
    found = told(two)
    assert set(found) == {"report DOM"}
    assert any(said.startswith(line) for said in found["report DOM"])


def test_scripts_may_move_and_change() -> None:
    html = page(scripts="\n  <script>a</script>").replace("library()", "")
    html = html.replace("</body>", '<script type="module">b("<i>")</script></body>')
    assert page_parts(html) == page_parts(page())


def test_a_change_of_style_or_figures_is_told(two: tuple[Path, Path]) -> None:
    edit(two[1] / "page.html", lambda text: text.replace("--b: 1px", "--b: 2px"))
    edit(
        two[1] / "report" / "index.html", lambda text: text.replace('"width": 300', '"width": 301')
    )
    assert told(two) == {
        "page.html style": ["-:root { --b: 1px; }", "+:root { --b: 2px; }"],
        "report figures": ["[0].attributes.width: 300 | 301"],
    }


def test_figures_whose_models_refer_to_others_differ() -> None:
    html = page()
    assert html.count('"p1005"') == 2
    other = html.replace('"p1005"', '"p1006"', 1)
    assert compare_json(page_parts(html).figures, page_parts(other).figures) != []


def test_json_is_compared_with_types_and_lengths() -> None:
    assert compare_json({"a": 1, "b": [1, 2]}, {"b": [1, 2], "a": 1}) == []
    assert compare_json({"a": 1}, {"a": 1.0}) == ["a: 1 | 1.0"]
    assert compare_json([1, True], [1, 1]) == ["[1]: true | 1"]
    assert compare_json({"a": [1]}, {"a": [1, 2]}) == ["a: [1] | [1, 2]"]
    long = compare_json("x" * 999, "x" * 998 + "y")
    assert len(long) == 1
    assert "(1001 characters, SHA-256" in long[0]


def test_collections_are_chosen_by_name() -> None:
    assert choose(COLLECTIONS, None) == list(COLLECTIONS)
    assert [one.name for one in choose(COLLECTIONS, "windows,demo")] == ["windows", "demo"]
    with pytest.raises(TreeError, match="no collection 'window'; there are demo, windows"):
        choose(COLLECTIONS, "window")
    assert len({one.name for one in (*COLLECTIONS, *INTERRUPTED)}) == 7


def test_a_tree_imports_its_own_code_alone(tmp_path: Path) -> None:
    """Wherever else hubble_dash is installed."""
    repository = tmp_path / "repository"
    for name, text in {
        "hubble_dash/__init__.py": "", "templates/__init__.py": "", "templates/a/b.js": "b",
        "hubble_dash/cli.py": "print('mine')",
    }.items():  # fmt: skip
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text)
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], check=True)
    tree = unpack(repository, "HEAD", tmp_path / "tree")
    assert tree.is_kept
    assert len(tree.name) == 12
    assert tree.hubble_dash(cwd=tmp_path).stdout == "mine\n"
    assert (tree.folder / "hubble_dash" / "templates" / "a" / "b.js").read_text() == "b"
    # With a change that is not committed it has no name to be kept by.
    (repository / "hubble_dash" / "cli.py").write_text("print('changed')")
    changed = unpack(repository, None, tmp_path / "changed")
    assert not changed.is_kept
    assert changed.hubble_dash(cwd=tmp_path).stdout == "changed\n"
    with pytest.raises(TreeError, match="no-such"):
        unpack(repository, "no-such", tmp_path / "none")
