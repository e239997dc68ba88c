// Each chart's own filter among those of the state. In: a column's name, what is asked of it. Out: `filters` of the state.

import { set, state } from "../state.js";

/** @import { Filter } from "../data/types.d.ts" */

/** @param {string} name of a column */
export const idOf = (name) => `column:${name}`;

/**
 * What the chart of a column asks now.
 *
 * @param {string} name
 */
export const filterOfColumn = (name) => state.filters.find(({ id }) => id === idOf(name));

/**
 * Put a filter in the place of the one of this name; the others stay the same objects.
 *
 * @param {string} id
 * @param {Filter | null} filter null takes it away
 */
export function replaceFilter(id, filter) {
  const isThere = state.filters.some((other) => other.id === id);
  if (!isThere && !filter) return;
  const kept = state.filters.flatMap((other) => (other.id !== id ? other : filter ?? []));
  set({ filters: isThere || !filter ? kept : [...kept, filter] });
}

/**
 * Whether a filter lets those pass of which its column says nothing.
 *
 * @param {Filter | undefined} filter
 */
export function wantsMissing(filter) {
  if (filter?.kind === "known") return filter.negated === true;
  return filter !== undefined && !filter.negated && "missing" in filter && filter.missing === true;
}

/**
 * The filter of those of which a column says nothing.
 *
 * @param {string} name
 * @returns {Filter}
 */
export const onlyMissing = (name) => ({ id: idOf(name), kind: "known", column: name, negated: true });

/**
 * The filter of some categories.
 *
 * @param {string} name of the column
 * @param {number[]} codes
 * @param {boolean} missing whether those of which it says nothing pass as well
 * @returns {Filter | null} null where that is none
 */
export function ofCodes(name, codes, missing) {
  if (!codes.length) return missing ? onlyMissing(name) : null;
  return { id: idOf(name), kind: "codes", column: name, codes, ...(missing ? { missing } : {}) };
}
