// Makes what Python sends, for the tests: columns by Node's own base64, and an index with pieces that stand in the page.

import { Pieces } from "../../templates/browser/wire/pieces.js";

/** @import { BoxIndex, Column, PageIndex, PlaneIndex } from "../../templates/browser/wire/types.d.ts" */

/**
 * A column as it travels.
 *
 * @param {ArrayBufferView} array
 * @returns {Column}
 */
export function column(array) {
  const dtype = /** @type {Column["dtype"]} */ (array.constructor.name.replace("Array", "").toLowerCase());
  return { dtype, data: Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64") };
}

/**
 * Numbers that look random, the same at each run (Park and Miller's generator).
 *
 * @param {number} seed
 */
export function randomNumbers(seed) {
  let now = seed;
  return () => {
    now = (now * 48271) % 2147483647;
    return now / 2147483647;
  };
}

/**
 * Pieces that stand in the page, decoded.
 *
 * @param {Record<string, unknown>} inline
 */
export function inlinePieces(inline) {
  const pieces = new Pieces({
    base: "", inline: {}, complain: (text) => {
      throw new Error(text);
    },
  });
  pieces.decoded = new Map(Object.entries(inline));
  return pieces;
}

/** @type {PlaneIndex} */
const PLANE = { n: 0, per_piece: 1, extent: [0, 1, 0, 1], bounds: new Float32Array() };

/** @type {BoxIndex} */
const BOXES = { n: 0, per_piece: 1, bounds: new Int32Array(), images: new Int32Array() };

/**
 * An index of nothing, with changes.
 *
 * @param {Partial<PageIndex>} changes
 * @returns {PageIndex}
 */
export const indexWith = (changes) => ({
  n: 0, similar: 9, notes: [], provenance: [], identity: "", methods: { text: "", bibtex: "" }, can_overlap: true, labels: [], start: [],
  map: PLANE, boxes: BOXES, records: { per_piece: 1 }, images: { per_piece: 1 }, blocks: { per_piece: 1 },
  columns: [], colors: [],
  palette: { none: "#000000", categories: [], ramp: [], density: [] },
  thumbnails: { size: 96, columns: 1, rows: 1, by: "row" }, base: "", ...changes,
});
