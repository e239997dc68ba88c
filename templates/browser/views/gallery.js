// The selected cutout and the most similar ones; with nothing selected, a few cutouts to start from. In: `shown` and `hovered`.
// Out: a selected or a hovered row, and `data-hd-shown` on the body.

import { on, set, state } from "../state.js";
import { byId, element } from "../text/element.js";
import { count, similarity } from "../text/format.js";
import { select } from "../walk.js";
import { paintedCanvas } from "./canvas.js";
import { facts, positions } from "./facts.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { SimilarCutout } from "../data/types.d.ts"
 * @import { State } from "../state.js"
 */

const [TILE, PORTRAIT] = [118, 128]; // sides of pictures, in CSS pixels

/**
 * Let a button select a row, and hover it while the pointer is on it.
 *
 * @param {HTMLButtonElement} button
 * @param {number} row
 */
function standFor(button, row) {
  button.addEventListener("click", () => select(row));
  button.addEventListener("pointerenter", () => set({ hovered: row }));
  button.addEventListener("pointerleave", () => set({ hovered: null }));
}

/**
 * @param {SimilarCutout} cutout
 * @param {HTMLCanvasElement} canvas
 */
function card({ row, rank, similarity: cosine, name, labels, sky }, canvas) {
  const made = element(
    "button",
    { type: "button", class: "hd-similar", "data-row": row, "data-rank": rank, "data-similarity": cosine.toFixed(5) },
    element("div", { class: "hd-picture" }, canvas, element("b", { class: "hd-rank", "aria-label": `number ${rank}` }, String(rank))),
    element("span", { class: "hd-similarity", title: "similarity (cosine)" }, similarity(cosine)),
    element("span", { title: name }, name),
  );
  if (labels.length) {
    const best = labels.slice(0, 2).map((label) => label.name).join(", ");
    made.append(element("span", { title: labels.map((label) => `${label.name} ${label.score.toFixed(2)}`).join("\n") }, best));
  }
  for (const text of positions(sky, 0)) made.append(element("span", { title: text }, text));
  standFor(made, row);
  made.addEventListener("focus", () => set({ hovered: row }));
  return element("li", {}, made);
}

/**
 * Why there are fewer similar cutouts than wanted.
 *
 * @param {{ n: number, wanted: number }} data
 * @param {number} found
 * @param {boolean} leaveOutOverlapping
 */
export function noteOn({ n, wanted }, found, leaveOutOverlapping) {
  if (n === 1) return "there is only one cutout: nothing to compare it with";
  if (found >= wanted) return "";
  if (!leaveOutOverlapping) return `all ${found} others`;
  return found ? `only ${found} that do not overlap` : "all that are similar overlap";
}

/**
 * @param {Data} data
 * @param {State} state
 */
function showSimilar(data, { shown, leaveOutOverlapping }) {
  byId("hd-shown").hidden = !shown;
  byId("hd-start").hidden = !!shown;
  const gallery = byId("hd-similar");
  const pictures = (shown?.similar ?? []).map(({ row }) => paintedCanvas(data.thumbnail(row), TILE));
  gallery.replaceChildren(...(shown?.similar ?? []).map((cutout, i) => card(cutout, pictures[i].canvas)));
  gallery.scrollTop = 0;
  byId("hd-gallery-note").textContent = shown ? noteOn(data, shown.similar.length, leaveOutOverlapping) : "";
  delete document.body.dataset.hdShown;
  if (!shown) return;
  const { row } = shown.cutout;
  byId("hd-selected-row").textContent = `row ${count(row)} of ${count(data.n)}`;
  byId("hd-selected").replaceChildren(paintedCanvas(data.portrait(row), PORTRAIT).canvas, facts(shown.cutout));
  sayWhenPainted(row, pictures.map(({ painted }) => painted));
}

/**
 * Tell those who drive the page by a script that all pictures of the similar ones stand.
 *
 * @param {number} row
 * @param {Promise<void>[]} painted
 */
async function sayWhenPainted(row, painted) {
  await Promise.all(painted);
  if (state.shown?.cutout.row === row) document.body.dataset.hdShown = String(row);
}

/** @param {Data} data */
function invite(data) {
  const text = data.n < 2
    ? "There is only one cutout, so there is nothing to compare it with."
    : "Click a point of the map, a place in the image, or one of these, spread over the map, to see what is most like it.";
  const tiles = data.start.map((row) => {
    const tile = element("button", { type: "button", class: "hd-start", "aria-label": `cutout ${row}` });
    tile.append(paintedCanvas(data.thumbnail(row), TILE).canvas);
    standFor(tile, row);
    return tile;
  });
  byId("hd-start").replaceChildren(element("p", {}, text), element("div", {}, ...tiles));
}

/** @param {number | null} hovered */
function markHovered(hovered) {
  for (const made of byId("hd-similar").querySelectorAll("button")) {
    made.classList.toggle("hd-hovered", made.dataset.row === String(hovered));
  }
}

/** @param {Data} data */
export function openGallery(data) {
  invite(data);
  on(["shown"], (now) => showSimilar(data, now));
  on(["hovered"], ({ hovered }) => markHovered(hovered));
}
