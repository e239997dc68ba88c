// The marks of the selected cutout, the similar ones and the hovered one, in plots that show points. In: the state. Out: rings,
// numbers, and where they stand.

import { on, state } from "../state.js";

/**
 * @import { Cutout, Place, Shown } from "../data/types.d.ts"
 * @import { Plot } from "./plot.js"
 *
 * @typedef {(cutout: Cutout) => Place | null} PlaceOf gives a cutout's place in a plot
 * @typedef {Place & { row: number, rank: number }} Numbered a similar cutout's place
 */

const ROOM = 24; // pixels to the next mark that a number needs

/** @param {Place[]} places */
export const columns = (places) => ({ x: places.map(({ x }) => x), y: places.map(({ y }) => y) });

/**
 * The places of the selected cutout and of the similar ones.
 *
 * @param {Shown | null} shown
 * @param {PlaceOf} placeOf
 */
function placesOf(shown, placeOf) {
  const own = shown && placeOf(shown.cutout);
  /** @type {Numbered[]} */
  const others = (shown?.similar ?? []).flatMap((cutout) => {
    const at = placeOf(cutout);
    return at ? [{ x: at.x, y: at.y, row: cutout.row, rank: cutout.rank }] : [];
  });
  return { own, others };
}

/**
 * Those that have their number told: the hovered one, and others that have room for it.
 *
 * @param {Place | null} own
 * @param {Numbered[]} others
 * @param {number} room
 * @param {number | null} hovered
 */
export function told(own, others, room, hovered) {
  const isFar = (/** @type {Place} */ a, /** @type {Place} */ b) => Math.hypot(a.x - b.x, a.y - b.y) >= room;
  return others.filter((at) => (
    at.row === hovered || ((!own || isFar(own, at)) && others.every((other) => other === at || isFar(other, at)))
  ));
}

/**
 * @param {Plot} plot
 * @param {Place | null} own
 * @param {Numbered[]} others
 */
function drawNumbers(plot, own, others) {
  const labels = told(own, others, ROOM * plot.scale, state.hovered);
  plot.draw("numbers", { ...columns(labels), text: labels.map(({ rank }) => String(rank)) });
}

/**
 * Mark the selected cutout, and the similar ones with their numbers.
 *
 * @param {Plot} plot
 * @param {Shown | null} shown
 * @param {PlaceOf} placeOf
 */
export function mark(plot, shown, placeOf) {
  const { own, others } = placesOf(shown, placeOf);
  plot.draw("selected", columns(own ? [own] : []));
  plot.draw("nine", columns(others));
  drawNumbers(plot, own, others);
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
 * Keep the ring around the hovered cutout, and its number if it has one.
 *
 * @param {Plot} plot
 * @param {(row: number) => Promise<Cutout>} find
 * @param {PlaceOf} placeOf
 */
export function markHovered(plot, find, placeOf) {
  on(["hovered"], ({ shown }) => {
    const { own, others } = placesOf(shown, placeOf);
    drawNumbers(plot, own, others);
  });
  onHovered(find, (cutout) => {
    const at = cutout && placeOf(cutout);
    plot.draw("hovered", columns(at ? [at] : []));
  });
}
