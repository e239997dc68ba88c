// The choice: cutouts that were drawn around, as one filter beside all others. In: bits of a shape, and whether they are taken anew,
// added or taken away. Out: `filters` of the state.

import { state } from "../state.js";
import { all, and, count, not, or } from "../subset/bits.js";
import { replaceFilter } from "../subset/own.js";
import { SAY } from "../text/strings.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 *
 * @typedef {Extract<Filter, { kind: "places" }>} Places
 * @typedef {"new" | "add" | "take"} How
 */

export const CHOSEN = "chosen";

/** @returns {Places | undefined} */
export const chosen = () => /** @type {Places | undefined} */ (state.filters.find(({ id }) => id === CHOSEN));

/**
 * A choice and a further shape together.
 *
 * @param {Uint32Array | null} before null where nothing is chosen, from which is taken as from all
 * @param {Uint32Array} bits
 * @param {How} how
 * @param {number} n how many cutouts there are
 */
export function combined(before, bits, how, n) {
  if (how === "take") return and(before ?? all(n), not(bits, n));
  return how === "add" && before ? or(before, bits) : bits;
}

/**
 * A choice as a filter.
 *
 * @param {Uint32Array} bits
 * @param {string} label what is said of it
 * @returns {Places}
 */
export const choice = (bits, label) => ({ id: CHOSEN, kind: "places", bits, label });

/**
 * Let the choice be this, or none.
 *
 * @param {Uint32Array | null} bits
 * @param {string} what is said of it, such as "lasso"
 */
export function choose(bits, what) {
  replaceFilter(CHOSEN, bits && choice(bits, SAY.shapeWith(what, count(bits))));
}

/**
 * Let a shape change the choice; what leaves nothing takes it away. A click is no shape: it does nothing.
 *
 * @param {Uint32Array} bits
 * @param {string} what
 * @param {How} how
 * @param {number} n how many cutouts there are
 */
export function chooseShape(bits, what, how, n) {
  const before = chosen();
  const found = combined(before?.bits ?? null, bits, how, n);
  choose(count(found) ? found : null, how === "new" || !before ? what : SAY.shapes);
  return count(found);
}
