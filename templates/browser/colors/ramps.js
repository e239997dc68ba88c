// Colours as numbers and as texts. In: hues, ramps, palettes. Out: red, green and blue, or "#rrggbb".

import { TINT_STEPS } from "../wire/constants.js";

/** @import { Palette } from "../wire/types.d.ts" */

/** The least and the greatest lightness that read well on the dark page and on the light one. */
export const LIGHTNESS = { dark: [0.42, 0.86], light: [0.28, 0.68] };

/** @param {number} value 0 to 255 */
const twoDigits = (value) => value.toString(16).padStart(2, "0");

/**
 * Red, green and blue of a colour of CSS's hsl() (CSS Color 4, section 7.1), from 0 to 255.
 *
 * @param {number} hue in degrees
 * @param {number} saturation 0 to 1
 * @param {number} lightness 0 to 1
 */
export function channels(hue, saturation, lightness) {
  const span = saturation * Math.min(lightness, 1 - lightness);
  const channel = (/** @type {number} */ offset) => {
    const k = (offset + hue / 30 + 12) % 12;
    return Math.round(255 * (lightness - span * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/**
 * The same as text.
 *
 * @param {number} hue in degrees
 * @param {number} saturation 0 to 1
 * @param {number} lightness 0 to 1
 */
export const hsl = (hue, saturation, lightness) => `#${channels(hue, saturation, lightness).map(twoDigits).join("")}`;

/**
 * Red, green and blue of a colour, from 0 to 255.
 *
 * @param {string} color "#rrggbb"
 */
export const rgbOf = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

/**
 * @param {string} from
 * @param {string} to
 * @param {number} share of `to`
 */
function mix(from, to, share) {
  const channel = (/** @type {number} */ at) => {
    const [a, b] = [from, to].map((color) => parseInt(color.slice(at, at + 2), 16));
    return twoDigits(Math.round(a + (b - a) * share));
  };
  return `#${[1, 3, 5].map(channel).join("")}`;
}

/**
 * The colour at a place of a ramp.
 *
 * @param {string[]} ramp
 * @param {number} share 0 to 1
 */
export function onRamp(ramp, share) {
  const at = share * (ramp.length - 1);
  const below = Math.min(Math.floor(at), ramp.length - 2);
  return mix(ramp[below], ramp[below + 1], at - below);
}

/**
 * Cutouts' own colours: hue and saturation, and the rank of the lightness spread over what reads well on the page.
 *
 * @param {number[]} tint three numbers a point
 * @param {boolean} isDark
 */
export function ownColors(tint, isDark) {
  const [low, high] = LIGHTNESS[isDark ? "dark" : "light"];
  return Array.from({ length: tint.length / 3 }, (_, i) => hsl(
    (tint[3 * i] * 360) / TINT_STEPS, tint[3 * i + 1] / TINT_STEPS, low + ((high - low) * tint[3 * i + 2]) / TINT_STEPS,
  ));
}

/**
 * The colour of a tag: none of those of the selected cutout and of the similar ones, which the first two categories are like.
 *
 * @param {Palette} palette
 * @param {number} tag from 1 on
 */
export const tagColor = ({ categories }, tag) => categories[tag + 1];
