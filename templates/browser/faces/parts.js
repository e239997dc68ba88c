// One point for each part of a plane. In: places, which of them count, a grid of square parts. Out: of each part in a window how many
// points it has, and the one that stands for them. A part knows nothing of the window, so that a drag changes none.
// Nothing here reaches beyond its arguments: it runs beside the page as well.

/**
 * @import { Rectangle } from "../data/types.d.ts"
 * @import { Plane } from "../density/aggregate.js"
 *
 * @typedef {{ left: number, top: number, side: number }} Square its upper left corner
 *
 * @typedef {object} Window some parts of a grid, from its upper left corner on
 * @property {number} left of the grid, in units of the plane
 * @property {number} top
 * @property {number} side of a part
 * @property {number} column the first one
 * @property {number} row
 * @property {number} columns how many
 * @property {number} rows
 *
 * @typedef {{ plane: string, bits: Uint32Array | null, window: Window }} AskedParts `plane` is its key; of all points where `bits` is null
 *
 * @typedef {object} Parts row after row from the top
 * @property {Int32Array} places of the points that stand for them; -1 of empty ones
 * @property {Uint32Array} counts
 * @property {Float32Array} x of these points
 * @property {Float32Array} y
 * @property {Int32Array} [numbers] of their pictures in sheets of their own, where there are such
 */

/**
 * A square that has all points of a plane, the uppermost and the leftmost of them at its edges.
 *
 * @param {Rectangle} extent of these
 * @returns {Square}
 */
export function squareOf({ left, right, bottom, top }) {
  const side = 1.0001 * Math.max(right - left, top - bottom, 1e-9);
  const edge = (side - Math.max(right - left, top - bottom)) / 2;
  return { left: left - edge, top: top + edge, side };
}

/**
 * The part of each point, and the point itself, for those that count and lie in the window.
 *
 * @param {Plane} plane
 * @param {Uint32Array | null} bits
 * @param {Window} window
 * @param {(part: number, place: number) => void} each
 */
export function eachInParts({ x, y, runs: { bounds, size } }, bits, { left, top, side, column, row, columns, rows }, each) {
  const [from, to] = [left + column * side, left + (column + columns) * side];
  const [high, low] = [top - row * side, top - (row + rows) * side];
  for (let start = 0, run = 0; start < x.length; start += size, run += 4) {
    if (bounds[run] > to || bounds[run + 1] < from || bounds[run + 2] > high || bounds[run + 3] < low) continue;
    const stop = Math.min(x.length, start + size);
    for (let place = start; place < stop; place++) {
      if (bits && !((bits[place >> 5] >>> (place & 31)) & 1)) continue;
      const across = Math.floor((x[place] - left) / side) - column;
      const down = Math.floor((top - y[place]) / side) - row;
      if (across >= 0 && across < columns && down >= 0 && down < rows) each(down * columns + across, place);
    }
  }
}

/**
 * Choose the point nearest to the middle of those in each part.
 *
 * @param {Map<string, any>} held planes
 * @param {AskedParts} asked
 * @returns {Parts}
 */
export function chooseParts(held, { plane: name, bits, window }) {
  /** @type {Plane} */
  const plane = held.get(name);
  const { x, y } = plane;
  const many = window.columns * window.rows;
  const [counts, sumX, sumY] = [new Uint32Array(many), new Float64Array(many), new Float64Array(many)];
  eachInParts(plane, bits, window, (part, place) => {
    counts[part]++;
    sumX[part] += x[place];
    sumY[part] += y[place];
  });
  const [places, least] = [new Int32Array(many).fill(-1), new Float64Array(many).fill(Infinity)];
  eachInParts(plane, bits, window, (part, place) => {
    const off = (x[place] - sumX[part] / counts[part]) ** 2 + (y[place] - sumY[part] / counts[part]) ** 2;
    if (off < least[part]) {
      least[part] = off;
      places[part] = place;
    }
  });
  return {
    places, counts, x: Float32Array.from(places, (place) => (place < 0 ? NaN : x[place])),
    y: Float32Array.from(places, (place) => (place < 0 ? NaN : y[place])),
  };
}
