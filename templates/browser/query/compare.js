// A column beside a literal or another column -> bits of the places where the comparison holds. What is missing satisfies none.
// `hubble_dash/query/compare.py` is the same in Python.

import { and, none, not, or, set } from "../subset/bits.js";
import { bitsOfCodes, inRange } from "../subset/passes.js";
import { parseDate } from "./dates.js";
import { LONGEST_NUMBER } from "./lexer.js";
import { wholeNumber } from "./parser.js";

/**
 * @import { Literal, Sign } from "./tree.d.ts"
 *
 * @typedef {object} Column what is used of `ColumnData`; a column of numbers that are too long for a float has texts
 * @property {string} kind number, date, category, text or flag
 * @property {Float64Array | Float32Array | Int32Array | Uint16Array | Uint8Array} [values] NaN where missing; milliseconds of dates
 * @property {Int32Array | Uint16Array | Uint8Array} [codes]
 * @property {string[]} [texts] of texts and of truths
 *
 * @typedef {number | bigint | string} Value
 */

/** A literal that a column of that kind is not compared with. */
export class BadLiteral extends Error {
  /**
   * @param {string} message what the column holds
   * @param {Literal} literal
   */
  constructor(message, literal) {
    super(message);
    this.literal = literal;
  }
}

const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** @type {Record<Sign, (found: number) => boolean>} what the order of two values must be */
const HOLDS = {
  "==": (found) => found === 0, "!=": (found) => found !== 0, "<": (found) => found < 0,
  "<=": (found) => found <= 0, ">": (found) => found > 0, ">=": (found) => found >= 0,
};

/** @param {Column} column */
export const isText = ({ kind }) => kind === "text" || kind === "category";

/**
 * Compare each value of a column with a literal on its right.
 *
 * @param {Column} column
 * @param {Sign} sign
 * @param {Literal} literal
 */
export function compareLiteral(column, sign, literal) {
  if (isText(column)) return compareTexts(column, sign, literal);
  if (column.kind === "date") return compareDates(column, sign, literal);
  if (column.kind === "flag") {
    const isTruth = literal.type === "truth" || (literal.type === "number" && (literal.value === 0 || literal.value === 1));
    if (!isTruth) throw new BadLiteral("is true or false", literal);
    return whereText(column, (text) => HOLDS[sign](Number(isTrue(text)) - Number(literal.value)));
  }
  const { value, whole } = asNumber(literal);
  if (!column.values) return whereText(column, (text) => HOLDS[sign](order(exactly(text), whole ?? value)));
  return compareNumbers(column.values, sign, asPrecise(column.values, value));
}

/**
 * Where a column is equal to one of some literals, in one pass over it.
 *
 * @param {Column} column
 * @param {Literal[]} literals
 */
export function isOneOf(column, literals) {
  if (isText(column)) {
    const texts = new Set(literals.flatMap((literal) => (literal.type === "text" ? [literal.value.normalize("NFC")] : [])));
    const others = literals.filter(({ type }) => type !== "text").map((literal) => compareLiteral(column, "==", literal));
    return others.reduce(or, whereText(column, (text) => texts.has(text.normalize("NFC"))));
  }
  if (column.kind !== "number" || !column.values) return literals.map((literal) => compareLiteral(column, "==", literal)).reduce(or);
  const wanted = new Set(literals.map((literal) => asPrecise(column.values, asNumber(literal).value)));
  const { values } = column;
  const bits = none(values.length);
  for (let place = 0; place < values.length; place++) if (wanted.has(values[place])) set(bits, place);
  return bits;
}

/**
 * Compare two columns place by place.
 *
 * @param {Column} one
 * @param {Sign} sign
 * @param {Column} other
 * @returns {Uint32Array | null} null if they are not of one kind
 */
export function compareColumns(one, sign, other) {
  const family = (/** @type {Column} */ column) => (isText(column) ? "text" : column.kind === "flag" ? "number" : column.kind);
  if (family(one) !== family(other)) return null;
  const [left, right] = [valuesOf(one), valuesOf(other)];
  const n = (one.codes ?? one.values ?? []).length;
  const bits = none(n);
  for (let place = 0; place < n; place++) {
    const [a, b] = [left(place), right(place)];
    if (a !== null && b !== null && HOLDS[sign](order(a, b))) set(bits, place);
  }
  return bits;
}

/**
 * Ask each text of a column once; none of what is missing.
 *
 * @param {Column} column
 * @param {(text: string) => boolean} test
 */
export function whereText({ codes, texts }, test) {
  return bitsOfCodes(codes ?? new Uint8Array(), Uint8Array.from(texts ?? [], (text) => Number(text.trim() !== "" && test(text))));
}

/**
 * Where something is known.
 *
 * @param {Column} column
 */
export const known = (column) => (column.values ? inRange(column.values, -Infinity, Infinity) : whereText(column, () => true));

/** @param {string} text of a flag */
export const isTrue = (text) => text.toLowerCase() === "true";

/**
 * A number as a column would hold it.
 *
 * @param {Column["values"]} values
 * @param {number} value
 */
const asPrecise = (values, value) => (values instanceof Float32Array ? Math.fround(value) : value);

/**
 * @param {NonNullable<Column["values"]>} values
 * @param {Sign} sign
 * @param {number} value
 */
function compareNumbers(values, sign, value) {
  switch (sign) {
    case "==": return inRange(values, value, value);
    case "<": return inRange(values, -Infinity, nextTo(value, false));
    case "<=": return inRange(values, -Infinity, value);
    case ">": return inRange(values, nextTo(value, true), Infinity);
    case ">=": return inRange(values, value, Infinity);
    default: return and(inRange(values, -Infinity, Infinity), not(inRange(values, value, value), values.length));
  }
}

/**
 * Compare with a span: == is within, < before it begins, <= before it ends.
 *
 * @param {Column} column
 * @param {Sign} sign
 * @param {Literal} literal
 */
function compareDates({ values = new Float64Array() }, sign, literal) {
  const span = literal.type === "text" ? parseDate(literal.value) : null;
  if (!span) throw new BadLiteral('holds dates, such as "2004-07-03"', literal);
  const last = nextTo(span.end, false);
  switch (sign) {
    case "==": return inRange(values, span.begin, last);
    case "<": return compareNumbers(values, "<", span.begin);
    case "<=": return inRange(values, -Infinity, last);
    case ">": return inRange(values, span.end, Infinity);
    case ">=": return inRange(values, span.begin, Infinity);
    default: return and(inRange(values, -Infinity, Infinity), not(inRange(values, span.begin, last), values.length));
  }
}

/**
 * Compare each distinct text; with a number those that are numbers, by value.
 *
 * @param {Column} column
 * @param {Sign} sign
 * @param {Literal} literal
 */
function compareTexts(column, sign, literal) {
  if (literal.type === "truth") throw new BadLiteral('holds texts, such as "true"', literal);
  if (literal.type === "text") {
    const wanted = literal.value.normalize("NFC");
    return whereText(column, (text) => HOLDS[sign](order(text.normalize("NFC"), wanted)));
  }
  return whereText(column, (text) => {
    const found = numberIn(text);
    if (!found) return sign === "!=";
    if (found.whole !== null && literal.whole !== null) return HOLDS[sign](order(found.whole, literal.whole));
    return HOLDS[sign](order(found.value, literal.value));
  });
}

/**
 * @param {Literal} literal
 * @returns {{ value: number, whole: bigint | null }}
 */
function asNumber(literal) {
  if (literal.type === "number") return literal;
  if (literal.type === "truth") return { value: Number(literal.value), whole: BigInt(literal.value) };
  const found = numberIn(literal.value);
  if (!found) throw new BadLiteral("holds numbers", literal);
  return found;
}

/**
 * Read a text that is a number and nothing else.
 *
 * @param {string} text
 */
function numberIn(text) {
  const plain = text.replaceAll("\u2212", "-").trim();
  return plain.length <= LONGEST_NUMBER && NUMBER.test(plain) ? { value: Number(plain), whole: wholeNumber(plain) } : null;
}

/**
 * A number that is written as a text, with all its digits.
 *
 * @param {string} text
 */
const exactly = (text) => wholeNumber(text) ?? Number(text);

/**
 * What a column holds at a place; null where that is missing.
 *
 * @param {Column} column
 * @returns {(place: number) => Value | null}
 */
function valuesOf(column) {
  const { values, codes = new Uint8Array(), texts = [] } = column;
  if (values) return (place) => (Number.isNaN(values[place]) ? null : values[place]);
  const read = (/** @type {string} */ text) => {
    if (isText(column)) return text.trim() ? text.normalize("NFC") : null;
    return column.kind === "flag" ? Number(isTrue(text)) : exactly(text);
  };
  const each = texts.map(read);
  return (place) => each[codes[place]] ?? null;
}

/**
 * -1, 0 or 1 as one value is less than another, equal or greater; texts by their letters, as Python has them. Whole numbers of any length
 * compare exactly, also with others.
 *
 * @param {Value} one
 * @param {Value} other
 */
function order(one, other) {
  if (typeof one === "string" && typeof other === "string") return orderOfTexts(one, other);
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * @param {string} one
 * @param {string} other
 */
function orderOfTexts(one, other) {
  const shorter = Math.min(one.length, other.length);
  for (let i = 0; i < shorter; i++) {
    const [a, b] = [one.charCodeAt(i), other.charCodeAt(i)];
    if (a !== b) return Math.sign(rank(a) - rank(b));
  }
  return Math.sign(one.length - other.length);
}

/**
 * Halves of letters beyond 16 bits come after all others.
 *
 * @param {number} unit
 */
const rank = (unit) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

const DOUBLE = new Float64Array(1);
const WORD = new BigInt64Array(DOUBLE.buffer);

/**
 * The next number up or down that a float can be; none (NaN) beyond the infinite ones.
 *
 * @param {number} value
 * @param {boolean} isUp
 */
function nextTo(value, isUp) {
  if (value === 0) return isUp ? Number.MIN_VALUE : -Number.MIN_VALUE;
  DOUBLE[0] = value;
  WORD[0] += value > 0 === isUp ? 1n : -1n;
  return DOUBLE[0];
}
