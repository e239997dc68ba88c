// Opens the close look. In: the space bar, calls of the gallery. Out: the dialog.

import { state } from "../state.js";
import { Closely } from "./closely.js";

/** @import { Data } from "../data/data.js" */

/** @type {Closely | null} */
let closely = null;

/**
 * Look closely at the selected cutout beside a similar one.
 *
 * @param {Data} data
 * @param {number} at which of the similar ones, from 0
 */
export function lookClosely(data, at) {
  closely ??= new Closely(data);
  closely.look(at);
}

/**
 * Let the space bar look closely, wherever it has no meaning of its own.
 *
 * @param {Data} data
 */
export function openClosely(data) {
  const wanted = (/** @type {KeyboardEvent} */ { key, target }) => {
    if (key !== " " || !state.shown || document.querySelector("dialog[open]")) return false;
    const held = target instanceof Element ? target.closest("button, input, select, textarea, a, summary, [role=tab]") : null;
    return !held || held.matches(".hd-similar, .hd-portrait");
  };
  document.addEventListener("keydown", (event) => {
    if (!wanted(event)) return;
    event.preventDefault();
    const at = state.shown?.similar.findIndex(({ row }) => row === state.hovered) ?? -1;
    lookClosely(data, Math.max(0, at));
  });
  // A button is pressed when the bar is let go.
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target instanceof Element && event.target.closest(".hd-similar, .hd-portrait")) event.preventDefault();
  });
}
