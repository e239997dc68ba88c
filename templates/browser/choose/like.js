// Everything like these: where a server has the fingerprints, those most like the mean of some cutouts; else the union of the neighbours
// that the page has of each. In: places. Out: bits by place, and what is said of them.

import { builtIn } from "../likeness/passing.js";
import { count, has, none, set, setAll } from "../subset/bits.js";
import { SAY } from "../text/strings.js";
import { MOST_AVERAGED, MOST_LIKE } from "../wire/constants.js";

/** @import { Data } from "../data/data.js" */

const MOST_JOINED = 5000; // of more cutouts all neighbours together would be most of what there is
const [TIMES, LEAST] = [10, 100]; // as many as these are found, but no fewer

/**
 * How many are found beside some: enough to look through, and not so many that they are like these no more.
 *
 * @param {number} some
 * @param {number} all
 */
export const nearMean = (some, all) => Math.min(all - some, Math.max(LEAST, Math.min(MOST_LIKE, TIMES * some)));

/**
 * What would be chosen with some cutouts, in words; why nothing can be where they are too many.
 *
 * @param {Pick<Data, "n" | "isCompared">} data
 * @param {number} some
 */
export function likeWords({ n, isCompared }, some) {
  const most = isCompared ? MOST_AVERAGED : MOST_JOINED;
  if (some > most) return { can: false, words: SAY.tooManyForLike(some, most) };
  if (some === 0 || some === n) return { can: false, words: some ? SAY.allThereAre : SAY.emptySubset };
  return { can: true, words: isCompared ? SAY.likeMeanWords(some, nearMean(some, n)) : SAY.likeUnionWords(some) };
}

/**
 * Put rows into a set of places.
 *
 * @param {Uint32Array} bits by place; is changed
 * @param {ArrayLike<number>} wanted rows
 * @param {ArrayLike<number>} rows by place
 */
function setRows(bits, wanted, rows) {
  const isWanted = setAll(none(rows.length), wanted);
  for (let place = 0; place < rows.length; place++) if (has(isWanted, rows[place])) set(bits, place);
  return bits;
}

/**
 * @param {Data} data
 * @param {ArrayLike<number>} places no more than can be asked of
 * @returns {Promise<{ bits: Uint32Array, label: string } | null>} null where they are too many without a server, and none answers
 */
export async function like(data, places) {
  const these = setAll(none(data.n), places);
  const some = places.length;
  if (data.isCompared) {
    const rows = await builtIn(data.columns, "row");
    const found = await data.likeMean(Int32Array.from(places, (place) => rows[place]), nearMean(some, data.n));
    if (found) return { bits: setRows(these, found, rows), label: SAY.likeMean(some, found.length) };
  }
  if (some > MOST_JOINED) return null;
  for (const neighbors of await Promise.all(Array.from(places, (place) => data.neighborsAt(place)))) setAll(these, neighbors);
  return { bits: these, label: SAY.likeUnion(some, count(these) - some) };
}
