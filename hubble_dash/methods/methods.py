"""What a paper says of how an atlas and its page were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.methods.credits import credit_lines
from hubble_dash.methods.sentences import Sentences
from hubble_dash.methods.table import Row, rows_of
from hubble_dash.methods.works import bibtex

__all__ = ["Statement", "methods_of"]


@dataclass(frozen=True)
class Statement:
    """How an atlas was made, for a paper.

    Parameters
    ----------
    text : str
        Some sentences, with works cited by author and year, and whom to thank for the images.
    bibtex : str
        Of all works cited.
    rows : list of (str, str)
        Settings, versions and checksums: name and text.
    """

    text: str
    bibtex: str
    rows: list[Row]


def methods_of(atlas: Atlas, *, page: Sequence[str] = ()) -> Statement:
    """Say how an atlas was made.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    page : sequence of str
        Packages that its page is made with, of ``"datashader"``, ``"holoviews"``, ``"bokeh"`` and
        ``"panel"``; none where there is no page.

    Returns
    -------
    Statement
        Text, BibTeX, and a table.
    """
    sentences = Sentences(atlas, page)
    text = " ".join([*sentences.texts, *credit_lines(atlas)])
    entries = bibtex(sentences.cited, version=atlas.manifest["hubble_dash"])
    return Statement(text, entries, rows_of(atlas, page))
