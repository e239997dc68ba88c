// What the table has columns of. In: the page's columns. Out: fields, those that are shown at first, what each says of a cutout.

import { called } from "../clusters/called.js";
import { isLevel } from "../clusters/levels.js";
import { degree } from "../text/format.js";
import { SAY } from "../text/strings.js";

/**
 * @import { ColumnData } from "../data/column.js"
 * @import { Columns } from "../data/columns.js"
 * @import { ColumnEntry } from "../data/types.d.ts"
 *
 * @typedef {object} Field
 * @property {string} name of the column
 * @property {string} title
 * @property {boolean} isNumber
 * @property {boolean} isDegrees a position on the sky
 * @property {boolean} isDefault
 * @property {boolean} isCalled by names of clusters, which may be others here
 *
 * @typedef {Field & { column: ColumnData | null, width: number }} LoadedField without a column it is the picture
 */

export const PICTURE = "\u0000picture"; // no column is called so
const N_OWN = 6; // of the user's columns that are shown at first
const [FEW, INSTEAD] = [3, ["row", "x0", "y0", "isolation"]]; // columns; what is shown beside fewer of them
const N_SAMPLES = 100; // that the width of a column is estimated of
const [WIDE, NARROW, ARROW, PADDING, LEAST, GREATEST] = [8.5, 7, 16, 20, 72, 240]; // pixels
const NARROW_SIGN = /[a-z\s.,:;!|()[\]-]/;
const PICTURE_WIDTH = 48;

/**
 * Whether a column says more than the same of all.
 *
 * @param {ColumnEntry} column
 */
const isTelling = (column) => !("distinct" in column && column.distinct === 1 && !column.missing);

/**
 * The fields: the picture, the file, the user's columns, the position, and what each page has; labels, of which there are very many,
 * are none.
 *
 * @param {Columns} columns
 * @param {number} nImages where there is only one, its file is not shown at first
 * @returns {Field[]}
 */
export function fieldsOf(columns, nImages) {
  const [file, ra, dec] = ["file", "ra", "dec"].map((name) => columns.builtIn(name));
  const of = (/** @type {string} */ role) => columns.list.filter((column) => column.role === role);
  const [own, builtIn] = [of("own"), of("built-in")];
  const named = (/** @type {string[]} */ names) => builtIn.filter(({ name }) => names.includes(name));
  const telling = (/** @type {ColumnEntry[]} */ some) => some.filter(isTelling).map(({ name }) => name);
  const first = new Set([...(nImages > 1 ? [file] : []), ...telling(named([ra, dec])), ...telling(own).slice(0, N_OWN)]);
  if (first.size < FEW) telling(named(INSTEAD.map((name) => columns.builtIn(name)))).forEach((name) => first.add(name));
  const rest = builtIn.filter(({ name }) => ![file, ra, dec].includes(name));
  const all = [...named([file]), ...own, ...named([ra, dec]), ...rest];
  return [
    { name: PICTURE, title: SAY.picture, isNumber: false, isDegrees: false, isDefault: true, isCalled: false },
    ...all.map((column) => ({
      name: column.name, title: column.name, isNumber: column.kind === "number",
      isDegrees: column.role !== "own" && (column.name === ra || column.name === dec), isDefault: first.has(column.name),
      isCalled: isLevel(column),
    })),
  ];
}

/**
 * How wide a text is, about, in pixels.
 *
 * @param {string} text
 */
const widthOf = (text) => Array.from(text).reduce((width, sign) => width + (NARROW_SIGN.test(sign) ? NARROW : WIDE), 0);

/**
 * @param {Columns} columns
 * @param {Field} field
 * @returns {Promise<LoadedField>}
 */
export async function loadField(columns, field) {
  if (field.name === PICTURE) return { ...field, column: null, width: PICTURE_WIDTH };
  const loaded = { ...field, column: await columns.get(field.name), width: 0 };
  const step = Math.max(1, Math.floor(columns.n / N_SAMPLES));
  let widest = widthOf(field.title) + ARROW;
  for (let place = 0; place < columns.n; place += step) widest = Math.max(widest, widthOf(textOf(loaded, place)));
  return { ...loaded, width: Math.max(LEAST, Math.min(Math.ceil(widest) + PADDING, GREATEST)) };
}

/**
 * What a field says of a cutout; nothing where that is missing.
 *
 * @param {LoadedField} field
 * @param {number} place
 */
export function textOf({ column, isDegrees, isCalled }, place) {
  if (!column) return "";
  if (isCalled) return called(column.textAt(place));
  if (!isDegrees) return column.textAt(place);
  const value = column.valueAt(place);
  return Number.isNaN(value) ? "" : degree(value);
}
