// What is asked in the query language, as filters of the state. In: the text of the query line or of the search box, links. Out: a subset.

import { on, state } from "../state.js";
import { addKind, filterBy } from "../subset/subset.js";
import { onLink, sayInLink } from "../walk.js";
import { evaluate } from "./evaluate.js";
import { parse } from "./parser.js";
import { search } from "./search.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 * @import { Filters } from "../subset/subset.js"
 */

/** What they are called in links. */
const IN_LINKS = { query: "q", search: "search" };

/**
 * Let queries and searches be filters, and parts of the link; one that means nothing is said, and left out of it.
 *
 * @param {Filters} filters
 * @param {(text: string) => void} complain
 */
export function openQueries(filters, complain) {
  addKind("query", ({ text }, columns) => evaluate(parse(text), columns));
  addKind("search", (filter, columns) => evaluate(parse(filter.query), columns));
  linked("query", (text) => query(filters, text), complain);
  linked("search", (text) => searchFor(filters, text), complain);
}

/**
 * @param {"query" | "search"} kind
 * @param {(text: string) => Promise<void>} follow
 * @param {(text: string) => void} complain
 */
function linked(kind, follow, complain) {
  const name = IN_LINKS[kind];
  on(["filters"], ({ filters: asked }) => {
    const found = asked.find((filter) => filter.kind === kind);
    sayInLink(name, found && "text" in found ? found.text : null);
  });
  onLink(name, (text) => void follow(text).catch((error) => {
    complain(error.message);
    sayInLink(name, null);
  }));
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
