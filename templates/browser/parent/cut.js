// A cutout in all its pixels, put together out of the tiles of its image. In: its box. Out: a promise of its picture; null where the image
// has no tiles, or one of them cannot be had.

import { element } from "../text/element.js";
import { levelsOf, tilesIn } from "./levels.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Cutout, ParentImage, PicturePart } from "../data/types.d.ts"
 */

const MOST = 2048; // pixels along a side; larger cutouts are taken at half their size, and so on

/**
 * @param {NonNullable<Data["deep"]>} deep
 * @param {Pick<Cutout, "shownBox">} cutout
 * @param {ParentImage} image
 * @returns {Promise<PicturePart | null>}
 */
export async function cutOf(deep, { shownBox }, image) {
  const levels = levelsOf(image, deep.side);
  const part = { left: shownBox.left, right: shownBox.right, top: image.ny - shownBox.top, bottom: image.ny - shownBox.bottom };
  const side = Math.max(part.right - part.left, part.bottom - part.top);
  const level = levels.find(({ factor }) => side / factor <= MOST);
  if (!level) return null;
  const { factor } = level;
  const tiles = tilesIn(level, part, deep);
  const pictures = await Promise.all(tiles.map(({ number }) => deep.tiles.bring(number)));
  const [width, height] = [(part.right - part.left) / factor, (part.bottom - part.top) / factor];
  const canvas = element("canvas", { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) });
  const context = canvas.getContext("2d");
  if (!context || pictures.includes(null)) return null;
  tiles.forEach(({ x, y }, i) => {
    const picture = pictures[i];
    if (picture) context.drawImage(picture, (x - part.left) / factor, (y - part.top) / factor);
  });
  return { picture: canvas, x: 0, y: 0, width: canvas.width, height: canvas.height };
}
