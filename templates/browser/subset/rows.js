// Rows of choices that were made by hand, for queries that say them. In: places. Out: their rows.

import { places } from "./bits.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { Numbers } from "../data/column.js"
 * @import { Filter } from "../data/types.d.ts"
 * @import { RowsOf } from "../asking/asQuery.js"
 */

/**
 * What tells the rows of places, rising.
 *
 * @param {Columns} columns
 * @returns {Promise<RowsOf>}
 */
export async function rowsOfPlaces(columns) {
  const { values } = await columns.get(columns.builtIn("row"));
  return (bits) => Array.from(places(bits), (place) => /** @type {Numbers} */ (values)[place]).sort((a, b) => a - b);
}

/**
 * The same; the column of rows is loaded only where some filter needs it.
 *
 * @param {Columns} columns
 * @param {Filter[]} filters
 * @returns {Promise<RowsOf>}
 */
export const rowsReader = async (columns, filters) => (
  filters.some(({ kind }) => kind === "places") ? rowsOfPlaces(columns) : () => []
);
