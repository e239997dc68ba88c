// How 8-bit pixels become brightnesses on the screen. In: a kind of stretch, its limits, whether it is inverted. Out: the table of all
// 256 values, which an SVG filter takes: that works on all pictures alike, also on those whose values the browser does not tell.

/** @typedef {{ kind: "linear" | "asinh" | "log", low: number, high: number, isInverted: boolean }} Stretch limits of 0 to 255 */

const SOFTENING = 0.1; // where asinh turns from a line into a logarithm, as a part of the range (Lupton et al. 2004)
const EXPONENT = 1000; // of the logarithm, as DS9 has it

/** @type {Record<Stretch["kind"], (share: number) => number>} */
const CURVES = {
  linear: (share) => share,
  asinh: (share) => Math.asinh(share / SOFTENING) / Math.asinh(1 / SOFTENING),
  log: (share) => Math.log1p(EXPONENT * share) / Math.log1p(EXPONENT),
};

/** @type {Stretch} */
export const AS_IT_IS = { kind: "linear", low: 0, high: 255, isInverted: false };

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
