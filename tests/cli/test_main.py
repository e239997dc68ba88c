"""The command line as a whole: help, examples, exit statuses, interruptions."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.atlases import nebula
from helpers.commands import COMMANDS, Capture, fails, parser_of, status
from helpers.images import make_picture

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.cli.build import settings_of
from hubble_dash.cli.main import make_parser


def test_all_commands_are_tested() -> None:
    assert list(parser_of()) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_all_and_shows_an_example(command: str, capsys: Capture) -> None:
    parser = parser_of()[command]
    assert all(action.help for action in parser._actions)
    assert status(command, "--help") == 0
    text = capsys.readouterr().out
    assert f"example:\n  hubble-dash {command} " in text
    for action in parser._actions:
        assert all(option in text for option in action.option_strings)


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_are_understood(command: str) -> None:
    example = parser_of()[command].epilog or ""
    lines = re.findall(r"hubble-dash (.*)", example.replace("\\\n", " "))
    assert lines
    for line in lines:
        words = re.findall(r'"[^"]*"|\'[^\']*\'|\S+', line)
        options = make_parser().parse_args([word.strip("\"'") for word in words])
        if command == "build":
            settings_of(options)


def test_help_and_version_of_the_whole(capsys: Capture) -> None:
    assert status("--help") == 0
    text = capsys.readouterr().out
    assert all(f"\n    {name} " in text for name in COMMANDS)
    assert status("--version") == 0
    assert re.fullmatch(r"hubble-dash \d+\.\d+\.\d+\n", capsys.readouterr().out)
    assert status() == 2


def test_what_the_world_fails(tmp_path: Path, atlas: Atlas, capsys: Capture) -> None:
    out, none = tmp_path / "x.atlas", tmp_path / "none.fits"
    make_picture(tmp_path / "a.png", nebula(1))
    build = ["build", tmp_path / "a.png", "--out"]
    assert "no such file or folder" in fails(capsys, "build", none, "--out", out)
    assert "exists; replace it with --overwrite" in fails(capsys, *build, atlas.path)
    assert "no such file" in fails(capsys, *build, out, "--weights", tmp_path / "w.pth")
    assert "timm has no model" in fails(
        capsys, *build, out, "--model", "resnet51", "--weights", none
    )
    assert "no such catalogue" in fails(capsys, *build, out, "--catalog", none)
    for command in ("info", "serve", "similar", "export"):
        words = {"similar": ["--row", 1], "export": [tmp_path / "x.html"]}.get(command, [])
        assert "there is no atlas folder" in fails(capsys, command, none, *words)
    assert "is not an atlas" in fails(capsys, "info", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_interrupted(atlas: Atlas, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hubble_dash.atlas.atlas.open_atlas", interrupt)
    assert status("info", atlas.path) == 130
    assert capsys.readouterr().err == ("hubble-dash: interrupted; nothing was left half-written\n")


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_error(atlas: Atlas) -> None:
    words = [sys.executable, "-m", "hubble_dash.cli", "similar", str(atlas.path), "--row", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1
