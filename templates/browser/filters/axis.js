// The axis of a histogram. In: what is known of a column. Out: places on it as shares from 0 to 1, bins of equal width, and ranges whose
// ends are as round as the eye can tell them.

import { ends, number } from "../text/format.js";

/**
 * @import { Numbers } from "../data/column.js"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 * @import { Bins } from "../subset/histogram.js"
 * @import { Span } from "./brush.js"
 *
 * @typedef {{ low: number | null, high: number | null }} Range both ends in, null where open
 * @typedef {Pick<ColumnIndex, "kind" | "low" | "high" | "robust_low" | "robust_high">} Ends
 */

export const BINS = 48;
const STEP = 1 / 240; // of the axis: what a brush can tell apart
const [SECOND, MINUTE, DAY] = [1000, 60_000, 86_400_000];
const LONG_TAIL = 4; // times the span of the middle 96 %

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

export class Axis {
  /**
   * @param {Ends} column
   * @param {boolean} isWhole whether all are whole numbers
   * @param {boolean} isLog
   */
  constructor({ kind, low = 0, high = 0, robust_low: from = low, robust_high: to = high }, isWhole, isLog) {
    this.isDate = kind === "date";
    this.isWhole = isWhole && kind === "number";
    this.least = low;
    this.most = high;
    /** What is linear around zero and logarithmic beyond; none where the axis is plain. */
    this.scale = isLog ? (low > 0 ? low / 2 : (Math.max(Math.abs(from), Math.abs(to)) || high - low) / 100) : 0;
    /** @type {Bins} */
    this.bins = this.binsOf(low, high);
  }

  /**
   * @param {number} low
   * @param {number} high
   * @returns {Bins}
   */
  binsOf(low, high) {
    const { scale } = this;
    if (scale) return { low: Math.asinh(low / scale), high: Math.asinh(high / scale), n: BINS, scale };
    if (this.isWhole) {
      const width = Math.ceil((high - low + 1) / BINS);
      const n = Math.ceil((high - low + 1) / width);
      return { low: low - 0.5, high: low - 0.5 + n * width, n };
    }
    return high > low ? { low, high, n: BINS } : { low: low - 0.5, high: low + 0.5, n: 1 };
  }

  /**
   * Where a value lies.
   *
   * @param {number} value
   */
  share(value) {
    const { low, high } = this.bins;
    return ((this.scale ? Math.asinh(value / this.scale) : value) - low) / (high - low);
  }

  /**
   * The value at a place.
   *
   * @param {number} share
   */
  value(share) {
    const { low, high } = this.bins;
    const at = low + share * (high - low);
    return this.scale ? this.scale * Math.sinh(at) : at;
  }

  /**
   * The range that a brush means; an end beyond all values is open. Null where it means everything.
   *
   * @param {Span} span
   * @returns {Range | null}
   */
  range([from, to]) {
    const [low, high] = [from <= 0 ? -Infinity : this.end(from, false), to >= 1 ? Infinity : this.end(to, true)];
    const range = { low: low <= this.least ? null : low, high: high >= this.most ? null : high };
    return range.low === null && range.high === null ? null : range;
  }

  /**
   * The span of the axis that a range takes.
   *
   * @param {Range} range
   * @returns {Span}
   */
  span({ low, high }) {
    const half = this.isWhole && !this.scale ? 0.5 : 0;
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
    return Number.isInteger(value) ? value.toLocaleString("en").replace("-", "\u2212") : number(value).replace("-", "\u2212");
  }

  /** What stands at both ends of the axis. */
  texts() {
    if (this.isDate) return [this.text(this.least), this.text(this.most)];
    const texts = ends(this.least, this.most);
    return texts.map((text, i) => (text.length > 6 ? this.text(Number([this.least, this.most][i].toPrecision(4))) : text));
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
