// A line that was drawn, with few corners. In: the corners of a hand. Out: those that matter, and numbers with few digits.

/** @import { Place } from "../data/types.d.ts" */

const LARGER = 1.25; // step by step, until few enough corners are left
const MOST_DIGITS = 20; // that JavaScript writes behind the point

/**
 * How far a place is from a line between two others.
 *
 * @param {Place} place
 * @param {Place} from
 * @param {Place} to
 */
function distance({ x, y }, from, to) {
  const [right, up] = [to.x - from.x, to.y - from.y];
  const length = right * right + up * up;
  const share = length ? Math.max(0, Math.min(1, ((x - from.x) * right + (y - from.y) * up) / length)) : 0;
  return Math.hypot(x - from.x - share * right, y - from.y - share * up);
}

/**
 * Those corners of a closed line from which the line between the others would be farther than is allowed (D. Douglas & T. Peucker 1973,
 * Cartographica 10, 112).
 *
 * @param {Place[]} corners
 * @param {number} allowed
 */
function within(corners, allowed) {
  const line = [...corners, corners[0]];
  const kept = new Uint8Array(line.length);
  const apart = corners.map(({ x, y }) => Math.hypot(x - corners[0].x, y - corners[0].y));
  const far = apart.reduce((best, one, i) => (one > apart[best] ? i : best), 0);
  kept[0] = kept[far] = 1;
  const spans = [[0, far], [far, corners.length]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    let [most, at] = [allowed, -1];
    for (let i = from + 1; i < to; i++) {
      const away = distance(line[i], line[from], line[to]);
      if (away > most) [most, at] = [away, i];
    }
    if (at < 0) continue;
    kept[at] = 1;
    spans.push([from, at], [at, to]);
  }
  return corners.filter((_, i) => kept[i]);
}

/**
 * A closed line with no more corners than are needed, and no more than so many.
 *
 * @param {Place[]} corners one at least
 * @param {number} tolerance how far it may move; farther only where it would have too many corners
 * @param {number} most
 */
export function simplified(corners, tolerance, most) {
  let allowed = tolerance;
  let found = within(corners, allowed);
  while (found.length > most) {
    allowed *= LARGER;
    found = within(corners, allowed);
  }
  return found;
}

/**
 * A number with as few digits as tell it from those that are a step away.
 *
 * @param {number} value
 * @param {number} step
 */
export function rounded(value, step) {
  const digits = Math.max(0, Math.min(MOST_DIGITS, Math.ceil(-Math.log10(step))));
  return Number(value.toFixed(digits)) + 0; // never -0
}
