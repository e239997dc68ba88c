// Pictures of cutouts as the views show them. In: a promise of a part of a picture. Out: a canvas, and when it is painted.

import { element } from "../text/element.js";

/** @import { PicturePart } from "../data/types.d.ts" */

/**
 * Draw a part of a picture into a square canvas, its aspect kept, at the screen's own resolution.
 *
 * @param {Promise<PicturePart>} part
 * @param {number} side in CSS pixels
 */
export function paintedCanvas(part, side) {
  const canvas = element("canvas");
  const pixels = Math.round(side * Math.min(window.devicePixelRatio || 1, 2));
  canvas.width = canvas.height = pixels;
  const painted = part.then(({ picture, x, y, width, height }) => {
    const scale = pixels / Math.max(width, height);
    const [w, h] = [width * scale, height * scale];
    const context = canvas.getContext("2d");
    if (!context) return;
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, x, y, width, height, (pixels - w) / 2, (pixels - h) / 2, w, h);
  });
  return { canvas, painted };
}
