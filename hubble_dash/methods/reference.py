"""A work that can be cited, and its BibTeX."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Reference", "arxiv", "work"]


@dataclass(frozen=True)
class Reference:
    """A work.

    Parameters
    ----------
    kind : str
        Of its entry, such as ``"article"``.
    short : str
        How it is cited in running text.
    fields : tuple of (str, str)
        Of its entry, in LaTeX.
    """

    kind: str
    short: str
    fields: tuple[tuple[str, str], ...]

    def entry(self, key: str) -> str:
        """Give the entry.

        Parameters
        ----------
        key : str
            By which it is cited.
        """
        width = max(len(name) for name, _ in self.fields)
        lines = [f"  {name:<{width}} = {{{value}}}" for name, value in self.fields]
        return f"@{self.kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def work(kind: str, short: str, **fields: str) -> Reference:
    """Make a reference of its kind, its short form and its fields by name.

    Parameters
    ----------
    kind : str
        Of BibTeX's, such as ``"article"``.
    short : str
        As a sentence names it, such as ``"Robitaille et al. 2013"``.
    **fields : str
        Of BibTeX's, such as ``title``.
    """
    return Reference(kind, short, tuple(fields.items()))


def arxiv(short: str, author: str, title: str, year: str, eprint: str) -> Reference:
    """Make a reference to a preprint, whose DOI follows from its number.

    Parameters
    ----------
    short : str
        As of `work`.
    author, title, year : str
        As in BibTeX.
    eprint : str
        Its number, such as ``"1512.03385"``.
    """
    doi = f"10.48550/arXiv.{eprint}"
    return work(
        "misc", short, author=author, title=title, year=year, eprint=eprint,
        archiveprefix="arXiv", doi=doi,
    )  # fmt: skip
