"""Columns of a page against its index: how many values there are, and what they may be."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np

from hubble_dash.errors import AtlasError
from hubble_dash.verification.decoding import decoded

__all__ = ["ColumnChecks"]

Part = Literal["blocks", "texts"]


class ColumnChecks:
    """Looks at the pieces of columns and of their texts.

    Parameters
    ----------
    index : dict
        Of the page, as its schema says.
    n_images : int
        How many images the page tells of.

    Raises
    ------
    AtlasError
        If a column has more pieces of texts than values.
    """

    def __init__(self, index: Mapping[str, Any], n_images: int) -> None:
        self._columns: list[Mapping[str, Any]] = index["columns"]
        self._per_block: int = index["blocks"]["per_piece"]
        self._counts = {"place": index["n"], "image": n_images}
        self._n_texts: Counter[str] = Counter()
        self._greatest: dict[str, int] = {}
        self._off: list[str] = []
        next_of = {"blocks": 0, "texts": 0}
        for column in self._columns:
            m = self._counts[column["by"]]
            count = -(-m // self._per_block)
            n_texts = column.get("texts", {}).get("count", 0)
            if not 0 <= n_texts <= m:
                raise AtlasError(f"the index has impossible texts of {column['name']!r:.60}")
            for part, n in (("blocks", count), ("texts", n_texts)):
                if part in column and column[part] != {"first": next_of[part], "count": n}:
                    self._off.append(f"column {column['name']!r:.60}: the index has other {part}")
                next_of[part] += n
        self._n_pieces = {"columns": next_of["blocks"], "texts": next_of["texts"]}

    def names(self) -> Iterator[str]:
        """Name the pieces that there must be.

        Yields
        ------
        str
            ``kind/number``.
        """
        for kind, n in self._n_pieces.items():
            for number in range(n):
                yield f"{kind}/{number}"

    def look_at(self, kind: str, number: int, piece: Mapping[str, Any]) -> None:
        """Check a piece.

        Parameters
        ----------
        kind, number
            ``"columns"`` or ``"texts"``, and which of them.
        piece : dict
            As it travels.

        Raises
        ------
        ValueError
            If it is not what the index says.
        """
        part: Part = "blocks" if kind == "columns" else "texts"
        column, block = self._column(part, number)
        name = column["name"]
        if part == "texts":
            self._n_texts[name] += len(piece["texts"])
            return
        held = "codes" if "texts" in column or "categories" in column else "values"
        if piece.keys() != {held}:
            raise ValueError(f"piece columns/{number} of {name!r:.60} has no {held} alone")
        values = decoded(piece[held])
        m = min(self._per_block, self._counts[column["by"]] - block * self._per_block)
        if len(values) != m:
            raise ValueError(f"piece columns/{number}: {len(values):,} values; allowed: {m:,}")
        if held == "codes" and len(values):
            most = -1 if values.dtype.kind == "i" else np.iinfo(values.dtype).max
            known = values[values != most]
            greatest = int(known.max()) if len(known) else -1
            if len(known) and known.min() < 0:
                raise ValueError(f"piece columns/{number}: a code is below 0")
            self._greatest[name] = max(greatest, self._greatest.get(name, -1))

    def off(self) -> Iterator[str]:
        """Name columns whose codes lead to no text, or which have other pieces than they need.

        Yields
        ------
        str
            A line each.
        """
        yield from self._off
        for column in self._columns:
            name = column["name"]
            n_texts = len(column.get("categories", ())) or self._n_texts[name]
            greatest = self._greatest.get(name, -1)
            if greatest >= n_texts:
                yield f"column {name!r:.60}: a code is {greatest:,} of {n_texts:,} texts"

    def _column(self, part: Part, number: int) -> tuple[Mapping[str, Any], int]:
        """Find the column of a piece, and which of its pieces that is."""
        there = [column for column in self._columns if column.get(part, {}).get("count")]
        at = bisect_right(there, number, key=lambda column: column[part]["first"]) - 1
        block = number - there[at][part]["first"] if at >= 0 else -1
        if not 0 <= block < (there[at][part]["count"] if at >= 0 else 0):
            raise ValueError(f"the index has no column with {part} in piece {number}")
        return there[at], block
