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
 * @typedef {object} Bins equal ones, of asinh((value - anchor) / softening) where there is a softening
 * @property {number} low
 * @property {number} high
 * @property {number} n
 * @property {number} [anchor]
 * @property {number} [softening]
 * @property {boolean} [isOpen] whether the first and the last have what lies beyond them, which is not counted otherwise
 *
 * @typedef {{ column: string, bins?: Bins, slot?: string }} Chart without bins it counts categories; of charts of one slot only the last is
 *   counted with little work, and each column has one where there is none
 */

/**
 * The bin of each value; what is missing or lies outside has the one behind the last.
 *
 * @param {Numbers} values NaN where missing
 * @param {Bins} bins
 */
export function binsOf(values, { low, high, n, anchor = 0, softening, isOpen }) {
  const found = n < 256 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  const perBin = high > low ? n / (high - low) : 0;
  for (let place = 0; place < values.length; place++) {
    let value = softening ? Math.asinh((values[place] - anchor) / softening) : values[place];
    if (isOpen) value = value < low ? low : value > high ? high : value;
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
 * @param {{ column: string, bits: Uint32Array | null, bins?: Bins, slot?: string, n: number }} asked
 */
export function countIn(held, { column, bits, bins, slot = column, n: categories }) {
  const values = held.get(column);
  const n = bins ? bins.n : categories;
  const name = `${column} ${JSON.stringify(bins)}`;
  let last = held.get(`counted ${slot}`);
  if (last?.name !== name || last.values !== values) {
    const codes = bins ? binsOf(values, bins) : values;
    last = { name, values, codes, bits: none(values.length), counts: new Uint32Array(n + 1) };
    held.set(`counted ${slot}`, last);
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
  async counts({ column: name, bins, slot }, others = state.filters.filter(({ column }) => column !== name)) {
    const [column, bits] = await Promise.all([this.columns.get(name), this.filters.all(others)]);
    this.background.give(name, bins ? column.values : column.codes);
    const asked = { column: name, bits, bins, slot, n: column.texts?.length ?? 0 };
    return (await this.background.ask("countIn", asked)).counts;
  }
}

/** @type {WeakMap<Filters, CrossCounts>} */
const opened = new WeakMap();

/**
 * The counts of a page's charts, which are made in one thread.
 *
 * @param {Filters} filters
 */
export function crossCounts(filters) {
  const found = opened.get(filters) ?? new CrossCounts(filters.columns, filters);
  opened.set(filters, found);
  return found;
}

/** What a chart counted last, so that it counts but what has changed. */
export class KeptCounts {
  /** @param {() => CrossCounts} open */
  constructor(open) {
    this.open = open;
    this.key = "";
    /** @type {unknown} the column as it was */
    this.data = null;
    /** @type {Filter[]} */
    this.others = [];
    this.whole = new Uint32Array();
  }

  /**
   * What other filters leave, and all there is.
   *
   * @param {Chart} chart
   * @returns {Promise<{ counts: Uint32Array, whole: Uint32Array } | null>} null where that is what it was
   */
  async of(chart) {
    const cross = this.open();
    const key = JSON.stringify(chart);
    const data = await cross.columns.get(chart.column);
    const others = state.filters.filter(({ column }) => column !== chart.column);
    const isOfTheSame = this.key === key && this.data === data;
    if (isOfTheSame && this.others.length === others.length && others.every((filter, i) => filter === this.others[i])) return null;
    const whole = isOfTheSame ? this.whole : await cross.counts(chart, []);
    const counts = others.length ? await cross.counts(chart, others) : whole;
    Object.assign(this, { key, data, others, whole });
    return { counts, whole };
  }
}
