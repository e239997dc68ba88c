// Keys. In: what is pressed, and `shown`. Out: a step of the walk, another `hovered`, or another view of the map.

import { ZOOM_STEP } from "./plots/keys.js";
import { showWholes, zoomPlot } from "./plots/plot.js";
import { nextStyle } from "./points/style.js";
import { set, state } from "./state.js";
import { back, reset, select, visited } from "./walk.js";

const similarRows = () => (state.shown?.similar ?? []).map(({ row }) => row);

// On to the most similar cutout that was not visited yet.
function walkOn() {
  const rows = similarRows();
  const next = rows.find((row) => !visited.has(row)) ?? rows[0];
  if (next !== undefined) select(next);
}

/** @param {1 | -1} by */
function hoverNext(by) {
  const rows = similarRows();
  if (!rows.length) return;
  const at = state.hovered === null ? -1 : rows.indexOf(state.hovered);
  set({ hovered: rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length] });
}

// The way home: first nothing is selected, then all is shown.
function leave() {
  if (state.selected === null) showWholes();
  else reset();
}

const zoomIn = () => zoomPlot("hd-map", 1 / ZOOM_STEP);
const zoomOut = () => zoomPlot("hd-map", ZOOM_STEP);

/** @type {Record<string, () => void>} */
const ACTIONS = {
  Escape: leave,
  Home: showWholes,
  0: showWholes,
  "+": zoomIn,
  "=": zoomIn,
  "-": zoomOut,
  m: nextStyle,
  ArrowLeft: back,
  ArrowRight: walkOn,
  ArrowDown: () => hoverNext(1),
  ArrowUp: () => hoverNext(-1),
  Enter: () => {
    if (state.hovered !== null) select(state.hovered);
  },
};

/**
 * What a key means now; nothing for most.
 *
 * @param {string} key
 * @returns {(() => void) | undefined}
 */
export function actionOf(key) {
  const row = /^[1-9]$/.test(key) ? similarRows()[Number(key) - 1] : undefined;
  return row === undefined ? ACTIONS[key] : () => select(row);
}

export function openKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("select, textarea, input:not([type=checkbox]), [contenteditable]")) return; // which have keys of their own
    if (event.key === "Enter" && target?.closest("button, input, a")) return;
    if (event.key.startsWith("Arrow") && target?.closest(".hd-story")) return; // which is read, and scrolled
    const action = actionOf(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}
