// How many cutouts there are a bin, or a category. In: columns by place, bits of those that count. Out: counts, in one pass each. Charts
// filter each other: each counts what the filters of other columns leave.

import { state } from "../state.js";
import { Background } from "./background.js";

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
 * @param {Numbers} values NaN where missing
 * @param {Uint32Array | null} bits null for all
 * @param {Bins} bins
 */
export function binCounts(values, bits, { low, high, n, scale }) {
  const counts = new Uint32Array(n + 1); // the last of what lies at the very end
  const perBin = high > low ? n / (high - low) : 0;
  for (let i = 0; 32 * i < values.length; i++) {
    const word = bits ? bits[i] : -1;
    if (word === 0) continue;
    const stop = Math.min(values.length, 32 * i + 32);
    for (let place = 32 * i; place < stop; place++) {
      if ((word & (1 << (place & 31))) === 0) continue;
      const value = scale ? Math.asinh(values[place] / scale) : values[place];
      if (value >= low && value <= high) counts[((value - low) * perBin) | 0]++;
    }
  }
  counts[n - 1] += counts[n];
  return counts.slice(0, n);
}

/**
 * @param {Codes} codes
 * @param {Uint32Array | null} bits null for all
 * @param {number} n how many categories there are
 * @returns {Uint32Array} the last is of those that are missing
 */
export function codeCounts(codes, bits, n) {
  const counts = new Uint32Array(n + 1);
  for (let i = 0; 32 * i < codes.length; i++) {
    const word = bits ? bits[i] : -1;
    if (word === 0) continue;
    const stop = Math.min(codes.length, 32 * i + 32);
    for (let place = 32 * i; place < stop; place++) {
      if ((word & (1 << (place & 31))) === 0) continue;
      const code = codes[place];
      counts[code >= 0 && code < n ? code : n]++;
    }
  }
  return counts;
}

/**
 * @param {Map<string, any>} held columns
 * @param {{ column: string, bits: Uint32Array | null, bins?: Bins, n: number }} asked
 */
function countIn(held, { column, bits, bins, n }) {
  const values = held.get(column);
  return { counts: bins ? binCounts(values, bits, bins) : codeCounts(values, bits, n) };
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
    this.background = open({ countIn }, [binCounts, codeCounts]);
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
