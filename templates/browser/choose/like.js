// Everything like these: where a server has the fingerprints, those most like the mean of some cutouts; else the union of the neighbours
// that the page has of each. In: places. Out: bits by place, and what is said of them.

import { builtIn } from "../likeness/passing.js";
import { has, none, setAll } from "../subset/bits.js";
import { SAY } from "../text/strings.js";
import { MOST_AVERAGED, MOST_LIKE } from "../wire/constants.js";

/** @import { Data } from "../data/data.js" */

const MOST_JOINED = 5000; // of more cutouts all neighbours together would be most of what there is
const [TIMES, LEAST] = [10, 100]; // as many as these are found, but no fewer
const [SHARE, FEW] = [0.1, 9]; // of all, beyond which much would be like these that is not, but no fewer

/**
 * How many are found beside some: enough to look through, and not so many that they are like these no more.
 *
 * @param {number} some
 * @param {number} all
 */
export function nearMean(some, all) {
  const enough = Math.min(MOST_LIKE, Math.max(LEAST, TIMES * some));
  return Math.min(all - some, Math.max(FEW, Math.min(enough, Math.floor(SHARE * all))));
}

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
 * Where rows lie, in their order.
 *
 * @param {Int32Array} wanted rows
 * @param {ArrayLike<number>} rows by place
 */
function placesOf(wanted, rows) {
  const isWanted = setAll(none(rows.length), wanted);
  /** @type {Map<number, number>} */
  const at = new Map();
  for (let place = 0; place < rows.length; place++) if (has(isWanted, rows[place])) at.set(rows[place], place);
  return Array.from(wanted).flatMap((row) => at.get(row) ?? []);
}

/**
 * The neighbours of some cutouts, first those that most of these have.
 *
 * @param {ArrayLike<number>[]} lists of places, one of each cutout
 * @param {Uint32Array} these cutouts, which are left out
 */
function mostShared(lists, these) {
  /** @type {Map<number, number>} */
  const shared = new Map();
  for (const list of lists) for (const place of Array.from(list)) shared.set(place, 1 + (shared.get(place) ?? 0));
  const found = [...shared].filter(([place]) => !has(these, place));
  return found.sort(([one, times], [other, otherTimes]) => otherTimes - times || one - other).map(([place]) => place);
}

/**
 * @param {Data} data
 * @param {ArrayLike<number>} places no more than can be asked of
 * @returns {Promise<{ bits: Uint32Array, label: string, ranked: number[] } | null>} null where only a server could tell, and none answers
 */
export async function like(data, places) {
  const these = setAll(none(data.n), places);
  const some = places.length;
  if (data.isCompared) {
    const rows = await builtIn(data.columns, "row");
    const found = await data.likeMean(Int32Array.from(places, (place) => rows[place]), nearMean(some, data.n));
    const near = found && placesOf(found, rows);
    if (near) return { bits: setAll(these, near), label: SAY.likeMean(some, near.length), ranked: [...near, ...Array.from(places)] };
  }
  if (some > MOST_JOINED) return null;
  const near = mostShared(await Promise.all(Array.from(places, (place) => data.neighborsAt(place))), these);
  return { bits: setAll(these, near), label: SAY.likeUnion(some, near.length), ranked: [...near, ...Array.from(places)] };
}
