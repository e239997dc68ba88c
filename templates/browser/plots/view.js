// Where a plot looks: the place in its middle, and how much of the plane a pixel is. In: rectangles, sizes, gestures. Out: views.

/**
 * @import { Place, Rectangle } from "../data/types.d.ts"
 *
 * @typedef {Place & { scale: number }} View its centre, and units of the data a pixel
 * @typedef {{ width: number, height: number }} Size in pixels
 * @typedef {{ least: number, greatest: number }} Limits of the scale
 * @typedef {{ above: number, below: number }} Room pixels at the edges where something stands over what is seen
 */

const LEAST_SCALE = 1e-12; // of rectangles without any extent

/**
 * @param {number} value
 * @param {number} least
 * @param {number} greatest
 */
const clamped = (value, least, greatest) => Math.max(least, Math.min(greatest, value));

/**
 * The view that shows all of a rectangle, in the middle if there is room.
 *
 * @param {Rectangle} bounds
 * @param {number} margin around it, as a part of it
 * @param {Size} size
 * @param {Room} [room]
 * @returns {View}
 */
export function around({ left, right, bottom, top }, margin, { width, height }, { above, below } = { above: 0, below: 0 }) {
  const most = Math.max(1, Math.min(height / (1 + margin), height - above - below));
  const scale = Math.max(((1 + margin) * (right - left)) / width, (top - bottom) / most, (1 + margin) * LEAST_SCALE);
  const half = (top - bottom) / scale / 2;
  const middle = clamped(height / 2, above + half, height - below - half);
  return { x: (left + right) / 2, y: (bottom + top) / 2 + (middle - height / 2) * scale, scale };
}

/**
 * What is seen.
 *
 * @param {View} view
 * @param {Size} size
 * @returns {Rectangle}
 */
export function seenFrom({ x, y, scale }, { width, height }) {
  const [w, h] = [(scale * width) / 2, (scale * height) / 2];
  return { left: x - w, right: x + w, bottom: y - h, top: y + h };
}

/**
 * A view zoomed by a factor, greater than 1 to see more; a place stays where it is. One that is beyond the limits already goes no further.
 *
 * @param {View} view
 * @param {number} factor
 * @param {Place} at
 * @param {Limits} limits
 * @returns {View}
 */
export function zoomed(view, factor, at, { least, greatest }) {
  const scale = clamped(view.scale * factor, Math.min(least, view.scale), Math.max(greatest, view.scale));
  const share = scale / view.scale;
  return { x: at.x + (view.x - at.x) * share, y: at.y + (view.y - at.y) * share, scale };
}

/**
 * A view whose middle lies inside a rectangle.
 *
 * @param {View} view
 * @param {Rectangle} bounds
 * @returns {View}
 */
export const heldIn = (view, { left, right, bottom, top }) => ({
  ...view, x: clamped(view.x, left, right), y: clamped(view.y, bottom, top),
});

/**
 * @param {Place} place
 * @param {View} view
 * @param {Size} size
 * @param {number} inset pixels from the edge within which it does not count as seen
 */
export function isSeen(place, view, size, inset) {
  const { x, y } = bringing(view, place, size, inset);
  return x === view.x && y === view.y;
}

/**
 * A view moved just as far as it takes for a place to be seen.
 *
 * @param {View} view
 * @param {Place} place
 * @param {Size} size
 * @param {number} inset pixels between the place and the edge, at least
 * @returns {View}
 */
export function bringing(view, { x, y }, { width, height }, inset) {
  const [w, h] = [width, height].map((side) => view.scale * Math.max(0, side / 2 - inset));
  return { ...view, x: clamped(view.x, x - w, x + w), y: clamped(view.y, y - h, y + h) };
}

/**
 * A view on the way from one to another.
 *
 * @param {View} from
 * @param {View} to
 * @param {number} share 0 to 1
 * @returns {View}
 */
export const between = (from, to, share) => ({
  x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, scale: from.scale * (to.scale / from.scale) ** share,
});
