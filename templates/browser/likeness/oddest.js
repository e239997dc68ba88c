// The cutouts that are least like any other: their ninth neighbour is the farthest. In: the column of isolation, a subset. Out: places.

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
  const known = Int32Array.from(among).filter((place) => !Number.isNaN(values[place]));
  const sorted = Float64Array.from(known, (place) => values[place]).sort();
  const least = sorted[Math.max(0, sorted.length - most)];
  return known.filter((place) => values[place] >= least).sort((one, other) => values[other] - values[one] || one - other).slice(0, most);
}

/**
 * The oddest places, the oddest first.
 *
 * @param {Data} data
 * @param {Subset | null} subset null for all
 * @param {number} most
 */
export async function oddest({ columns, n }, subset, most) {
  const { values } = await columns.get(columns.builtIn("isolation"));
  const among = subset ? placesIn(subset.bits) : Int32Array.from({ length: n }, (_, place) => place);
  return largest(/** @type {Numbers} */ (values), among, most);
}
