// What the browser side makes of what has arrived.

import type { ColumnIndex, Fact, ImageEntry } from "../wire/types.d.ts";

/** A rectangle of a plane, y up. */
export interface Rectangle {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

export interface Place {
  x: number;
  y: number;
}

/** A position on the sky in degrees, the scale in arcseconds a pixel, and the place on the sky's map. */
export interface SkyPlace extends Place {
  ra: number;
  dec: number;
  scale: number;
  approximate: boolean;
}

export interface Label {
  name: string;
  score: number;
}

export interface Cutout extends Place {
  row: number;
  image: number;
  /** ixmin, ixmax, iymin, iymax. */
  box: [number, number, number, number];
  /** The box in the parent image as it is shown, from its lower left corner. */
  shownBox: Rectangle;
  /** Of the parent image. */
  name: string;
  sky: SkyPlace | null;
  labels: Label[];
  metadata: Fact[];
}

export interface SimilarCutout extends Cutout {
  /** From 1 on. */
  rank: number;
  /** A cosine; null where it is not known. */
  similarity: number | null;
  /** How far it lies from the selected one, in degrees, where that is what counts. */
  separation?: number;
}

/**
 * Where similar cutouts may lie: anywhere; not over the selected one; in other images; farther from it than a radius; or, whatever they
 * are like, within the radius and in other images. The radius is in arcseconds, as wide as the selected cutout where null.
 */
export interface Where {
  kind: "any" | "overlapping" | "image" | "apart" | "same";
  radius: number | null;
}

/** Which cutouts may stand beside the selected one: where, and of which subset; null for all. And by which fingerprints they are alike. */
export interface Asked {
  where: Where;
  subset: Subset | null;
  /** Whether those are smoothed by their nearest. */
  isSmoothed: boolean;
}

/** How those beside the selected one were found. */
export interface Found {
  where: Where;
  /** The radius that counted, in arcseconds; null where none does. */
  radius: number | null;
  /** Whether they are similar by smoothed fingerprints. */
  isSmoothed: boolean;
  /** How many cutouts there are in the subset among which they were looked for; null for all. */
  among: number | null;
  /** How many of the nearest were looked at; null where none that may be shown was left out. */
  looked: number | null;
  /** How many there are at the same place; null where that was not asked, or where that is is not known. */
  n: number | null;
}

/** The selected cutout and those beside it. */
export interface Shown {
  cutout: Cutout;
  similar: SimilarCutout[];
  found: Found;
}

/** A part of a picture, in its pixels. */
export interface PicturePart extends Place {
  picture: HTMLImageElement | HTMLCanvasElement;
  width: number;
  height: number;
}

/** A parent image with the address of its picture, if it has one. */
export interface ParentImage extends ImageEntry {
  url: string | null;
}

/** Points in columns; `tint` has three numbers a point, and both it and `codes` may be empty. */
export interface PointColumns {
  x: number[];
  y: number[];
  row: number[];
  /** Ranks in the order of the pieces; on the map these are places. */
  rank: number[];
  tint: number[];
  codes: number[];
}

/** What a shape does to the choice: it is the choice, is added to it, or is taken away. */
export type How = "new" | "add" | "take";

/**
 * A shape that somebody drew, in numbers: of a lasso on the map x and y of its corners in turn; of a box on the map left, right, bottom,
 * top; of a circle on the sky RA, Dec and radius in degrees; of a box on a parent image its number, and left, right, bottom, top in pixels
 * of its array; of a lasso there its number, and x and y of the corners.
 */
export interface Shape {
  kind: "lasso" | "box" | "circle" | "image" | "imagelasso";
  how: How;
  numbers: number[];
}

/** A column, or a label, which is one of its scores. */
export type ColumnEntry = ColumnIndex | { name: string, kind: "number", role: "label" };

/** Cutouts by place, a bit each: bit p of word p >> 5. */
export interface Subset {
  bits: Uint32Array;
  count: number;
}

/** What a panel, the query line or the search asks of cutouts; one that asks for something else is another object. */
export type Filter = { id: string, negated?: boolean } & (
  /** Numbers or dates from low to high, both included; open where null. */
  | { kind: "range", column: string, low: number | null, high: number | null, missing?: boolean }
  | { kind: "codes", column: string, codes: number[], missing?: boolean }
  /** Texts that contain a text, whatever their case. */
  | { kind: "text", column: string, text: string }
  /** Something is known; turned round, it is missing. */
  | { kind: "known", column: string }
  /**
   * Cutouts that somebody chose, what is said of them; their places in an order that means something, if they have one; and the shapes
   * that chose them, where nothing else did.
   */
  | { kind: "places", column?: null, bits: Uint32Array, label?: string, ranked?: number[], shapes?: Shape[] }
  | { kind: "query" | "search", column?: null, text: string, query?: string }
);

/** How numbers lie along an axis or a ramp. */
export type Curve = "linear" | "asinh" | "log";

/** What was chosen for a column: a curve, and colours that reach from the least to the greatest rather than between robust ends. */
export interface Scale {
  curve?: Curve;
  isWide?: boolean;
}

/** By names of columns. */
export type Scales = ReadonlyMap<string, Scale>;

/** What points are coloured by: their own colours, their number, or a colour column. */
export type ColorChoice = "own" | "count" | "tag" | number;

/** How the map shows cutouts. */
export type MapStyle = "images" | "points" | "density";
