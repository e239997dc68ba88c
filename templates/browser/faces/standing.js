// Where a picture stands in its part of the map. In: a part, a scale, what is written over the map. Out: a place and a side.

/**
 * @import { Rectangle } from "../data/types.d.ts"
 * @import { Face } from "./faces.js"
 *
 * @typedef {Rectangle} Box in pixels to the right of and below the map's origin, `top` less than `bottom`
 */

const MOST_SIDE = 96; // of a picture, in pixels
const LEAST_SIDE = 28; // of less there is none
export const GAP = 4; // pixels between a picture and the edge of its part, where no point is drawn either
const PER_PIXEL = 0.25; // of its side that a picture gives away, rather than to stand a pixel farther from its point

/**
 * The largest boxes within a box that have nothing of some others.
 *
 * @param {Box} box
 * @param {Box[]} taken
 */
export function freeOf(box, taken) {
  let free = [box];
  for (const { left, right, top, bottom } of taken) {
    free = free.flatMap((one) => {
      if (one.left >= right || one.right <= left || one.top >= bottom || one.bottom <= top) return [one];
      const sides = [{ ...one, right: left }, { ...one, left: right }, { ...one, bottom: top }, { ...one, top: bottom }];
      return sides.filter((side) => side.left < side.right && side.top < side.bottom);
    });
  }
  return free;
}

/**
 * What of a part lies within the plane's points along an axis; all of it where all points would have room in one.
 *
 * @param {[number, number]} part
 * @param {[number, number]} points
 * @returns {[number, number]}
 */
export function inside(part, points) {
  if (points[1] - points[0] < part[1] - part[0]) return part;
  return [Math.max(part[0], points[0]), Math.min(part[1], points[1])];
}

/**
 * Where a picture stands: around its point, but within its part, and beside what is written there.
 *
 * @param {Pick<Face, "x" | "y" | "of" | "share" | "within">} face
 * @param {number} scale units a pixel
 * @param {Box[]} [taken] by what is written
 * @returns {{ x: number, y: number, side: number } | null} its middle, in units of the plane, and its side in pixels; null for no room
 */
export function standing({ x, y, of: { side: pitch }, within, share }, scale, taken = []) {
  const wanted = Math.max(1, Math.min(MOST_SIDE, share * (pitch / scale), pitch / scale - 2 * GAP));
  const [across, down] = [x / scale, -y / scale];
  const part = {
    left: within.left / scale + GAP, right: within.right / scale - GAP,
    top: -within.top / scale + GAP, bottom: -within.bottom / scale - GAP,
  };
  let best = null;
  for (const { left, right, top, bottom } of freeOf(part, taken)) {
    const side = Math.min(wanted, right - left, bottom - top);
    const at = {
      x: Math.max(left + side / 2, Math.min(right - side / 2, across)), y: Math.max(top + side / 2, Math.min(bottom - side / 2, down)),
    };
    const worth = side - PER_PIXEL * Math.hypot(at.x - across, at.y - down);
    if (!best || worth > best.worth) best = { ...at, side, worth };
  }
  return best && best.side >= Math.min(wanted - 2 * GAP, LEAST_SIDE) ? { x: best.x * scale, y: -best.y * scale, side: best.side } : null;
}
