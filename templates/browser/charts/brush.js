// The arithmetic of a brush: which part of it is taken hold of, and where a drag or a key brings it. In and out: shares of the axis, from
// 0 to 1.

/**
 * @typedef {[number, number]} Span the lower end first
 * @typedef {{ part: "low" | "high" | "middle" | "new", span: Span, at: number }} Drag
 */

const inside = (/** @type {number} */ share) => Math.max(0, Math.min(1, share));
/** @type {(a: number, b: number) => Span} */
const between = (a, b) => (a <= b ? [a, b] : [b, a]);

/**
 * What a pointer takes hold of: an end, the middle, or, beside the brush, a new one.
 *
 * @param {Span | null} span
 * @param {number} at
 * @param {number} near how far from an end still takes it
 * @returns {Drag}
 */
export function startDrag(span, at, near) {
  if (!span) return { part: "new", span: [at, at], at };
  const [low, high] = span;
  const reach = at > low && at < high ? Math.min(near, (high - low) / 3) : near; // so that a narrow one has a middle
  const [toLow, toHigh] = [Math.abs(at - low), Math.abs(at - high)];
  if (Math.min(toLow, toHigh) <= reach) return { part: toLow < toHigh ? "low" : "high", span, at };
  return at > low && at < high ? { part: "middle", span, at } : { part: "new", span: [at, at], at };
}

/**
 * The brush when the pointer has come to a place. An end that is drawn past the other becomes the other.
 *
 * @param {Drag} drag
 * @param {number} to
 * @returns {Span}
 */
export function dragTo({ part, span: [low, high], at }, to) {
  if (part === "low") return between(inside(to), high);
  if (part === "high") return between(low, inside(to));
  if (part === "new") return between(inside(at), inside(to));
  const by = Math.max(-low, Math.min(1 - high, to - at));
  return [low + by, high + by];
}

/**
 * Move an end by a key; it stops at the other.
 *
 * @param {Span} span
 * @param {0 | 1} end
 * @param {number} to
 * @returns {Span}
 */
export const moveEnd = ([low, high], end, to) => (end === 0 ? [Math.min(inside(to), high), high] : [low, Math.max(inside(to), low)]);
