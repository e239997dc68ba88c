"""A style sheet of the user stays in its element, and asks for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hubble_dash.errors import ExportError
from hubble_dash.viewer.telling.theme import read_theme

CSS = """\
/* ours */
:root[data-theme="dark"] { --page: #000; --accent: rgb(1 2 3 / 50%) }
@media (max-width: 600px) { .hd-header > h1::after { content: "a\\2014 b" } }
@font-face { font-family: Own; src: url("data:font/woff2;base64,AAAA") format("woff2") }
.hd-story { background: url(data:image/png;base64,AAAA) }
"""


def test_a_name_or_a_style_sheet(tmp_path: Path) -> None:
    assert read_theme("dark") == ("dark", "")
    assert read_theme("light") == ("light", "")
    path = tmp_path / "own.css"
    path.write_text(CSS)
    name, style = read_theme(path)
    assert name == ""
    for part in (':root[data-theme="dark"]', "--accent: rgb(1 2 3 / 50%)", "@media (max-width"):
        assert part in style
    assert "ours" not in style


@pytest.mark.parametrize(
    ("css", "why"),
    [
        ("a { b: url(https://evil.example/x) }", r"own.css, line 1: url\(\) asks for a file"),
        ('\na { b: url("x.png") }', r"line 2: url\(\) asks"),
        ("a { b: \\75 rl(//evil.example) }", r"url\(\) asks"),
        ("a { b: \\55RL('x') }", r"url\(\) asks"),
        ("@media x { a { --x: { y: url(x) } } }", r"url\(\) asks"),
        ('a { b: image-set("x.png" 1x) }', r"image-set\(\) asks"),
        ('a { b: -webkit-image-set("x.png" 1x) }', r"-webkit-image-set\(\) asks"),
        ('@font-face { src: src("x.woff") }', r"src\(\) asks"),
        ('@import "https://evil.example/x.css";', "@import is not allowed"),
        ("@\\69mport url(x);", "@import is not allowed"),
        ("a { } </style><script>alert(1)</script>", "has '</' or '<!--' in it"),
        ('a { content: "<\\/style>" }', "has '</' or '<!--' in it"),
        ('a { content: "\\3c/STYLE>" }', "has '</' or '<!--' in it"),
        ("a { } } b { }", "this is no CSS"),
        ("a { b: url(x y) }", "this is no CSS"),
        ('a { b: "x\n" }', "this is no CSS"),
    ],
)
def test_what_would_ask_or_get_out_is_refused(css: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "own.css"
    path.write_text(css)
    with pytest.raises(ExportError, match=why):
        read_theme(path)


def test_a_theme_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="the theme is 'blue'; allowed: dark, light, or a file"):
        read_theme("blue")
    with pytest.raises(ExportError, match="cannot be read: No such file"):
        read_theme(tmp_path / "none.css")
    (tmp_path / "own.css").write_bytes(b"\xff")
    with pytest.raises(ExportError, match="is not UTF-8 text"):
        read_theme(tmp_path / "own.css")
