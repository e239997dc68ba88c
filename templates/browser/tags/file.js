// Tags as a file, which `hubble-dash tag` reads as well: docs/tags-format.md tells its format. In: tags by place, and what the page
// knows of the cutouts; or a file's text. Out: the text; or tags by place, and how many found no cutout.

import { tableOf } from "../take/table.js";
import { SAY } from "../text/strings.js";
import { N_TAGS } from "./tags.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Numbers } from "../data/column.js"
 *
 * @typedef {{ row: number, tag: number, file: string, box: number[] }} Entry
 * @typedef {{ atlas?: { identity?: string }, tags: Entry[] }} TagFile
 */

const FORMAT = "hubble-dash tags";
const VERSION = 1;
const BOX = ["ixmin", "ixmax", "iymin", "iymax"];

/**
 * @param {Data} data
 * @param {ArrayLike<number>} places
 */
async function namesOf(data, places) {
  const { places: inOrder, columns } = await tableOf(data, places);
  const at = (/** @type {string} */ name) => columns.find((column) => column.name === name)?.at ?? (() => null);
  const [row, file, ...box] = ["row", "file", ...BOX].map(at);
  return Array.from(inOrder, (place) => (
    { place, row: Number(row(place)), file: String(file(place) ?? ""), box: box.map((side) => Number(side(place))) }
  ));
}

/**
 * @param {Data} data
 * @param {Uint8Array} tags by place
 * @param {string} title of the page
 */
export async function tagsText(data, tags, title) {
  const places = Int32Array.from(tags.keys()).filter((place) => tags[place] > 0);
  const entries = (await namesOf(data, places)).map(({ place, ...names }) => JSON.stringify({ tag: tags[place], ...names }));
  const head = { format: FORMAT, version: VERSION, atlas: { title, cutouts: data.n, identity: data.identity } };
  return `${JSON.stringify(head).slice(0, -1)},\n"tags": [\n${entries.join(",\n")}\n]}\n`;
}

/**
 * What a file says, or an error that says what is wrong with it.
 *
 * @param {string} text
 * @returns {TagFile}
 */
export function parseTags(text) {
  /** @type {any} */
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    throw new Error(SAY.tagsNoJson);
  }
  if (said?.format !== FORMAT || !Array.isArray(said.tags)) throw new Error(SAY.tagsNoTags);
  if (said.version !== VERSION) throw new Error(SAY.tagsVersion(String(said.version), VERSION));
  for (const [i, entry] of said.tags.entries()) {
    const isTag = Number.isInteger(entry?.tag) && entry.tag >= 1 && entry.tag <= N_TAGS;
    const isBox = Array.isArray(entry?.box) && entry.box.length === BOX.length && entry.box.every(Number.isInteger);
    if (!isTag || !isBox || !Number.isInteger(entry.row) || typeof entry.file !== "string") throw new Error(SAY.tagsEntry(i + 1));
  }
  return said;
}

const keyOf = (/** @type {string} */ file, /** @type {number[]} */ box) => `${box.join(" ")} ${file}`;

/**
 * Tags by place: by row where the file is of this atlas, else by file and box, so that they outlive another build.
 *
 * @param {Data} data
 * @param {TagFile} said
 */
export async function placedTags(data, { atlas, tags: entries }) {
  const tags = new Uint8Array(data.n);
  const isOwn = atlas?.identity === data.identity;
  const placeOf = await (isOwn ? byRow(data) : byName(data));
  let lost = 0;
  for (const entry of entries) {
    const place = placeOf(entry);
    if (place === undefined || place < 0) lost++;
    else tags[place] = entry.tag;
  }
  return { tags, lost };
}

/**
 * @param {Data} data
 * @returns {Promise<(entry: Entry) => number | undefined>}
 */
async function byRow({ columns, n }) {
  const rows = /** @type {Numbers} */ ((await columns.get(columns.builtIn("row"))).values);
  const places = new Int32Array(n);
  rows.forEach((row, place) => (places[row] = place));
  return ({ row }) => places[row];
}

/**
 * @param {Data} data
 * @returns {Promise<(entry: Entry) => number | undefined>} -1 for what names several cutouts
 */
async function byName(data) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const { place, file, box } of await namesOf(data, Int32Array.from({ length: data.n }, (_, i) => i))) {
    const key = keyOf(file, box);
    found.set(key, found.has(key) ? -1 : place);
  }
  return ({ file, box }) => found.get(keyOf(file, box));
}
