"""Markdown of the user -> HTML that runs nothing, asks no host, and has its pictures in itself."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt, helpers

from hubble_dash.errors import ExportError
from hubble_dash.viewer.telling.pictures import picture_url, read_file

__all__ = ["read_intro"]

MAX_TEXT_BYTES, MAX_PICTURES_BYTES = 500_000, 12_000_000
# Letters of a link that sets the page, and parentheses within one another, as in CommonMark.
LONGEST_LINK, DEEPEST = 4_000, 32
# No h1, which is the page's title; no id and no class, which are the page's own.
_TAGS = {
    *("a", "b", "blockquote", "br", "code", "dd", "del", "details", "dl", "dt", "em", "figure"),
    *("figcaption", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre"),
    *("s", "small", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr"),
    "ul",
}
_ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"},
    "td": {"style"}, "th": {"style"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "data"}
# To a part of the page, to a page beside it, or to another host, if somebody clicks on it.
_LINK = re.compile(r"#.*|(?:https?://|mailto:).+|(?:\.\./)*[\w%~-][\w%~./-]*(?:#.*)?", re.I | re.S)


def read_intro(path: str | Path) -> str:
    """Read a text in Markdown (CommonMark, with tables) as HTML that may stand in a page.

    Parameters
    ----------
    path : path-like
        The file, UTF-8. Its pictures are files beside it, or in folders there. A heading of the
        first level becomes one of the second, below the page's title. Links that set the page may
        have blanks, quotes and ``<`` in them: ``[nearby](#q=z < 0.1)``.

    Returns
    -------
    str
        HTML of text, links, tables and pictures alone: whatever could run, restyle the page or ask
        a host is left out.

    Raises
    ------
    ExportError
        If it cannot be read, or one of its pictures is no file beside it.
    """
    path = Path(path)
    try:
        text = read_file(path, max_bytes=MAX_TEXT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise ExportError(f"{path} is not UTF-8 text: {err}; save it as UTF-8") from err
    pictures = _Pictures(path)
    html = nh3.clean(
        _rendered(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        filter_style_properties={"text-align"},
        url_schemes=_SCHEMES,
        attribute_filter=pictures.allowed,
        link_rel="noopener noreferrer",
    )
    if pictures.trouble:
        raise pictures.trouble[0]
    # The page stays where it is.
    return html.replace('<a href="http', '<a target="_blank" href="http').strip()


def _rendered(text: str) -> str:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Its own, since the usual ones belong to all parsers.
    own: Any = SimpleNamespace(**(vars(helpers) | {"parseLinkDestination": _destination}))
    parser.helpers = own
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
    rendered: str = parser.renderer.render(tokens, parser.options, {})
    return rendered


def _destination(text: str, start: int, stop: int) -> Any:
    """Find where a link leads: one that sets the page goes on to its parenthesis."""
    if not text.startswith("#", start):
        return helpers.parseLinkDestination(text, start, stop)
    level, quote = 0, ""
    for at, sign in enumerate(text[start : min(stop, start + LONGEST_LINK)], start):
        if sign == "\n" or (sign == ")" and not quote and level == 0):
            return SimpleNamespace(ok=sign == ")", pos=at, str=text[start:at])
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        else:
            level += (sign == "(") - (sign == ")")
        if level > DEEPEST:
            break
    return SimpleNamespace(ok=False, pos=start, str="")


class _Pictures:
    """Puts pictures in the place of their files' names, as attributes are gone through.

    Parameters
    ----------
    text : Path
        The text, beside which they lie.

    Attributes
    ----------
    trouble : list of ExportError
        What cannot be in the page; kept, since nothing is raised through the library.
    """

    def __init__(self, text: Path) -> None:
        self._text = text
        self._made: dict[str, str] = {}
        self.trouble: list[ExportError] = []

    def allowed(self, tag: str, name: str, value: str) -> str | None:
        """Give an attribute as it may be, or nothing."""
        if tag == "a" and name == "href":
            return value if _LINK.fullmatch(value.strip()) else None
        if tag == "img" and name == "src":
            return self._url(value)
        return value

    def _url(self, source: str) -> str | None:
        if source not in self._made:
            try:
                self._made[source] = picture_url(self._file(source))
                if sum(map(len, self._made.values())) > MAX_PICTURES_BYTES:
                    raise ExportError(
                        f"the pictures of {self._text} are larger than"
                        f" {MAX_PICTURES_BYTES / 1e6:g} MB as text; leave some out, or shrink them"
                    )
            except ExportError as err:
                self.trouble.append(err)
                return None
        return self._made[source]

    def _file(self, source: str) -> Path:
        folder = self._text.resolve().parent
        path = (folder / unquote(source)).resolve()
        if ":" in source or source.startswith(("//", "\\")) or not path.is_relative_to(folder):
            raise ExportError(
                f"{self._text} shows {source[:80]}; pages ask no host for pictures: put the file"
                f" beside the text, or in a folder there, and give its name"
            )
        return path
