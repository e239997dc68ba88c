// A column of all cutouts. In: its numbers, or its codes into texts, by place. Out: what it says of each.

import { number } from "../text/format.js";
import { numberAt } from "../wire/decode.js";

/**
 * @import { ColumnIndex } from "../wire/types.d.ts"
 *
 * @typedef {Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array} Numbers
 * @typedef {Int32Array | Uint16Array | Uint8Array} Codes
 * @typedef {Numbers | Codes | Int16Array} Values
 */

const MINUTE_MS = 60_000;
const DATE = /^\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?Z?\s*$/i;

/**
 * When a date begins, in milliseconds since 1970 (UTC).
 *
 * @param {string} text of ISO 8601, to the day or finer
 */
export function milliseconds(text) {
  const found = DATE.exec(text);
  if (!found) return NaN;
  const [, day, hours = "0", minutes = "0", seconds = "0"] = found;
  return Date.parse(`${day}T00:00Z`) + MINUTE_MS * (60 * Number(hours) + Number(minutes)) + 1000 * Number(seconds);
}

/**
 * The code of what is missing: the greatest that the array can hold, or -1 where it can hold that.
 *
 * @param {Codes} codes
 */
export const missingCodeOf = (codes) => (codes instanceof Int32Array ? -1 : 2 ** (8 * codes.BYTES_PER_ELEMENT) - 1);

export class ColumnData {
  /**
   * @param {object} parts
   * @param {string} parts.name
   * @param {ColumnIndex["kind"]} parts.kind
   * @param {Numbers} [parts.values] NaN where missing
   * @param {Codes} [parts.codes]
   * @param {string[]} [parts.texts]
   */
  constructor({ name, kind, values, codes, texts }) {
    this.name = name;
    this.kind = kind;
    this.values = values;
    this.codes = codes;
    this.texts = texts;
    this.missingCode = codes && missingCodeOf(codes);
    if (kind === "date") this.values = this.dates();
  }

  /** When each begins; of each text once. */
  dates() {
    const { codes = new Int32Array(), texts = [] } = this;
    const begins = Float64Array.from(texts, milliseconds);
    // Beyond the texts there is nothing, which becomes NaN.
    return Float64Array.from(codes, (code) => begins[code]);
  }

  /**
   * What it says, as text; nothing where that is missing.
   *
   * @param {number} place
   */
  textAt(place) {
    if (this.codes) return this.texts?.[this.codes[place]] ?? "";
    const value = this.valueAt(place);
    return Number.isNaN(value) ? "" : number(value);
  }

  /**
   * Its number: milliseconds of a date, the code of a text; NaN where it is missing.
   *
   * @param {number} place
   */
  valueAt(place) {
    if (this.values) return numberAt(this.values, place);
    const code = this.codes?.[place];
    return code === undefined || code === this.missingCode ? NaN : code;
  }

  /**
   * What it says as a fact of a cutout, if it is known.
   *
   * @param {number} place
   * @returns {number | string | undefined}
   */
  factAt(place) {
    if (this.codes) return this.texts?.[this.codes[place]];
    const value = this.valueAt(place);
    return Number.isNaN(value) ? undefined : value;
  }

  /** About how many bytes it takes. */
  get bytes() {
    const texts = (this.texts ?? []).reduce((sum, text) => sum + text.length, 0);
    return (this.values?.byteLength ?? 0) + (this.codes?.byteLength ?? 0) + texts;
  }
}
