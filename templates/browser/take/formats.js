// In which forms cutouts can be taken away. In: which cutouts, the page's data. Out: files.

import { areNamesShown } from "../clusters/switch.js";
import { Coloring } from "../colors/coloring.js";
import { Looks } from "../density/looks.js";
import { titleOf } from "../gallery/captions.js";
import { state } from "../state.js";
import { tagsText } from "../tags/file.js";
import { degrees } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { asPng, asSvg, colorsOf } from "./figure.js";
import { blobOf } from "./names.js";
import { asCrtf, asDs9, asList, regionsOf } from "./regions.js";
import { contactSheet, MOST } from "./sheet.js";
import { inOrder, tableOf } from "./table.js";
import { asCsv, asEcsv, asVotable } from "./tables.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Numbers } from "../data/column.js"
 * @import { Cutout } from "../data/types.d.ts"
 * @import { Figure } from "./figure.js"
 *
 * @typedef {{ data: Data, title: string, name: string, places: ArrayLike<number> }} Taken cutouts, and what they are called
 * @typedef {object} Format
 * @property {string} id
 * @property {string} suffix of the file
 * @property {string} [holds] what the file holds, where that is not the cutouts
 * @property {(taken: Taken) => Promise<Blob>} make
 */

/** @param {Taken} taken */
const said = ({ title, name, places, data }) => SAY.holds(title, name, places.length, data.n);

/** @param {Taken} taken */
const table = ({ data, places }) => tableOf(data, places, state.tags);

/**
 * @param {Taken} taken
 * @param {typeof asDs9} write
 */
async function regions(taken, write) {
  const found = await regionsOf(await table(taken), (number) => taken.data.image(number));
  return blobOf([write(found, said(taken))], "text/plain");
}

/** @param {Cutout} cutout */
function captionOf(cutout) {
  const { row, sky } = cutout;
  return [titleOf(cutout), sky ? `${row} · ${degrees(sky.ra, sky.dec, sky.approximate ? -1 : 0)}` : SAY.rowShort(row)];
}

/** @param {Taken} taken */
async function sheet(taken) {
  const { data, places } = taken;
  const first = (await inOrder(data, places)).subarray(0, MOST);
  const rows = /** @type {Numbers} */ ((await data.columns.get(data.columns.builtIn("row"))).values);
  const cutouts = await Promise.all(Array.from(first, (place) => data.cutout(rows[place])));
  const entries = cutouts.map((cutout) => ({ lines: captionOf(cutout), picture: data.thumbnail(cutout.row) }));
  const cut = places.length > MOST ? SAY.firstOf(MOST, places.length) : "";
  return contactSheet([said(taken), cut].filter(Boolean).join(" "), entries);
}

/**
 * The map in the page's colours; what is taken is strong.
 *
 * @param {Taken} taken
 * @returns {Promise<Figure>}
 */
async function figure(taken) {
  const { data, places, title } = taken;
  const choice = state.color === "count" ? "own" : state.color;
  const coloring = new Coloring(data.colors, data.palette, { tags: () => state.tags, scales: () => state.scales, columns: data.columns });
  const look = await new Looks(data, coloring).of(choice, false);
  const isAll = places.length === data.n;
  const taking = new Set(isAll ? [] : Array.from(places));
  return {
    title, note: said(taken), plane: await data.whole.map(), colorOf: colorsOf(look),
    isStrong: (place) => isAll || taking.has(place), legend: coloring.legend(choice),
    named: areNamesShown() ? data.clusters[0]?.clusters ?? [] : [],
    legendTitle: typeof choice === "number" ? data.colors[choice].name : choice === "tag" ? SAY.tag : "",
  };
}

/** @type {Format[]} */
export const FORMATS = [
  { id: "csv", suffix: "csv", make: async (taken) => blobOf(asCsv(await table(taken)), "text/csv") },
  { id: "ecsv", suffix: "ecsv", make: async (taken) => blobOf(asEcsv(await table(taken), said(taken)), "text/plain") },
  { id: "vot", suffix: "vot", make: async (taken) => blobOf(asVotable(await table(taken), said(taken)), "application/x-votable+xml") },
  { id: "reg", suffix: "reg", make: (taken) => regions(taken, asDs9) },
  { id: "crtf", suffix: "crtf", make: (taken) => regions(taken, asCrtf) },
  { id: "list", suffix: "txt", make: async (taken) => blobOf([asList(await table(taken))], "text/plain") },
  { id: "sheet", suffix: "png", holds: "pictures", make: sheet },
  { id: "png", suffix: "png", holds: "map", make: async (taken) => asPng(await figure(taken)) },
  { id: "svg", suffix: "svg", holds: "map", make: async (taken) => blobOf([asSvg(await figure(taken)).text], "image/svg+xml") },
];

/**
 * All tags of the page as a file.
 *
 * @param {Data} data
 * @param {string} title
 */
export async function tagsBlob(data, title) {
  return blobOf([await tagsText(data, state.tags ?? new Uint8Array(data.n), title)], "application/json");
}
