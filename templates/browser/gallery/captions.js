// What stands below the pictures. In: the selected cutout and the similar ones, which columns are wanted. Out: a name of each, and
// lines of what tells them apart; what they all have in common is not said nine times.

import { angle, number, similarity as cosineText } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { bearing, compassPoint } from "./bearings.js";

/**
 * @import { ColorChoice, Cutout, Shown, SimilarCutout } from "../data/types.d.ts"
 * @import { ColorLegend } from "../wire/types.d.ts"
 *
 * @typedef {object} Wanted
 * @property {string | null} caption the column that was chosen for captions, FILE, or none
 * @property {string | null} color the column that colours the map
 */

export const FILE = "\u0000file"; // no column is called so
const NAME = /^(main_?id|name|obj_?name|object|obj(ect)?_?id|obj|target(_?name)?|source_?(id|name)|designation|ident(ifier)?|id)$/i;
const PLACEHOLDER = "placeholder"; // the column that atlases have for it
const NEAR = 1; // degrees; farther apart, places say nothing of each other

/**
 * What a cutout has in a column, as text.
 *
 * @param {Cutout} cutout
 * @param {string} column
 */
export function valueIn({ name, labels, metadata }, column) {
  if (column === FILE) return name;
  const own = metadata.find(([key]) => key === column);
  if (own) return number(own[1]);
  return { file: name, "best label": labels[0]?.name }[column] ?? "";
}

/**
 * The column of the catalogue that names objects, if any does.
 *
 * @param {string[]} columns
 */
export const nameColumn = (columns) => columns.find((column) => NAME.test(column.trim())) ?? null;

/**
 * What a cutout is called: by the catalogue, else by its file.
 *
 * @param {Cutout} cutout
 */
export function titleOf(cutout) {
  const column = nameColumn(cutout.metadata.map(([key]) => key));
  return (column && valueIn(cutout, column)) || cutout.name;
}

/**
 * Whether a cutout's image seemed to stand for a missing one when it was read.
 *
 * @param {Cutout} cutout
 */
export const isPlaceholder = ({ metadata }) => metadata.some(([key]) => key === PLACEHOLDER);

/** @param {Cutout} cutout */
const middle = ({ box: [ixmin, ixmax, iymin, iymax] }) => (
  `x ${Math.round((ixmin + ixmax - 1) / 2)}, y ${Math.round((iymin + iymax - 1) / 2)}`
);

/**
 * Where a cutout lies: how far from the selected one, or at which pixels where they are of one image.
 *
 * @param {Cutout} cutout
 * @param {Cutout} selected
 */
export function whereFrom(cutout, selected) {
  if (cutout.sky && selected.sky) {
    const { separation, angle: direction } = bearing(selected.sky, cutout.sky);
    if (separation > NEAR) return "";
    if (separation > 0) return `${angle(separation)} ${compassPoint(direction)}`;
  }
  return cutout.image === selected.image ? middle(cutout) : "";
}

/**
 * The lines below each of the similar ones; a line is there for all or for none.
 *
 * @param {Shown} shown
 * @param {Wanted} wanted
 * @returns {string[][]}
 */
export function captionsOf({ cutout, similar, found }, { caption, color }) {
  if (found.where.kind === "same") return placeCaptions(similar, { caption, color });
  const differs = (/** @type {string[]} */ texts, /** @type {string} */ own) => texts.some((text) => text && text !== own);
  /** @type {string[][]} */
  const lines = [];
  if (caption !== null) {
    const texts = similar.map((other) => valueIn(other, caption));
    if (caption !== FILE || differs(texts, cutout.name)) lines.push(texts);
  }
  const colors = color !== null && color !== caption ? similar.map((other) => valueIn(other, color)) : similar.map(() => "");
  const places = similar.map((other) => whereFrom(other, cutout));
  const last = similar.map((_, i) => [colors[i], places[i]].filter(Boolean).join(" · "));
  if (last.some(Boolean)) lines.push(last);
  return similar.map((_, i) => lines.map((texts) => texts[i]));
}

/**
 * The lines below those at the same place: their images first, which is what differs.
 *
 * @param {SimilarCutout[]} similar
 * @param {Wanted} wanted
 */
function placeCaptions(similar, { caption, color }) {
  const rest = [...new Set([caption, color])].flatMap((column) => (column === null || column === FILE ? [] : column));
  const last = similar.map((other) => [
    ...rest.map((column) => valueIn(other, column)), other.similarity === null ? "" : SAY.similarTo(cosineText(other.similarity)),
  ].filter(Boolean).join(" · "));
  return similar.map((other, i) => (last.some(Boolean) ? [other.name, last[i]] : [other.name]));
}

/**
 * The name of the column that colours the map.
 *
 * @param {ColorChoice | undefined} choice
 * @param {ColorLegend[]} legends
 */
export const colorColumn = (choice, legends) => (typeof choice === "number" ? legends[choice]?.name ?? null : null);
