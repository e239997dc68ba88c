// Rows of choices that were made by hand, for queries that say them. In: places. Out: their rows.

import { places } from "../subset/bits.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { Numbers } from "../data/column.js"
 * @import { Filter } from "../data/types.d.ts"
 * @import { RowsOf } from "./asQuery.js"
 */

/**
 * What tells the rows of places; the column of rows is loaded only where some filter needs it.
 *
 * @param {Columns} columns
 * @param {Filter[]} filters
 * @returns {Promise<RowsOf>}
 */
export async function rowsReader(columns, filters) {
  if (!filters.some(({ kind }) => kind === "places")) return () => [];
  const { values } = await columns.get(columns.builtIn("row"));
  return (bits) => Array.from(places(bits), (place) => /** @type {Numbers} */ (values)[place]).sort((a, b) => a - b);
}
