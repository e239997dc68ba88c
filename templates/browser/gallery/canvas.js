// Pictures of cutouts as the views show them. In: promises of parts of pictures. Out: a canvas, and when it is painted.

import { element } from "../text/element.js";

/** @import { PicturePart } from "../data/types.d.ts" */

const MAX_SIDE = 768; // of a canvas, in pixels

/**
 * Draw a part of a picture into a canvas of its shape, with as many pixels as it has; the style sheet gives it its size.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {PicturePart} part
 */
export function paint(canvas, { picture, x, y, width, height }) {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  if (!context) return;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, x, y, width, height, 0, 0, canvas.width, canvas.height);
}

/** @param {Promise<PicturePart>} part */
export function paintedCanvas(part) {
  const canvas = element("canvas", { width: 1, height: 1 });
  return { canvas, painted: part.then((found) => paint(canvas, found)) };
}
