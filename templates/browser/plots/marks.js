// The marks of the selected cutout, the similar ones and the hovered one, in plots that show points. In: the state. Out: rings,
// numbers, and where they stand.

import { on, state } from "../state.js";
import { runs } from "../text/format.js";

/**
 * @import { Cutout, Place, Shown } from "../data/types.d.ts"
 * @import { Plot } from "./plot.js"
 *
 * @typedef {(cutout: Cutout) => Place | null} PlaceOf gives a cutout's place in a plot
 */

const TOUCH = 15; // pixels between numbers that would cover each other

/** @param {Place[]} places */
export const columns = (places) => ({ x: places.map(({ x }) => x), y: places.map(({ y }) => y) });

/**
 * Mark the selected cutout, and the similar ones with their numbers. Numbers that would cover each other share a label.
 *
 * @param {Plot} plot
 * @param {Shown | null} shown
 * @param {PlaceOf} placeOf
 */
export function mark(plot, shown, placeOf) {
  const own = shown && placeOf(shown.cutout);
  /** @type {Place[]} */
  const others = [];
  /** @type {(Place & { ranks: number[] })[]} */
  const labels = [];
  for (const cutout of shown?.similar ?? []) {
    const at = placeOf(cutout);
    if (!at) continue;
    others.push(at);
    const near = labels.find((label) => Math.hypot(label.x - at.x, label.y - at.y) < TOUCH * plot.scale);
    if (near) near.ranks.push(cutout.rank);
    else labels.push({ x: at.x, y: at.y, ranks: [cutout.rank] });
  }
  plot.draw("selected", columns(own ? [own] : []));
  plot.draw("nine", columns(others));
  plot.draw("numbers", { ...columns(labels), text: labels.map(({ ranks }) => runs(ranks)) });
  return { own, others };
}

/**
 * Call a function with the hovered cutout, which may have to be loaded first, or with none.
 *
 * @param {(row: number) => Promise<Cutout>} find
 * @param {(cutout: Cutout | null) => void} draw
 */
export function onHovered(find, draw) {
  on(["hovered"], async ({ hovered }) => {
    const cutout = hovered === null ? null : await find(hovered);
    if (hovered === state.hovered) draw(cutout);
  });
}

/**
 * Keep the ring around the hovered cutout.
 *
 * @param {Plot} plot
 * @param {(row: number) => Promise<Cutout>} find
 * @param {PlaceOf} placeOf
 */
export function markHovered(plot, find, placeOf) {
  onHovered(find, (cutout) => {
    const at = cutout && placeOf(cutout);
    plot.draw("hovered", columns(at ? [at] : []));
  });
}
