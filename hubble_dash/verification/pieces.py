"""Pieces of a page's data against the schema, the counts of the index, and each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

from numpy.typing import NDArray

from hubble_dash.errors import AtlasError
from hubble_dash.foreign.plain import check_plain
from hubble_dash.verification.columns import ColumnChecks
from hubble_dash.verification.decoding import decoded, is_column
from hubble_dash.verification.findings import Verification, listed
from hubble_dash.viewer.data.orders import BLOCKS
from hubble_dash.viewer.data.schema import N_LABELS, PieceKinds
from hubble_dash.viewer.planes.medoids import MAX_LEVELS

__all__ = ["PieceChecks"]

KINDS = get_type_hints(PieceKinds, include_extras=True)
# Numbers a cutout, point or image of each column that has another count than one.
PER_ONE = {
    "box": 4, "tint": 3, "label": N_LABELS, "score": N_LABELS, "at": 2, "corners": 8, "size": 2,
}  # fmt: skip
# A column of a piece whose length says how many of them it holds, where there is no ``x``.
COUNTED = {
    "rows": "place",
    "boxes": "image",
    "outlines": "exact",
    "records": "image",
    "tints": "tint",
    "labels": "label",
    "near": "neighbors",
    "smoothed": "neighbors",
}


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
        self._n_previews = self._n_faces = 0
        self._columns = ColumnChecks(index, self._n_images)
        self._sheets = index["thumbnails"]
        self._faces = index.get("faces", {"levels": 0})
        if not 0 <= self._faces["levels"] <= MAX_LEVELS:
            raise AtlasError("the index has impossible numbers of faces")
        if self._per_sheet < 1:
            raise AtlasError("the index has impossible numbers of thumbnails on a sheet")

    @property
    def _per_sheet(self) -> int:
        return int(self._sheets["columns"] * self._sheets["rows"])

    @property
    def _n_sheets(self) -> int:
        """Count the sheets of thumbnails that are pieces."""
        are_files = "url" in self._sheets or "urls" in self._sheets
        return 0 if are_files else -(-self._index["n"] // self._per_sheet)

    def names(self) -> Iterator[str]:
        """Name the pieces that there must be, what others tell the number of after these.

        Yields
        ------
        str
            ``kind/number``. Each must have been looked at before the next is asked for.
        """
        for kind, n in self._expected().items():
            for number in range(-(-n // self._per_piece(kind))):
                yield f"{kind}/{number}"
        yield from self._columns.names()
        for number in range(self._n_sheets):
            yield f"thumbnails/{number}"
        for number in range(self._faces["levels"]):
            yield f"faces/{number}"
        if "starts" in self._faces:
            for number in range(-(-self._n_faces // self._per_sheet)):
                yield f"facesheets/{number}"
        for number in range(self._index.get("deep", {"n": 0})["n"]):
            yield f"deep/{number}"
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
                kind, _, number = name.partition("/")
                if kind not in KINDS:
                    raise ValueError(f"there is no kind of piece {name!r:.40}")
                check_plain(piece, KINDS[kind], f"piece {name}")
                if kind in ("columns", "texts"):
                    self._columns.look_at(kind, int(number), piece)
                else:
                    self._count(name, kind, piece)

    def check_sheet(self, name: str, size: tuple[int, int]) -> None:
        """Check a sheet of thumbnails that is a piece.

        Parameters
        ----------
        name : str
            Of the piece.
        size : (int, int)
            Pixels across and down of its picture.

        Raises
        ------
        ValueError
            If it has not room for its thumbnails.
        """
        kind, _, number = name.partition("/")
        first = int(number) * self._per_sheet
        whole = self._n_faces if kind == "facesheets" else self._index["n"]
        n, side = min(self._per_sheet, whole - first), self._sheets["size"]
        columns, down = self._sheets["columns"], -(-n // self._sheets["columns"])
        allowed = columns * side, down * self._sheets.get("pitch", side)
        if size != allowed:
            raise ValueError(f"piece {name} has {size} pixels; its {n} thumbnails take {allowed}")

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
        self.wrong += self._columns.off()
        how = "their schema, counts and ranges; that their columns decode"
        found.add("pieces decoded", self._n_pieces, self.wrong, how)

    def _expected(self) -> dict[str, int]:
        """Say how many cutouts, points or images the pieces of each kind hold in all."""
        index = self._index
        held = dict.fromkeys(("map", "boxes", "records"), index["n"])
        held["images"] = self._n_images
        held |= {kind: index["n"] for kind in ("rows", "near", "smoothed") if kind in index}
        if "outlines" in index:
            held["outlines"] = self._n_images
        if "sky" in index:
            held["sky"] = index["sky"]["n"]
        # A page that carries all pieces has columns alone in blocks, an early version none.
        if "rows" in index and index["columns"]:
            whole = {"mapgrid": True, "tints": True, "skygrid": "sky" in index}
            whole["labels"] = bool(index["labels"])
            held |= {kind: index["n"] for kind, is_there in whole.items() if is_there}
        return held

    def _per_piece(self, kind: str) -> int:
        part = "blocks" if kind in BLOCKS else kind
        return int(self._index[part]["per_piece"])

    def _greatest_image(self) -> int:
        images = decoded(self._index["boxes"]["images"])
        return int(images.max()) if len(images) else -1

    def _count(self, name: str, kind: str, piece: Mapping[str, Any]) -> None:
        """Check how long the columns of a piece are, and what they may hold."""
        if kind in ("previews", "thumbnails", "facesheets", "deep"):
            return
        if kind == "faces":
            self._check_faces(name, piece)
            return
        if kind == "images":
            self._counts[kind] += len(piece["images"])
            places = [one["preview"] for one in piece["images"] if "preview" in one]
            self._n_previews = max([self._n_previews, *(place + 1 for place in places)])
            return
        columns = {key: decoded(value) for key, value in piece.items() if is_column(value)}
        per_one = {**PER_ONE, **dict.fromkeys(("neighbors", "similarities"), piece.get("depth", 0))}
        counted = COUNTED.get(kind, "x")
        m = len(columns[counted]) // max(1, per_one.get(counted, 1))
        self._counts[kind] += m
        for key, values in columns.items():
            allowed = m * per_one.get(key, 1)
            if len(values) != allowed:
                raise ValueError(
                    f"piece {name}: {key} has {len(values):,} numbers; allowed: {allowed:,}"
                )
        for number, codes in enumerate(piece.get("colors", [])):
            if len(decoded(codes)) != m:
                raise ValueError(f"piece {name}: colour {number} is not one a point")
        self._check_ranges(name, piece, columns, m)

    def _check_faces(self, name: str, piece: Mapping[str, Any]) -> None:
        """Check what stands for the squares of a level, which is of all cutouts."""
        level = int(name.partition("/")[2])
        place, count, x, y = (decoded(piece[key]) for key in ("place", "count", "x", "y"))
        if not len(place) == len(count) == len(x) == len(y) == 4**level:
            raise ValueError(f"piece {name} has other numbers of squares than {4**level:,}")
        starts = self._faces.get("starts")
        if starts is not None and (level >= len(starts) or starts[level] != self._n_faces):
            raise ValueError(f"the pictures of piece {name} do not begin where the index says")
        self._n_faces += int((place >= 0).sum())
        is_empty = count == 0
        if place.min() < -1 or place.max() >= self._index["n"] or ((place < 0) != is_empty).any():
            raise ValueError(f"piece {name}: place is not in 0 to {self._index['n'] - 1:,}")
        if count.min() < 0 or count.sum() != self._index["n"]:
            raise ValueError(f"piece {name}: its squares do not hold all cutouts")

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
            held = decoded(column["values"] if "values" in column else column["codes"])
            if len(held) != m:
                raise ValueError(f"piece {name}: {column['name']!r:.60} is not one a cutout")
