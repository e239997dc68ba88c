// The few that come first of very many, in one pass. In: values, which may be a million. Out: places, best first.

/**
 * @import { Numbers } from "../data/column.js"
 *
 * @typedef {{ value: number, row: number, place: number }} One
 * @typedef {{ ra: Numbers, dec: Numbers, image: Numbers, row: Numbers }} Positions of all cutouts, by place, in degrees
 */

import { separation } from "../query/sky.js";
import { has } from "../subset/bits.js";

/** Keeps those of the least values, of equal ones those of the least rows. */
export class Few {
  /** @param {number} most */
  constructor(most) {
    this.most = most;
    /** @type {One[]} */
    this.kept = [];
  }

  /**
   * @param {number} value
   * @param {number} row
   * @param {number} place
   */
  offer(value, row, place) {
    const { kept, most } = this;
    const isBefore = (/** @type {One} */ other) => value < other.value || (value === other.value && row < other.row);
    if (kept.length === most && !isBefore(kept[most - 1])) return;
    const at = kept.findIndex(isBefore);
    kept.splice(at < 0 ? kept.length : at, 0, { value, row, place });
    if (kept.length > most) kept.pop();
  }
}

/**
 * The most similar ones.
 *
 * @param {Float32Array} cosines by row, NaN where there are none
 * @param {Numbers} rows by place
 * @param {Uint32Array | null} bits of those that count; null for all
 * @param {number} most
 */
export function mostSimilar(cosines, rows, bits, most) {
  const few = new Few(most);
  for (let place = 0; place < rows.length; place++) {
    const cosine = cosines[rows[place]];
    if (Number.isNaN(cosine) || (bits && !has(bits, place))) continue;
    few.offer(-cosine, rows[place], place);
  }
  return few.kept.map(({ place, value }) => ({ place, similarity: -value }));
}

/**
 * Cutouts of other images near a place, the nearest first, and how many there are. Declinations, which are cheap to compare, are looked
 * at first.
 *
 * @param {Positions} positions
 * @param {{ ra: number, dec: number, image: number }} own
 * @param {{ radius: number, bits: Uint32Array | null, most: number }} asked the radius in degrees, those that count, how many are wanted
 */
export function nearestOnSky({ ra, dec, image, row }, own, { radius, bits, most }) {
  const few = new Few(most);
  const reach = radius * (1 + 1e-9);
  let count = 0;
  for (let place = 0; place < dec.length; place++) {
    if (!(Math.abs(dec[place] - own.dec) <= reach) || image[place] === own.image) continue;
    if (bits && !has(bits, place)) continue;
    const apart = separation(ra[place], dec[place], own.ra, own.dec);
    if (!(apart <= radius)) continue;
    count++;
    few.offer(apart, row[place], place);
  }
  return { count, nearest: few.kept.map(({ place, value }) => ({ place, separation: value })) };
}
