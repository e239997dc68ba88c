// What is asked, in links: all of it as one query. In: `filters` of the state, links. Out: the part `q` of the address, and filters.

import { QueryError } from "../query/lexer.js";
import { on, set, state } from "../state.js";
import { count } from "../subset/bits.js";
import { onHome, onLink, sayInLink } from "../walk.js";
import { asQuery } from "./asQuery.js";
import { filtersOf } from "./fromQuery.js";
import { rowsReader } from "../subset/rows.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 * @import { Filters } from "../subset/subset.js"
 */

const MOST_ROWS = 300; // of a choice by hand, which addresses can bear
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
    const asked = now.filter(isShort);
    const rowsOf = await rowsReader(columns, asked);
    if (state.filters !== now) return;
    const text = asQuery(asked, columns, rowsOf);
    sayInLink("q", text && text.length <= LONGEST ? text : null);
  });
  onLink("q", async (text) => {
    try {
      const asked = text?.trim() ? filtersOf(text, columns.list) : [];
      await filters.all(asked);
      set({ filters: asked });
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      sayInLink("q", null);
      complain(error, text ?? "");
    }
  });
  onHome(() => set({ filters: [] }));
}
