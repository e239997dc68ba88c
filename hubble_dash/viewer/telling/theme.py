"""A theme's name or style sheet -> how a page begins, and CSS that stays in its element."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tinycss2

from hubble_dash.errors import ExportError
from hubble_dash.viewer.telling.pictures import read_file

__all__ = ["THEMES", "read_theme"]

THEMES = ("dark", "light")
MAX_BYTES = 1_000_000
# Functions that take an address as a text.
_ASKING = {"url", "src", "image", "image-set", "-webkit-image-set"}


def read_theme(theme: str | Path) -> tuple[str, str]:
    """Read a theme.

    Parameters
    ----------
    theme : str or path-like
        ``"dark"``, ``"light"``, or a CSS file, UTF-8.

    Returns
    -------
    name : {"dark", "light", ""}
        In which theme the page begins; empty for that of the visitor's system.
    style : str
        CSS, written anew from what was understood of it.

    Raises
    ------
    ExportError
        If the file cannot be read, is no CSS, asks for something, or would end its element.
    """
    if theme in THEMES:
        return str(theme), ""
    path = Path(theme)
    if path.suffix.lower() != ".css":
        raise ExportError(f"the theme is {str(theme)!r}; allowed: dark, light, or a file X.css")
    try:
        text = read_file(path, max_bytes=MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise ExportError(f"{path} is not UTF-8 text: {err}; save it as UTF-8") from err
    tokens = tinycss2.parse_component_value_list(text, skip_comments=True)
    for token in _all(tokens):
        if why := _refused(token):
            raise ExportError(f"{path}, line {token.source_line}: {why}")
    style = str(tinycss2.serialize(tokens))
    if "</" in style or "<!--" in style:
        raise ExportError(f"{path} has '</' or '<!--' in it, which may not stand in a page's style")
    return "", style


def _all(tokens: Sequence[Any]) -> Iterator[Any]:
    """Go through all tokens, those within blocks and functions too."""
    for token in tokens:
        yield token
        yield from _all(getattr(token, "content", None) or getattr(token, "arguments", None) or [])


def _refused(token: Any) -> str | None:
    """Say why a token may not stand in a page, if so."""
    if token.type == "error":
        return f"this is no CSS: {token.message}"
    if token.type == "at-keyword" and token.lower_value == "import":
        return "@import is not allowed: a page is one file; copy the rules into this one"
    if token.type == "url":
        address = token.value
    elif token.type == "function" and token.lower_name in _ASKING:
        texts = [part.value for part in token.arguments if part.type == "string"]
        address = texts[0] if texts and token.lower_name == "url" else ""
    else:
        return None
    if address.strip().lower().startswith("data:"):
        return None
    name = "url" if token.type == "url" else token.lower_name
    return (
        f"{name}() asks for a file, and a page asks for none; only url(data:...) is allowed, which"
        " holds what it names"
    )
