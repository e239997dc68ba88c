// Filters of the state -> one line of the query language that means the same, for links, for Python and for people. In: filters, what
// columns there are. Out: a text. `fromQuery.js` is the way back.

import { quoted, written } from "../query/lexer.js";
import { parse } from "../query/parser.js";

/**
 * @import { ColumnEntry, Filter } from "../data/types.d.ts"
 *
 * @typedef {object} Known what is used of `data.columns`
 * @property {readonly ColumnEntry[]} list
 *
 * @typedef {(bits: Uint32Array) => number[]} RowsOf
 */

const DAY_MS = 86_400_000;

/**
 * When something begins, as short as it can be said.
 *
 * @param {number} ms since 1970
 */
export function dateText(ms) {
  const text = new Date(ms).toISOString();
  if (ms % DAY_MS === 0) return text.slice(0, 10);
  return ms % 1000 === 0 ? text.slice(0, 19) : text.slice(0, 23);
}

/**
 * The last day, second or millisecond of a range; in a query it means all of it.
 *
 * @param {number} ms since 1970
 */
export function lastDateText(ms) {
  const after = Math.floor(ms) + 1;
  if (after % DAY_MS === 0) return dateText(after - DAY_MS);
  return after % 1000 === 0 ? dateText(after - 1000) : new Date(after - 1).toISOString().slice(0, 23);
}

/**
 * @param {Extract<Filter, { kind: "range" }>} filter
 * @param {boolean} isDate
 */
function rangeText({ column, low, high }, isDate) {
  const name = written(column);
  const [from, to] = isDate
    ? [low === null ? null : quoted(dateText(low)), high === null ? null : quoted(lastDateText(high))]
    : [low, high];
  if (low !== null && low === high && !isDate) return `${name} == ${low}`;
  if (from === null && to === null) return `${name} is not missing`;
  if (from === null) return `${name} <= ${to}`;
  return to === null ? `${name} >= ${from}` : `${from} <= ${name} <= ${to}`;
}

/**
 * @param {Extract<Filter, { kind: "codes" }>} filter
 * @param {ColumnEntry | undefined} entry
 */
function codesText({ column, codes }, entry) {
  const name = written(column);
  if (!codes.length) return `not ${name} is missing and ${name} is missing`; // nothing passes
  const texts = codes.flatMap((code) => (entry && "categories" in entry ? entry.categories?.[code]?.text ?? [] : []));
  if (entry?.kind !== "flag") return texts.length === 1 ? `${name} == ${quoted(texts[0])}` : `${name} in [${texts.map(quoted).join(", ")}]`;
  const truths = texts.map((text) => text.toLowerCase());
  return truths.length === 1 ? `${name} == ${truths[0]}` : `${name} in [${truths.join(", ")}]`;
}

/** @param {string} text of a query */
function isAlternative(text) {
  try {
    return parse(text).type === "or";
  } catch {
    return true; // whoever asks it is told that it means nothing
  }
}

/**
 * What a filter asks, were it not turned round.
 *
 * @param {Filter} filter
 * @param {Known} columns
 * @param {RowsOf} rowsOf
 * @returns {{ text: string, isOne: boolean }} and whether it is one test, which needs no parentheses
 */
function asked(filter, { list }, rowsOf) {
  const entry = list.find(({ name }) => name === filter.column);
  const orMissing = (/** @type {string} */ text, /** @type {boolean | undefined} */ missing) => (
    missing ? { text: `${text} or ${written(filter.column ?? "")} is missing`, isOne: false } : { text, isOne: true }
  );
  switch (filter.kind) {
    case "range": return orMissing(rangeText(filter, entry?.kind === "date"), filter.missing);
    case "codes": return orMissing(codesText(filter, entry), filter.missing);
    case "text": return { text: `${written(filter.column)} ~ ${quoted(filter.text)}`, isOne: true };
    case "known": return { text: `${written(filter.column)} is not missing`, isOne: true };
    case "places": {
      const name = list.some((column) => column.name === "hd.row") ? "hd.row" : "row";
      return { text: `${name} in [${rowsOf(filter.bits).join(", ")}]`, isOne: true };
    }
    default: return { text: (filter.query ?? filter.text).trim(), isOne: filter.kind === "search" || !isAlternative(filter.text) };
  }
}

/**
 * One line that means all of some filters; nothing for none.
 *
 * @param {Filter[]} filters
 * @param {Known} columns
 * @param {RowsOf} rowsOf the rows of a choice of places
 */
export function asQuery(filters, columns, rowsOf) {
  const isAlone = filters.length === 1;
  return filters.map((filter) => {
    const { text, isOne } = asked(filter, columns, rowsOf);
    if (!filter.negated) return isOne || isAlone ? text : `(${text})`;
    return filter.kind === "known" ? `${written(filter.column)} is missing` : `not (${text})`;
  }).join(" and ");
}

/**
 * A line of Python that finds the same rows.
 *
 * @param {string} query
 */
export function asPython(query) {
  const isPlain = !/['\\\n\t]/.test(query) && query.includes('"');
  return `atlas.select(${isPlain ? `'${query}'` : JSON.stringify(query)})`;
}
