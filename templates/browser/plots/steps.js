// From point to point by arrow keys. In: points, a place, a direction. Out: the row of the next point that way.

/**
 * @import { Place, PointColumns } from "../data/types.d.ts"
 * @import { Points } from "../data/points.js"
 *
 * @typedef {{ right: number, up: number }} Direction along an axis: one of them is 1 or -1, the other 0
 */

const WIDER = 4; // each square that is searched is so many times as wide as the last

/**
 * How far a point is that way; infinitely if it lies more aside than ahead. Aside counts twice.
 *
 * @param {Place} from
 * @param {Place} to
 * @param {Direction} direction
 */
function wayTo(from, to, { right, up }) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const [ahead, aside] = [dx * right + dy * up, Math.abs(dx * up) + Math.abs(dy * right)];
  return ahead > 0 && aside <= ahead ? ahead + 2 * aside : Infinity;
}

/**
 * @param {PointColumns} points
 * @param {Place} from
 * @param {Direction} direction
 */
export function nextOf({ x, y, row }, from, direction) {
  let [next, least] = [/** @type {number | null} */ (null), Infinity];
  for (let i = 0; i < row.length; i++) {
    const way = wayTo(from, { x: x[i], y: y[i] }, direction);
    if (way < least) [next, least] = [row[i], way];
  }
  return { next, least };
}

/**
 * The next point that way, of all, without loading more than it takes.
 *
 * @param {Pick<Points, "extent" | "inside">} points
 * @param {Place} from
 * @param {Direction} direction
 * @param {number} side of the square that is searched first
 * @returns {Promise<number | null>}
 */
export async function stepFrom(points, from, direction, side) {
  const { left, right, bottom, top } = points.extent;
  const farthest = Math.max(right - from.x, from.x - left, top - from.y, from.y - bottom);
  for (let reach = side; ; reach *= WIDER) {
    const box = { left: from.x - reach, right: from.x + reach, bottom: from.y - reach, top: from.y + reach };
    const { next, least } = nextOf(await points.inside(box), from, direction);
    if (least <= reach || reach >= farthest) return next; // what lies outside is farther
  }
}
