// How many of the cutouts that a view shows are in the subset, said in the view's corner. In: `subset`, which cutouts a view shows. Out: a
// text such as "5 of 12", nothing where there is no subset.

import { on, state } from "../state.js";
import { SAY } from "../text/strings.js";
import { and, count } from "./bits.js";

/** @import { Columns } from "../data/columns.js" */

/**
 * The cutouts of an image.
 *
 * @param {Columns} columns
 * @param {number} image
 */
export async function bitsOfImage(columns, image) {
  const { values } = await columns.get(columns.builtIn("image"));
  return bitsWhere(columns.n, (place) => values?.[place] === image);
}

/**
 * The cutouts whose place on the sky is known.
 *
 * @param {Columns} columns
 */
export async function bitsOnSky(columns) {
  const { values } = await columns.get(columns.builtIn("ra"));
  return bitsWhere(columns.n, (place) => values !== undefined && !Number.isNaN(values[place]));
}

/**
 * @param {number} n
 * @param {(place: number) => boolean} isMeant
 */
export function bitsWhere(n, isMeant) {
  const bits = new Uint32Array(Math.ceil(n / 32));
  for (let place = 0; place < n; place++) bits[place >> 5] |= Number(isMeant(place)) << (place & 31);
  return bits;
}

/**
 * Keep a corner saying how many of a view's cutouts are in the subset.
 *
 * @param {HTMLElement} corner
 * @param {() => Promise<Uint32Array | null>} shown gives the cutouts of the view; null for none
 * @returns {() => Promise<void>} to be called when the view shows others
 */
export function tellSubset(corner, shown) {
  let turn = 0;
  async function tell() {
    const { subset } = state;
    const mine = ++turn;
    const bits = subset && await shown();
    if (mine !== turn) return;
    corner.hidden = !bits;
    corner.textContent = subset && bits ? SAY.shown(count(and(bits, subset.bits)), count(bits)) : "";
  }
  on(["subset"], tell);
  tell();
  return tell;
}
