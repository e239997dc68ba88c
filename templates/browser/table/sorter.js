// The table's order. In: the subset, a column. Out: a promise of places in order; null where all cutouts come as they are.

import { Background } from "../subset/background.js";
import { places } from "../subset/bits.js";
import { ORDER_HELPERS, ORDER_JOBS } from "./order.js";

/**
 * @import { ColumnData } from "../data/column.js"
 * @import { Subset } from "../data/types.d.ts"
 */

export class Sorter {
  /**
   * @param {number} n how many places there are
   * @param {() => Background} [open]
   */
  constructor(n, open = () => new Background(ORDER_JOBS, ORDER_HELPERS)) {
    this.n = n;
    this.open = open;
    /** @type {Background | null} starts when it is first needed */
    this.background = null;
  }

  /**
   * @param {Subset | null} subset
   * @param {{ column: ColumnData, isDescending: boolean } | null} sort
   * @returns {Promise<Int32Array | null>}
   */
  async order(subset, sort) {
    if (!sort) return subset && places(subset.bits);
    this.background ??= this.open();
    const { values, codes, texts, kind } = sort.column;
    this.background.give("values", values ?? null);
    this.background.give("codes", values ? null : codes ?? null);
    this.background.give("texts", values ? null : texts ?? null);
    const asked = { bits: subset?.bits ?? null, n: this.n, isNumber: kind === "number", isDescending: sort.isDescending };
    return (await this.background.ask("orderIn", asked)).order;
  }
}
