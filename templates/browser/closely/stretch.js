// How 8-bit pixels become brightnesses on the screen. In: a kind of stretch, its limits, drags that change them, whether it is inverted.
// Out: the table of all 256 values, which an SVG filter takes: that works on all pictures alike, also on those whose values the browser
// does not tell.

/** @typedef {{ kind: "linear" | "asinh" | "log", low: number, high: number, isInverted: boolean }} Stretch limits of 0 to 255 */

const [WHITE, LEAST_RANGE] = [255, 2]; // the greatest value, and between the limits
const REACH = 320; // pixels of a drag that move the limits by their distance
const CONTRAST_REACH = 160; // pixels of a drag that bring them closer together by a factor of e
const SOFTENING = 0.1; // where asinh turns from a line into a logarithm, as a part of the range (Lupton et al. 2004)
const EXPONENT = 1000; // of the logarithm, as DS9 has it

/** @type {Record<Stretch["kind"], (share: number) => number>} */
const CURVES = {
  linear: (share) => share,
  asinh: (share) => Math.asinh(share / SOFTENING) / Math.asinh(1 / SOFTENING),
  log: (share) => Math.log1p(EXPONENT * share) / Math.log1p(EXPONENT),
};

/** @type {Stretch} */
export const AS_IT_IS = { kind: "linear", low: 0, high: WHITE, isInverted: false };

/**
 * Limits within what there is, and apart: white gives way to black.
 *
 * @param {number} low
 * @param {number} high
 */
export function limitsOf(low, high) {
  const bounded = Math.max(0, Math.min(WHITE - LEAST_RANGE, Math.round(low)));
  return { low: bounded, high: Math.max(bounded + LEAST_RANGE, Math.min(WHITE, Math.round(high))) };
}

/**
 * Limits after a drag, as DS9 has it: to the right all gets darker, downwards the contrast grows.
 *
 * @param {{ low: number, high: number }} limits where it began
 * @param {number} right in pixels
 * @param {number} down
 */
export function draggedLimits({ low, high }, right, down) {
  const middle = (low + high) / 2 + (right / REACH) * (high - low);
  const half = Math.min(WHITE, (high - low) * Math.exp(-down / CONTRAST_REACH)) / 2;
  return limitsOf(middle - half, middle + half);
}

/**
 * How often each value from 0 to 255 occurs among red, green and blue.
 *
 * @param {Iterable<ArrayLike<number>>} pictures four numbers a pixel
 */
export function countValues(pictures) {
  const counts = new Uint32Array(256);
  for (const pixels of pictures) {
    for (let i = 0; i < pixels.length; i += 4) {
      for (let channel = i; channel < i + 3; channel++) counts[pixels[channel]]++;
    }
  }
  return counts;
}

/**
 * The brightness, 0 to 1, of each value from 0 to 255.
 *
 * @param {Stretch} stretch
 */
export function tableOf({ kind, low, high, isInverted }) {
  return Array.from({ length: 256 }, (_, value) => {
    const share = Math.max(0, Math.min(1, (value - low) / Math.max(1, high - low)));
    return isInverted ? 1 - CURVES[kind](share) : CURVES[kind](share);
  });
}

/** @param {Stretch} stretch */
export const tableText = (stretch) => tableOf(stretch).map((value) => Number(value.toFixed(4))).join(" ");
