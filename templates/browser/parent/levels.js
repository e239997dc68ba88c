// The sizes at which a parent image is there in tiles. In: what the index says, a view. Out: which size a view needs, which tiles of it,
// and where these lie in the image, in its pixels with y down from the top.

/**
 * @import { ImageEntry } from "../wire/types.d.ts"
 *
 * @typedef {object} Level
 * @property {number} width in pixels
 * @property {number} height
 * @property {number} columns of tiles
 * @property {number} rows
 * @property {number} first number of the upper left tile
 * @property {number} factor pixels of the image a pixel, along each side
 *
 * @typedef {{ left: number, right: number, top: number, bottom: number }} Part of an image, y down
 *
 * @typedef {object} Tile
 * @property {number} number
 * @property {Part} part that it shows
 * @property {number} x where its first pixel lies, in the image
 * @property {number} y
 */

const SHARPNESS = 0.3; // of a level that tiles may be too coarse by

/**
 * @param {Pick<ImageEntry, "nx" | "ny" | "levels">} image
 * @param {number} side of a tile
 * @returns {Level[]} the full size first; none where the preview has all there is
 */
export const levelsOf = ({ nx, ny, levels = [] }, side) => levels.map((first, i) => {
  const [width, height] = [nx, ny].map((length) => Math.ceil(length / 2 ** i));
  return { width, height, columns: Math.ceil(width / side), rows: Math.ceil(height / side), first, factor: 2 ** i };
});

/**
 * The level that a view needs.
 *
 * @param {Level[]} levels
 * @param {number} scale pixels of the image a pixel of the screen
 * @param {number} preview pixels of the image a pixel of its preview
 * @returns {number} as many as there are where the preview is as good
 */
export function levelFor(levels, scale, preview) {
  if (scale * 2 ** SHARPNESS >= preview) return levels.length;
  return Math.max(0, Math.min(levels.length - 1, Math.floor(Math.log2(scale) + SHARPNESS)));
}

/**
 * The tiles of a level that have something of a part of the image, those nearest to its middle first.
 *
 * @param {Level} level
 * @param {Part} seen
 * @param {{ side: number, overlap: number }} index
 * @returns {Tile[]}
 */
export function tilesIn({ width, height, columns, rows, first, factor }, seen, { side, overlap }) {
  const step = side * factor;
  const within = (/** @type {number} */ at, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, at));
  const [left, right] = [within(Math.floor(seen.left / step), columns), within(Math.ceil(seen.right / step) - 1, columns)];
  const [top, bottom] = [within(Math.floor(seen.top / step), rows), within(Math.ceil(seen.bottom / step) - 1, rows)];
  /** @type {Tile[]} */
  const tiles = [];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const [x, y] = [column * step, row * step];
      tiles.push({
        number: first + row * columns + column,
        part: { left: x, right: Math.min(x + step, width * factor), top: y, bottom: Math.min(y + step, height * factor) },
        x: x - (column ? overlap * factor : 0), y: y - (row ? overlap * factor : 0),
      });
    }
  }
  const [middleX, middleY] = [(seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2];
  const away = (/** @type {Tile} */ { part }) => Math.hypot((part.left + part.right) / 2 - middleX, (part.top + part.bottom) / 2 - middleY);
  return tiles.sort((a, b) => away(a) - away(b));
}
