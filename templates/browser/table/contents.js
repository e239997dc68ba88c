// What the table has: which columns, of which cutouts, in which order. In: data, the subset, clicks, links. Out: columns that are loaded,
// places in order; the parts `sort` and `columns` of the address.

import { escaped, unescaped } from "../link.js";
import { state } from "../state.js";
import { fieldsOf, loadField, PICTURE } from "./fields.js";
import { firstNames, usualNames } from "./menu.js";
import { Sorter } from "./sorter.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Numbers } from "../data/column.js"
 * @import { Sort } from "./cells.js"
 * @import { Field, LoadedField } from "./fields.js"
 */

const [DOWN, UP] = ["down:", "up:"];
const PICTURE_IN_LINKS = "%"; // which no name becomes

/**
 * An order as links have it: `up:z`.
 *
 * @param {Sort | null} sort
 */
export const sortText = (sort) => sort && `${sort.isDescending ? DOWN : UP}${sort.name}`;

/**
 * @param {string} text
 * @param {Field[]} fields
 * @returns {Sort | null} null where there is no such column
 */
export function sortOf(text, fields) {
  const way = [DOWN, UP].find((one) => text.startsWith(one));
  const name = text.slice(way?.length);
  const isThere = way !== undefined && name !== PICTURE && fields.some((field) => field.name === name);
  return isThere ? { name, isDescending: way === DOWN } : null;
}

/**
 * Columns as links have them: `%;file;z`, with the picture first.
 *
 * @param {Set<string>} names
 * @param {Field[]} fields
 */
export const columnsText = (names, fields) => (
  fields.flatMap(({ name }) => (names.has(name) ? [name === PICTURE ? PICTURE_IN_LINKS : escaped(name)] : [])).join(";")
);

/**
 * @param {string | null} text null for the usual ones
 * @param {Field[]} fields
 * @returns {Set<string> | null} those that there are; null for none
 */
export function columnsOf(text, fields) {
  if (text === null) return usualNames(fields);
  const said = new Set(text.split(";").map((part) => (part === PICTURE_IN_LINKS ? PICTURE : unescaped(part))));
  const found = fields.flatMap(({ name }) => (said.has(name) ? name : []));
  return found.length ? new Set(found) : null;
}

export class Contents {
  /** @param {Data} data */
  constructor(data) {
    this.data = data;
    this.fields = fieldsOf(data.columns, data.nImages);
    /** Names of the columns that are shown. */
    this.wanted = firstNames(this.fields);
    this.sorter = new Sorter(data.n);
    /** @type {LoadedField[]} */
    this.loaded = [];
    /** @type {Sort | null} */
    this.sort = null;
    /** @type {Int32Array | null} places in the table's order; null for all as they are */
    this.order = null;
    /** @type {Numbers} the row at each place */
    this.rows = new Int32Array();
  }

  get n() {
    return this.order?.length ?? this.data.n;
  }

  /** @param {number} index of a row of the table */
  placeAt(index) {
    return this.order ? this.order[index] : index;
  }

  /** @param {number} index of a row of the table */
  rowAt(index) {
    return this.rows[this.placeAt(index)];
  }

  /** @param {number} place */
  indexOf(place) {
    return this.order ? this.order.indexOf(place) : place;
  }

  /**
   * Whether a column is shown, or sorted by.
   *
   * @param {string} name
   */
  has(name) {
    return this.wanted.has(name) || this.sort?.name === name;
  }

  /**
   * Sort by a column: rising, falling, and not at all.
   *
   * @param {string} name
   */
  sortBy(name) {
    const isSorted = this.sort?.name === name;
    this.sort = isSorted && this.sort?.isDescending ? null : { name, isDescending: isSorted };
  }

  /** Have what is wanted now. */
  async load() {
    const { data: { columns }, sort } = this;
    const wanted = this.fields.filter(({ name }) => this.wanted.has(name));
    const [rows, sorted, ...loaded] = await Promise.all([
      columns.get(columns.builtIn("row")), sort && columns.get(sort.name),
      ...wanted.map((field) => this.kept(field) ?? loadField(columns, field)),
    ]);
    this.rows = rows.values ?? this.rows;
    this.loaded = loaded;
    this.order = await this.sorter.order(state.subset, sort && sorted && { ...sort, column: sorted });
  }

  /** @param {Field} field that may be here already, as it still is */
  kept({ name }) {
    return this.data.columns.isLive(name) ? undefined : this.loaded.find((field) => field.name === name);
  }
}
