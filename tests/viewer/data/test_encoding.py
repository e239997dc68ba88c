"""How data travel to the browser."""

from __future__ import annotations

import json

from hubble_dash.viewer.data.encoding import embed_json, spelled_out

LETTERS = ["č", "12h39m −26°44′53″", "星雲", "🔭 \x7f\x80", "a\\b", '"<é>"']


def test_few_letters_beyond_ascii_are_spelled_out_and_mean_the_same() -> None:
    text = spelled_out(embed_json(LETTERS))
    assert text.isascii()
    assert json.loads(text) == LETTERS
    assert "\\u010d" in text
    assert "\\ud83d\\udd2d" in text
    assert spelled_out("plain") == "plain"


def test_where_such_letters_are_many_they_stay() -> None:
    text = embed_json(["я" * 5000])
    assert spelled_out(text) == text
