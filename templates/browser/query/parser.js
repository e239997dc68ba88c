// A query's text -> the tree of what it says, by recursive descent, which bounds how deep it goes. docs/query.md has the grammar;
// each method below is one of its rules. `hubble_dash/query/parser.py` is the same in Python.

import { QueryError, RESERVED, tokensOf, UNITS_DEG } from "./lexer.js";
import { parsePlace } from "./sky.js";

/**
 * @import { Token } from "./lexer.js"
 * @import { Circle, Comparison, Literal, Name, Operand, Sign, Term } from "./tree.d.ts"
 */

// How deep parentheses stand in one another, and how many tests there are.
const DEEPEST = 50;
const MOST_TESTS = 2000;
const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">="]);
const EXPECTED_TEST = "expected a comparison: ==, !=, <, <=, >, >=, ~, !~, in, not in, is missing";

/**
 * Understand a query; which columns there are is not asked.
 *
 * @param {string} text
 * @returns {Term}
 */
export const parse = (text) => new Parser(text).query();

class Parser {
  /** @param {string} text */
  constructor(text) {
    this.tokens = tokensOf(text);
    this.next = 0;
    this.depth = 0;
    this.tests = 0;
  }

  query() {
    if (this.is("end", "", 0)) throw this.error("the query is empty; a query is such as: EXPTIME > 1000");
    const term = this.or();
    if (this.isSign(")")) throw this.error("there is no ( that this ) closes");
    if (!this.is("end", "", 0)) throw this.error("expected and, or, or the end of the query");
    return term;
  }

  /** @returns {Term} */
  or() {
    const terms = this.joined(() => this.and(), "or", "|");
    return terms.length === 1 ? terms[0] : { type: "or", terms };
  }

  /** @returns {Term} */
  and() {
    const terms = this.joined(() => this.not(), "and", "&");
    return terms.length === 1 ? terms[0] : { type: "and", terms };
  }

  /**
   * @param {() => Term} part
   * @param {string} word
   * @param {string} sign
   */
  joined(part, word, sign) {
    const terms = [part()];
    while (this.takesWord(word) || this.takesSign(sign)) terms.push(part());
    return terms;
  }

  /** @returns {Term} */
  not() {
    let negated = false;
    while (this.takesWord("not") || this.takesSign("!")) negated = !negated;
    const term = this.isSign("(") ? this.inParentheses() : this.test();
    return negated ? { type: "not", term } : term;
  }

  inParentheses() {
    if (this.depth === DEEPEST) throw this.error(`parentheses stand more than ${DEEPEST} deep in one another`);
    const opening = this.take();
    this.depth++;
    const term = this.or();
    this.depth--;
    if (this.takesSign(")")) return term;
    throw this.now.kind === "end" ? this.error("expected a ) that closes this (", opening) : this.error("expected and, or, or )");
  }

  /** @returns {Term} */
  test() {
    if (++this.tests > MOST_TESTS) throw this.error(`the query has more than ${MOST_TESTS.toLocaleString("en")} tests`);
    if (this.isWord("within") && this.isSign("(", 1)) return this.within();
    const first = this.operand();
    if (this.isComparison()) return this.comparison(first);
    const found = first.type === "name" ? this.testOf(first) : null;
    if (found) return found;
    if (!this.isAtTheEndOfATerm() || first.type === "number" || first.type === "truth") throw this.error(EXPECTED_TEST);
    return first.type === "text" ? { type: "search", text: first } : { type: "alone", name: first };
  }

  /**
   * @param {Operand} first
   * @returns {Comparison}
   */
  comparison(first) {
    const operands = [first];
    /** @type {Sign[]} */
    const signs = [];
    while (this.isComparison()) {
      signs.push(/** @type {Sign} */ (this.take().value));
      const [left, right] = [operands[operands.length - 1], this.operand()];
      if (left.type !== "name" && right.type !== "name") {
        throw new QueryError("expected a column on one side of the comparison", left.at, right.at + right.length - left.at);
      }
      operands.push(right);
    }
    return { type: "comparison", operands, signs };
  }

  /**
   * Read what is asked of a single column, if that is what follows.
   *
   * @param {Name} name
   * @returns {Term | null}
   */
  testOf(name) {
    for (const sign of ["~", "!~"]) {
      if (this.takesSign(sign)) return { type: "contains", name, text: this.lookedFor(), negated: sign === "!~" };
    }
    if (this.takesWord("is")) {
      const negated = this.takesWord("not");
      if (!this.takesWord("missing")) throw this.error(negated ? "expected missing" : "expected missing, or not");
      return { type: "missing", name, negated };
    }
    if (this.takesWord("in")) return { type: "one of", name, values: this.list(), negated: false };
    if (this.isWord("not") && this.isWord("in", 1)) {
      this.next += 2;
      return { type: "one of", name, values: this.list(), negated: true };
    }
    return null;
  }

  lookedFor() {
    if (this.now.kind !== "text" && this.now.kind !== "number") throw this.error('expected a text in quotes, such as "spiral"');
    return this.take().value;
  }

  list() {
    const closing = this.takesSign("[") ? "]" : this.takesSign("(") ? ")" : null;
    if (closing === null) throw this.error('expected a list, such as ["F606W", "F814W"]');
    const values = [this.literal()];
    while (this.takesSign(",")) values.push(this.literal());
    if (!this.takesSign(closing)) throw this.error(`expected , or ${closing}`);
    return values;
  }

  /** @returns {Literal} */
  literal() {
    const token = this.now;
    const found = this.value();
    if (!found || found.type === "name") throw this.error("expected a number or a text in quotes", token);
    return found;
  }

  /** @returns {Operand} */
  operand() {
    const found = this.value();
    if (found) return found;
    const hint = this.now.kind === "name" ? `; a column of this name stands in backticks: \`${this.now.value}\`` : "";
    throw this.error(`expected a column, a number or a text in quotes${hint}`);
  }

  /** @returns {Operand | null} */
  value() {
    const { kind, value, at, length } = this.now;
    const word = value.toLowerCase();
    const isName = kind === "quoted" || (kind === "name" && !RESERVED.has(word));
    const isTruth = kind === "name" && (word === "true" || word === "false");
    if (kind !== "text" && kind !== "number" && !isName && !isTruth) return null;
    this.take();
    if (kind === "text") return { type: "text", value, at, length };
    if (kind === "number") return { type: "number", written: value, value: Number(value), whole: wholeNumber(value), at, length };
    return isName ? { type: "name", name: value, at, length } : { type: "truth", value: word === "true", at, length };
  }

  /** @returns {Circle} */
  within() {
    const { at } = this.take();
    this.take();
    const [ra, dec] = this.place();
    this.expect(",", "expected , and the radius, such as 2 arcmin");
    const radius = this.radius();
    const closing = this.expect(")", "expected )");
    return { type: "circle", ra, dec, radius, at, length: closing.at + 1 - at };
  }

  place() {
    if (this.now.kind === "text") {
      const token = this.take();
      const found = parsePlace(token.value);
      if (!found) throw this.error('expected a place on the sky, such as "03:32:38 -27:47:24"', token);
      return found;
    }
    const ra = this.angle("right ascension in degrees, or a place in quotes", -180, 360);
    this.expect(",", "expected , and the declination");
    return [ra, this.angle("declination in degrees", -90, 90)];
  }

  /**
   * @param {string} what
   * @param {number} least
   * @param {number} most
   */
  angle(what, least, most) {
    const token = this.now;
    if (token.kind !== "number") throw this.error(`expected a ${what}`);
    const value = Number(this.take().value);
    if (!(value >= least && value <= most)) throw this.error(`expected a ${what}, from ${least} to ${most}`, token);
    return value;
  }

  radius() {
    const token = this.now;
    if (token.kind !== "number") throw this.error("expected a radius, such as 2 arcmin");
    const value = Number(this.take().value);
    const unit = this.now.kind === "name" || this.now.kind === "sign" ? UNITS_DEG.get(this.now.value.toLowerCase()) : undefined;
    if (unit === undefined) throw this.error("expected a unit: arcsec, arcmin or deg");
    this.take();
    const radius = value * unit;
    if (!(radius > 0 && radius <= 180)) throw this.error("expected a radius above 0 and up to 180 deg", token);
    return radius;
  }

  get now() {
    return this.tokens[this.next];
  }

  take() {
    return this.tokens[this.next++];
  }

  /**
   * @param {Token["kind"]} kind
   * @param {string} value
   * @param {number} ahead
   */
  is(kind, value, ahead) {
    const token = this.tokens[Math.min(this.next + ahead, this.tokens.length - 1)];
    return token.kind === kind && token.value.toLowerCase() === value;
  }

  /** @param {string} word */
  isWord(word, ahead = 0) {
    return this.is("name", word, ahead);
  }

  /** @param {string} sign */
  isSign(sign, ahead = 0) {
    return this.is("sign", sign, ahead);
  }

  isComparison() {
    return this.now.kind === "sign" && COMPARISONS.has(this.now.value);
  }

  isAtTheEndOfATerm() {
    return this.now.kind === "end" || ["and", "or"].some((word) => this.isWord(word)) || ["&", "|", ")"].some((sign) => this.isSign(sign));
  }

  /** @param {string} word */
  takesWord(word) {
    const found = this.isWord(word);
    if (found) this.next++;
    return found;
  }

  /** @param {string} sign */
  takesSign(sign) {
    const found = this.isSign(sign);
    if (found) this.next++;
    return found;
  }

  /**
   * @param {string} sign
   * @param {string} message
   */
  expect(sign, message) {
    if (!this.isSign(sign)) throw this.error(message);
    return this.take();
  }

  /** @param {string} message */
  error(message, token = this.now) {
    return new QueryError(message, token.at, token.length);
  }
}

/**
 * A number that is written without point and exponent, of any length.
 *
 * @param {string} text
 */
export const wholeNumber = (text) => (/^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace("+", "")) : null);
