"""What the README says must be true: commands, options, names, files, pictures."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.cli.main import _parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def subparsers() -> dict[str, argparse.ArgumentParser]:
    for action in _parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("no commands")


@pytest.mark.parametrize("command", subparsers())
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert f"hubble-dash {command}" in README


def test_every_option_in_the_readme_exists() -> None:
    known = {option for p in subparsers().values() for option in p._option_string_actions}
    # Of scripts and of panel, not ours.
    foreign = {"--args", "--data", "--rounds"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) <= known | foreign


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\bhd\.(\w+)", README))))
def test_every_python_name_in_the_readme_exists(name: str) -> None:
    assert hasattr(hd, name)


def test_the_examples_of_commands_parse() -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL))
    lines = re.findall(r"^hubble-dash (.+?)(?:\s+#.*)?$", blocks, flags=re.MULTILINE)
    assert len(lines) > 8
    for line in lines:
        words = [word.strip("\"'") for word in re.findall(r"\"[^\"]*\"|'[^']*'|\S+", line)]
        _parser().parse_args(words)


def test_pictures_and_scripts_are_there() -> None:
    for path in re.findall(r"(?:\]\(|src=\")(docs/[\w.]+)", README):
        assert (ROOT / path).is_file(), path
    for script in set(re.findall(r"scripts/([\w.]*\w)", README)):
        assert (ROOT / "scripts" / script).exists(), script


def test_the_documented_columns_are_those_of_an_atlas(atlas: Atlas) -> None:
    for name in ("cutouts", "images"):
        row = next(line for line in README.splitlines() if line.startswith(f"| `{name}.parquet`"))
        documented = set(re.findall(r"`(\w+)`", row)) - {"images", "lower"}
        assert documented - {"exact", "approximate"} <= set(getattr(atlas, name).columns)
