// What travels, as Python writes it. A typed array stands for a `Column`, which `decode` turns into it.

/** A column as it travels: the name of its array's type, and its little-endian bytes in base64. */
export interface Column {
  dtype: "float32" | "float64" | "int32" | "int16" | "uint16" | "uint8";
  data: string;
}

/** Left, right, bottom and top. */
export type Extent = [number, number, number, number];

/** A row of the user's own: a name, and a number or a text. */
export type Fact = [name: string, value: number | string];

/** What a page knows before it asks for a piece. */
export interface PageIndex {
  n: number;
  similar: number;
  notes: string[];
  /** Settings, versions and checksums. */
  provenance: [name: string, text: string][];
  /** By what the atlas is known again; tags are kept under it. */
  identity: string;
  methods: MethodsIndex;
  can_overlap: boolean;
  labels: string[];
  start: number[];
  map: PlaneIndex;
  /** Missing where no position on the sky is known. */
  sky?: PlaneIndex;
  /** Missing there, and where there are too many images. */
  outlines?: PieceIndex;
  boxes: BoxIndex;
  records: PieceIndex;
  /** What is loaded whole: places, tints and labels of all cutouts, and columns. */
  blocks: PieceIndex;
  columns: ColumnIndex[];
  images: PieceIndex;
  /** Missing where a cutout's place is its row. */
  rows?: PieceIndex;
  /** Coarse to fine; missing where there are none. */
  clusters?: ClusterLevelIndex[];
  /** More neighbours than records have, as many cutouts a piece; missing where the atlas has no more. */
  near?: PieceIndex;
  /** Neighbours by smoothed fingerprints, as many cutouts a piece; missing where there are too few cutouts for any. */
  smoothed?: PieceIndex;
  colors: ColorLegend[];
  palette: Palette;
  thumbnails: ThumbnailsIndex;
  /** Missing in pages of early versions. */
  faces?: FaceIndex;
  /** Where the page draws the density of many points itself. */
  first?: FirstIndex;
  /** Where there are so many that it does not. */
  tiles?: PyramidIndex;
  sky_tiles?: PyramidIndex;
  /** Missing where previews are all there is of the images. */
  deep?: DeepIndex;
  /** What addresses of pieces, thumbnails and tiles begin with. */
  base: string;
  /** Whether a server draws the map's density. */
  live?: boolean;
  /** What addresses begin with at which a server compares cutouts with all. */
  cosines?: string;
  /** All pieces by `kind/number`, where they stand in the page. */
  pieces?: Record<string, unknown>;
  /** By kinds of pieces; of others each has a file of its own. */
  files?: Record<string, FileIndex>;
  /** SHA-256 of each piece or file of pieces as it is written, by `kind/number`; missing where a server makes them. */
  checksums?: Record<string, string>;
}

/** Tiles of parent images that have more pixels than their previews. */
export interface DeepIndex {
  /** How many pieces of them there are. */
  n: number;
  /** How far it is from one to the next, in pixels. */
  side: number;
  /** What each has of its neighbours, at those sides where the image goes on. */
  overlap: number;
  /** Where a server gives each as a JPEG file, with `{piece}` for its number. */
  url?: string;
}

/** How it was made, for a paper: sentences, and BibTeX of all works that they cite. */
export interface MethodsIndex {
  text: string;
  bibtex: string;
}

export interface PieceIndex {
  per_piece: number;
}

/** Pieces of points. */
export interface PlaneIndex extends PieceIndex {
  n: number;
  extent: Extent;
  /** An `Extent` a piece. */
  bounds: Float32Array;
}

/** Pieces of boxes. */
export interface BoxIndex extends PieceIndex {
  n: number;
  /** Of each piece's boxes: least ixmin, greatest ixmax, least iymin, greatest iymax. */
  bounds: Int32Array;
  /** The least and the greatest image of each piece. */
  images: Int32Array;
}

/**
 * Sheets of thumbnails, in the page or beside it; `url` has `{piece}` where the number goes. Without either each is a piece. From one
 * thumbnail to the next below it are `pitch` pixels, where that is more than its side.
 */
export interface ThumbnailsIndex {
  size: number;
  columns: number;
  rows: number;
  by: "row" | "place";
  pitch?: number;
  urls?: string[];
  url?: string;
}

/**
 * Levels of squares of the map, halved from one to the next, whose medoids are known. `starts` are the numbers of each level's first
 * picture in sheets of their own; missing where there are no such sheets.
 */
export interface FaceIndex {
  levels: number;
  starts?: number[];
}

/** A picture of the whole map in the cutouts' own colours, until the page has drawn its own. */
export interface FirstIndex {
  url: string;
  extent: Extent;
}

/** Clusters of a level, in the order of the categories of its column, which name and count them. */
export interface ClusterLevelIndex {
  /** Of the level. */
  column: string;
  /** The row of the most typical cutout of each. */
  medoid: Int32Array;
  /** 1 less the cosine with the mean of all in it, on average. */
  spread: Float32Array;
  /** Where its name stands on the map: two a cluster. */
  place: Float32Array;
  /** Within which most of it lies on the map: an `Extent` a cluster. */
  bounds: Float32Array;
  /** Of those that were named by hand: which it is, and what it is called by itself. */
  own?: [number: number, name: string][];
  /** Those that are parts of a continuum rather than clusters. */
  parts?: number[];
}

/** Files of several pieces each, one after another: how many, and the byte at which each piece begins in its file. */
export interface FileIndex {
  per_file: number;
  starts: Int32Array;
}

/** A pyramid of tiles; `present` are the numbers of those that are not empty. */
export interface PyramidIndex {
  size: number;
  levels: number;
  present: Int32Array;
  extent: Extent;
}

/** Which pieces there are of something. */
export interface PartIndex {
  first: number;
  count: number;
}

/** What there is to say of a column, counted over cutouts. */
export interface ColumnSummary {
  kind: "number" | "date" | "category" | "text" | "flag";
  missing: number;
  distinct: number;
  /** Of finite numbers, or of dates in milliseconds since 1970; missing where there are none. */
  low?: number;
  high?: number;
  /** The 2nd and the 98th percentile. */
  robust_low?: number;
  robust_high?: number;
  /** Of categories and flags, the commonest first; a code is a place in this list. */
  categories?: Category[];
}

/** A column: where it comes from, and which pieces hold it, with one value an image or one a place. */
export interface ColumnIndex extends ColumnSummary {
  name: string;
  role: "own" | "built-in";
  by: "place" | "image";
  blocks: PartIndex;
  /** Pieces of the texts of a column that has some, and no categories. */
  texts?: PartIndex;
}

export interface Palette {
  none: string;
  categories: string[];
  ramp: string[];
  density: string[];
}

export type ColorLegend = NumberLegend | CategoryLegend;

/** Of numbers, or of dates in milliseconds since 1970. */
export interface NumberLegend {
  name: string;
  kind: "number" | "date";
  /** The 2nd and the 98th percentile; texts, where no float gives them back. */
  low: number | string;
  high: number | string;
  missing: number;
  /** The softening of the ramp's inverse hyperbolic sine, where numbers are skewed: from the low end, or, negative, from the high one. */
  bend?: number;
}

export interface CategoryLegend {
  name: string;
  kind: "category";
  categories: Category[];
  other: number;
  missing: number;
}

export interface Category {
  text: string;
  count: number;
}

/** Points of the map; without `row` they are all rows in order. */
export interface MapPiece {
  x: Float32Array;
  y: Float32Array;
  row?: Int32Array;
  /** Hue, saturation, rank of the lightness: three a point. */
  tint: Uint8Array;
  /** Codes of each colour column. */
  colors: Uint8Array[];
}

export interface SkyPiece {
  x: Float64Array;
  y: Float64Array;
  row: Int32Array;
}

/** Where parent images lie on the sky; NaN where that is not known. */
export interface OutlinePiece {
  /** Where a plane touches the sky, RA and Dec in degrees: two an image. */
  at: Float64Array;
  /** The corners on that plane, degrees to the east and to the north, from the array's first pixel along its first row: eight an image. */
  corners: Float32Array;
  /** Pixels across and down: two an image. */
  size: Int32Array;
  /** 1 where positions are exact, 0 where they are approximate. */
  exact: Uint8Array;
}

export interface BoxPiece {
  row: Int32Array;
  image: Int32Array;
  /** ixmin, ixmax, iymin, iymax: four a cutout. */
  box: Int32Array;
}

/** The most similar cutouts of each, nearest first, by place. */
export interface NearPiece {
  /** How many neighbours a cutout has here. */
  depth: number;
  /** Their places, `depth` a cutout. */
  neighbors: Uint16Array | Int32Array;
  /** Cosines in parts of SIMILARITY_STEPS, `depth` a cutout. */
  similarities: Int16Array;
}

/** How similar all cutouts are to one, by row; NaN for it and for what compares with nothing. */
export interface CosinePiece {
  cosines: Float32Array;
}

/** The cutouts most like the mean of some, the most similar first, without these. */
export interface LikeAnswer {
  rows: Int32Array;
}

/** Rows by how similar they are, the most similar first, with their cosines. */
export interface RankedRows {
  rows: Int32Array;
  similarities: Float32Array;
}

/** A position in degrees, arcseconds a pixel, and the place on the sky's map. */
export interface SkyPosition {
  ra: number;
  dec: number;
  scale: number;
  x: number;
  y: number;
  approximate: boolean;
}

/** What a server makes of an image that a visitor brought. */
export interface GuestAnswer {
  /** Where it belongs on the map. */
  x: number;
  y: number;
  /** Its own columns and rows. */
  nx: number;
  ny: number;
  /** As the network was shown it: a data URL. */
  picture: string;
  nearest: RankedRows;
  /** By smoothed fingerprints; missing where the page has none. */
  smoothed?: RankedRows;
  /** Missing where the image does not say where it lies. */
  sky?: SkyPosition;
}

/** What there is to say of cutouts, by place, and as many neighbours as a page shows at once. */
export interface RecordPiece extends NearPiece {
  /** Missing where a cutout's place is its row. */
  row?: Int32Array;
  x: Float32Array;
  y: Float32Array;
  image: Int32Array;
  box: Int32Array;
  ra?: Float64Array;
  dec?: Float64Array;
  scale?: Float32Array;
  sky_x?: Float64Array;
  sky_y?: Float64Array;
  /** N_LABELS a cutout: codes into the index's labels, -1 for none. */
  label?: Int16Array;
  /** N_LABELS a cutout, in parts of SCORE_STEPS. */
  score?: Uint16Array;
  metadata: MetadataColumn[];
}

/**
 * Numbers, or codes (-1 for none) into texts, such as whole numbers that a float does not give back. There are none in a page that
 * carries all pieces, whose columns have the same.
 */
export interface MetadataColumn {
  name: string;
  values?: Float64Array | Float32Array;
  codes?: Int32Array;
  texts?: string[];
}

export interface RowPiece {
  place: Int32Array;
}

export interface ImagePiece {
  images: ImageEntry[];
}

/** A parent image: with the address of its picture, or with the piece of previews that it is in. */
export interface ImageEntry {
  name: string;
  nx: number;
  ny: number;
  origin: "lower" | "upper";
  approximate: boolean;
  metadata: Fact[];
  /** Of its file; missing in atlases of early versions. */
  sha256?: string;
  /** Where a browser finds its file; missing where that does not lie on a server of the web. */
  source?: string;
  /** Its place on the sky: a pixel, that pixel's RA and Dec, and degrees to the east and north a pixel; missing where not known. */
  wcs?: [x: number, y: number, ra: number, dec: number, cd11: number, cd12: number, cd21: number, cd22: number];
  /** Whether that tells directions alone: places are off by more than half a pixel. */
  distorted?: boolean;
  url?: string | null;
  preview?: number;
  /** The first tile of the image at its full size, at half of it, and so on. */
  levels?: number[];
}

/** A tile of a parent image as a data URL; empty where a file of tiles is filled up. */
export interface DeepPiece {
  url: string;
}

/** A sheet of thumbnails as a data URL. */
export interface ThumbnailPiece {
  url: string;
}

/** What stands for each square of a level, row after row from the top; -1 and NaN of none. */
export interface FacePiece {
  place: Int32Array;
  /** How many cutouts each square has. */
  count: Int32Array;
  x: Float32Array;
  y: Float32Array;
}

export interface PreviewPiece {
  urls: Record<string, string>;
}

/**
 * Places of a block of cutouts in 16 bits: GRID_STEPS between bounds, or NOWHERE. On the map the bounds are those of the piece of the
 * map that has the place, on the sky its extent. A page that carries all pieces has neither grids nor tints nor labels in blocks.
 */
export interface GridPiece {
  x: Uint16Array;
  y: Uint16Array;
}

/** Tints of a block of cutouts, three numbers each. */
export interface TintPiece {
  tint: Uint8Array;
}

/** Labels and scores of a block of cutouts, N_LABELS each. */
export interface LabelPiece {
  label: Int16Array;
  score: Uint16Array;
}

/** A block of a column: numbers, or codes into its texts; missing are NaN, and the greatest code of an unsigned type or -1. */
export interface ColumnPiece {
  values?: Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array;
  codes?: Int32Array | Uint16Array | Uint8Array;
}

/** Texts of a column, in the order of their codes. */
export interface TextPiece {
  texts: string[];
}

/** What kinds of pieces there are. */
export interface PieceKinds {
  map: MapPiece;
  sky: SkyPiece;
  boxes: BoxPiece;
  records: RecordPiece;
  rows: RowPiece;
  images: ImagePiece;
  outlines: OutlinePiece;
  previews: PreviewPiece;
  thumbnails: ThumbnailPiece;
  faces: FacePiece;
  facesheets: ThumbnailPiece;
  deep: DeepPiece;
  mapgrid: GridPiece;
  skygrid: GridPiece;
  tints: TintPiece;
  labels: LabelPiece;
  columns: ColumnPiece;
  texts: TextPiece;
  near: NearPiece;
  smoothed: NearPiece;
  cosines: CosinePiece;
  smoothedcosines: CosinePiece;
}
