// Where on a parent image the cutouts of a subset lie. In: boxes of all cutouts, a subset. Out: of each cell of a grid over the image, how
// many boxes lie over it, and what share of these is in the subset, as a picture. So windows that overlap count where they lie, each once.

import { has } from "../subset/bits.js";

/**
 * @typedef {object} Boxes by place
 * @property {ArrayLike<number>} x0
 * @property {ArrayLike<number>} x1
 * @property {ArrayLike<number>} y0
 * @property {ArrayLike<number>} y1
 *
 * @typedef {object} Grid over an image; its rows count as those of its array
 * @property {number} cell pixels of the image that a cell is wide and high
 * @property {number} columns
 * @property {number} rows
 */

const CELLS = 256; // along the longer side of an image
const [FAINT, STRONG] = [60, 130]; // opacity, of 255, of few and of all

/**
 * @param {number} nx
 * @param {number} ny
 * @returns {Grid}
 */
export function gridOver(nx, ny) {
  const cell = Math.max(1, Math.max(nx, ny) / CELLS);
  return { cell, columns: Math.ceil(nx / cell), rows: Math.ceil(ny / cell) };
}

/**
 * How many boxes of some cutouts lie over each cell. A box counts in the cells whose middles it holds, and in one at least. Each is
 * noted at its corners alone, and sums along rows and columns do the rest (F. Crow 1984, SIGGRAPH '84, 207).
 *
 * @param {Boxes} boxes
 * @param {ArrayLike<number>} places
 * @param {Grid} grid
 * @param {Uint32Array | null} [bits] of those that count; null for all
 * @returns {Int32Array}
 */
export function coverage({ x0, x1, y0, y1 }, places, { cell, columns, rows }, bits = null) {
  const wide = columns + 1;
  const firstAfter = (/** @type {number} */ at) => Math.ceil(at / cell - 0.5); // of the cells, by their middles
  const sums = new Int32Array(wide * (rows + 1));
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    if (bits && !has(bits, place)) continue;
    const left = Math.min(columns - 1, firstAfter(x0[place]));
    const right = Math.max(left + 1, Math.min(columns, firstAfter(x1[place])));
    const low = Math.min(rows - 1, firstAfter(y0[place]));
    const high = Math.max(low + 1, Math.min(rows, firstAfter(y1[place])));
    sums[low * wide + left]++;
    sums[low * wide + right]--;
    sums[high * wide + left]--;
    sums[high * wide + right]++;
  }
  for (let row = 0; row <= rows; row++) {
    for (let at = row * wide + 1; at < (row + 1) * wide; at++) sums[at] += sums[at - 1];
  }
  for (let at = wide; at < sums.length; at++) sums[at] += sums[at - wide];
  const counts = new Int32Array(columns * rows);
  for (let row = 0; row < rows; row++) counts.set(sums.subarray(row * wide, row * wide + columns), row * columns);
  return counts;
}

/**
 * The shares as a picture, its rows from the top; clear where there are none.
 *
 * @param {Int32Array} some how many of the subset
 * @param {Int32Array} all
 * @param {Grid} grid
 * @param {object} look
 * @param {boolean} look.isLower whether the image's first row lies at the bottom
 * @param {Uint8Array} look.ramp colours from few to all, three bytes each
 * @returns {Uint8ClampedArray<ArrayBuffer>} four bytes a cell
 */
export function heatPixels(some, all, { columns, rows }, { isLower, ramp }) {
  const pixels = new Uint8ClampedArray(4 * columns * rows);
  const last = ramp.length / 3 - 1;
  for (let at = 0; at < some.length; at++) {
    if (!some[at]) continue;
    const share = some[at] / all[at];
    const row = Math.floor(at / columns);
    const to = 4 * ((isLower ? rows - 1 - row : row) * columns + (at % columns));
    const from = 3 * Math.round(share * last);
    pixels.set(ramp.subarray(from, from + 3), to);
    pixels[to + 3] = FAINT + share * (STRONG - FAINT);
  }
  return pixels;
}
