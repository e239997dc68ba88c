"""Names of files tell a terminal nothing."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from helpers.atlases import make_atlas
from helpers.commands import Capture, status

from hubble_dash.cli.main import _messages
from hubble_dash.printable import as_json_text, printable

EVIL = "\x1b[31mred\x07\x9b2J\u202egnp\x7f"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Galäxie α 🌌 – 'x'", "Galäxie α 🌌 – 'x'"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x9b2J\x7f\0", r"\x9b2J\x7f\x00"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("latin1_\udcfc.png", r"latin1_\xfc.png"),
        (Path("a/b"), "a/b"),
    ],
)
def test_printable(text: object, shown: str) -> None:
    assert printable(text) == shown


def test_lines_may_be_meant() -> None:
    assert printable("a\n\tb\r\x1b", lines=True) == "a\n\tb\\r\\x1b"


def test_json_means_the_same() -> None:
    text = json.dumps({"name": EVIL}, ensure_ascii=False, indent=1)
    assert json.loads(as_json_text(text)) == {"name": EVIL}
    assert is_harmless(as_json_text(text))


def is_harmless(text: str) -> bool:
    return all(sign.isprintable() or sign == "\n" for sign in text)


@pytest.mark.parametrize(
    "argv",
    [
        ["info", EVIL],
        ["build", f"{EVIL}.png", "--out", "x.atlas"],
        ["build", "a.png", f"--{EVIL}"],
        ["export", EVIL, "x.html"],
        ["build", "~nosuchuser/a.png", "--out", "x.atlas"],
        ["build", "a\0b.png", "--out", "x.atlas"],
        ["build", "n" * 4096, "--out", "x.atlas"],
    ],
)
def test_errors_are_harmless(capsys: Capture, argv: list[str]) -> None:
    assert status(*argv) in (1, 2)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert is_harmless(printed.err)
    assert len(printed.err.splitlines()) == 1 or "usage:" in printed.err


def test_what_is_logged_is_harmless(capsys: Capture) -> None:
    with _messages(logging.DEBUG):
        try:
            raise ValueError(EVIL)
        except ValueError as err:
            logging.getLogger("hubble_dash.x").debug("left out: %s\n", EVIL, exc_info=err)
    text = capsys.readouterr().err
    assert is_harmless(text)
    assert "Traceback" in text


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_names_in_an_atlas_are_harmless(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    atlas = make_atlas(tmp_path / "x.atlas", limit=20)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    atlas.images["name"] = EVIL
    monkeypatch.setattr("hubble_dash.atlas.atlas.open_atlas", lambda _: atlas)
    assert status("similar", atlas.path, "--row", 3, "--format", form) == 0
    out = capsys.readouterr().out
    assert "red" in out
    assert is_harmless(out)
