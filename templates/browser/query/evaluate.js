// A query and columns -> bits of the places of which it is true. `hubble_dash/query/evaluate.py` is the same in Python.

import { and, none, not, or } from "../subset/bits.js";
import { bitsOfCodes } from "../subset/passes.js";
import { BadLiteral, compareColumns, compareLiteral, isOneOf, isText, isTrue, known, whereText } from "./compare.js";
import { QueryError, written } from "./lexer.js";
import { findName, folded } from "./names.js";
import { withinCircle } from "./sky.js";

/**
 * @import { Column } from "./compare.js"
 * @import { Entry } from "./names.js"
 * @import { Circle, Comparison, Literal, Name, Operand, Sign, Term, TextLiteral } from "./tree.d.ts"
 *
 * @typedef {object} Columns what is used of `data.columns`
 * @property {number} n
 * @property {readonly Entry[]} list
 * @property {(name: string) => Promise<Column>} get
 */

/** @type {Record<Sign, Sign>} */
const TURNED = { "==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/**
 * Of which places a query is true. A missing value satisfies no comparison, `!=` neither.
 *
 * @param {Term} term as of `parse`
 * @param {Columns} columns
 * @returns {Promise<Uint32Array>} bits
 */
export async function evaluate(term, columns) {
  const found = Array.from(namesIn(term), (name) => /** @type {const} */ ([name.name, findName(name, columns.list)]));
  const loaded = await Promise.all(found.map(async ([as, name]) => /** @type {const} */ ([as, await columns.get(name)])));
  return new Evaluation(columns, new Map(loaded)).of(term);
}

/**
 * The columns that a query names; what it looks for everywhere is none.
 *
 * @param {Term} term as of `parse`
 * @param {readonly Entry[]} list
 */
export const namesOf = (term, list) => Array.from(namesIn(term), (name) => findName(name, list));

/**
 * @param {Term} term
 * @returns {Generator<Name>}
 */
function* namesIn(term) {
  switch (term.type) {
    case "and":
    case "or":
      for (const part of term.terms) yield* namesIn(part);
      break;
    case "not":
      yield* namesIn(term.term);
      break;
    case "comparison":
      for (const operand of term.operands) if (operand.type === "name") yield operand;
      break;
    case "circle":
    case "search":
      break;
    default:
      yield term.name;
  }
}

class Evaluation {
  /**
   * @param {Columns} columns
   * @param {Map<string, Column>} loaded by their names in the query
   */
  constructor(columns, loaded) {
    this.columns = columns;
    this.loaded = loaded;
  }

  /**
   * @param {Term} term
   * @returns {Promise<Uint32Array>}
   */
  async of(term) {
    switch (term.type) {
      case "and": return this.joined(term.terms, and);
      case "or": return this.joined(term.terms, or);
      case "not": return not(await this.of(term.term), this.columns.n);
      case "comparison": return this.compared(term);
      case "missing": return term.negated ? known(this.column(term.name)) : not(known(this.column(term.name)), this.columns.n);
      case "one of": return this.oneOf(term.name, term.values, term.negated);
      case "contains": return this.contains(term.name, term.text, term.negated);
      case "circle": return this.within(term);
      case "alone": return this.alone(term.name);
      case "search": return this.found(term.text);
    }
  }

  /**
   * @param {Term[]} terms
   * @param {(one: Uint32Array, other: Uint32Array) => Uint32Array} join
   */
  async joined([first, ...others], join) {
    let found = await this.of(first);
    for (const term of others) found = join(found, await this.of(term));
    return found;
  }

  /** @param {Name} name */
  column(name) {
    return /** @type {Column} */ (this.loaded.get(name.name));
  }

  /** @param {Comparison} comparison */
  compared({ operands, signs }) {
    return signs.map((sign, i) => this.comparedPair(operands[i], sign, operands[i + 1])).reduce(and);
  }

  /**
   * @param {Operand} left
   * @param {Sign} sign
   * @param {Operand} right
   */
  comparedPair(left, sign, right) {
    if (right.type !== "name") return this.asked(/** @type {Name} */ (left), (column) => compareLiteral(column, sign, right));
    if (left.type !== "name") return this.asked(right, (column) => compareLiteral(column, TURNED[sign], left));
    const [one, other] = [this.column(left), this.column(right)];
    const found = compareColumns(one, sign, other);
    if (found) return found;
    throw new QueryError(`${written(left.name)} holds ${plural(one)} and ${written(right.name)} ${plural(other)}`, right.at, right.length);
  }

  /**
   * Ask a column something with literals; one that it is not compared with is what the error points at.
   *
   * @param {Name} name
   * @param {(column: Column) => Uint32Array} ask
   */
  asked(name, ask) {
    try {
      return ask(this.column(name));
    } catch (error) {
      if (!(error instanceof BadLiteral)) throw error;
      throw new QueryError(`${written(name.name)} ${error.message}`, error.literal.at, error.literal.length);
    }
  }

  /**
   * @param {Name} name
   * @param {Literal[]} values
   * @param {boolean} negated
   */
  oneOf(name, values, negated) {
    const found = this.asked(name, (column) => isOneOf(column, values));
    return negated ? and(known(this.column(name)), not(found, this.columns.n)) : found;
  }

  /**
   * @param {Name} name
   * @param {string} text
   * @param {boolean} negated
   */
  contains(name, text, negated) {
    const column = this.column(name);
    if (!isText(column)) {
      throw new QueryError(`${written(name.name)} holds ${plural(column)}; ~ and !~ look into texts`, name.at, name.length);
    }
    const wanted = folded(text);
    return whereText(column, (one) => folded(one).includes(wanted) !== negated);
  }

  /** @param {Name} name */
  alone(name) {
    const column = this.column(name);
    if (column.kind === "flag") return whereText(column, isTrue);
    throw new QueryError(`${written(name.name)} holds ${plural(column)}; expected a comparison`, name.at, name.length);
  }

  /** @param {Circle} circle */
  async within(circle) {
    const [ra, dec] = [await this.builtIn("ra"), await this.builtIn("dec")];
    if (ra?.values && dec?.values) return withinCircle(ra.values, dec.values, circle);
    throw new QueryError("no cutout here has a position on the sky", circle.at, circle.length);
  }

  /** @param {string} name */
  async builtIn(name) {
    const found = this.columns.list.find((column) => column.role === "built-in" && [name, `hd.${name}`].includes(column.name));
    return found ? this.columns.get(found.name) : null;
  }

  /**
   * Look for a text in all texts and in the names of labels, past blanks and hyphens.
   *
   * @param {TextLiteral} text
   */
  async found({ value, at, length }) {
    const wanted = spelled(value);
    if (!wanted) throw new QueryError("expected a letter or digit to look for", at, length);
    let found = none(this.columns.n);
    for (const { name, kind, role } of this.columns.list) {
      const isLabel = role === "label";
      if (isLabel ? !spelled(name).includes(wanted) : kind !== "text" && kind !== "category") continue;
      const column = await this.columns.get(name);
      found = or(found, isLabel ? compareLiteral(column, ">", ZERO) : whereSpelled(column, wanted));
    }
    return found;
  }
}

/** @type {Literal} */
const ZERO = { type: "number", written: "0", value: 0, whole: 0n, at: 0, length: 0 };

/**
 * A text as a search sees it.
 *
 * @param {string} text
 */
const spelled = (text) => folded(text).replace(/[ _\-\t]/g, "");

// Texts of columns as a search sees them: who types asks again at each letter.
/** @type {WeakMap<string[], string[]>} */
const spellings = new WeakMap();

/**
 * @param {Column} column
 * @param {string} wanted
 */
function whereSpelled({ codes = new Uint8Array(), texts = [] }, wanted) {
  const found = spellings.get(texts) ?? texts.map(spelled);
  spellings.set(texts, found);
  return bitsOfCodes(codes, Uint8Array.from(found, (text) => Number(text.includes(wanted))));
}

/** @param {Column} column */
const plural = (column) => (column.kind === "flag" ? "truths" : isText(column) ? "texts" : `${column.kind}s`);
