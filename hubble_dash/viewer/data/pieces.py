"""The data of a page in pieces, each made when it is asked for.

One file, a report folder and a served page all get their data here, and what they say is written
down in `hubble_dash.viewer.data.schema`. `hubble_dash.viewer.data.orders` says how cutouts lie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import identity_of
from hubble_dash.methods.methods import methods_of
from hubble_dash.methods.notes import named_notes, without_errors
from hubble_dash.viewer.colors.columns import ColorColumn, color_columns
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.colors.tints import mean_colors, tints
from hubble_dash.viewer.data.blocks import Blocks
from hubble_dash.viewer.data.encoding import column
from hubble_dash.viewer.data.facts import Facts
from hubble_dash.viewer.data.index import box_index, cluster_index, plane_index, spread_rows
from hubble_dash.viewer.data.orders import Order, Places
from hubble_dash.viewer.data.parents import PREVIEW_BYTES, Parents
from hubble_dash.viewer.data.schema import (
    DeepIndex,
    FileIndex,
    FirstIndex,
    ImagePiece,
    MapPiece,
    OutlinePiece,
    PageIndex,
    Piece,
    PreviewPiece,
    PyramidIndex,
    RowPiece,
    SkyPiece,
    ThumbnailsIndex,
    TintPiece,
)

__all__ = ["Pieces"]

# Cutouts that invite to a first click.
N_START = 15


class Pieces:
    """The index of a page's data and its pieces, as plain data for JSON.

    Arrays of the atlas stay memory-mapped; what is kept are the orders and a few bytes a cutout.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    order : AtlasOrder or HilbertOrder
        How cutouts lie in the pieces, and how many there are in one.
    similar : int
        How many similar cutouts the page shows, at least 1.
    preview_bytes, levels
        As `Parents` takes them.

    Attributes
    ----------
    atlas, similar
        As given.
    places : Places
        Where cutouts lie in the pieces.

    Raises
    ------
    ValueError
        If `similar` is less than 1.
    """

    def __init__(
        self,
        atlas: Atlas,
        order: Order,
        *,
        similar: int = 9,
        preview_bytes: int = PREVIEW_BYTES,
        levels: Mapping[int, list[int]] | None = None,
    ) -> None:
        if similar < 1:
            raise ValueError(f"similar is {similar}; a page shows at least 1 similar cutout")
        self.atlas, self.similar = atlas, similar
        self.places = Places(atlas, order)
        self._preview_bytes, self._levels = preview_bytes, levels
        self._blocks = blocks = Blocks(atlas, self.places)
        self._facts = facts = Facts(atlas, self.places, similar)
        self._makers: dict[str, Callable[[int], Piece]] = {
            "map": self._map, "sky": self._sky, "boxes": facts.boxes, "records": facts.records,
            "rows": self._rows, "images": self._images, "previews": self._previews,
            "outlines": self._outlines,
            "mapgrid": blocks.map_grid, "skygrid": blocks.sky_grid, "columns": blocks.column,
            "texts": lambda number: {"texts": blocks.columns.texts(number)},
            "tints": self._tint_block, "labels": facts.label_block, "near": facts.near,
            "smoothed": facts.smoothed, "faces": blocks.face,
        }  # fmt: skip

    def prepare(self, *, progress: bool = False) -> None:
        """Do what is done once and takes long: the colours of all thumbnails, and medoids.

        Parameters
        ----------
        progress : bool
            Whether a bar is shown.
        """
        if "mean_colors" not in vars(self):
            self.mean_colors = mean_colors(self.atlas, progress=progress)
        _ = self._blocks.medoids

    @cached_property
    def mean_colors(self) -> NDArray[np.uint8]:
        """Mean colour of each cutout's thumbnail, (n, 3), by row."""
        return mean_colors(self.atlas)

    @cached_property
    def colors(self) -> list[ColorColumn]:
        """What points can be coloured by; codes by row."""
        return color_columns(self.atlas)

    def face_rows(self) -> NDArray[np.int32]:
        """Give the rows that stand for parts of the map, in the order of their pictures."""
        return self._blocks.face_rows()

    @cached_property
    def parents(self) -> Parents:
        """The parent images."""
        return Parents(self.atlas, preview_bytes=self._preview_bytes, levels=self._levels)

    def kinds(self) -> dict[str, int]:
        """Say what pieces there are.

        Returns
        -------
        dict of str to int
            The number of pieces of each kind; they count from 0.
        """
        return dict(self._kinds)

    @cached_property
    def _kinds(self) -> dict[str, int]:
        columns = self._blocks.columns
        kinds = {**self.places.n_pieces, "columns": columns.n_blocks, "texts": columns.n_texts}
        kinds["faces"] = self._blocks.n_faces
        if self._facts.has_near:
            kinds["near"] = kinds["records"]
        if self._facts.has_smoothed:
            kinds["smoothed"] = kinds["records"]
        if self.places.is_by_row:
            return kinds
        if self._facts.labels[0]:
            kinds["labels"] = -(-len(self.atlas) // self.places.per_piece("labels"))
        return {**kinds, "previews": self.parents.n_previews}

    def index(
        self,
        thumbnails: ThumbnailsIndex,
        *,
        base: str = "",
        served: bool = False,
        live: bool = False,
        face_sheets: bool = False,
        cosines: str | None = None,
        first: FirstIndex | None = None,
        tiles: PyramidIndex | None = None,
        sky_tiles: PyramidIndex | None = None,
        deep: DeepIndex | None = None,
        pieces: dict[str, Piece] | None = None,
        files: dict[str, FileIndex] | None = None,
        checksums: dict[str, str] | None = None,
    ) -> PageIndex:
        """Give what a page knows before it asks for a piece; it is put together here alone.

        Parameters
        ----------
        thumbnails : ThumbnailsIndex
            Where the thumbnails are.
        base : str
            What addresses of pieces, thumbnails and tiles begin with.
        served : bool
            Whether Panel serves the page.
        live : bool
            Whether a server draws the map's density.
        face_sheets : bool
            Whether there are sheets of `face_rows`.
        cosines : str, optional
            What addresses begin with at which a server compares one cutout with all.
        first : FirstIndex, optional
            The first picture of the map, where there is one.
        tiles, sky_tiles : PyramidIndex, optional
            The pyramids of the map and of the sky, where there are such.
        deep : DeepIndex, optional
            The tiles of parent images, where there are such.
        pieces : dict of str to Piece, optional
            All pieces by ``kind/number``, for a page that carries them.
        files : dict of str to FileIndex, optional
            Kinds of pieces that have several in a file.
        checksums : dict of str to str, optional
            SHA-256 of each piece or file of pieces as it is written, by ``kind/number``.

        Returns
        -------
        PageIndex
            Plain data for JSON.
        """
        atlas = self.atlas
        is_shaded = live or any(part is not None for part in (first, tiles, sky_tiles))
        page = ["datashader"] * is_shaded + ["holoviews", "bokeh"] + ["panel"] * served
        made = methods_of(atlas, page=page)
        x, y = atlas.positions[self.places.row_at].T
        index: PageIndex = {
            "n": len(atlas),
            "similar": self.similar,
            "notes": named_notes(atlas),
            "provenance": without_errors(made.rows),
            "identity": identity_of(atlas.manifest),
            "methods": {"text": made.text, "bibtex": made.bibtex},
            "can_overlap": len(atlas.images) < len(atlas),
            "labels": self._facts.labels[0],
            "images": {"per_piece": self.places.per_piece("images")},
            "start": spread_rows(atlas.positions, N_START),
            "map": plane_index(x, y, self.places.per_piece("map")),
            "boxes": box_index(atlas.cutouts, self.places.box_rows, self.places.per_piece("boxes")),
            "records": {"per_piece": self.places.per_piece("records")},
            "blocks": {"per_piece": self.places.per_piece("columns")},
            "columns": self._blocks.columns.index,
            "colors": [color.legend for color in self.colors],
            "palette": PALETTE,
            "base": base,
            "thumbnails": thumbnails,
            "faces": self._blocks.face_index(in_sheets=face_sheets),
        }
        if self.places.has_sky:
            x, y = (values[self.places.sky_rows] for values in self.places.sky)
            index["sky"] = plane_index(x, y, self.places.per_piece("sky"))
        if self.places.has_outlines:
            index["outlines"] = {"per_piece": self.places.per_piece("outlines")}
        if not self.places.is_by_row:
            index["rows"] = {"per_piece": self.places.per_piece("rows")}
        columns = self._blocks.columns
        told = zip(columns.all, columns.index, strict=True)
        by_field = {one.field: entry for one, entry in told if one.role == "built-in"}
        if clusters := cluster_index(atlas, by_field):
            index["clusters"] = clusters
        if self._facts.has_near:
            index["near"] = {"per_piece": self.places.per_piece("records")}
        if self._facts.has_smoothed:
            index["smoothed"] = {"per_piece": self.places.per_piece("records")}
        if live:
            index["live"] = True
        if cosines is not None:
            index["cosines"] = cosines
        if first is not None:
            index["first"] = first
        if tiles is not None:
            index["tiles"] = tiles
        if sky_tiles is not None:
            index["sky_tiles"] = sky_tiles
        if deep is not None:
            index["deep"] = deep
        if pieces is not None:
            index["pieces"] = pieces
        if files:
            index["files"] = files
        if checksums is not None:
            index["checksums"] = checksums
        return index

    def make(self, kind: str, number: int) -> Piece:
        """Make a piece.

        Parameters
        ----------
        kind : str
            One of `kinds`.
        number : int
            Which of them, from 0.

        Returns
        -------
        Piece
            Plain data for JSON, as `PieceKinds` has it for the kind.

        Raises
        ------
        LookupError
            If there is no such piece.
        """
        if not 0 <= number < self._kinds.get(kind, 0):
            kinds = self._kinds
            there = ", ".join(f"{name} (0 to {count - 1})" for name, count in kinds.items())
            raise LookupError(f"there is no piece {kind}/{number}; there are {there}")
        return self._makers[kind](number)

    @cached_property
    def _tints(self) -> NDArray[np.uint8]:
        return tints(self.mean_colors)

    def _map(self, number: int) -> MapPiece:
        rows = self.places.row_at[self.places.of_piece("map", number)]
        x, y = self.atlas.positions[rows].T
        return {
            "x": column(x, "float32"),
            "y": column(y, "float32"),
            **self._facts.row_column(rows),
            "tint": column(self._tints[rows], "uint8"),
            "colors": [column(color.codes[rows], "uint8") for color in self.colors],
        }

    def _sky(self, number: int) -> SkyPiece:
        rows = self.places.sky_rows[self.places.of_piece("sky", number)]
        x, y = self.places.sky
        return {
            "x": column(x[rows], "float64"),
            "y": column(y[rows], "float64"),
            "row": column(rows, "int32"),
        }

    def _tint_block(self, number: int) -> TintPiece:
        rows = self.places.row_at[self.places.of_piece("tints", number)]
        return {"tint": column(self._tints[rows], "uint8")}

    def _rows(self, number: int) -> RowPiece:
        part = self.places.of_piece("rows", number)
        return {"place": column(self.places.place_of[part], "int32")}

    def _images(self, number: int) -> ImagePiece:
        part = self.places.of_piece("images", number)
        return {"images": self.parents.describe(part, with_preview=not self.places.is_by_row)}

    def _outlines(self, number: int) -> OutlinePiece:
        return self.parents.outlines(self.places.of_piece("outlines", number))

    def _previews(self, number: int) -> PreviewPiece:
        return {"urls": self.parents.previews(number)}
