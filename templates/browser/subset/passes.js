// What one filter lets pass. In: a column by place. Out: bits, in one pass over it.

/** @import { Codes, Numbers } from "../data/column.js" */

/**
 * The bits of places of which a table says so.
 *
 * @param {Codes} codes
 * @param {Uint8Array} table 1 for each code that passes
 * @param {number} [missingCode] which passes as well
 */
export function bitsOfCodes(codes, table, missingCode = NaN) {
  const bits = new Uint32Array(Math.ceil(codes.length / 32));
  for (let place = 0; place < codes.length; place++) {
    const code = codes[place];
    if (table[code] === 1 || code === missingCode) bits[place >> 5] |= 1 << (place & 31);
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
  const bits = new Uint32Array(Math.ceil(values.length / 32));
  for (let i = 0; i < bits.length; i++) {
    const [start, stop] = [32 * i, Math.min(32 * i + 32, values.length)];
    let word = 0;
    for (let place = start; place < stop; place++) {
      const value = values[place];
      word |= Number(value >= least && value <= most) << (place & 31);
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
 * Texts that contain a text, whatever their case.
 *
 * @param {Codes} codes
 * @param {string[]} texts
 * @param {string} wanted
 */
export function withText(codes, texts, wanted) {
  const part = wanted.normalize("NFC").toLowerCase();
  return bitsOfCodes(codes, Uint8Array.from(texts, (text) => Number(text.normalize("NFC").toLowerCase().includes(part))));
}
