// How pictures stand in the gallery. In: how many, cutouts. Out: a grid that fills the panel, and sharper pictures than thumbnails.

import { paint, paintedCanvas } from "./canvas.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Cutout } from "../data/types.d.ts"
 */

const MOST_ROWS = 3; // of the grid, that are seen without scrolling

/**
 * The grid for so many pictures: columns and rows that fill the panel.
 *
 * @param {number} n
 */
export function gridOf(n) {
  const across = n <= 1 ? 1 : n <= 4 ? 2 : 3;
  return { across, down: Math.max(1, Math.min(MOST_ROWS, Math.ceil(n / across))) };
}

/**
 * @param {HTMLElement} grid
 * @param {number} n
 */
export function layOut(grid, n) {
  const { across, down } = gridOf(n);
  grid.style.setProperty("--across", String(across));
  grid.style.setProperty("--down", String(down));
}

/**
 * Paint what is sharper over the thumbnail, where it is here anyway or of the image that is shown.
 *
 * @param {Data} data
 * @param {Cutout} cutout
 * @param {{ canvas: HTMLCanvasElement, painted: Promise<void> }} picture
 * @param {number} shownImage
 */
export async function sharpen(data, { row, image }, { canvas, painted }, shownImage) {
  if (!data.isWhole && image !== shownImage) return;
  const [part] = await Promise.all([data.portrait(row), painted]);
  if (canvas.isConnected) paint(canvas, part);
}

/**
 * The thumbnail, which is here first, and then what is sharper.
 *
 * @param {Data} data
 * @param {number} row
 */
export function sharpening(data, row) {
  const { canvas, painted } = paintedCanvas(data.thumbnail(row));
  Promise.all([data.portrait(row), painted]).then(([part]) => paint(canvas, part));
  return canvas;
}
