// Which columns a panel begins with. In: what is known of columns before they are loaded. Out: those worth a chart, the most telling
// first.

import { isDrawable } from "../charts/drawable.js";

/**
 * @import { ColumnEntry } from "../data/types.d.ts"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 */

const MOST = 12;
// Of the columns that each page has, those that say something of the cutouts, of the sky or of the making.
const BUILT_IN = ["cluster", "image", "file", "scale", "ra", "dec", "x0", "y0"];
// Those of them that stand beside many of the user's own, too.
const ALWAYS = ["cluster", "ra", "dec"];

/**
 * How much a chart of the column tells, from 0 to 1.
 *
 * @param {ColumnIndex} column
 * @param {number} n how many cutouts there are
 */
function worth({ kind, distinct, missing, categories }, n) {
  const known = 1 - missing / n;
  if (kind === "category") {
    const commonest = (categories?.[0]?.count ?? n) / (n - missing || 1);
    return known * (distinct <= 24 ? 1 : 0.6) * (commonest > 0.98 ? 0.4 : 1);
  }
  const byKind = { number: distinct > 10 ? 0.9 : 0.7, date: 0.8, flag: 0.7, text: 0.35 };
  return known * byKind[kind];
}

/**
 * @param {readonly ColumnEntry[]} list
 * @param {number} n how many cutouts there are
 * @returns {string[]} names
 */
export function usefulColumns(list, n) {
  // Where each image is a cutout, its number says nothing.
  const drawable = list.filter(isDrawable).filter(({ name, role, distinct }) => name !== "image" || role === "own" || distinct < n);
  const own = drawable.filter(({ role }) => role === "own").sort((one, other) => worth(other, n) - worth(one, n));
  const builtIn = BUILT_IN.flatMap((name) => drawable.find((column) => column.role === "built-in" && column.name === name) ?? []);
  const few = own.length < 4 ? builtIn : builtIn.filter(({ name }) => ALWAYS.includes(name));
  const nOwn = MOST - Number(few[0]?.name === "cluster");
  return [...own.slice(0, nOwn), ...few].slice(0, MOST).map(({ name }) => name);
}
