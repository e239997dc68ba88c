// The table's elements. In: fields, a cutout's place and row, a promise of its picture. Out: the grid, its rows and heads; which row or
// cell an element is of.

import { paintedCanvas } from "../gallery/canvas.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { PICTURE, textOf } from "./fields.js";

/**
 * @import { PicturePart } from "../data/types.d.ts"
 * @import { Field, LoadedField } from "./fields.js"
 * @import { Cell } from "./moves.js"
 *
 * @typedef {{ name: string, isDescending: boolean }} Sort
 */

/**
 * The table without rows.
 *
 * @param {HTMLElement} menu of its columns
 */
export function makeGrid(menu) {
  const head = element("div", { role: "rowgroup", class: "hd-grid-head" });
  const body = element("div", { role: "rowgroup", class: "hd-grid-body" });
  const grid = element("div", { role: "grid", class: "hd-grid", "aria-label": SAY.table }, head, body);
  const count = element("output", {});
  const empty = element("p", { class: "hd-table-empty", hidden: "" }, SAY.emptyTable);
  return {
    head, body, grid, count, empty, panel: element("div", { id: "hd-table", class: "hd-table" }, grid, empty),
    tools: element("div", { class: "hd-table-tools" }, count, menu),
  };
}

/** @param {Field} field */
const classOf = ({ name, isNumber }) => (name === PICTURE ? "hd-cell-picture" : isNumber ? "hd-cell-number" : "hd-cell-text");

/**
 * @param {LoadedField} field
 * @param {number} at its number, from 0 on
 * @param {Sort | null} sort
 */
function headOf(field, at, sort) {
  const isSorted = sort?.name === field.name;
  const isPicture = field.name === PICTURE;
  const head = element("div", {
    role: "columnheader", class: `hd-cell ${classOf(field)}`, "aria-colindex": at + 1, "data-column": at, tabindex: -1,
  }, element("bdi", isPicture ? { class: "hd-unseen" } : { title: field.title }, field.title));
  if (isPicture) return head;
  head.setAttribute("aria-sort", !isSorted ? "none" : sort.isDescending ? "descending" : "ascending");
  head.append(element("i", { class: `hd-i ${sort?.isDescending ? "hd-i-down" : "hd-i-up"}${isSorted ? "" : " hd-cell-unsorted"}` }));
  return head;
}

/**
 * The row of the heads.
 *
 * @param {LoadedField[]} fields
 * @param {Sort | null} sort
 */
export const headRow = (fields, sort) => (
  element("div", { role: "row", class: "hd-row", "aria-rowindex": 1 }, ...fields.map((field, at) => headOf(field, at, sort)))
);

/**
 * @param {LoadedField[]} fields
 * @param {{ place: number, row: number, index: number }} cutout its row in the atlas, and in the table
 */
export function bodyRow(fields, { place, row, index }) {
  const cells = fields.map((field, at) => {
    const text = textOf(field, place);
    const attributes = { role: "gridcell", class: `hd-cell ${classOf(field)}`, "aria-colindex": at + 1, "data-column": at, tabindex: -1 };
    if (field.name === PICTURE) return element("div", { ...attributes, "aria-label": SAY.cutout(row) });
    return element("div", text ? { ...attributes, title: text } : attributes, element("bdi", {}, text));
  });
  return element("div", {
    role: "row", class: "hd-row", "aria-rowindex": index + 2, "data-row": row, "data-place": place, "data-index": index,
  }, ...cells);
}

/**
 * Put the picture into a row that has a place for one, and has none yet.
 *
 * @param {Element} row
 * @param {() => Promise<PicturePart>} find
 */
export function paintRow(row, find) {
  const cell = row.querySelector(".hd-cell-picture:empty");
  if (!cell) return;
  const { canvas, painted } = paintedCanvas(find());
  cell.append(canvas);
  painted.catch(() => canvas.remove()); // whoever loads it has said why
}

/**
 * The cutout that an element of the table shows.
 *
 * @param {EventTarget | null} target
 */
export function rowOf(target) {
  const row = target instanceof Element ? target.closest(".hd-row")?.getAttribute("data-row") : null;
  return row ? Number(row) : null;
}

/**
 * The cell that an element of the table lies in.
 *
 * @param {EventTarget | null} target
 * @returns {Cell | null}
 */
export function cellOf(target) {
  const cell = target instanceof Element ? target.closest(".hd-cell") : null;
  if (!cell) return null;
  return { row: Number(cell.closest(".hd-row")?.getAttribute("data-index") ?? -1), column: Number(cell.getAttribute("data-column")) };
}
