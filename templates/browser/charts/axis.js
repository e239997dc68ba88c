// The axis of a histogram. In: what is known of a column, a curve. Out: places on it as shares from 0 to 1, bins of equal width, and ranges
// whose ends are as round as the eye can tell them.

import { count, ends, number } from "../text/format.js";

/**
 * @import { Numbers } from "../data/column.js"
 * @import { Curve } from "../data/types.d.ts"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 * @import { Bins } from "../subset/histogram.js"
 * @import { Span } from "./brush.js"
 *
 * @typedef {{ low: number | null, high: number | null }} Range both ends in, null where open
 * @typedef {Pick<ColumnIndex, "kind" | "low" | "high" | "robust_low" | "robust_high">} Ends
 *
 * @typedef {object} Run how values lie along an axis: at asinh((value - anchor) / softening), or evenly where there is no softening
 * @property {number} low what is at its beginning
 * @property {number} high
 * @property {number} anchor
 * @property {number} softening
 */

export const BINS = 48;
const STEP = 1 / 240; // of the axis: what a brush can tell apart
const [SECOND, MINUTE, DAY] = [1000, 60_000, 86_400_000];
const LONG_TAIL = 4; // times the span of the middle 96 %
const OF_LEAST = 1 / 1000; // the softening of a logarithm, as a part of its least value: it is one to 3 parts in 10 million

/**
 * Whether most lies in a small part of the axis.
 *
 * @param {Ends} column
 */
export function isSkewed({ kind, low = 0, high = 0, robust_low: from = low, robust_high: to = high }) {
  if (kind !== "number") return false;
  return high - low > LONG_TAIL * (to - from) || (from > 0 && to / from > 50);
}

/** @param {Numbers} values */
export const areWhole = (values) => !values.some((value) => value % 1 !== 0 && !Number.isNaN(value));

/**
 * How values run from end to end.
 *
 * @param {Curve} curve
 * @param {number} low a logarithm needs one above 0
 * @param {number} high
 * @param {number} soft what counts as small, for an inverse hyperbolic sine around zero
 * @returns {Run}
 */
export function runOf(curve, low, high, soft) {
  const run = { low, high, anchor: 0, softening: 0 };
  if (curve === "log" && low > 0) return { ...run, softening: OF_LEAST * low };
  return curve === "linear" ? run : { ...run, softening: soft };
}

/**
 * The curves that a column can run along, the plain one first: positive numbers by their logarithm, skewed ones that are not by what is
 * linear around zero.
 *
 * @param {Ends | undefined} column
 * @returns {Curve[]}
 */
export function curvesOf(column) {
  if (column?.kind !== "number" || column.low === undefined || !(Number(column.high) > column.low)) return ["linear"];
  if (column.low > 0) return ["linear", "log"];
  return isSkewed(column) ? ["linear", "asinh"] : ["linear"];
}

/**
 * The curve along which most of a column is told apart.
 *
 * @param {Ends} column
 * @returns {Curve}
 */
export const curveFor = (column) => (isSkewed(column) ? curvesOf(column).at(-1) ?? "linear" : "linear");

/**
 * The axis of all of a column.
 *
 * @param {Ends} column
 * @param {boolean} isWhole whether all are whole numbers
 * @param {Curve} curve
 */
export function axisOf({ kind, low = 0, high = 0, robust_low: from = low, robust_high: to = high }, isWhole, curve) {
  const soft = (Math.max(Math.abs(from), Math.abs(to)) || high - low) / 100;
  return new Axis(runOf(curve, low, high, soft), { kind, isWhole });
}

export class Axis {
  /**
   * @param {Run} run
   * @param {object} column
   * @param {ColumnIndex["kind"]} column.kind
   * @param {boolean} [column.isWhole] whether all are whole numbers
   * @param {number} [column.least] of all values; those that lie beyond the ends of the axis stand at the ends
   * @param {number} [column.most]
   */
  constructor(run, { kind, isWhole = false, least = run.low, most = run.high }) {
    this.run = run;
    this.isDate = kind === "date";
    this.isWhole = isWhole && kind === "number";
    this.least = least;
    this.most = most;
    /** @type {Bins} */
    this.bins = this.makeBins();
  }

  /** @returns {Bins} */
  makeBins() {
    const { run: { low, high, anchor, softening }, least, most } = this;
    const beyond = least < low || most > high ? { isOpen: true } : {};
    if (!(high > low)) return { low: low - 0.5, high: low + 0.5, n: 1, ...beyond };
    if (softening) return { low: this.bent(low), high: this.bent(high), n: BINS, anchor, softening, ...beyond };
    if (!this.isWhole) return { low, high, n: BINS, ...beyond };
    const width = Math.ceil((high - low + 1) / BINS);
    const n = Math.ceil((high - low + 1) / width);
    return { low: low - 0.5, high: low - 0.5 + n * width, n, ...beyond };
  }

  /** @param {number} value */
  bent(value) {
    const { anchor, softening } = this.run;
    return softening ? Math.asinh((value - anchor) / softening) : value;
  }

  /**
   * Where a value lies.
   *
   * @param {number} value
   */
  share(value) {
    const { low, high } = this.bins;
    return (this.bent(value) - low) / (high - low);
  }

  /**
   * The value at a place.
   *
   * @param {number} share
   */
  value(share) {
    const { bins: { low, high }, run: { anchor, softening } } = this;
    const at = low + share * (high - low);
    return softening ? anchor + softening * Math.sinh(at) : at;
  }

  /**
   * The range that a brush means; an end beyond all values is open. Null where it means everything.
   *
   * @param {Span} span
   * @param {{ range: Range, span: Span } | null} [before] an end that stays where it was means what it meant
   * @returns {Range | null}
   */
  range([from, to], before = null) {
    const [low, high] = [from <= 0 ? -Infinity : this.end(from, false), to >= 1 ? Infinity : this.end(to, true)];
    const range = { low: low <= this.least ? null : low, high: high >= this.most ? null : high };
    if (before?.span[0] === from) range.low = before.range.low;
    if (before?.span[1] === to) range.high = before.range.high;
    return range.low === null && range.high === null ? null : range;
  }

  /**
   * The span of the axis that a range takes.
   *
   * @param {Range} range
   * @returns {Span}
   */
  span({ low, high }) {
    const half = this.isWhole && !this.run.softening ? 0.5 : 0;
    const inside = (/** @type {number} */ share) => Math.max(0, Math.min(1, share));
    return [low === null ? 0 : inside(this.share(low - half)), high === null ? 1 : inside(this.share(high + half))];
  }

  /**
   * @param {number} share
   * @param {boolean} isHigh
   */
  end(share, isHigh) {
    const value = this.value(share);
    if (this.isWhole) return isHigh ? Math.floor(value) : Math.ceil(value);
    const apart = Math.abs(this.value(share + STEP / 2) - this.value(share - STEP / 2));
    if (this.isDate) {
      const unit = [DAY, MINUTE, SECOND].find((one) => one <= 2 * apart) ?? 1;
      const begin = Math.round(value / unit) * unit;
      return isHigh ? begin - 1 : begin;
    }
    const power = Math.floor(Math.log10(apart));
    return Number.isFinite(power) ? rounded(value, power) : value;
  }

  /**
   * The number of an end, as people read it.
   *
   * @param {number} value
   */
  text(value) {
    if (this.isDate) return dateText(value, this.most - this.least);
    return (Number.isInteger(value) ? count(value) : number(value)).replace("-", "\u2212");
  }

  /** What stands at both ends of the axis. */
  texts() {
    const { low, high } = this.run;
    if (this.isDate) return [this.text(low), this.text(high)];
    return ends(low, high).map((text, i) => (text.length > 6 ? this.text(Number([low, high][i].toPrecision(4))) : text));
  }
}

/**
 * @param {number} value
 * @param {number} power of ten to which it is rounded
 */
function rounded(value, power) {
  const digits = Math.max(0, Math.min(100, -power));
  return power > 0 ? Math.round(value / 10 ** power) * 10 ** power : Number(value.toFixed(digits));
}

/**
 * @param {number} ms since 1970
 * @param {number} span of the axis
 */
function dateText(ms, span) {
  const text = new Date(ms).toISOString();
  return span > 3 * DAY ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
}
