// The walk from cutout to cutout. In: rows to select, back and forward. Out: `selected` in the state, the page's address,
// and `data-hd-selected` on the body. It lives in the browser's own history, so that its back button works as well.

import { set, state } from "./state.js";

// Where we are in the walk, and how far it goes.
let depth = 0;
let deepest = 0;
let count = 0;

/** @type {Set<number>} */
export const visited = new Set();

/** @param {number | null} row */
function address(row) {
  // A page inside a notebook's frame has no address of its own.
  return location.protocol === "about:" ? undefined : row === null ? "#" : `#row=${row}`;
}

/** @param {number | null} row */
function arrive(row) {
  if (row !== null) visited.add(row);
  document.body.toggleAttribute("data-hd-selected", row !== null);
  if (row !== null) document.body.dataset.hdSelected = String(row);
  set({ selected: row, hovered: null });
}

/** @param {number | null} row */
function go(row) {
  if (row === state.selected) return;
  depth += 1;
  deepest = depth;
  history.pushState({ row, depth }, "", address(row));
  arrive(row);
}

/**
 * Select a cutout; what clicks, keys and scripts call.
 *
 * @param {number} row
 */
export function select(row) {
  if (!Number.isInteger(row) || row < 0 || row >= count) {
    throw new RangeError(`there is no row ${row}; rows are 0 to ${count - 1}`);
  }
  go(row);
}

export function reset() {
  visited.clear();
  go(null);
}

export const canGoBack = () => depth > 0;
export const canGoForward = () => depth < deepest;

export function back() {
  if (canGoBack()) history.back();
}

export function forward() {
  if (canGoForward()) history.forward();
}

/**
 * Begin with what the page's address asks for.
 *
 * @param {number} n how many rows there are
 */
export function startWalk(n) {
  count = n;
  const asked = /^#row=(\d+)$/.exec(location.hash);
  const row = asked && Number(asked[1]) < n ? Number(asked[1]) : null;
  history.replaceState({ row, depth: 0 }, "", address(row));
  window.addEventListener("popstate", (event) => {
    depth = event.state?.depth ?? 0;
    arrive(event.state?.row ?? null);
  });
  arrive(row);
}
