// Pictures of all points in view, where they have room. In: the points that are here, the view. Out: how large they are; those that
// get one, and those that stay dots.

import { thinned } from "./thinning.js";

/**
 * @import { PicturePart, Rectangle } from "../data/types.d.ts"
 * @import { Box } from "../faces/standing.js"
 * @import { Loaded } from "./loaded.js"
 * @import { Thumbnail } from "./layer.js"
 */

const [MAX_CROWD, MAX_THUMBNAILS] = [600, 160]; // cutouts in view where pictures begin, and pictures
const SIDES = [64, 54, 45, 38, 32, 28]; // of a picture, in pixels: few, so that a drag changes none
const GAP = 4; // pixels between pictures
const CLOSE = 0.6; // of the plane: they stand only in views that are smaller

/**
 * The side of the pictures that fit into a view, in pixels, or null where points are better.
 *
 * @param {number} n points in view
 * @param {Rectangle} view
 * @param {Rectangle} extent of all points
 * @param {number} scale units a pixel
 */
export function crowdSide(n, view, extent, scale) {
  if (!n || n > MAX_CROWD) return null;
  const [width, height] = [view.right - view.left, view.top - view.bottom];
  if (Math.max(width, height) > CLOSE * Math.max(extent.right - extent.left, extent.top - extent.bottom)) return null;
  const share = (0.7 * Math.sqrt((width * height) / n)) / scale;
  return SIDES.find((side) => side <= share) ?? SIDES[SIDES.length - 1];
}

/**
 * Pictures of the points in view that have room, and indices of those that are dots; null where there would be too many.
 *
 * @param {Loaded} loaded
 * @param {number[]} here which of them are in view
 * @param {{ side: number, scale: number, taken: Box[] }} size of a picture, in pixels; units a pixel; what is written over the map
 * @param {(row: number) => Promise<PicturePart>} thumbnail
 * @returns {Promise<{ thumbnails: Thumbnail[], dots: number[] } | null>}
 */
export async function crowdOf({ points, colors, nFaint }, here, { side, scale, taken }, thumbnail) {
  const isFree = (/** @type {number} */ i) => {
    const [x, y, half] = [points.x[nFaint + i] / scale, -points.y[nFaint + i] / scale, side / 2];
    return taken.every(({ left, right, top, bottom }) => x + half <= left || x - half >= right || y + half <= top || y - half >= bottom);
  };
  const { kept, dots } = thinned(points.x.slice(nFaint), points.y.slice(nFaint), (side + GAP) * scale, isFree);
  const inView = new Set(here);
  const chosen = kept.map((i) => nFaint + i).filter((i) => inView.has(i));
  if (chosen.length > MAX_THUMBNAILS) return null;
  const thumbnails = await Promise.all(chosen.map(async (i) => ({
    x: points.x[i], y: points.y[i], place: points.rank[i], side, color: colors?.color[i] ?? "", part: await thumbnail(points.row[i]),
  })));
  return { thumbnails, dots: [...Array(nFaint).keys(), ...dots.map((i) => nFaint + i)] };
}
