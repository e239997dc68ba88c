"""Links of an intro that set the page -> whether they lead to something in the atlas."""

from __future__ import annotations

import html
import logging
import re
from urllib.parse import unquote

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import ExportError
from hubble_dash.query.errors import QueryError
from hubble_dash.query.evaluate import evaluate
from hubble_dash.query.parser import parse

__all__ = ["PARTS", "check_links"]

logger = logging.getLogger(__name__)

# What a page's address may have, as `docs/guide.md` lists it.
PARTS = {
    *("row", "q", "chosen", "color", "scale", "view", "sky", "image", "where", "among"),
    *("smoothed", "tab", "sort", "columns"),
}
_LINK = re.compile(r'<a (?:[^>]* )?href="#([^"]+)"')


def check_links(intro: str, atlas: Atlas, name: str) -> None:
    """Check the links of an intro that set the page.

    Parameters
    ----------
    intro : str
        HTML as of `read_intro`.
    atlas : Atlas
        What the page is of.
    name : str
        Of the text, for those who read what is wrong.

    Raises
    ------
    ExportError
        If a link asks for a row that is not there, or for what is no query. Of a part that the
        page does not know, and of columns that the atlas has not, there is a warning: tags, for
        one, are columns of the page alone.
    """
    for link in dict.fromkeys(html.unescape(found) for found in _LINK.findall(intro)):
        for part in link.split("&"):
            key, _, text = part.partition("=")
            _check(unquote(key), unquote(text), atlas, f"{name}, link #{unquote(link)}")


def _check(key: str, text: str, atlas: Atlas, where: str) -> None:
    if key not in PARTS:
        logger.warning("%s: pages know no %r; what they know: %s", where, key, _known())
    elif key == "row" and not (re.fullmatch(r"[0-9]+", text) and int(text) < len(atlas)):
        raise ExportError(f"{where}: there is no row {text}; rows are 0 to {len(atlas) - 1}")
    elif key == "q" and text.strip():
        try:
            query = parse(text)
        except QueryError as err:
            raise ExportError(f"{where}: {err.message}") from err
        try:
            evaluate(query, atlas.columns)
        except QueryError as err:
            logger.warning("%s: %s", where, err.message)


def _known() -> str:
    return ", ".join(sorted(PARTS))
