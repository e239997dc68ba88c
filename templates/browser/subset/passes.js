// What one filter lets pass. In: a column by place. Out: bits, in one pass over it, a word at a time and without a branch a value, which
// is three to five times as fast where a filter lets some pass.

import { none } from "./bits.js";

/** @import { Codes, Numbers } from "../data/column.js" */

/**
 * The bits of places of which a table says so.
 *
 * @param {Codes} codes
 * @param {Uint8Array} table 1 for each code that passes
 * @param {number} [missingCode] which passes as well
 */
export function bitsOfCodes(codes, table, missingCode = NaN) {
  const bits = none(codes.length);
  // One place for each code that there can be; that of -1 is the first.
  const first = codes instanceof Int32Array ? 1 : 0;
  const passes = new Uint8Array(first ? table.length + 1 : 2 ** (8 * codes.BYTES_PER_ELEMENT));
  passes.set(table, first);
  if (!Number.isNaN(missingCode)) passes[missingCode + first] = 1;
  for (let i = 0, place = 0; i < bits.length; i++) {
    const stop = Math.min(32, codes.length - place);
    let word = 0;
    for (let bit = 0; bit < stop; bit++) word |= passes[codes[place++] + first] << bit;
    bits[i] = word;
  }
  return bits;
}

/**
 * Numbers from low to high, both included.
 *
 * @param {Numbers} values
 * @param {number | null} low open where null
 * @param {number | null} high
 */
export function inRange(values, low, high) {
  const [least, most] = [low ?? -Infinity, high ?? Infinity];
  const bits = none(values.length);
  for (let i = 0, place = 0; i < bits.length; i++) {
    const stop = Math.min(32, values.length - place);
    let word = 0;
    for (let bit = 0; bit < stop; bit++) {
      const value = values[place++];
      word |= (Number(value >= least) & Number(value <= most)) << bit;
    }
    bits[i] = word;
  }
  return bits;
}

/**
 * @param {Codes} codes
 * @param {number} nTexts
 * @param {number[]} wanted codes
 * @param {number} [missingCode] where what is missing passes as well
 */
export function withCodes(codes, nTexts, wanted, missingCode) {
  const table = new Uint8Array(nTexts);
  for (const code of wanted) table[code] = 1;
  return bitsOfCodes(codes, table, missingCode);
}

/**
 * Where something is known; a blank text says nothing.
 *
 * @param {{ values?: Numbers, codes?: Codes, texts?: string[] }} column
 */
export function known({ values, codes = new Uint8Array(), texts = [] }) {
  if (values) return inRange(values, null, null);
  return bitsOfCodes(codes, Uint8Array.from(texts, (text) => Number(text.trim() !== "")));
}

// What was looked for last: charts want to know it as well.
/** @type {WeakMap<string[], { wanted: string, found: Uint8Array }>} */
const lookedFor = new WeakMap();

/**
 * Which texts contain a text, whatever their case.
 *
 * @param {string[]} texts
 * @param {string} wanted
 * @returns {Uint8Array} 1 for each that does
 */
export function textsWith(texts, wanted) {
  const last = lookedFor.get(texts);
  if (last?.wanted === wanted) return last.found;
  const part = wanted.normalize("NFC").toLowerCase();
  const found = Uint8Array.from(texts, (text) => Number(text.normalize("NFC").toLowerCase().includes(part)));
  lookedFor.set(texts, { wanted, found });
  return found;
}

/**
 * Texts that contain a text, whatever their case.
 *
 * @param {Codes} codes
 * @param {string[]} texts
 * @param {string} wanted
 */
export const withText = (codes, texts, wanted) => bitsOfCodes(codes, textsWith(texts, wanted));
