// Where the names of lines stand. In: lines in pixels, what is taken already, points. Out: places, at edges or along a line, where they
// cover nothing.

/**
 * @import { Place } from "../data/types.d.ts"
 *
 * @typedef {{ width: number, height: number }} Size in pixels
 * @typedef {{ left: number, right: number, top: number, bottom: number }} Box in pixels, y down
 */

const EDGE = 12; // pixels from a view's edge to the middle of a name
const HEIGHT = 14; // of a name
const GAP = 6; // pixels between names
const SPOTS = [0.3, 0.7, 0.2, 0.5, 0.8, 0.4, 0.6, 0.12, 0.88]; // along a line

/**
 * What a name covers.
 *
 * @param {Place} at its middle
 * @param {number} width
 * @returns {Box}
 */
export const boxAround = ({ x, y }, width) => ({
  left: x - width / 2 - GAP, right: x + width / 2 + GAP, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2,
});

/**
 * @param {Box} a
 * @param {Box} b
 */
export const overlaps = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;

/**
 * Where a line crosses a horizontal or a vertical one.
 *
 * @param {Place[][]} parts
 * @param {"x" | "y"} across
 * @param {number} value
 */
function crossings(parts, across, value) {
  const other = across === "x" ? "y" : "x";
  const found = [];
  for (const part of parts) {
    for (let i = 1; i < part.length; i++) {
      const [from, to] = [part[i - 1], part[i]];
      if ((from[across] < value) === (to[across] < value)) continue;
      const share = (value - from[across]) / (to[across] - from[across]);
      const along = from[other] + share * (to[other] - from[other]);
      found.push(across === "x" ? { x: value, y: along } : { x: along, y: value });
    }
  }
  return found;
}

/**
 * Places for the name of a meridian, at the upper edge or the lower one, or of a parallel, at the left or the right; of a circle that meets
 * none of them below it.
 *
 * @param {Place[][]} parts
 * @param {"ra" | "dec"} kind
 * @param {number} width of the name
 * @param {Size} size of the view
 * @returns {Place[]} the best first
 */
export function edgePlaces(parts, kind, width, size) {
  const aside = EDGE + width / 2;
  const isIn = (/** @type {Place} */ { x, y }) => (
    x >= aside - 1 && x <= size.width - aside + 1 && y >= EDGE - 1 && y <= size.height - EDGE + 1
  );
  const found = kind === "ra"
    ? [...crossings(parts, "y", EDGE), ...crossings(parts, "y", size.height - EDGE)]
    : [...crossings(parts, "x", aside), ...crossings(parts, "x", size.width - aside)];
  const inside = found.filter(isIn);
  if (inside.length || kind === "ra") return inside;
  const all = parts.flat().filter(isIn);
  return all.length ? [all.reduce((lowest, place) => (place.y > lowest.y ? place : lowest))] : [];
}

/**
 * The part of a step that lies in a view.
 *
 * @param {Place} from
 * @param {Place} to
 * @param {Size} size
 * @returns {[Place, Place] | null}
 */
function clipped(from, to, { width, height }) {
  let [begin, end] = [0, 1];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  for (const [step, room] of [[-dx, from.x], [dx, width - from.x], [-dy, from.y], [dy, height - from.y]]) {
    if (step === 0 && room < 0) return null;
    if (step < 0) begin = Math.max(begin, room / step);
    if (step > 0) end = Math.min(end, room / step);
  }
  if (begin >= end) return null;
  const at = (/** @type {number} */ share) => ({ x: from.x + share * dx, y: from.y + share * dy });
  return [at(begin), at(end)];
}

/**
 * Where on a line its name covers the fewest points and no other name, and how it is turned there.
 *
 * @param {Place[][]} parts
 * @param {number} width of the name
 * @param {Size} size of the view
 * @param {Box[]} taken
 * @param {Place[]} points
 * @returns {Place & { angle: number } | null} null where there is no room
 */
export function placeAlong(parts, width, size, taken, points) {
  const steps = parts.flatMap((part) => part.slice(1).flatMap((to, i) => {
    const step = clipped(part[i], to, size);
    return step ? [step] : [];
  }));
  const lengths = steps.map(([a, b]) => Math.hypot(b.x - a.x, b.y - a.y));
  const length = lengths.reduce((sum, one) => sum + one, 0);
  if (length < 1.5 * width) return null;
  /** @type {Place & { angle: number } | null} */
  let best = null;
  let fewest = Infinity;
  for (const spot of SPOTS) {
    let [i, rest] = [0, spot * length];
    while (i < steps.length - 1 && rest > lengths[i]) rest -= lengths[i++];
    const [a, b] = steps[i];
    const share = rest / lengths[i];
    const at = { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) };
    const slope = Math.atan2(b.y - a.y, b.x - a.x);
    const angle = Math.abs(slope) > Math.PI / 2 ? slope - Math.sign(slope) * Math.PI : slope;
    const [half, up] = [(Math.abs(Math.cos(angle)) * width + HEIGHT) / 2, (Math.abs(Math.sin(angle)) * width + HEIGHT) / 2];
    const box = { left: at.x - half, right: at.x + half, top: at.y - up, bottom: at.y + up };
    if (box.left < 0 || box.right > size.width || box.top < 0 || box.bottom > size.height) continue;
    if (taken.some((other) => overlaps(other, box))) continue;
    const covered = points.filter(({ x, y }) => x > box.left && x < box.right && y > box.top && y < box.bottom).length;
    if (covered < fewest) [best, fewest] = [{ ...at, angle }, covered];
    if (!covered) break;
  }
  return best;
}
