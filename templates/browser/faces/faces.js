// A picture for each part of the map, of the cutout that stands for it, larger where more lie. In: the plot's view, which points stand for
// parts. Out: pictures that stay where they are while one drags, and where each is drawn; the point whose picture lies at a place.

import { squareOf } from "./parts.js";
import { inside, standing } from "./standing.js";

/**
 * @import { PicturePart, Rectangle, Subset } from "../data/types.d.ts"
 * @import { Parts, Square, Window } from "./parts.js"
 * @import { Box } from "./standing.js"
 * @import { Plot } from "../plots/plot.js"
 *
 * @typedef {Square & { level: number }} Part of the plane, its upper left corner; of 4 ** level ones
 *
 * @typedef {object} Face
 * @property {number} place
 * @property {number} x of its point
 * @property {number} y
 * @property {Part} of the part that it stands for
 * @property {Rectangle} within which it stands
 * @property {number} share of the part's side that it takes
 * @property {PicturePart} part of a sheet
 * @property {string} color of its edge; nothing for none
 *
 * @typedef {Face & { side: number }} Placed at its middle
 * @typedef {{ first: number, pitch: number }} Rows pixels below the map's origin, and from one to the next
 *
 * @typedef {object} Options
 * @property {Rectangle} extent of all points
 * @property {number} n how many there are
 * @property {(window: Window, subset: Subset | null, level: number) => Promise<Parts | null>} choose gives none where there are too many
 * @property {(place: number, number?: number) => Promise<PicturePart>} picture by its place, or by its number in sheets of their own
 * @property {() => Promise<(place: number) => string>} colors gives the colours of pictures' edges
 * @property {() => Box[]} [taken] gives what is written over the map, the same list until that changes
 * @property {() => void} changed is called when there are other ones
 */

export const LEAST_PITCH = 56; // pixels that a part is wide at least; twice as many at most
const [LEAST_SHARE, MOST_SHARE] = [0.5, 0.86]; // of its part
const FEW = 100; // points, of which lone ones get pictures, too
const SPARSE = 1 / 12; // of the mean number in a part: where there are fewer points there is none
const MOST_LEVEL = 24;
/** @type {Box[]} */
const NOTHING = [];
const [PAN_MS, ZOOM_MS] = [120, 160]; // how often they are chosen while one drags; when, after a zoom

/**
 * The level of parts that are wide enough.
 *
 * @param {number} side of the plane, in its units
 * @param {number} scale units a pixel
 */
export const levelOf = (side, scale) => Math.max(0, Math.min(MOST_LEVEL, Math.floor(Math.log2(side / (LEAST_PITCH * scale)) + 1e-9)));

/**
 * The parts that a view shows any of.
 *
 * @param {Square} square that has all points
 * @param {Rectangle} view
 * @param {number} level
 * @returns {Window}
 */
export function windowOf({ left, top, side: whole }, view, level) {
  const side = whole / 2 ** level;
  const clamped = (/** @type {number} */ at) => Math.max(0, Math.min(2 ** level - 1, Math.floor(at / side)));
  const [column, row] = [clamped(view.left - left), clamped(top - view.top)];
  return {
    left, top, side, column, row, columns: clamped(view.right - left) - column + 1, rows: clamped(top - view.bottom) - row + 1,
  };
}

/**
 * How much of its part a picture takes: more where more points are than there would be if they lay evenly.
 *
 * @param {number} count points in the part
 * @param {number} even points in a part if they lay evenly
 */
export const shareOf = (count, even) => Math.min(MOST_SHARE, LEAST_SHARE + 0.16 * Math.log2(1 + count / even));

export class Faces {
  /**
   * @param {Plot} plot
   * @param {Options} options
   */
  constructor(plot, options) {
    this.plot = plot;
    this.options = options;
    this.square = squareOf(options.extent);
    /** @type {Face[]} */
    this.shown = [];
    /** @type {{ of: Face[], scale: number, taken: Box[], placed: Map<string, Placed> } | null} where they stood last */
    this.stood = null;
    /** What they are chosen of, and in which parts. @type {{ subset: Subset | null, level: number, window: Window } | null} */
    this.chosen = null;
    this.turn = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    this.waitsFor = -1; // the level
  }

  get level() {
    return levelOf(this.square.side, this.plot.scale);
  }

  /**
   * Where parts lie below one another now.
   *
   * @returns {Rows}
   */
  get rows() {
    const { square: { top, side }, level, plot: { scale } } = this;
    return { first: -top / scale, pitch: side / 2 ** level / scale };
  }

  /** None are shown, and none will be. */
  clear() {
    this.stop();
    this.chosen = null;
    if (this.shown.length) this.set([]);
  }

  /** They are chosen anew; those that are shown stay until then. */
  forget() {
    this.chosen = null;
  }

  stop() {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    this.turn++;
  }

  /**
   * See that they are those of the view and the subset: while one drags now and then, after a zoom when it rests. Those that are not of
   * the subset go at once.
   *
   * @param {Subset | null} subset
   * @param {(place: number) => boolean} isMeant whether the subset has a place
   */
  follow(subset, isMeant) {
    const { level, chosen } = this;
    const stay = this.shown.filter(({ place }) => isMeant(place));
    if (stay.length < this.shown.length) this.set(stay);
    if (chosen && chosen.subset === subset && chosen.level === level && holdsWindow(chosen.window, this.needed(level))) return;
    if (this.waiting !== undefined && this.waitsFor === level) return;
    this.stop();
    this.waitsFor = level;
    const isZoomed = this.shown.length > 0 && this.shown[0].of.level !== level;
    this.waiting = setTimeout(() => {
      this.waiting = undefined;
      this.choose(subset);
    }, isZoomed ? ZOOM_MS : PAN_MS);
  }

  /** @param {number} level */
  needed(level) {
    return windowOf(this.square, this.plot.view, level);
  }

  /** @param {Subset | null} subset */
  async choose(subset) {
    const turn = ++this.turn;
    const { level, options } = this;
    const window = this.needed(level);
    this.chosen = { subset, level, window };
    const [parts, colorOf] = await Promise.all([options.choose(window, subset, level), options.colors()]);
    if (turn !== this.turn) return;
    const found = parts ? await this.pictured(parts, window, level, subset?.count ?? options.n, colorOf) : [];
    if (turn === this.turn) this.set(found);
  }

  /**
   * @param {Parts} parts
   * @param {Window} window
   * @param {number} level
   * @param {number} n points in all parts of the plane
   * @param {(place: number) => string} colorOf
   * @returns {Promise<Face[]>}
   */
  async pictured({ places, counts, x, y, numbers }, { left, top, side, column, row, columns }, level, n, colorOf) {
    const even = n / 4 ** level;
    const { extent } = this.options;
    const enough = n < FEW ? 1 : Math.max(1, SPARSE * even);
    const made = Array.from(places.keys()).filter((i) => counts[i] >= enough).map(async (i) => {
      const of = { left: left + (column + (i % columns)) * side, top: top - (row + Math.floor(i / columns)) * side, side, level };
      const place = places[i];
      const part = await this.options.picture(place, numbers?.[i]).catch(() => null); // of which the page has complained
      const share = shareOf(counts[i], even);
      const [west, east] = inside([of.left, of.left + side], [extent.left, extent.right]);
      const [south, north] = inside([of.top - side, of.top], [extent.bottom, extent.top]);
      const within = { left: west, right: east, bottom: south, top: north };
      return part && { place, x: x[i], y: y[i], of, within, share, color: colorOf(place), part };
    });
    return (await Promise.all(made)).filter((face) => face !== null);
  }

  /** @param {Face[]} faces */
  set(faces) {
    this.shown = faces;
    this.options.changed();
  }

  /**
   * Where they stand now, by their parts; the same as long as nothing changes that.
   *
   * @returns {Map<string, Placed>}
   */
  get placed() {
    const { shown, stood, plot: { scale }, options } = this;
    const taken = options.taken?.() ?? NOTHING;
    if (stood && stood.of === shown && stood.scale === scale && stood.taken === taken) return stood.placed;
    const placed = new Map();
    for (const face of shown) {
      const at = standing(face, scale, taken);
      if (at) placed.set(this.keyOf(face.of.left + face.of.side / 2, face.of.top - face.of.side / 2), { ...face, ...at });
    }
    this.stood = { of: shown, scale, taken, placed };
    return placed;
  }

  /**
   * The part that has a place.
   *
   * @param {number} x
   * @param {number} y
   */
  keyOf(x, y) {
    const { square: { left, top, side } } = this;
    const across = 2 ** (this.shown[0]?.of.level ?? 0);
    return `${Math.floor(((x - left) / side) * across)} ${Math.floor(((top - y) / side) * across)}`;
  }

  /**
   * The place of the picture that lies somewhere.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} [margin] pixels around it that count as well, no more than its part has
   * @returns {number | null}
   */
  at(x, y, margin = 0) {
    const at = this.placed.get(this.keyOf(x, y));
    return at && Math.max(Math.abs(at.x - x), Math.abs(at.y - y)) <= (at.side / 2 + margin) * this.plot.scale ? at.place : null;
  }
}

/**
 * @param {Window} outer
 * @param {Window} inner
 */
const holdsWindow = (outer, inner) => (
  outer.column <= inner.column && outer.row <= inner.row
  && outer.column + outer.columns >= inner.column + inner.columns && outer.row + outer.rows >= inner.row + inner.rows
);
