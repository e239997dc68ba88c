// Which columns can be drawn. In: what is known of columns. Out: those with a chart; what is to be known of a label, whose scores are here.

/**
 * @import { Numbers } from "../data/column.js"
 * @import { ColumnEntry } from "../data/types.d.ts"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 */

/**
 * Whether there is something to draw; long whole numbers are names.
 *
 * @param {ColumnEntry} column
 * @returns {column is ColumnIndex}
 */
export const isDrawable = (column) => (
  column.role !== "label" && (column.kind !== "number" || !column.texts) && column.distinct + Number(column.missing > 0) > 1
);

/**
 * What there is to say of a label: its scores reach from 0, which most cutouts have, to the greatest.
 *
 * @param {string} name
 * @param {Numbers} scores
 * @returns {ColumnIndex}
 */
export function labelIndex(name, scores) {
  let high = 0;
  for (const score of scores) high = Math.max(high, score);
  return {
    name, kind: "number", role: "built-in", by: "place", blocks: { first: 0, count: 0 }, missing: 0, distinct: new Set(scores).size,
    low: 0, high, robust_low: 0, robust_high: high,
  };
}
