// The colours of pictures' edges. In: a choice of colour, what points are painted by. Out: of each place a colour.

import { MISSING, NUMBER_STEPS } from "../wire/constants.js";

/**
 * @import { ColorChoice } from "../data/types.d.ts"
 * @import { Look } from "../density/looks.js"
 */

const FRAME = "#56627a"; // around dark pictures on a dark ground, into which they would be holes

/**
 * The colour of each place in a look, as text; a frame's where that is not known, and of cutouts' own colours, which need no telling.
 *
 * @param {ColorChoice} choice
 * @param {Look} look of it
 * @returns {(place: number) => string}
 */
export function edgesOf(choice, { kind, values, table, ramp: { ramp } }) {
  if (!values || choice === "own" || kind === "colors") return () => FRAME;
  const last = ramp.length / 3 - 1;
  return (place) => {
    const code = values[place];
    if (kind === "numbers" && code === MISSING) return FRAME;
    const [from, at] = kind === "numbers" ? [ramp, Math.round((code / NUMBER_STEPS) * last)] : [table ?? [], code];
    return `rgb(${from[3 * at]} ${from[3 * at + 1]} ${from[3 * at + 2]})`;
  };
}
