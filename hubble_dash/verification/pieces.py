"""Pieces of a page's data against the schema, the counts of the index, and each other."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from hubble_dash.errors import AtlasError
from hubble_dash.foreign.plain import check_plain
from hubble_dash.verification.findings import Verification, listed
from hubble_dash.viewer.data.schema import N_LABELS, PieceKinds

__all__ = ["PieceChecks"]

KINDS = get_type_hints(PieceKinds, include_extras=True)
# Numbers a cutout or point of each column that has another count than one.
PER_ONE = {"box": 4, "tint": 3, "label": N_LABELS, "score": N_LABELS}


class PieceChecks:
    """Looks at all pieces of a page.

    Parameters
    ----------
    index : dict
        Of the page, as its schema says.

    Raises
    ------
    AtlasError
        If its numbers are impossible.

    Attributes
    ----------
    wrong : list of str
        What is off so far.
    """

    def __init__(self, index: Mapping[str, Any]) -> None:
        counted = {kind: part for kind, part in index.items() if isinstance(part, dict)}
        for kind, part in counted.items():
            if part.get("per_piece", 1) < 1 or part.get("n", 0) < 0:
                raise AtlasError(f"the index has impossible numbers of {kind}")
        self._index = index
        self.wrong: list[str] = []
        self._n_pieces = 0
        self._counts: Counter[str] = Counter()
        self._n_images = self._greatest_image() + 1
        self._n_previews = 0

    def names(self) -> Any:
        """Name the pieces that there must be, those of previews last.

        Yields
        ------
        str
            ``kind/number``. Those of images must have been looked at before those of previews.
        """
        for kind, n in self._expected().items():
            for number in range(-(-n // self._index[kind]["per_piece"])):
                yield f"{kind}/{number}"
        for number in range(self._n_previews):
            yield f"previews/{number}"

    def look_at(self, pieces: Mapping[str, Any]) -> None:
        """Check pieces.

        Parameters
        ----------
        pieces : dict
            By ``kind/number``, as they travel.
        """
        for name, piece in pieces.items():
            self._n_pieces += 1
            with listed(self.wrong):
                kind = name.partition("/")[0]
                if kind not in KINDS:
                    raise ValueError(f"there is no kind of piece {name!r:.40}")
                check_plain(piece, KINDS[kind], f"piece {name}")
                self._count(name, kind, piece)

    def tell(self, found: Verification) -> None:
        """Compare numbers with the index, and note what came of all.

        Parameters
        ----------
        found : Verification
            Takes it.
        """
        for kind, n in self._expected().items():
            if self._counts[kind] != n:
                self.wrong.append(
                    f"pieces of {kind} hold {self._counts[kind]:,} in all, the index says {n:,}"
                )
        how = "their schema, counts and ranges; that their columns decode"
        found.add("pieces decoded", self._n_pieces, self.wrong, how)

    def _expected(self) -> dict[str, int]:
        """Say how many cutouts, points or images the pieces of each kind hold in all."""
        index = self._index
        held = dict.fromkeys(("map", "boxes", "records"), index["n"])
        held["images"] = self._n_images
        if "rows" in index:
            held["rows"] = index["n"]
        if "sky" in index:
            held["sky"] = index["sky"]["n"]
        return held

    def _greatest_image(self) -> int:
        images = _decoded(self._index["boxes"]["images"])
        return int(images.max()) if len(images) else -1

    def _count(self, name: str, kind: str, piece: Mapping[str, Any]) -> None:
        """Check how long the columns of a piece are, and what they may hold."""
        if kind == "previews":
            return
        if kind == "images":
            self._counts[kind] += len(piece["images"])
            places = [one["preview"] for one in piece["images"] if "preview" in one]
            self._n_previews = max([self._n_previews, *(place + 1 for place in places)])
            return
        columns = {key: _decoded(value) for key, value in piece.items() if _is_column(value)}
        m = len(columns["place" if kind == "rows" else "image" if "image" in columns else "x"])
        self._counts[kind] += m
        for key, values in columns.items():
            per_one = (
                piece["depth"] if key in ("neighbors", "similarities") else PER_ONE.get(key, 1)
            )
            if len(values) != m * per_one:
                raise ValueError(
                    f"piece {name}: {key} has {len(values):,} numbers; allowed: {m * per_one:,}"
                )
        for number, codes in enumerate(piece.get("colors", [])):
            if len(_decoded(codes)) != m:
                raise ValueError(f"piece {name}: colour {number} is not one a point")
        self._check_ranges(name, piece, columns, m)

    def _check_ranges(
        self, name: str, piece: Mapping[str, Any], columns: Mapping[str, NDArray[Any]], m: int
    ) -> None:
        n = self._index["n"]
        most = {"row": n, "place": n, "neighbors": n, "image": self._n_images}
        most["label"] = len(self._index["labels"])
        for key, bound in most.items():
            values = columns.get(key)
            if values is None or not len(values):
                continue
            least = -1 if key == "label" else 0
            if values.min() < least or values.max() >= bound:
                raise ValueError(f"piece {name}: {key} is not in {least} to {bound - 1:,}")
        if "colors" in piece and len(piece["colors"]) != len(self._index["colors"]):
            raise ValueError(f"piece {name} has other colours than the index")
        for column in piece.get("metadata", []):
            held = _decoded(column["values"] if "values" in column else column["codes"])
            if len(held) != m:
                raise ValueError(f"piece {name}: {column['name']!r:.60} is not one a cutout")


def _is_column(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"dtype", "data"}


def _decoded(column: Mapping[str, str]) -> NDArray[Any]:
    """Decode a column as the browser does, but refuse what it would pass over."""
    kind = np.dtype(column["dtype"]).newbyteorder("<")
    return np.frombuffer(base64.b64decode(column["data"], validate=True), kind)
