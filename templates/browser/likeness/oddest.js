// The cutouts that stand apart the most from what is most like them. In: the column of local isolation, a subset. Out: places.

import { places as placesIn } from "../subset/bits.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Numbers } from "../data/column.js"
 * @import { Subset } from "../data/types.d.ts"
 */

/**
 * The places with the largest values, largest first; of equal ones those that come first.
 *
 * @param {Numbers} values by place
 * @param {ArrayLike<number>} among places
 * @param {number} most
 */
export function largest(values, among, most) {
  /** @type {number[]} */
  const found = [];
  for (let i = 0; i < among.length; i++) {
    const place = among[i];
    const value = values[place];
    if (Number.isNaN(value) || (found.length === most && value <= values[found[most - 1]])) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]] < value) at--;
    found.splice(at, 0, place);
    if (found.length > most) found.pop();
  }
  return found;
}

/**
 * The column that says how odd cutouts are.
 *
 * @param {Pick<Data["columns"], "builtIn">} columns
 */
export const isolationOf = (columns) => columns.builtIn("local isolation");

/**
 * Whether it is known how odd cutouts are; a column that only has the same name does not tell.
 *
 * @param {Pick<Data, "columns">} data
 */
export const isOddKnown = ({ columns }) => columns.find(isolationOf(columns))?.role === "built-in";

/**
 * The oddest places, the oddest first.
 *
 * @param {Data} data
 * @param {Subset | null} subset null for all
 * @param {number} most
 */
export async function oddest({ columns, n }, subset, most) {
  const { values } = await columns.get(isolationOf(columns));
  const among = subset ? placesIn(subset.bits) : Int32Array.from({ length: n }, (_, place) => place);
  return largest(/** @type {Numbers} */ (values), among, most);
}
