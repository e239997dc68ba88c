// Which cutouts lie in a shape that was drawn. In: places of all cutouts, a shape. Out: bits by place, in one pass.

import { none } from "../subset/bits.js";

/**
 * @import { Place, Rectangle } from "../data/types.d.ts"
 *
 * @typedef {{ x: ArrayLike<number>, y: ArrayLike<number> }} Plane by place, NaN where not known
 *
 * @typedef {object} Boxes by place
 * @property {ArrayLike<number>} image
 * @property {ArrayLike<number>} x0
 * @property {ArrayLike<number>} x1
 * @property {ArrayLike<number>} y0
 * @property {ArrayLike<number>} y1
 */

const CELLS = 512; // across and down a shape
const NEARBY = 0.01; // of a cell, which rounding may be off
const [EDGE, UNKNOWN] = [2, 3]; // of a cell; 0 is outside and 1 inside

/** @param {Place[]} corners */
export function boundsOf(corners) {
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const least = (/** @type {number[]} */ values) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (/** @type {number[]} */ values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  return { left: least(xs), right: most(xs), bottom: least(ys), top: most(ys) };
}

/**
 * Cells of a grid over a shape: those that its line touches, and a little more; all others are inside or outside as a whole. And which
 * edges there are in each row of the grid.
 *
 * @param {Place[]} corners
 * @param {Rectangle} bounds
 */
function cellsOf(corners, { left, right, bottom, top }) {
  const cells = new Uint8Array(CELLS * CELLS).fill(UNKNOWN);
  const rows = Array.from({ length: CELLS }, () => /** @type {number[]} */ ([]));
  const [across, up] = [CELLS / (right - left), CELLS / (top - bottom)];
  const cell = (/** @type {number} */ at) => Math.max(0, Math.min(CELLS - 1, Math.floor(at)));
  for (const [i, from] of corners.entries()) {
    const to = corners[(i + 1) % corners.length];
    const [x0, y0, x1, y1] = [(from.x - left) * across, (from.y - bottom) * up, (to.x - left) * across, (to.y - bottom) * up];
    const [low, high] = [Math.min(y0, y1), Math.max(y0, y1)];
    const xAt = (/** @type {number} */ y) => (y0 === y1 ? x0 : x0 + ((y - y0) * (x1 - x0)) / (y1 - y0));
    for (let row = cell(low - NEARBY); row <= cell(high + NEARBY); row++) {
      const [begin, end] = [Math.max(low, row - NEARBY), Math.min(high, row + 1 + NEARBY)];
      const xs = y0 === y1 ? [x0, x1] : [xAt(Math.min(begin, high)), xAt(Math.max(end, low))];
      rows[row].push(i);
      cells.fill(EDGE, row * CELLS + cell(Math.min(...xs) - NEARBY), row * CELLS + cell(Math.max(...xs) + NEARBY) + 1);
    }
  }
  return { cells, rows: rows.map((row) => Uint32Array.from(row)) };
}

/**
 * Whether a line goes around a place an odd number of times: it leaves to the right by so many crossings.
 *
 * @param {Place[]} corners
 * @returns {(x: number, y: number, edges: Uint32Array) => number} 1 inside; of the edges at least those at that height must be given
 */
function crossingsOf(corners) {
  const [x0, y0] = [Float64Array.from(corners, ({ x }) => x), Float64Array.from(corners, ({ y }) => y)];
  const y1 = Float64Array.from(corners, (_, i) => y0[(i + 1) % y0.length]);
  const slope = Float64Array.from(corners, (_, i) => (x0[(i + 1) % x0.length] - x0[i]) / (y1[i] - y0[i]));
  return (x, y, edges) => {
    let odd = 0;
    for (const i of edges) {
      if ((y0[i] > y) !== (y1[i] > y) && x < x0[i] + (y - y0[i]) * slope[i]) odd ^= 1;
    }
    return odd;
  };
}

/**
 * Places inside a closed line, which may cross itself. Most lie in cells that the line does not touch, of which one place tells for all.
 *
 * @param {Plane} plane
 * @param {Place[]} corners
 */
export function inPolygon({ x, y }, corners) {
  const bits = none(x.length);
  const bounds = boundsOf(corners);
  const { left, right, bottom, top } = bounds;
  if (!(right > left && top > bottom)) return bits;
  const { cells, rows } = cellsOf(corners, bounds);
  const isOdd = crossingsOf(corners);
  const [across, up] = [CELLS / (right - left), CELLS / (top - bottom)];
  for (let place = 0; place < x.length; place++) {
    const [px, py] = [x[place], y[place]];
    if (!(px >= left && px <= right && py >= bottom && py <= top)) continue;
    const row = Math.min(CELLS - 1, Math.floor((py - bottom) * up));
    const at = row * CELLS + Math.min(CELLS - 1, Math.floor((px - left) * across));
    let inside = cells[at];
    if (inside > 1) {
      inside = isOdd(px, py, rows[row]);
      if (cells[at] === UNKNOWN) cells[at] = inside;
    }
    bits[place >> 5] |= inside << (place & 31);
  }
  return bits;
}

/**
 * Places inside a rectangle, its edges included.
 *
 * @param {Plane} plane
 * @param {Rectangle} box
 */
export function inRectangle({ x, y }, { left, right, bottom, top }) {
  const bits = none(x.length);
  for (let place = 0; place < x.length; place++) {
    const isInside = x[place] >= left && x[place] <= right && y[place] >= bottom && y[place] <= top;
    bits[place >> 5] |= Number(isInside) << (place & 31);
  }
  return bits;
}

/**
 * Where the middles of an image's cutouts lie.
 *
 * @param {Boxes} boxes
 * @param {number} image
 * @returns {Plane} in pixels of the image's array; cutouts of other images lie nowhere
 */
export function middlesOf({ image: images, x0, x1, y0, y1 }, image) {
  const [x, y] = [new Float64Array(images.length).fill(NaN), new Float64Array(images.length)];
  for (let place = 0; place < images.length; place++) {
    if (images[place] !== image) continue;
    x[place] = (x0[place] + x1[place]) / 2;
    y[place] = (y0[place] + y1[place]) / 2;
  }
  return { x, y };
}
