"""What users hold on to: the names of `hubble_dash`, the texts of the help, exit statuses.

The help is compared with `tests/snapshots/help/`; write it anew, and read the difference, with::

    UPDATE_SNAPSHOTS=1 python -m pytest tests/test_public.py
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import COMMANDS, Capture, status

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas

PACKAGE = Path(hd.__file__).parent
SNAPSHOTS = Path(__file__).parent / "snapshots" / "help"
NAMES = [
    "AddSettings",
    "Atlas",
    "BuildSettings",
    "CatalogColumns",
    "CatalogPositions",
    "Crop",
    "DetectedSources",
    "EqualizeAdaptive",
    "EqualizeHistogram",
    "FlipLeftRight",
    "FlipUpDown",
    "Grayscale",
    "GuestReader",
    "HubbleDashError",
    "MapSettings",
    "ModelInput",
    "Neighbors",
    "Originals",
    "RescaleIntensity",
    "Resize",
    "Rotate",
    "Similar",
    "SlidingWindow",
    "Stretch",
    "WholeImage",
    "add",
    "build",
    "dashboard",
    "evaluate",
    "export",
    "fingerprint_image",
    "open_atlas",
    "publish",
    "serve",
    "verify",
]


def test_the_public_names() -> None:
    assert list(hd.__all__) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_name_can_be_used_and_has_all_its_parameters_documented(name: str) -> None:
    public: Any = getattr(hd, name)
    said = inspect.cleandoc(public.__doc__ or "")
    assert said.split("\n")[0].endswith(".")
    if isinstance(public, type) and issubclass(public, Exception):
        return
    documented = {
        word.strip(" *")
        for section in re.findall(r"(?:Parameters|Attributes)\n-+\n(.*?)(?=\n\n\w|\Z)", said, re.S)
        for line in section.split("\n")
        if not line.startswith(" ")
        for word in line.split(" : ")[0].split(",")
    }
    assert set(inspect.signature(public).parameters) <= documented


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'bake'"):
        _ = hd.bake  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_as_it_was(command: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "88")
    assert status(*command.split(), "--help") == 0
    usage, rest = capsys.readouterr().out.split("\n\n", 1)
    # Python 3.13 breaks the lines of the usage elsewhere.
    text = f"{' '.join(usage.split())}\n\n{rest}"
    path = SNAPSHOTS / f"{command or 'hubble-dash'}.txt"
    if "UPDATE_SNAPSHOTS" in os.environ:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_there_is_no_snapshot_too_many() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == {"hubble-dash", *COMMANDS}


STATUSES = [
    (["--version"], 0),
    (["info", "ATLAS"], 0),
    (["info", "none.atlas"], 1),
    (["export", "none.atlas", "x.html"], 1),
    (["build", "none.fits", "--out", "x.atlas"], 1),
    ([], 2),
    (["bake"], 2),
    (["info"], 2),
    (["build", "none.fits", "--out", "x.atlas", "--batch-size", "0"], 2),
    (["similar", "ATLAS", "--row", "-1"], 2),
    (["evaluate", "ATLAS", "--nearest", "0"], 2),
]


@pytest.mark.parametrize(("words", "expected"), STATUSES, ids=[" ".join(w) for w, _ in STATUSES])
def test_exit_statuses(
    words: list[str],
    expected: int,
    atlas: Atlas,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert status(*(atlas.path if word == "ATLAS" else word for word in words)) == expected


@pytest.mark.slow
@pytest.mark.parametrize("module", ["hubble_dash", "hubble_dash.cli"])
def test_a_process_leaves_with_the_status(module: str, tmp_path: Path) -> None:
    words = [sys.executable, "-m", module, "info", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not an atlas" in done.stderr


def documented_functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Functions without an underscore, and methods that are no other class's to document."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        classes = [one for one in module.body if isinstance(one, ast.ClassDef)]
        for holder in (module, *(c for c in classes if not c.bases and c.name[0] != "_")):
            for one in holder.body:
                if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield f"{path.relative_to(PACKAGE)}: {one.name}", one


def test_whatever_is_public_has_its_parameters_documented() -> None:
    missing = []
    for name, one in documented_functions():
        arguments = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs]
        names = {argument.arg for argument in arguments if argument.arg[0] != "_"} - {"self", "cls"}
        said = ast.get_docstring(one) or ""
        if one.name[0] != "_" and not (said and (not names or "Parameters\n------" in said)):
            missing.append(name)
    assert not missing
