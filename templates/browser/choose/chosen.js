// The choice: cutouts that were drawn around, as one filter beside all others. In: shapes and the bits of each, or bits that came from
// elsewhere. Out: `filters` of the state.

import { combined } from "../shapes/drawn.js";
import { state } from "../state.js";
import { count, has, places } from "../subset/bits.js";
import { replaceFilter } from "../subset/own.js";
import { SAY } from "../text/strings.js";

/**
 * @import { Filter, Shape } from "../data/types.d.ts"
 *
 * @typedef {Extract<Filter, { kind: "places" }>} Places
 * @typedef {Places & { shapes: Shape[] }} Drawn
 */

export const CHOSEN = "chosen";
/** The most rows of a choice that queries of links say. */
export const MOST_ROWS = 300;

/** @returns {Places | undefined} */
export const chosen = () => /** @type {Places | undefined} */ (state.filters.find(({ id }) => id === CHOSEN));

/**
 * Whether a filter is a choice that its shapes make again.
 *
 * @param {Filter} filter
 * @returns {filter is Drawn}
 */
export const isDrawn = (filter) => filter.id === CHOSEN && filter.kind === "places" && filter.shapes !== undefined && !filter.negated;

/**
 * Whether a filter is a choice that links have beside the query: that was drawn, or has more rows than a query bears.
 *
 * @param {Filter} filter
 * @returns {filter is Places}
 */
export const standsAlone = (filter) => (
  isDrawn(filter) || (filter.id === CHOSEN && filter.kind === "places" && count(filter.bits) > MOST_ROWS)
);

/**
 * A choice as a filter.
 *
 * @param {Uint32Array} bits
 * @param {string} label what is said of it
 * @param {number[]} [ranked] its places in an order that means something
 * @returns {Places}
 */
export const choice = (bits, label, ranked) => ({ id: CHOSEN, kind: "places", bits, label, ...(ranked ? { ranked } : {}) });

/**
 * A choice that was drawn.
 *
 * @param {Uint32Array} bits
 * @param {Shape[] | undefined} shapes that made it, if nothing else did
 * @returns {Places}
 */
export function drawnChoice(bits, shapes) {
  const [first, second] = shapes ?? [];
  const what = !first || second ? SAY.shapes : SAY.tools[first.kind];
  return { ...choice(bits, SAY.shapeWith(what, count(bits))), ...(shapes ? { shapes } : {}) };
}

/**
 * Places of a subset, in the order of the choice where that has one.
 *
 * @param {Uint32Array} bits
 */
export function inOrder(bits) {
  const { ranked, negated } = chosen() ?? {};
  return ranked && !negated ? ranked.filter((place) => has(bits, place)) : places(bits);
}

/**
 * Let a shape change the choice; what leaves nothing takes it away.
 *
 * @param {Uint32Array} bits
 * @param {Shape} shape
 * @param {number} n how many cutouts there are
 */
export function chooseShape(bits, shape, n) {
  const before = chosen();
  const found = combined(before?.bits ?? null, bits, shape.how, n);
  const shapes = shape.how === "new" || !before ? [shape] : before.shapes && [...before.shapes, shape];
  replaceFilter(CHOSEN, count(found) ? drawnChoice(found, shapes) : null);
  return count(found);
}
