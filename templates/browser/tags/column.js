// The page's own tags as a column, so that queries, charts and the table have them. In: `tags`. Out: a column that follows them, and other
// filters in the place of those that ask for it, so that they are asked anew.

import { ColumnData } from "../data/column.js";
import { namesOf } from "../query/evaluate.js";
import { parse } from "../query/parser.js";
import { on, set, state } from "../state.js";
import { N_TAGS, tagCounts } from "./tags.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { Filter } from "../data/types.d.ts"
 */

/** What the column is called; `hd.tag` where the atlas has one of that name. */
const NAME = "tag";

/**
 * The tags as numbers, missing where there is none.
 *
 * @param {string} name
 * @param {Uint8Array | null} tags by place
 * @param {number} n how many cutouts there are
 */
function tagColumn(name, tags, n) {
  const values = new Float32Array(n).fill(NaN);
  tags?.forEach((tag, place) => tag && (values[place] = tag));
  return new ColumnData({ name, kind: "number", values });
}

/**
 * Whether a filter asks for a column.
 *
 * @param {Filter} filter
 * @param {string} name
 * @param {Columns} columns
 */
export function asks(filter, name, { list }) {
  if (filter.column || filter.kind !== "query") return filter.column === name;
  try {
    return namesOf(parse(filter.text), list).includes(name);
  } catch {
    return false; // it means nothing, as whoever asked has been told
  }
}

/**
 * Give the page the column; it follows the tags from now on.
 *
 * @param {Columns} columns
 */
export function addTagColumn(columns) {
  const { n } = columns;
  /** @type {Uint8Array | null | undefined} those that the column has */
  let tags;
  /** @type {ColumnData} */
  let column;
  const name = columns.addLive({
    name: NAME, kind: "number", role: "built-in", by: "place", blocks: { first: 0, count: 0 },
    distinct: N_TAGS, low: 1, high: N_TAGS, robust_low: 1, robust_high: N_TAGS,
    get missing() {
      return tagCounts(state.tags, n)[0];
    },
  }, () => {
    if (tags !== state.tags) column = tagColumn(name, tags = state.tags, n);
    return column;
  });
  on(["tags"], ({ filters }) => {
    const again = filters.map((filter) => (asks(filter, name, columns) ? { ...filter } : filter));
    if (again.some((filter, i) => filter !== filters[i])) set({ filters: again });
  });
}
