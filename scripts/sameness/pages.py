"""The text of an exported page -> its parts that must not change.

What is random in a page, the ids of Bokeh's models and of the elements they are drawn in, is
replaced by numbers in the order in which they come.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, NamedTuple

__all__ = ["PageParts", "Script", "find_index", "page_parts"]

# Elements in which white space alone shows nothing.
BARE = {"html", "head", "body"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Script(NamedTuple):
    """A script element: its attributes, and its text."""

    attributes: dict[str, str | None]
    text: str


@dataclass(frozen=True)
class PageParts:
    """What is compared of a page.

    Parameters
    ----------
    index : dict
        The data that stand in the page: of one file all of them, of a report folder its index.
    dom : list of str
        A line for each tag and text, but for scripts and styles.
    style : list of str
        The style sheets' lines.
    figures : list
        Bokeh's figures.
    """

    index: dict[str, Any]
    dom: list[str]
    style: list[str]
    figures: list[Any]


def page_parts(html: str) -> PageParts:
    """Take a page apart.

    Parameters
    ----------
    html : str
        Its text.

    Returns
    -------
    PageParts

    Raises
    ------
    ValueError
        If there is no index in it.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    style = [line.strip() for line in "\n".join(reader.styles).splitlines()]
    return PageParts(
        find_index(reader.scripts),
        reader.dom,
        [line for line in style if line],
        _figures(reader.scripts),
    )


def find_index(scripts: Iterable[Script]) -> dict[str, Any]:
    """Find the data of a page: the one place that knows how they stand in it.

    Raises
    ------
    ValueError
        If they stand in another way.
    """
    for script in scripts:
        if script.attributes.get("id") == "hd-data":
            index: dict[str, Any] = json.loads(script.text)
            return index
    raise ValueError("the page has no element #hd-data with its index")


def _figures(scripts: Iterable[Script]) -> list[Any]:
    """Give Bokeh's figures, their random ids numbered, however many stand in one document."""
    found: list[Any] = []
    for script in scripts:
        is_json = script.attributes.get("type") == "application/json"
        if is_json and script.attributes.get("id") != "hd-data":
            documents = (one.get("doc", one) for one in json.loads(script.text).values())
            found += [root for document in documents for root in document.get("roots", [])]
    return [_numbered(figure, {}) for figure in found]


def _numbered(value: Any, numbers: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_numbered(item, numbers) for item in value]
    if not isinstance(value, dict):
        return value
    # Ids count in the order in which models come, so that keys are sorted first.
    return {
        key: (
            numbers.setdefault(value[key], f"#{len(numbers)}")
            if key == "id" and isinstance(value[key], str)
            else _numbered(value[key], numbers)
        )
        for key in sorted(value)
    }


class _Reader(HTMLParser):
    """Sorts what stands in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[Script] = []
        self.styles: list[str] = []
        self.dom: list[str] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self._inside: tuple[str, dict[str, str | None], list[str]] | None = None
        self._n_roots = 0

    def handle_decl(self, decl: str) -> None:
        self._line(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in ("script", "style"):
            self._inside = tag, attributes, []
            return
        if "data-root-id" in attributes:
            attributes |= dict.fromkeys(("id", "data-root-id"), f"#{self._n_roots}")
            self._n_roots += 1
        said = (k if v is None else f"{k}={v!r}" for k, v in sorted(attributes.items()))
        self._line(f"<{' '.join([tag, *said])}>")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside is not None and tag == self._inside[0]:
            _, attributes, text = self._inside
            if tag == "script":
                self.scripts.append(Script(attributes, "".join(text)))
            else:
                self.styles.append("".join(text))
            self._inside = None
            return
        self._line(f"</{tag}>")
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        (self._text if self._inside is None else self._inside[2]).append(data)

    def close(self) -> None:
        super().close()
        self._end_text()

    def _line(self, text: str) -> None:
        self._end_text()
        self.dom.append(text)

    def _end_text(self) -> None:
        """Take what stood between two tags, its white space as browsers show it."""
        text, self._text = "".join(self._text), []
        words = text.split()
        is_bare = not self._open or self._open[-1] in BARE
        if words:
            before, after = (" " if end.isspace() else "" for end in (text[0], text[-1]))
            self.dom.append(f"{before}{' '.join(words)}{after}")
        elif text and not is_bare:
            self.dom.append(" ")
