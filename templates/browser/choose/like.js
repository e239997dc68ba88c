// Everything like these: the union of the neighbours that the page has of some cutouts. In: places, pieces. Out: bits by place.

import { none, setAll } from "../subset/bits.js";

/** @import { Data } from "../data/data.js" */

/** Of more cutouts than these all neighbours together would be most of what there is. */
export const MOST_ASKED = 5000;

/**
 * @param {Data} data
 * @param {ArrayLike<number>} places
 */
export async function like(data, places) {
  const bits = none(data.n);
  const asked = Array.from(places).slice(0, MOST_ASKED);
  for (const neighbors of await Promise.all(asked.map((place) => data.neighborsAt(place)))) setAll(bits, neighbors);
  return setAll(bits, asked);
}
