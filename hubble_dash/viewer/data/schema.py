"""The wire: what Python hands to the browser side, key by key, and the constants that both know.

``types.d.ts`` and ``constants.js`` of ``templates/browser/wire`` say the same of the other side,
and a test holds the two equal: a new key or constant goes into both. There a typed array stands for
a `Column`. A key that is ``NotRequired`` is missing where there is nothing to say.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, NotRequired, TypeAlias, TypedDict

from hubble_dash.atlas.schema import N_LABELS
from hubble_dash.viewer.colors.columns import (
    MISSING,
    NUMBER_STEPS,
    CategoryLegend,
    ColorLegend,
    NumberLegend,
)
from hubble_dash.viewer.colors.palette import Palette
from hubble_dash.viewer.colors.tints import TINT_STEPS
from hubble_dash.viewer.columns.summaries import Category, ColumnIndex, PartIndex
from hubble_dash.viewer.planes.grid import GRID_STEPS, NOWHERE

__all__ = [
    "BORDER_PIXELS",
    "GRID_STEPS",
    "MAX_POINTS",
    "MISSING",
    "MOST_AVERAGED",
    "MOST_GUEST_BYTES",
    "MOST_LIKE",
    "NOWHERE",
    "NUMBER_STEPS",
    "N_LABELS",
    "POINT_SIZES",
    "SCORE_STEPS",
    "SIMILARITY_STEPS",
    "TINT_STEPS",
    "BoxIndex",
    "BoxPiece",
    "Category",
    "CategoryLegend",
    "ClusterLevelIndex",
    "ColorLegend",
    "Column",
    "ColumnIndex",
    "ColumnPiece",
    "CosinePiece",
    "DeepIndex",
    "DeepPiece",
    "FaceIndex",
    "FacePiece",
    "FileIndex",
    "FirstIndex",
    "GridPiece",
    "GuestAnswer",
    "ImageEntry",
    "ImagePiece",
    "LabelPiece",
    "LikeAnswer",
    "MapPiece",
    "MetadataColumn",
    "MethodsIndex",
    "NearPiece",
    "NumberLegend",
    "OutlinePiece",
    "PageIndex",
    "Palette",
    "PartIndex",
    "Piece",
    "PieceIndex",
    "PieceKinds",
    "PlaneIndex",
    "PreviewPiece",
    "PyramidIndex",
    "RankedRows",
    "RecordPiece",
    "RowPiece",
    "SkyPiece",
    "SkyPosition",
    "TextPiece",
    "ThumbnailPiece",
    "ThumbnailsIndex",
    "TintPiece",
]

# A score of 1, and a cosine of 1, as they travel: as fixed-point numbers.
SCORE_STEPS = 65_535
SIMILARITY_STEPS = 32_767
# Points that Bokeh draws and moves without a GPU; of more, the page shows the density.
MAX_POINTS = 20_000
# The size of points in pixels, where there are fewer than so many.
POINT_SIZES: tuple[tuple[float, int], ...] = ((500, 7), (2_000, 6), (6_000, 5), (math.inf, 4))
# What the border of a figure takes, at each side.
BORDER_PIXELS = 1
# Of so many cutouts at most a server takes the mean, and so many at most it finds that are like it.
MOST_AVERAGED = 20_000
MOST_LIKE = 5_000
# Bytes of a file that a visitor may bring.
MOST_GUEST_BYTES = 100_000_000

Dtype: TypeAlias = Literal["float32", "float64", "int32", "int16", "uint16", "uint8"]


class Column(TypedDict):
    """An array: the kind of its numbers, and its little-endian bytes in base64."""

    dtype: Dtype
    data: str


class Numbers(str):
    """The kind of a column's numbers, which marks it in `Annotated`."""

    @property
    def words(self) -> str:
        """Say what is allowed."""
        return f"a column of {self}"

    def allows(self, column: Column) -> bool:
        """Say whether a column has numbers of the kind."""
        return column["dtype"] == str(self)


Float32: TypeAlias = Annotated[Column, Numbers("float32")]
Float64: TypeAlias = Annotated[Column, Numbers("float64")]
Int16: TypeAlias = Annotated[Column, Numbers("int16")]
Int32: TypeAlias = Annotated[Column, Numbers("int32")]
Uint8: TypeAlias = Annotated[Column, Numbers("uint8")]
Uint16: TypeAlias = Annotated[Column, Numbers("uint16")]
# Left, right, bottom and top.
Extent: TypeAlias = list[float]


class PieceIndex(TypedDict):
    """How many cutouts, or images, a piece holds; the last may hold fewer."""

    per_piece: int


class PlaneIndex(PieceIndex):
    """Pieces of points: ``bounds`` are the extent of each, (m, 4)."""

    n: int
    extent: Extent
    bounds: Float32


class BoxIndex(PieceIndex):
    """Pieces of boxes: the union of each piece's, (m, 4), its least and greatest image, (m, 2)."""

    n: int
    bounds: Int32
    images: Int32


class ThumbnailsIndex(TypedDict):
    """Sheets of thumbnails, in the page (``urls``) or elsewhere (``url`` with ``{piece}`` in it).

    Without either each is a piece. Thumbnail i, by row or by place, is on sheet
    ``i // (columns * rows)``; ``size`` is its side in pixels, ``pitch`` how far it is from one to
    the next below it, where that is more.
    """

    size: int
    columns: int
    rows: int
    by: Literal["row", "place"]
    pitch: NotRequired[int]
    urls: NotRequired[list[str]]
    url: NotRequired[str]


class FileIndex(TypedDict):
    """Files of several pieces each, one after another; the last may hold fewer.

    Piece i is in file ``i // per_file``, and begins there at byte ``starts[i]``.
    """

    per_file: int
    starts: Int32


class PyramidIndex(TypedDict):
    """A pyramid of tiles: ``present`` are the numbers of those that are not empty."""

    size: int
    levels: int
    present: Int32
    extent: Extent


class FirstIndex(TypedDict):
    """A picture of the whole map in the cutouts' own colours, until the page has drawn its own."""

    url: str
    extent: Extent


class DeepIndex(TypedDict):
    """Tiles of parent images that have more pixels than their previews: ``n`` pieces of them.

    ``side`` is how far it is from one to the next, in pixels; each has ``overlap`` more at those
    sides where the image goes on.
    """

    n: int
    side: int
    overlap: int
    # Where a server gives each as a JPEG file, with ``{piece}`` for its number.
    url: NotRequired[str]


class FaceIndex(TypedDict):
    """Levels of squares of the map, halved from one to the next, whose medoids are known.

    ``starts`` are the numbers of each level's first picture in sheets of their own; missing where
    there are no such sheets.
    """

    levels: int
    starts: NotRequired[list[int]]


class MethodsIndex(TypedDict):
    """How it was made, for a paper: sentences, and BibTeX of all works that they cite."""

    text: str
    bibtex: str


class ClusterLevelIndex(TypedDict):
    """Clusters of a level, in the order of the categories of its column, which name and count them.

    ``medoid`` has the row of the most typical cutout of each, ``spread`` 1 less the cosine with the
    mean of all in it, on average. On the map its name stands at ``place``, (m, 2), and most of it
    lies within ``bounds``, (m, 4).
    """

    column: str
    medoid: Int32
    spread: Float32
    place: Float32
    bounds: Float32
    # Of those that were named by hand: which it is, and what it is called by itself.
    own: NotRequired[list[tuple[int, str]]]
    # Those that are parts of a continuum rather than clusters.
    parts: NotRequired[list[int]]


class PageIndex(TypedDict):
    """What a page knows before it asks for a piece."""

    n: int
    similar: int
    notes: list[str]
    # Settings, versions and checksums: name and text.
    provenance: list[tuple[str, str]]
    # By what the atlas is known again; tags are kept under it.
    identity: str
    methods: MethodsIndex
    can_overlap: bool
    labels: list[str]
    images: PieceIndex
    start: list[int]
    map: PlaneIndex
    boxes: BoxIndex
    records: PieceIndex
    # What is loaded whole: places, tints and labels of all cutouts, and columns.
    blocks: PieceIndex
    columns: list[ColumnIndex]
    colors: list[ColorLegend]
    palette: Palette
    # What addresses of pieces, thumbnails and tiles begin with.
    base: str
    thumbnails: ThumbnailsIndex
    # Missing in pages of early versions.
    faces: NotRequired[FaceIndex]
    # Missing where no position on the sky is known.
    sky: NotRequired[PlaneIndex]
    # Missing there, and where there are too many images.
    outlines: NotRequired[PieceIndex]
    # Missing where a cutout's place is its row.
    rows: NotRequired[PieceIndex]
    # Coarse to fine; missing where there are none.
    clusters: NotRequired[list[ClusterLevelIndex]]
    # More neighbours than records have; missing where the atlas has no more.
    near: NotRequired[PieceIndex]
    # Neighbours by smoothed fingerprints; missing where there are too few cutouts for any.
    smoothed: NotRequired[PieceIndex]
    # Where the page draws the density of many points itself.
    first: NotRequired[FirstIndex]
    # Where there are so many that it does not.
    tiles: NotRequired[PyramidIndex]
    sky_tiles: NotRequired[PyramidIndex]
    # Missing where previews are all there is of the images.
    deep: NotRequired[DeepIndex]
    # Whether a server draws the map's density.
    live: NotRequired[bool]
    # What addresses begin with at which a server compares cutouts with all.
    cosines: NotRequired[str]
    # All pieces by ``kind/number``, where they stand in the page.
    pieces: NotRequired[dict[str, Piece]]
    # By kinds of pieces; of others each has a file of its own.
    files: NotRequired[dict[str, FileIndex]]
    # SHA-256 of each piece or file of pieces as it is written, by ``kind/number``; missing where a
    # server makes them.
    checksums: NotRequired[dict[str, str]]


class RowColumn(TypedDict):
    """The row at each place; missing where a place is a row."""

    row: NotRequired[Int32]


class BoxColumns(TypedDict):
    """Parent images, and boxes as ixmin, ixmax, iymin, iymax: (m, 4)."""

    image: Int32
    box: Int32


class SkyColumns(TypedDict):
    """Sky positions in ICRS degrees, places on the sky map, scales in arcsec; NaN if unknown."""

    ra: NotRequired[Float64]
    dec: NotRequired[Float64]
    sky_x: NotRequired[Float64]
    sky_y: NotRequired[Float64]
    scale: NotRequired[Float32]


class LabelColumns(TypedDict):
    """Codes into the index's labels, -1 for none, and scores in parts of SCORE_STEPS.

    Both (m, N_LABELS), best first; missing in an atlas without labels.
    """

    label: NotRequired[Int16]
    score: NotRequired[Uint16]


class MapPiece(RowColumn):
    """Points of the map."""

    x: Float32
    y: Float32
    # Hue, saturation, rank of the lightness: (m, 3) in parts of TINT_STEPS.
    tint: Uint8
    # Codes of each colour column.
    colors: list[Uint8]


class SkyPiece(TypedDict):
    """Points of the sky map."""

    x: Float64
    y: Float64
    row: Int32


class OutlinePiece(TypedDict):
    """Where parent images lie on the sky; NaN where that is not known."""

    # Where a plane touches the sky, RA and Dec in ICRS degrees: (m, 2).
    at: Float64
    # The corners on that plane, in degrees to the east and to the north, one after another from the
    # array's first pixel along its first row: (m, 4, 2).
    corners: Float32
    # Pixels across and down: (m, 2).
    size: Int32
    # 1 where positions are exact, 0 where they are approximate.
    exact: Uint8


class BoxPiece(BoxColumns):
    """Boxes of cutouts, for finding the one at a place of an image."""

    row: Int32


class MetadataColumn(TypedDict):
    """A column of the user's: numbers, or codes (-1 for none) into texts.

    Whole numbers that a float does not give back are texts, in all pieces. There are none in a page
    that carries all pieces, whose columns have the same.
    """

    name: str
    values: NotRequired[Float64 | Float32]
    codes: NotRequired[Int32]
    texts: NotRequired[list[str]]


class NearPiece(TypedDict):
    """The most similar cutouts of each, nearest first, by place."""

    # How many neighbours each cutout has here.
    depth: int
    # Their places, (m, depth).
    neighbors: Uint16 | Int32
    # Cosines, (m, depth), in parts of SIMILARITY_STEPS.
    similarities: Int16


class RecordPiece(RowColumn, BoxColumns, SkyColumns, LabelColumns, NearPiece):
    """What there is to say of cutouts, by place, and as many neighbours as a page shows at once."""

    x: Float32
    y: Float32
    metadata: list[MetadataColumn]


class CosinePiece(TypedDict):
    """How similar all cutouts are to one, by row; NaN for it and for what compares with nothing."""

    cosines: Float32


class LikeAnswer(TypedDict):
    """The cutouts most like the mean of some, the most similar first, without these."""

    rows: Int32


class RankedRows(TypedDict):
    """Rows by how similar they are, the most similar first, with their cosines."""

    rows: Int32
    similarities: Float32


class SkyPosition(TypedDict):
    """A position in degrees, arcseconds a pixel, and the place on the sky's map."""

    ra: float
    dec: float
    scale: float
    x: float
    y: float
    approximate: bool


class GuestAnswer(TypedDict):
    """What a server makes of an image that a visitor brought."""

    # Where it belongs on the map.
    x: float
    y: float
    # Its own columns and rows.
    nx: int
    ny: int
    # As the network was shown it: a data URL.
    picture: str
    nearest: RankedRows
    # By smoothed fingerprints; missing where the page has none.
    smoothed: NotRequired[RankedRows]
    # Missing where the image does not say where it lies.
    sky: NotRequired[SkyPosition]


class RowPiece(TypedDict):
    """The place of each row."""

    place: Int32


class ImageEntry(TypedDict):
    """A parent image: with the address of its picture, or the piece of previews that has it."""

    name: str
    nx: int
    ny: int
    origin: Literal["lower", "upper"]
    approximate: bool
    metadata: list[tuple[str, str | float]]
    # Of its file; missing in atlases of early versions.
    sha256: NotRequired[str]
    # Where a browser finds its file; missing where that does not lie on a server of the web.
    source: NotRequired[str]
    # Where it lies on the sky, as a `TangentPlane`; missing where neither file nor cutouts tell.
    wcs: NotRequired[list[float]]
    # Whether that tells directions alone: places are off by more than half a pixel.
    distorted: NotRequired[bool]
    url: NotRequired[str | None]
    preview: NotRequired[int]
    # The first tile of the image at its full size, at half of it, and so on.
    levels: NotRequired[list[int]]


class ImagePiece(TypedDict):
    """Parent images."""

    images: list[ImageEntry]


class FacePiece(TypedDict):
    """What stands for each square of a level, row after row from the top; -1 and NaN of none.

    The place of the cutout, where that lies, and how many cutouts the square has.
    """

    place: Int32
    count: Int32
    x: Float32
    y: Float32


class ThumbnailPiece(TypedDict):
    """A sheet of thumbnails as a data URL."""

    url: str


class DeepPiece(TypedDict):
    """A tile of a parent image as a data URL; empty where a file of tiles is filled up."""

    url: str


class PreviewPiece(TypedDict):
    """Pictures of parent images as data URLs, by the image's row as text."""

    urls: dict[str, str]


class GridPiece(TypedDict):
    """Places of a block of cutouts in 16 bits: `GRID_STEPS` between bounds, or `NOWHERE`.

    On the map the bounds are those of the piece of the map that has the place, on the sky its
    extent. A page that carries all pieces has neither grids nor tints nor labels in blocks, as each
    of its other pieces is one.
    """

    x: Uint16
    y: Uint16


class TintPiece(TypedDict):
    """Tints of a block of cutouts, as in pieces of the map: (m, 3)."""

    tint: Uint8


class LabelPiece(TypedDict):
    """Labels and scores of a block of cutouts, as in records: (m, N_LABELS) each."""

    label: Int16
    score: Uint16


class ColumnPiece(TypedDict):
    """A block of a column: numbers (NaN where missing), or codes into its texts.

    The code of what is missing is the greatest of an unsigned type, or -1.
    """

    values: NotRequired[Float32 | Float64 | Int32 | Uint16 | Uint8]
    codes: NotRequired[Int32 | Uint16 | Uint8]


class TextPiece(TypedDict):
    """Texts of a column, one after another in the order of their codes."""

    texts: list[str]


class PieceKinds(TypedDict):
    """What kinds of pieces there are."""

    map: MapPiece
    sky: SkyPiece
    boxes: BoxPiece
    records: RecordPiece
    rows: RowPiece
    images: ImagePiece
    outlines: OutlinePiece
    previews: PreviewPiece
    thumbnails: ThumbnailPiece
    faces: FacePiece
    facesheets: ThumbnailPiece
    deep: DeepPiece
    mapgrid: GridPiece
    skygrid: GridPiece
    tints: TintPiece
    labels: LabelPiece
    columns: ColumnPiece
    texts: TextPiece
    near: NearPiece
    smoothed: NearPiece
    cosines: CosinePiece
    smoothedcosines: CosinePiece


Piece: TypeAlias = (
    MapPiece | SkyPiece | BoxPiece | RecordPiece | RowPiece | ImagePiece | PreviewPiece
    | OutlinePiece | ThumbnailPiece | GridPiece | TintPiece | LabelPiece | ColumnPiece | TextPiece
    | NearPiece | CosinePiece | DeepPiece | FacePiece
)  # fmt: skip
