// All that is known of some cutouts, as a table. In: the page's data, places. Out: rows in the order of the atlas, and columns with the
// names, units and meanings that the tables of `hubble-dash select` have. Scores of labels have the digits that the page keeps.

import { N_LABELS, SCORE_STEPS } from "../wire/constants.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { ColumnData, Numbers } from "../data/column.js"
 *
 * @typedef {number | string | boolean | null} Cell null where it is missing
 * @typedef {object} TableColumn
 * @property {string} name
 * @property {"int" | "long" | "double" | "flag" | "text"} kind long are texts of whole numbers that no float gives back
 * @property {(place: number) => Cell} at
 * @property {string} [unit]
 * @property {string} [ucd] what it means, in the words of the Virtual Observatory
 * @property {string} [words] the same for people
 *
 * @typedef {{ places: Int32Array, columns: TableColumn[] }} Table
 */

// Of the columns that every atlas has: the name here, unit, UCD, words.
/** @type {[inPage: string, name: string, unit?: string, ucd?: string, words?: string][]} */
const FIXED = [
  ["row", "row", undefined, "meta.record", "row of the atlas"],
  ["file", "file", undefined, "meta.id;meta.file", "name of the image file"],
  ["image", "image"], ["x0", "ixmin"], ["x1", "ixmax"], ["y0", "iymin"], ["y1", "iymax"],
  ["ra", "ra_deg", "deg", "pos.eq.ra;meta.main", "right ascension of the cutout's centre, ICRS"],
  ["dec", "dec_deg", "deg", "pos.eq.dec;meta.main", "declination of the cutout's centre, ICRS"],
  ["scale", "pixel_scale_arcsec", "arcsec", "pos.angResolution", "a pixel at the cutout's centre"],
];
const SCORE_DIGITS = 4;
const WHOLE = /^[+-]?\d{1,18}$/; // fits into 64 bits

/**
 * A column of the page as one of the table.
 *
 * @param {ColumnData} column
 * @returns {Pick<TableColumn, "kind" | "at">}
 */
export function cellsOf(column) {
  const { kind, values, codes, texts = [] } = column;
  if (codes) {
    const at = (/** @type {number} */ place) => texts[codes[place]] || null;
    if (kind === "flag") return { kind: "flag", at: (place) => (at(place) === null ? null : at(place) === "True") };
    return { kind: kind === "number" && texts.every((text) => WHOLE.test(text)) ? "long" : "text", at };
  }
  const at = (/** @type {number} */ place) => {
    const value = column.valueAt(place);
    return Number.isNaN(value) ? null : value;
  };
  if (kind === "flag") return { kind, at: (place) => (at(place) === null ? null : at(place) === 1) };
  return { kind: values instanceof Float32Array || values instanceof Float64Array ? "double" : "int", at };
}

/** @param {Data} data */
async function fixedColumns({ columns }) {
  const made = FIXED.map(async ([inPage, name, unit, ucd, words]) => {
    const known = columns.find(columns.builtIn(inPage));
    if (known?.role !== "built-in") return [];
    return [{ name, unit, ucd, words, ...cellsOf(await columns.get(known.name)) }];
  });
  return (await Promise.all(made)).flat();
}

/**
 * The best labels and their scores.
 *
 * @param {Data} data
 * @returns {Promise<TableColumn[]>}
 */
async function labelColumns({ labels: names, whole }) {
  if (!names.length) return [];
  const { label, score } = await whole.labels();
  const ranks = Array.from({ length: N_LABELS }, (_, i) => i);
  const isKnown = (/** @type {number} */ at) => label[at] >= 0;
  return [
    ...ranks.map((i) => ({
      name: `label_${i + 1}`, kind: /** @type {const} */ ("text"),
      at: (/** @type {number} */ place) => (isKnown(N_LABELS * place + i) ? names[label[N_LABELS * place + i]] : null),
    })),
    ...ranks.map((i) => ({
      name: `score_${i + 1}`, kind: /** @type {const} */ ("double"),
      at: (/** @type {number} */ place) => (
        isKnown(N_LABELS * place + i) ? Number((score[N_LABELS * place + i] / SCORE_STEPS).toFixed(SCORE_DIGITS)) : null
      ),
    })),
  ];
}

/**
 * The user's own columns, under names that nothing else has.
 *
 * @param {Data} data
 * @param {TableColumn[]} before
 */
async function ownColumns({ columns }, before) {
  const taken = new Set(before.map(({ name }) => name));
  const own = columns.list.filter(({ role }) => role === "own");
  /** @type {TableColumn[]} */
  const made = [];
  for (const { name } of own) {
    let free = name;
    while (taken.has(free)) free += "_catalog";
    taken.add(free);
    made.push({ name: free, ...cellsOf(await columns.get(name)) });
  }
  return made;
}

/**
 * @param {Data} data
 * @param {ArrayLike<number>} places
 * @param {Uint8Array | null} [tags] by place, which become a column
 * @returns {Promise<Table>}
 */
export async function tableOf(data, places, tags = null) {
  const sorted = await inOrder(data, places);
  const columns = [...await fixedColumns(data), ...await labelColumns(data)];
  if (tags?.some((tag) => tag > 0)) {
    columns.push({ name: "tag", kind: "int", words: "1 to 5, as tagged in the page", at: (place) => tags[place] || null });
  }
  return { places: sorted, columns: [...columns, ...await ownColumns(data, columns)] };
}

/**
 * Places in the order of their rows.
 *
 * @param {Data} data
 * @param {ArrayLike<number>} places
 */
export async function inOrder({ columns }, places) {
  const rows = /** @type {Numbers} */ ((await columns.get(columns.builtIn("row"))).values);
  return Int32Array.from(places).sort((a, b) => rows[a] - rows[b]);
}
