// Keys of a plot that has the focus. In: what is pressed. Out: its camera, or a step to the next cutout that way.

/** @import { Plot } from "./plot.js" */

export const ZOOM_STEP = 1.4;
const PAN_STEP = 80; // pixels

/** @type {Record<string, [right: number, up: number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * What a key means to a plot now; nothing for most.
 *
 * @param {Plot} plot
 * @param {string} key
 * @param {boolean} isShifted
 * @returns {(() => void) | undefined}
 */
export function plotActionOf(plot, key, isShifted) {
  const { camera, reactions: { onStep } } = plot;
  if (key === "+" || key === "=") return () => camera.zoom(1 / ZOOM_STEP);
  if (key === "-" || key === "_") return () => camera.zoom(ZOOM_STEP);
  if (key === "0" || key === "Home") return () => camera.showWhole();
  if (!Object.hasOwn(ARROWS, key)) return undefined;
  const [right, up] = ARROWS[key];
  if (onStep && !isShifted) return () => onStep(right, up);
  return () => camera.pan(-right * PAN_STEP, up * PAN_STEP);
}

/**
 * @param {Plot} plot
 * @param {HTMLElement} surface
 */
export function openPlotKeys(plot, surface) {
  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = plotActionOf(plot, event.key, event.shiftKey);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation(); // the page's keys mean something else by it
    action();
  });
}
