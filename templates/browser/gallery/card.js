// One of the similar cutouts, or of those to start from, as a button with its picture. In: a cutout, its lines. Out: elements; a
// selected or a hovered row.

import { set } from "../state.js";
import { element } from "../text/element.js";
import { distance, similarity } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { select } from "../walk.js";
import { isPlaceholder } from "./captions.js";

/** @import { Cutout, SimilarCutout } from "../data/types.d.ts" */

const HOLD_MS = 500; // that a finger stays for a closer look

/**
 * Let a button select a row, and hover it while the pointer is on it. Of a double click only the first click selects.
 *
 * @param {HTMLButtonElement} button
 * @param {number} row
 */
export function standFor(button, row) {
  button.addEventListener("click", ({ detail }) => detail < 2 && select(row));
  button.addEventListener("pointerenter", () => set({ hovered: row }));
  button.addEventListener("pointerleave", () => set({ hovered: null }));
}

/**
 * Call a function when a finger stays on an element; the click that follows is swallowed.
 *
 * @param {HTMLElement} target
 * @param {() => void} act
 */
function onHold(target, act) {
  let timer = 0;
  let isHeld = false;
  const stop = () => clearTimeout(timer);
  target.addEventListener("pointerdown", ({ pointerType }) => {
    isHeld = false;
    if (pointerType !== "touch") return;
    timer = window.setTimeout(() => {
      isHeld = true;
      act();
    }, HOLD_MS);
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) target.addEventListener(name, stop);
  target.addEventListener("contextmenu", (event) => event.preventDefault());
  target.addEventListener("click", (event) => isHeld && event.stopImmediatePropagation(), { capture: true });
}

/**
 * How similar, in words where it is not.
 *
 * @param {number} cosine
 */
export const likeness = (cosine) => (cosine < 0 ? `${SAY.notSimilar} (${similarity(cosine)})` : similarity(cosine));

/**
 * What a cutout stands there for: how similar it is, or how far away where that is what counts.
 *
 * @param {Pick<SimilarCutout, "similarity" | "separation">} cutout
 */
export function headOf({ similarity: cosine, separation }) {
  if (separation !== undefined) return distance(3600 * separation);
  return cosine === null ? "" : likeness(cosine);
}

/**
 * What stands below a picture; what it stands there for comes before the first line.
 *
 * @param {SimilarCutout} cutout
 * @param {string[]} lines
 * @param {boolean} isSmoothed whether it is similar by smoothed fingerprints
 */
export function captionElements(cutout, lines, isSmoothed) {
  const [first = "", ...rest] = lines;
  const alike = isSmoothed ? SAY.smoothedSimilarity : SAY.similarity;
  const title = cutout.separation === undefined ? alike : SAY.separation;
  return [
    element("span", { title: first || title },
      element("span", { class: "hd-similarity", title }, headOf(cutout)), first && " ", element("bdi", {}, first)),
    ...rest.map((text) => element("span", { title: text }, element("bdi", {}, text))),
  ];
}

/**
 * What is said on a picture that seems to be none.
 *
 * @param {Cutout} cutout
 */
export const doubt = (cutout) => (
  isPlaceholder(cutout) ? [element("span", { class: "hd-doubt", title: SAY.placeholderWords }, SAY.placeholder)] : []
);

/**
 * @param {SimilarCutout} cutout
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} enlarge
 */
export function card(cutout, canvas, enlarge) {
  const { row, rank, similarity: cosine, separation } = cutout;
  const told = {
    ...(cosine === null ? {} : { "data-similarity": cosine.toFixed(5) }),
    ...(separation === undefined ? {} : { "data-separation": (3600 * separation).toFixed(5) }),
  };
  const button = element(
    "button",
    { type: "button", class: "hd-similar", "data-row": row, "data-rank": rank, ...told },
    element("div", { class: "hd-picture" }, canvas, element("b", { class: "hd-rank", "aria-label": SAY.number(rank) }, String(rank)),
      ...doubt(cutout)),
  );
  onHold(button, enlarge);
  standFor(button, row);
  button.addEventListener("focus", () => set({ hovered: row }));
  const closer = element(
    "button", { type: "button", class: "hd-enlarge", title: SAY.compare(rank), "aria-label": SAY.compare(rank) },
    element("i", { class: "hd-i hd-i-enlarge" }),
  );
  closer.addEventListener("click", enlarge);
  return element("li", {}, button, closer);
}
