// Which cutouts pass. In: `filters` of the state, columns. Out: `subset` of the state, which is all of them where there is no filter,
// and `data-hd-subset` on the body. Each filter's own bits are kept as long as it is there, so that a change costs one pass.

import { on, set, state } from "../state.js";
import { and, none, not, or, places, set as put, subsetOf } from "./bits.js";
import { inRange, known, withCodes, withText } from "./passes.js";

/**
 * @import { ColumnData } from "../data/column.js"
 * @import { Columns } from "../data/columns.js"
 * @import { Numbers } from "../data/column.js"
 * @import { Filter, Subset } from "../data/types.d.ts"
 *
 * @typedef {(filter: any, columns: Columns) => Uint32Array | Promise<Uint32Array>} Pass
 */

/**
 * @template {"values" | "codes"} Of
 * @param {ColumnData} column
 * @param {Of} of
 * @returns {NonNullable<ColumnData[Of]>}
 */
function told(column, of) {
  const found = column[of];
  if (!found) throw new TypeError(`${column.name} has no ${of}: it is a column of the kind ${column.kind}`);
  return found;
}

/** @type {Map<Filter["kind"], Pass>} */
const passes = new Map(/** @type {[Filter["kind"], Pass][]} */ ([
  ["range", async ({ column, low, high, missing }, columns) => {
    const values = told(await columns.get(column), "values");
    // As the column would hold them, so that an end that is a value of it is in.
    const [from, to] = [low, high].map((end) => (end !== null && values instanceof Float32Array ? Math.fround(end) : end));
    const bits = inRange(values, from, to);
    return missing ? or(bits, not(known({ values }), columns.n)) : bits;
  }],
  ["codes", async ({ column, codes, missing }, columns) => {
    const found = await columns.get(column);
    return withCodes(told(found, "codes"), found.texts?.length ?? 0, codes, missing ? found.missingCode : undefined);
  }],
  ["text", async ({ column, text }, columns) => {
    const found = await columns.get(column);
    return withText(told(found, "codes"), found.texts ?? [], text);
  }],
  ["known", async ({ column }, columns) => known(await columns.get(column))],
  ["places", ({ bits }) => bits],
]));

/**
 * Say how filters of a kind are evaluated.
 *
 * @param {Filter["kind"]} kind
 * @param {Pass} pass gives the bits of the cutouts that pass
 */
export function addKind(kind, pass) {
  passes.set(kind, pass);
}

export class Filters {
  /**
   * @param {Columns} columns
   */
  constructor(columns) {
    this.columns = columns;
    /** @type {WeakMap<Filter, Promise<Uint32Array>>} */
    this.kept = new WeakMap();
    /** When the subset is that of the latest filters. */
    this.settled = Promise.resolve();
  }

  /**
   * What a filter lets pass; known at once where it was asked before.
   *
   * @param {Filter} filter
   */
  bitsOf(filter) {
    let bits = this.kept.get(filter);
    if (!bits) {
      bits = this.pass(filter);
      this.kept.set(filter, bits);
    }
    return bits;
  }

  /** @param {Filter} filter */
  async pass(filter) {
    const pass = passes.get(filter.kind);
    if (!pass) throw new TypeError(`there is no filter of the kind ${filter.kind}`);
    const bits = await pass(filter, this.columns);
    return filter.negated ? not(bits, this.columns.n) : bits;
  }

  /**
   * What all of some filters let pass; null for all cutouts, where there is none.
   *
   * @param {Filter[]} filters
   */
  async all(filters) {
    const each = await Promise.all(filters.map((filter) => this.bitsOf(filter)));
    return each.length ? each.reduce(and) : null;
  }
}

/**
 * Let the subset follow the filters; an answer that comes too late is dropped.
 *
 * @param {Filters} filters
 * @param {(text: string) => void} complain says what went wrong
 */
export function deriveSubset(filters, complain) {
  const tell = () => (document.body.dataset.hdSubset = String(state.subset?.count ?? filters.columns.n));
  tell();
  on(["subset"], tell);
  /** @param {Filter[]} asked */
  async function derive(asked) {
    try {
      const bits = await filters.all(asked);
      if (state.filters === asked) set({ subset: bits && subsetOf(bits) });
    } catch (error) {
      complain(/** @type {Error} */ (error).message);
    }
  }
  on(["filters"], ({ filters: asked }) => {
    filters.settled = derive(asked);
  });
}

/**
 * Ask for a subset, and wait until it is there.
 *
 * @param {Filters} filters
 * @param {Filter[]} asked
 */
export async function filterBy(filters, asked) {
  set({ filters: asked });
  await filters.settled;
}

/**
 * The row at each place.
 *
 * @param {Columns} columns
 */
async function rowAtPlace(columns) {
  const { values } = await columns.get(columns.builtIn("row"));
  return /** @type {Numbers} */ (values);
}

/**
 * The rows of the subset, rising.
 *
 * @param {Columns} columns
 */
export async function rowsOf(columns) {
  const { subset } = state;
  return subset ? Array.from(places(await bitsByRow(subset, columns))) : Array.from({ length: columns.n }, (_, row) => row);
}

/**
 * A subset by row, where it is by place.
 *
 * @param {Subset} subset
 * @param {Columns} columns
 */
export async function bitsByRow({ bits }, columns) {
  const rows = await rowAtPlace(columns);
  const found = none(columns.n);
  for (const place of places(bits)) put(found, rows[place]);
  return found;
}
