// A query's text -> its tokens, each with its place. `hubble_dash/query/lexer.py` is the same in Python.

/**
 * @typedef {object} Token a word or sign of a query
 * @property {"name" | "quoted" | "number" | "text" | "sign" | "end"} kind a name in backticks is `quoted`, and never a word such as `and`
 * @property {string} value what is meant: escapes are undone, signs stand in one spelling
 * @property {number} at
 * @property {number} length
 */

// Of a query, and of one number in it.
const LONGEST = 100_000;
export const LONGEST_NUMBER = 400;
/** Words that are no columns, unless in backticks. */
export const RESERVED = new Set(["and", "or", "not", "in", "is", "true", "false"]);
/** Units of angles, in degrees. */
export const UNITS_DEG = new Map([
  ["deg", 1], ["degree", 1], ["degrees", 1], ["°", 1],
  ["arcmin", 1 / 60], ["arcminute", 1 / 60], ["arcminutes", 1 / 60], ["′", 1 / 60],
  ["arcsec", 1 / 3600], ["arcsecond", 1 / 3600], ["arcseconds", 1 / 3600], ["″", 1 / 3600],
]);

// Python and JavaScript know different blanks.
const BLANK = /[ \t\r\n\f\v\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+/uy;
const NAME = /(?!\p{Nd})[\p{L}\p{N}_][\p{L}\u0300-\u036f\p{N}_.]*/uy;
const IN_A_NAME = /[\p{L}\u0300-\u036f\p{N}_.]/uy;
const WITH_SIGNS = /[\p{L}\u0300-\u036f\p{N}_.+\-\u2212]+/uy;
const NUMBER = /[+\-\u2212]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-\u2212]?[0-9]+)?/uy;
const SIGN = /==|!=|!~|<=|>=|&&|\|\||[=<>~!&|()[\],≤≥≠°′″]/uy;
const SAME = new Map([["=", "=="], ["≤", "<="], ["≥", ">="], ["≠", "!="], ["&&", "&"], ["||", "|"]]);
// Phones and papers turn quotes.
const CLOSING = new Map([['"', '"'], ["'", "'"], ["`", "`"], ["“", "”"], ["‘", "’"], ["„", "“"]]);
const ESCAPES = new Map([["n", "\n"], ["t", "\t"], ["\\", "\\"], ["'", "'"], ['"', '"'], ["`", "`"]]);

/** What is wrong with a query, and where. */
export class QueryError extends Error {
  /**
   * @param {string} message what was given, and what is allowed
   * @param {number} at where in the query, from 0
   * @param {number} length how many characters; 0 between two
   */
  constructor(message, at, length) {
    super(message);
    this.name = "QueryError";
    this.at = at;
    this.length = length;
  }
}

/**
 * Take a query apart; the last token is its end.
 *
 * @param {string} text
 */
export function tokensOf(text) {
  if (text.length > LONGEST) {
    const [given, allowed] = [text.length, LONGEST].map((number) => number.toLocaleString("en"));
    throw new QueryError(`the query has ${given} characters; allowed are ${allowed}`, LONGEST, text.length - LONGEST);
  }
  /** @type {Token[]} */
  const found = [];
  for (let at = 0; at < text.length;) {
    const blank = match(BLANK, text, at);
    if (blank) {
      at += blank.length;
      continue;
    }
    const token = tokenAt(text, at, found.at(-1));
    found.push(token);
    at += token.length;
  }
  found.push({ kind: "end", value: "", at: text.length, length: 0 });
  return found;
}

/**
 * A column's name as a query has it: bare where that can be, else in backticks.
 *
 * @param {string} name
 */
export function written(name) {
  if (match(NAME, name, 0) === name && !RESERVED.has(name.toLowerCase())) return name;
  const escaped = name.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `\`${escaped}\``;
}

/**
 * A text as a query has it.
 *
 * @param {string} text
 */
export const quoted = (text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;

/**
 * What of a text a pattern takes at a place.
 *
 * @param {RegExp} pattern with the flag y
 * @param {string} text
 * @param {number} at
 */
function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/**
 * @param {string} text
 * @param {number} at
 * @param {Token | undefined} last
 * @returns {Token}
 */
function tokenAt(text, at, last) {
  const first = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (CLOSING.has(first)) return quotedAt(text, at);
  const name = match(NAME, text, at);
  if (name) return { kind: "name", value: name, at, length: name.length };
  if ("+-\u2212".includes(first)) refuseInName(text, at, last);
  const number = match(NUMBER, text, at);
  if (number) return numberAt(text, at, number);
  const sign = match(SIGN, text, at);
  if (sign) return { kind: "sign", value: SAME.get(sign) ?? sign, at, length: sign.length };
  if ("+-\u2212".includes(first)) throw new QueryError(`expected a number after ${first}`, at, 1);
  throw new QueryError(`${first} means nothing here; a name with such signs stands in backticks`, at, first.length);
}

/**
 * Explain a name with a hyphen, which would be read as one without and a number.
 *
 * @param {string} text
 * @param {number} at
 * @param {Token | undefined} last
 */
function refuseInName(text, at, last) {
  if (last?.kind !== "name" || last.at + last.length !== at) return;
  const whole = /** @type {string} */ (match(WITH_SIGNS, text, last.at));
  throw new QueryError(`a name with such signs stands in backticks: \`${whole}\``, last.at, whole.length);
}

/**
 * @param {string} text
 * @param {number} at
 * @param {string} found
 * @returns {Token}
 */
function numberAt(text, at, found) {
  const stop = at + found.length;
  if (found.length > LONGEST_NUMBER) throw new QueryError(`a number has at most ${LONGEST_NUMBER} digits`, at, found.length);
  const next = match(IN_A_NAME, text, stop);
  if (next) {
    const word = match(NAME, text, stop);
    if (!word || !UNITS_DEG.has(word.toLowerCase())) {
      const whole = found + (word ?? next);
      throw new QueryError(`a name that begins with a digit stands in backticks: \`${whole}\``, at, whole.length);
    }
  }
  return { kind: "number", value: found.replaceAll("\u2212", "-"), at, length: found.length };
}

/**
 * Read a text, or a name in backticks, up to the quote that closes it.
 *
 * @param {string} text
 * @param {number} at
 * @returns {Token}
 */
function quotedAt(text, at) {
  const closing = /** @type {string} */ (CLOSING.get(text[at]));
  const kind = text[at] === "`" ? "quoted" : "text";
  let value = "";
  for (let place = at + 1; place < text.length; place++) {
    let sign = text[place];
    if (sign === closing) {
      const length = place + 1 - at;
      if (kind === "quoted" && !value) throw new QueryError("expected a name between the backticks", at, length);
      return { kind, value, at, length };
    }
    if (sign === "\\") {
      const meant = ESCAPES.get(text[++place]);
      if (meant === undefined) {
        const message = "after \\ stands one of \\ \" ' ` n t; write \\\\ for \\ itself";
        throw new QueryError(message, place - 1, place < text.length ? 2 : 1);
      }
      sign = meant;
    }
    value += sign;
  }
  const what = kind === "quoted" ? "name" : "text";
  throw new QueryError(`this ${what} has no ${closing} at its end`, at, text.length - at);
}
