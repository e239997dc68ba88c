// What is asked in the query language, as filters of the state. In: the text of the query line or of the search box. Out: a subset.

import { state } from "../state.js";
import { addKind, filterBy } from "../subset/subset.js";
import { evaluate } from "./evaluate.js";
import { parse } from "./parser.js";
import { search } from "./search.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 * @import { Filters } from "../subset/subset.js"
 */

/** Let queries and searches be filters. */
export function openQueries() {
  addKind("query", ({ text }, columns) => evaluate(parse(text), columns));
  addKind("search", (filter, columns) => evaluate(parse(filter.query), columns));
}

/**
 * Let the query line's filter be this one, beside all others; a blank text takes it away. A text that means nothing is an error, a
 * `QueryError` with its place, and changes nothing.
 *
 * @param {Filters} filters
 * @param {string} text
 */
export const query = (filters, text) => ask(filters, "query", text.trim() ? { id: "query", kind: "query", text } : null);

/**
 * The same for the search box.
 *
 * @param {Filters} filters
 * @param {string} text
 */
export const searchFor = (filters, text) => ask(filters, "search", search(text, filters.columns.list));

/**
 * @param {Filters} filters
 * @param {string} id
 * @param {Filter | null} filter
 */
async function ask(filters, id, filter) {
  if (filter) await filters.bitsOf(filter);
  const others = state.filters.filter((other) => other.id !== id);
  await filterBy(filters, filter ? [...others, filter] : others);
}
