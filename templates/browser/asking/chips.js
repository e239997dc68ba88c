// What is asked now: a chip a filter, which a click takes away. In: `filters` of the state. Out: fewer of them.

import { calledIn, nothingIn } from "../clusters/called.js";
import { isLevel } from "../clusters/levels.js";
import { on, set, state } from "../state.js";
import { replaceFilter } from "../subset/own.js";
import { element } from "../text/element.js";
import { number } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { count } from "../subset/bits.js";
import { dateText, lastDateText } from "./asQuery.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { Filter } from "../data/types.d.ts"
 */

const MOST_TEXTS = 3;

const printed = (/** @type {number} */ value) => number(value).replaceAll("-", "\u2212");

/**
 * A filter in few words.
 *
 * @param {Filter} filter
 * @param {Pick<Columns, "find">} columns
 */
export function words(filter, columns) {
  if (filter.kind === "known") {
    const isOfClusters = isLevel(columns.find(filter.column));
    return (filter.negated ? SAY.columnMissing : SAY.columnKnown)(filter.column, isOfClusters);
  }
  const text = wordsOf(filter, columns);
  return filter.negated ? SAY.not(text) : text;
}

/**
 * @param {Exclude<Filter, { kind: "known" }>} filter
 * @param {Pick<Columns, "find">} columns
 */
function wordsOf(filter, columns) {
  const entry = columns.find(filter.column ?? "");
  switch (filter.kind) {
    case "range": {
      const { column, low, high, missing } = filter;
      const isDate = entry?.kind === "date";
      const [from, to] = isDate ? [dateText, lastDateText] : [printed, printed];
      const said = `${column} ${SAY.range(low === null ? null : from(low), high === null ? null : to(high))}`;
      return SAY.orMissing(said, missing ? SAY.notKnown : null);
    }
    case "codes": {
      const categories = (entry && "categories" in entry && entry.categories) || [];
      const texts = filter.codes.map((code) => SAY.category(calledIn(entry, categories[code]?.text ?? "")));
      return SAY.orMissing(`${filter.column}: ${SAY.some(texts, MOST_TEXTS)}`, filter.missing ? nothingIn(entry) : null);
    }
    case "text": return SAY.columnContains(filter.column, filter.text);
    case "places": return filter.label ?? SAY.chosen(count(filter.bits));
    case "search": return SAY.searched(filter.text);
    default: return filter.text;
  }
}

/** @param {Columns} columns */
export function makeChips(columns) {
  const chips = element("ul", { class: "hd-chips", "aria-label": SAY.asked });
  const follow = () => {
    const { filters } = state;
    chips.hidden = !filters.length;
    const each = filters.map((filter) => chip(words(filter, columns), () => replaceFilter(filter.id, null)));
    if (filters.length > 1) each.push(chip(SAY.clearAll, () => set({ filters: [] }), "hd-clear-all"));
    chips.replaceChildren(...each);
  };
  on(["filters", "names"], follow);
  follow();
  return chips;
}

/**
 * @param {string} text
 * @param {() => void} remove
 * @param {string} kind
 */
function chip(text, remove, kind = "hd-chip") {
  const label = kind === "hd-chip" ? SAY.takeAway(text) : text;
  const button = element("button", { type: "button", class: kind, "aria-label": label, title: label },
    element("bdi", {}, text), element("i", { class: "hd-i hd-i-close" }));
  button.addEventListener("click", () => {
    const chips = button.closest("ul");
    remove();
    chips?.querySelector("button")?.focus(); // so that the focus is not lost with it
  });
  return element("li", {}, button);
}
