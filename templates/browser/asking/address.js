// What is asked, in links: as one query, but for a choice that they say in another way. In: `filters` of the state, links. Out: the part
// `q` of the address, and filters.

import { MOST_ROWS, standsAlone } from "../choose/chosen.js";
import { QueryError } from "../query/lexer.js";
import { on, set, state } from "../state.js";
import { count } from "../subset/bits.js";
import { SAY } from "../text/strings.js";
import { missInLink, onHome, onLink, sayInLink } from "../walk.js";
import { asQuery } from "./asQuery.js";
import { filtersOf } from "./fromQuery.js";
import { rowsReader } from "../subset/rows.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 * @import { Filters } from "../subset/subset.js"
 */

const LONGEST = 4000;

/** @param {Filter} filter */
const isShort = (filter) => filter.kind !== "places" || count(filter.bits) <= MOST_ROWS;

/**
 * @param {Filters} filters
 * @param {(error: QueryError, text: string) => void} complain of a link whose query means nothing, which changes nothing
 */
export function openAddress(filters, complain) {
  const { columns } = filters;
  on(["filters"], async ({ filters: now }) => {
    const others = now.filter((filter) => !standsAlone(filter));
    const asked = others.filter(isShort);
    const rowsOf = await rowsReader(columns, asked);
    if (state.filters !== now) return;
    const text = asQuery(asked, columns, rowsOf);
    const isSaid = text.length <= LONGEST;
    sayInLink("q", text && isSaid ? text : null);
    missInLink("q", !isSaid ? SAY.tooLongQuery : asked.length < others.length ? SAY.tooManyRows(MOST_ROWS) : null);
  });
  onLink("q", async (text) => {
    try {
      const asked = text?.trim() ? filtersOf(text, columns.list) : [];
      await filters.all(asked);
      set({ filters: [...asked, ...state.filters.filter(standsAlone)] });
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      sayInLink("q", null);
      complain(error, text ?? "");
    }
  });
  onHome(() => set({ filters: [] }));
}
