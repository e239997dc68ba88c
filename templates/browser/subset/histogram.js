// How many cutouts there are a bin, or a category. In: columns by place, bits of those that count. Out: counts, in one pass over what has
// changed. Charts filter each other: each counts what the filters of other columns leave.

import { state } from "../state.js";
import { Background } from "./background.js";
import { all, none } from "./bits.js";

/**
 * @import { Codes, Numbers } from "../data/column.js"
 * @import { Columns } from "../data/columns.js"
 * @import { Filter } from "../data/types.d.ts"
 * @import { Job } from "./background.js"
 * @import { Filters } from "./subset.js"
 *
 * @typedef {{ low: number, high: number, n: number, scale?: number }} Bins equal ones, on a scale of asinh(value / scale) if there is one;
 *   what lies outside is not counted
 * @typedef {{ column: string, bins?: Bins }} Chart without bins it counts categories
 */

/**
 * The bin of each value; what is missing or lies outside has the one behind the last.
 *
 * @param {Numbers} values NaN where missing
 * @param {Bins} bins
 */
export function binsOf(values, { low, high, n, scale }) {
  const found = n < 256 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  const perBin = high > low ? n / (high - low) : 0;
  for (let place = 0; place < values.length; place++) {
    const value = scale ? Math.asinh(values[place] / scale) : values[place];
    found[place] = value >= low && value <= high ? Math.min(n - 1, (value - low) * perBin) : n;
  }
  return found;
}

/**
 * Let counts of some cutouts be those of others: what is new is added, what is no more is taken away.
 *
 * @param {Codes} codes
 * @param {Uint32Array} before bits of those that are counted
 * @param {Uint32Array} bits of those that are to be
 * @param {Uint32Array} counts are changed: one a code, and the last of all others, which are missing
 */
export function recount(codes, before, bits, counts) {
  const last = counts.length - 1;
  for (let i = 0; i < bits.length; i++) {
    for (let word = before[i] ^ bits[i]; word; word &= word - 1) {
      const bit = word & -word;
      const code = codes[32 * i + 31 - Math.clz32(bit)];
      counts[code >= 0 && code < last ? code : last] += bits[i] & bit ? 1 : -1;
    }
  }
}

/**
 * Of each chart its codes and what was counted last are kept, so that a brush costs what it changes.
 *
 * @param {Map<string, any>} held columns
 * @param {{ column: string, bits: Uint32Array | null, bins?: Bins, n: number }} asked
 */
export function countIn(held, { column, bits, bins, n: categories }) {
  const values = held.get(column);
  const n = bins ? bins.n : categories;
  const name = `${column} ${JSON.stringify(bins)}`;
  let last = held.get(`counted ${column}`);
  if (last?.name !== name || last.values !== values) {
    const codes = bins ? binsOf(values, bins) : values;
    last = { name, values, codes, bits: none(values.length), counts: new Uint32Array(n + 1) };
    held.set(`counted ${column}`, last);
  }
  const now = bits ?? all(values.length);
  recount(last.codes, last.bits, now, last.counts);
  last.bits = now;
  return { counts: last.counts.slice(0, bins ? n : n + 1) };
}

const openBackground = (/** @type {Record<string, Job>} */ jobs, /** @type {Function[]} */ helpers) => new Background(jobs, helpers);

export class CrossCounts {
  /**
   * @param {Columns} columns
   * @param {Filters} filters
   * @param {typeof openBackground} [open]
   */
  constructor(columns, filters, open = openBackground) {
    this.columns = columns;
    this.filters = filters;
    this.background = open({ countIn }, [all, none, binsOf, recount]);
  }

  /**
   * What a chart counts, over the cutouts that the filters of other columns leave.
   *
   * @param {Chart} chart
   * @param {Filter[]} [others]
   * @returns {Promise<Uint32Array>} of categories the last is of those that are missing
   */
  async counts({ column: name, bins }, others = state.filters.filter(({ column }) => column !== name)) {
    const [column, bits] = await Promise.all([this.columns.get(name), this.filters.all(others)]);
    this.background.give(name, bins ? column.values : column.codes);
    const asked = { column: name, bits, bins, n: column.texts?.length ?? 0 };
    return (await this.background.ask("countIn", asked)).counts;
  }
}
