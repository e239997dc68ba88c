// The line below the sky. In: where the pointer is, what is seen. Out: its position, in ICRS or in galactic coordinates, else how the sky
// lies and how much of it is seen.

import { remember, remembered } from "../remember.js";
import { byId } from "../text/element.js";
import { angle, galactic, position } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { FRAMES, RADIAN, inFrame } from "./sphere.js";

/**
 * @import { Plot } from "../plots/plot.js"
 * @import { Steering } from "./steering.js"
 * @import { Position } from "./sphere.js"
 */

const NAME = "sky-frame"; // under which it is remembered
const MOST_DIGITS = 3;

/**
 * How many digits of arcseconds a pixel tells; -1 for fewer than whole ones.
 *
 * @param {number} scale radians a pixel
 */
export function digitsOf(scale) {
  const arcsec = (scale / RADIAN) * 3600;
  return arcsec > 60 ? -1 : Math.max(0, Math.min(MOST_DIGITS, Math.ceil(-Math.log10(arcsec))));
}

/**
 * @param {Plot} plot
 * @param {Steering} steering
 */
export function openReadout(plot, steering) {
  const line = byId("hd-sky-readout");
  const button = byId("hd-sky-frame");
  let isGalactic = remembered(NAME) === "galactic";
  /** @type {Position | null} */
  let pointed = null;

  /** @param {Position} at */
  function told({ ra, dec }) {
    const digits = digitsOf(plot.scale);
    if (!isGalactic) return position(ra, dec, digits);
    const { lon, lat } = inFrame({ ra, dec }, FRAMES.galactic);
    return galactic(lon, lat, digits);
  }

  function idle() {
    if (!steering.plane.at) return SAY.skyReadout;
    return SAY.fieldReadout(angle((plot.scale * plot.figure.inner_width) / RADIAN));
  }

  function say() {
    line.textContent = pointed ? told(pointed) : idle();
    button.textContent = isGalactic ? SAY.frames.galactic : SAY.frames.icrs;
  }

  button.addEventListener("click", () => {
    isGalactic = !isGalactic;
    remember(NAME, isGalactic ? "galactic" : "icrs");
    say();
  });
  say();
  return {
    /** @param {Position | null} at where the pointer is */
    point(at) {
      pointed = at;
      say();
    },
    /** The view has changed. */
    say,
    /** What is in the middle of the view, for those who do not see it. */
    middle: () => (steering.middle && steering.plane.at ? SAY.fieldAt(idle(), told(steering.middle)) : SAY.skyWhole),
  };
}
