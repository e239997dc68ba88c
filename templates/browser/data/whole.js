// What is at hand of all cutouts at once, by place. In: blocks, or the pieces of a page that carries them all. Out: promises of places
// on the map and on the sky, tints and labels; each is loaded when it is first asked for, and kept.

import { joined } from "./columns.js";
import { GRID_STEPS, N_LABELS, NOWHERE } from "../wire/constants.js";

/**
 * @import { LabelPiece, PageIndex, PieceKinds, PlaneIndex } from "../wire/types.d.ts"
 * @import { Pieces } from "../wire/pieces.js"
 *
 * @typedef {{ x: Float32Array, y: Float32Array }} Plane by place, NaN where not known
 */

/**
 * A coordinate of steps between bounds.
 *
 * @param {Uint16Array} steps
 * @param {ArrayLike<number>} bounds four a run of points
 * @param {0 | 2} side of the bounds: left, or bottom
 * @param {number} perBounds how many points have common bounds
 */
export function offGrid(steps, bounds, side, perBounds) {
  const values = new Float32Array(steps.length);
  for (let start = 0, run = side; start < steps.length; start += perBounds, run += 4) {
    const low = bounds[run];
    const step = (bounds[run + 1] - low) / GRID_STEPS;
    const stop = Math.min(start + perBounds, steps.length);
    for (let i = start; i < stop; i++) values[i] = steps[i] === NOWHERE ? NaN : low + steps[i] * step;
  }
  return values;
}

export class Whole {
  /**
   * @param {PageIndex} index
   * @param {Pieces} pieces
   */
  constructor(index, pieces) {
    this.index = index;
    this.pieces = pieces;
    /** @type {Map<string, Promise<any>>} */
    this.kept = new Map();
  }

  /** Whether the page carries all pieces, one of each kind, where a place is a row. */
  get isByRow() {
    return !this.index.rows;
  }

  /**
   * @template Value
   * @param {string} name
   * @param {() => Promise<Value>} load
   * @returns {Promise<Value>}
   */
  once(name, load) {
    let loading = this.kept.get(name);
    if (!loading) {
      loading = load();
      loading.catch(() => this.kept.delete(name)); // to be tried again
      this.kept.set(name, loading);
    }
    return loading;
  }

  /**
   * @template {"mapgrid" | "skygrid" | "tints" | "labels"} Kind
   * @param {Kind} kind
   * @returns {Promise<PieceKinds[Kind][]>}
   */
  blocks(kind) {
    const { n, blocks } = this.index;
    return Promise.all(Array.from({ length: Math.ceil(n / blocks.per_piece) }, (_, number) => this.pieces.once(kind, number)));
  }

  /** @returns {Promise<Plane>} */
  map() {
    return this.once("map", async () => {
      if (this.isByRow) return this.pieces.get("map", 0);
      const { bounds, per_piece } = this.index.map;
      return this.plane("mapgrid", bounds, per_piece);
    });
  }

  /** @returns {Promise<Plane>} */
  sky() {
    return this.once("sky", async () => {
      if (!this.isByRow) return this.plane("skygrid", /** @type {PlaneIndex} */ (this.index.sky).extent, this.index.n);
      const piece = await this.pieces.get("sky", 0);
      const [x, y] = [new Float32Array(this.index.n).fill(NaN), new Float32Array(this.index.n).fill(NaN)];
      piece.row.forEach((row, i) => {
        x[row] = piece.x[i];
        y[row] = piece.y[i];
      });
      return { x, y };
    });
  }

  /**
   * @param {"mapgrid" | "skygrid"} kind
   * @param {ArrayLike<number>} bounds
   * @param {number} perBounds
   */
  async plane(kind, bounds, perBounds) {
    const blocks = await this.blocks(kind);
    const [x, y] = [joined(blocks.map((block) => block.x)), joined(blocks.map((block) => block.y))];
    return { x: offGrid(x, bounds, 0, perBounds), y: offGrid(y, bounds, 2, perBounds) };
  }

  /**
   * Hue, saturation and rank of the lightness, three a cutout.
   *
   * @returns {Promise<Uint8Array>}
   */
  tints() {
    return this.once("tints", async () => {
      if (this.isByRow) return (await this.pieces.get("map", 0)).tint;
      return joined((await this.blocks("tints")).map(({ tint }) => tint));
    });
  }

  /**
   * The best labels of each cutout and their scores, as in records.
   *
   * @returns {Promise<LabelPiece>}
   */
  labels() {
    return this.once("labels", async () => {
      if (this.isByRow) {
        const { label, score } = await this.pieces.get("records", 0);
        const size = N_LABELS * this.index.n;
        return { label: label ?? new Int16Array(size).fill(-1), score: score ?? new Uint16Array(size) };
      }
      const blocks = await this.blocks("labels");
      return { label: joined(blocks.map(({ label }) => label)), score: joined(blocks.map(({ score }) => score)) };
    });
  }
}
