// The exact points that are here. In: points, a view. Out: some of them, or all in another order; the view and what lies around it.

/**
 * @import { PointColumns, Rectangle, Subset } from "../data/types.d.ts"
 * @import { Painted } from "../colors/coloring.js"
 *
 * @typedef {object} Loaded the exact points that are here, and where they lie
 * @property {Rectangle} box
 * @property {PointColumns} points
 * @property {Painted | undefined} colors
 * @property {Subset | null} subset
 * @property {number} nFaint how many are not in the subset; these come first
 */

const MARGIN = 0.25; // of the view, loaded beyond it so that small moves need nothing new

/** @type {PointColumns} */
export const NO_POINTS = { x: [], y: [], row: [], rank: [], tint: [], codes: [] };

/**
 * @param {Rectangle} view
 * @returns {Rectangle}
 */
export function widened({ left, right, bottom, top }) {
  const [dx, dy] = [MARGIN * (right - left), MARGIN * (top - bottom)];
  return { left: left - dx, right: right + dx, bottom: bottom - dy, top: top + dy };
}

/**
 * @param {Rectangle} outer
 * @param {Rectangle} inner
 */
export const holds = (outer, inner) => (
  outer.left <= inner.left && outer.right >= inner.right && outer.bottom <= inner.bottom && outer.top >= inner.top
);

/**
 * Some of the points that are here, for drawing.
 *
 * @param {Loaded} loaded
 * @param {number[]} which
 * @returns {Loaded}
 */
export function some({ points, colors, ...others }, which) {
  const take = (/** @type {any[]} */ column) => which.map((i) => column[i]);
  const { x, y } = points;
  return {
    ...others, points: { ...NO_POINTS, x: take(x), y: take(y) }, colors: colors && { color: take(colors.color), line: take(colors.line) },
  };
}

/**
 * @param {PointColumns} points
 * @param {number[]} order indices of all
 * @returns {PointColumns}
 */
export const ordered = ({ x, y, row, rank, tint, codes }, order) => ({
  x: order.map((i) => x[i]), y: order.map((i) => y[i]), row: order.map((i) => row[i]), rank: order.map((i) => rank[i]),
  tint: tint.length ? order.flatMap((i) => [tint[3 * i], tint[3 * i + 1], tint[3 * i + 2]]) : [],
  codes: codes.length ? order.map((i) => codes[i]) : [],
});
