"""Commands run in this process, as a user would type them."""

from __future__ import annotations

import argparse

import pytest

from hubble_dash.cli.main import main, make_parser

__all__ = ["COMMANDS", "Capture", "fails", "parser_of", "status"]

COMMANDS = [
    "build",
    "add",
    "export",
    "serve",
    "publish",
    "info",
    "verify",
    "similar",
    "select",
    "tag",
    "evaluate",
    "demo",
]
Capture = pytest.CaptureFixture[str]


def parser_of() -> dict[str, argparse.ArgumentParser]:
    """Give the parser of each command."""
    for action in make_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("no commands")


def status(*argv: object) -> int:
    """Run a command; argparse leaves by itself."""
    try:
        return main([str(word) for word in argv])
    except SystemExit as leaving:
        return int(leaving.code or 0)


def fails(capsys: Capture, *argv: object) -> str:
    """Run a command that the world fails; give its one line on standard error."""
    assert status(*argv) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("hubble-dash: ")
    return line
