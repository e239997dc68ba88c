// A line of the query language -> filters, so that what charts and the search box can show is shown there again, and only the rest
// stands in the query line. In: a text, what columns there are. Out: filters, all of which hold where the query does.

import { idOf } from "../subset/own.js";
import { parseDate } from "../query/dates.js";
import { tokensOf } from "../query/lexer.js";
import { parse } from "../query/parser.js";
import { search } from "../query/search.js";

/**
 * @import { ColumnEntry, Filter } from "../data/types.d.ts"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 * @import { Comparison, Literal, OneOf, Operand, Sign, Term } from "../query/tree.d.ts"
 *
 * @typedef {{ sign: Sign, literal: Literal }} Test a column before the sign
 * @typedef {Pick<ColumnIndex, "name" | "kind" | "categories" | "texts">} Shown
 */

/** @type {Partial<Record<Sign, Sign>>} */
const TURNED = { "<=": ">=", ">=": "<=", "==": "==" };

/**
 * The parts of a query that are joined by `and`, as they are written.
 *
 * @param {string} text a query that can be read
 */
function partsOf(text) {
  let depth = 0;
  let start = 0;
  const parts = [];
  for (const { kind, value, at, length } of tokensOf(text)) {
    if (kind === "sign" && "([".includes(value)) depth++;
    if (kind === "sign" && ")]".includes(value)) depth--;
    if (depth || (kind !== "name" && kind !== "sign")) continue;
    const word = value.toLowerCase();
    if (word === "or" || value === "|") return [text];
    if (word !== "and" && value !== "&") continue;
    parts.push(text.slice(start, at).trim());
    start = at + length;
  }
  return [...parts, text.slice(start).trim()];
}

/**
 * A part without the parentheses that are around all of it.
 *
 * @param {string} part
 */
function bare(part) {
  let depth = 0;
  for (const { kind, value, at } of tokensOf(part)) {
    if (kind === "sign" && value === "(") depth++;
    if (kind === "sign" && value === ")") depth--;
    if (depth === 0) return at > 0 && at === part.length - 1 ? part.slice(1, -1) : part;
  }
  return part;
}

/**
 * @param {string} name
 * @param {readonly ColumnEntry[]} list
 * @returns {Shown | undefined} a column that charts can show; of labels they show their scores
 */
const shown = (name, list) => list.find((column) => column.name === name);

/**
 * @param {Comparison} comparison
 * @returns {{ name: string, tests: Test[] } | null} of one column with literals
 */
function testsOf({ operands, signs }) {
  const names = operands.filter(({ type }) => type === "name");
  const at = operands.findIndex(({ type }) => type === "name");
  if (names.length !== 1 || operands.length > 3 || (operands.length === 3 && at !== 1)) return null;
  const tests = signs.map((sign, i) => {
    const isLeft = i < at;
    return { sign: isLeft ? TURNED[sign] : sign, literal: operands[isLeft ? i : i + 1] };
  });
  const known = tests.filter(/** @returns {test is Test} */ (test) => test.sign !== undefined && test.sign in TURNED);
  const [name] = /** @type {Extract<Operand, { type: "name" }>[]} */ (names);
  return known.length === tests.length ? { name: name.name, tests: known } : null;
}

/**
 * @param {Shown} column
 * @param {Test[]} tests
 * @returns {Filter | null}
 */
function rangeOf(column, tests) {
  /** @type {{ low: number | null, high: number | null }} */
  const found = { low: null, high: null };
  for (const { sign, literal } of tests) {
    const end = sign === ">=" ? "low" : "high";
    if (sign === "==" || found[end] !== null) return null;
    if (column.kind === "number" && !column.texts) {
      if (literal.type !== "number" || !Number.isFinite(literal.value)) return null;
      found[end] = literal.value;
    } else if (column.kind === "date") {
      const span = literal.type === "text" ? parseDate(literal.value) : null;
      if (!span) return null;
      found[end] = end === "low" ? span.begin : Math.ceil(span.end) - 1;
    } else return null;
  }
  return { id: idOf(column.name), kind: "range", column: column.name, ...found };
}

/**
 * A range of one number.
 *
 * @param {Shown} column
 * @param {Literal} literal
 * @returns {Filter | null}
 */
function numberOf({ name, kind, texts }, literal) {
  if (kind !== "number" || texts || literal.type !== "number" || !Number.isFinite(literal.value)) return null;
  return { id: idOf(name), kind: "range", column: name, low: literal.value, high: literal.value };
}

/**
 * @param {Shown} column
 * @param {Literal[]} literals
 * @returns {Filter | null}
 */
function codesOf({ name, kind, categories }, literals) {
  if (!categories) return null;
  const codes = literals.map((literal) => {
    if (literal.type !== (kind === "flag" ? "truth" : "text")) return -1;
    return categories.findIndex(({ text }) => (kind === "flag" ? text.toLowerCase() : text) === String(literal.value));
  });
  return codes.includes(-1) ? null : { id: idOf(name), kind: "codes", column: name, codes };
}

/**
 * @param {Term} term
 * @param {readonly ColumnEntry[]} list
 * @returns {Filter | null} null where only the query line can say it
 */
function filterOf(term, list) {
  if (term.type === "not") {
    const turned = filterOf(term.term, list);
    return turned && { ...turned, negated: !turned.negated };
  }
  if (term.type === "or") return orMissing(term.terms, list);
  if (term.type === "comparison") {
    const found = testsOf(term);
    const column = found && shown(found.name, list);
    if (!found || !column) return null;
    const [{ sign, literal }, ...others] = found.tests;
    if (sign !== "==" || others.length) return rangeOf(column, found.tests);
    return codesOf(column, [literal]) ?? numberOf(column, literal);
  }
  if (!("name" in term)) return null;
  const column = shown(term.name.name, list);
  return column ? askedOf(column, term) : null;
}

/**
 * @param {Shown} column
 * @param {Exclude<Term, Comparison> & { name: { name: string } }} term
 * @returns {Filter | null}
 */
function askedOf(column, term) {
  const { name, kind } = column;
  switch (term.type) {
    case "one of": {
      const found = /** @type {OneOf} */ (term);
      return found.negated ? null : codesOf(column, found.values);
    }
    case "contains": return term.negated || kind !== "text" ? null : { id: idOf(name), kind: "text", column: name, text: term.text };
    case "missing": return { id: idOf(name), kind: "known", column: name, ...(term.negated ? {} : { negated: true }) };
    default: return null;
  }
}

/**
 * A range or categories of a column, or that it is missing.
 *
 * @param {Term[]} terms
 * @param {readonly ColumnEntry[]} list
 * @returns {Filter | null}
 */
function orMissing([first, second, ...others], list) {
  if (others.length || second.type !== "missing" || second.negated) return null;
  const found = filterOf(first, list);
  const can = (found?.kind === "range" || found?.kind === "codes") && !found.negated && found.column === second.name.name;
  return can ? { ...found, missing: true } : null;
}

/**
 * What the search box would have to say to ask this.
 *
 * @param {string} part
 * @param {Term} term
 * @param {readonly ColumnEntry[]} list
 */
function searchOf(part, term, list) {
  const rows = /^(?:hd\.)?row in \[([0-9, ]+)\]$/.exec(part)?.[1];
  const circle = /^within\((\S+), (\S+), (\S+ \S+)\)$/.exec(part);
  const said = term.type === "search" ? term.text.value : rows ? `row ${rows}` : circle ? `${circle[1]} ${circle[2]} r=${circle[3]}` : "";
  const found = search(said, list);
  return found?.kind === "search" && found.query === part ? found : null;
}

/**
 * The filters that a query stands for.
 *
 * @param {string} text what means nothing is a `QueryError`
 * @param {readonly ColumnEntry[]} list all columns
 * @returns {Filter[]}
 */
export function filtersOf(text, list) {
  parse(text);
  /** @type {Map<string, Filter>} */
  const found = new Map();
  const rest = [];
  for (const part of partsOf(text)) {
    const term = parse(part);
    const filter = searchOf(part, term, list) ?? filterOf(term, list);
    if (filter && !found.has(filter.id)) found.set(filter.id, filter);
    else rest.push(part);
  }
  if (rest.length) found.set("query", { id: "query", kind: "query", text: rest.length > 1 ? rest.join(" and ") : bare(rest[0]) });
  return [...found.values()];
}
