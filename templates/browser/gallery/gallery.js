// The selected cutout and the most similar ones; with nothing selected, a few cutouts to start from. In: `shown`, `hovered` and
// `color`. Out: a selected or a hovered row, `data-hd-shown` on the body, and a sentence for those who listen to the page.

import { lookClosely } from "../closely/open.js";
import { remember, remembered } from "../remember.js";
import { on, state } from "../state.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { paint, paintedCanvas } from "./canvas.js";
import { FILE, captionsOf, colorColumn, nameColumn, titleOf } from "./captions.js";
import { captionElements, card, doubt, likeness, standFor } from "./card.js";
import { facts } from "./facts.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Cutout, Shown } from "../data/types.d.ts"
 * @import { State } from "../state.js"
 */

const MOST_ROWS = 3; // of the grid, that are seen without scrolling
const BRIEF = 3; // facts beside the picture on a phone

/**
 * Why there are fewer similar cutouts than wanted.
 *
 * @param {{ n: number, wanted: number }} data
 * @param {number} found
 * @param {boolean} leaveOutOverlapping
 */
export function noteOn({ n, wanted }, found, leaveOutOverlapping) {
  if (n === 1) return SAY.aloneNote;
  if (found >= wanted) return "";
  if (!leaveOutOverlapping) return SAY.allOthers(found);
  return found ? SAY.apart(found) : SAY.allOverlap;
}

/**
 * The grid for so many pictures: columns and rows that fill the panel.
 *
 * @param {number} n
 */
export function gridOf(n) {
  const across = n <= 1 ? 1 : n <= 4 ? 2 : 3;
  return { across, down: Math.max(1, Math.min(MOST_ROWS, Math.ceil(n / across))) };
}

/**
 * @param {HTMLElement} grid
 * @param {number} n
 */
function layOut(grid, n) {
  const { across, down } = gridOf(n);
  grid.style.setProperty("--across", String(across));
  grid.style.setProperty("--down", String(down));
}

/** The column that was chosen for captions; null for none. */
function chosenCaption() {
  const menu = /** @type {HTMLSelectElement} */ (byId("hd-caption"));
  return menu.value === "" ? null : menu.value;
}

/**
 * Fill the menu of captions, once it is known which columns there are.
 *
 * @param {Cutout} cutout
 * @param {boolean} isOfOneImage so that its name says nothing
 */
function fillMenu({ metadata }, isOfOneImage) {
  const menu = /** @type {HTMLSelectElement} */ (byId("hd-caption"));
  if (menu.options.length) return;
  const columns = metadata.map(([key]) => key);
  if (!isOfOneImage) menu.append(element("option", { value: FILE }, SAY.fileCaption));
  menu.append(...[...columns, ""].map((column) => element("option", { value: column }, column || SAY.noCaption)));
  const wanted = remembered("caption");
  const known = [...menu.options].map(({ value }) => value);
  menu.value = wanted !== null && known.includes(wanted) ? wanted : nameColumn(columns) ?? (isOfOneImage ? "" : FILE);
  menu.closest("label")?.toggleAttribute("hidden", !columns.length);
}

/** @param {Data} data */
function caption(data) {
  const { shown } = state;
  if (!shown) return;
  const lines = captionsOf(shown, { caption: chosenCaption(), color: colorColumn(state.color, data.colors) });
  byId("hd-similar").style.setProperty("--lines", String(Math.max(1, ...lines.map((own) => own.length))));
  for (const [i, button] of byId("hd-similar").querySelectorAll("button.hd-similar").entries()) {
    button.querySelectorAll(":scope > span").forEach((old) => old.remove());
    button.append(...captionElements(shown.similar[i].similarity, lines[i]));
  }
}

/**
 * Paint what is sharper over the thumbnail, where it is here anyway or of the image that is shown.
 *
 * @param {Data} data
 * @param {Cutout} cutout
 * @param {{ canvas: HTMLCanvasElement, painted: Promise<void> }} picture
 * @param {number} shownImage
 */
async function sharpen(data, { row, image }, { canvas, painted }, shownImage) {
  if (!data.isWhole && image !== shownImage) return;
  const [part] = await Promise.all([data.portrait(row), painted]);
  if (canvas.isConnected) paint(canvas, part);
}

/**
 * The thumbnail, which is here first, and then what is sharper.
 *
 * @param {Data} data
 * @param {number} row
 */
function sharpening(data, row) {
  const { canvas, painted } = paintedCanvas(data.thumbnail(row));
  Promise.all([data.portrait(row), painted]).then(([part]) => paint(canvas, part));
  return canvas;
}

/**
 * @param {Data} data
 * @param {Cutout} cutout
 */
function showSelected(data, cutout) {
  const portrait = element("button", { type: "button", class: "hd-portrait", title: SAY.enlarge, "aria-label": SAY.enlarge });
  portrait.append(sharpening(data, cutout.row), element("i", { class: "hd-i hd-i-enlarge" }), ...doubt(cutout));
  portrait.addEventListener("click", () => lookClosely(data, 0));
  const title = titleOf(cutout);
  const second = title === cutout.name ? SAY.row(cutout.row, data.n) : `${cutout.name} · ${SAY.row(cutout.row, data.n)}`;
  const brief = cutout.metadata.map(([, value]) => String(value)).filter((text) => text !== title).slice(0, BRIEF).join(" · ");
  byId("hd-selected").querySelectorAll(":scope > :not(#hd-facts)").forEach((old) => old.remove());
  byId("hd-selected").prepend(portrait, element("div", { class: "hd-title" }, element("b", { dir: "auto" }, title),
    element("p", { title: second }, second), element("p", { class: "hd-brief" }, brief)));
  byId("hd-facts").replaceChildren(...facts(cutout));
  byId("hd-facts").scrollTop = 0;
}

/**
 * @param {Data} data
 * @param {State} state
 */
function showSimilar(data, { shown, leaveOutOverlapping }) {
  byId("hd-shown").hidden = !shown;
  byId("hd-start").hidden = !!shown;
  byId("hd-facts").hidden = !shown;
  const gallery = byId("hd-similar");
  const similar = shown?.similar ?? [];
  const pictures = similar.map(({ row }) => paintedCanvas(data.thumbnail(row)));
  layOut(gallery, similar.length);
  gallery.replaceChildren(...similar.map((cutout, i) => card(cutout, pictures[i].canvas, () => lookClosely(data, i))));
  gallery.scrollTo(0, 0);
  byId("hd-live").textContent = shown ? sentence(shown) : SAY.nothingSelected;
  byId("hd-gallery-note").textContent = shown ? noteFor(data, shown, leaveOutOverlapping) : "";
  delete document.body.dataset.hdShown;
  if (!shown) return;
  fillMenu(shown.cutout, data.nImages === 1);
  caption(data);
  showSelected(data, shown.cutout);
  sayWhenPainted(shown.cutout.row, pictures.map(({ painted }) => painted));
  similar.forEach((cutout, i) => sharpen(data, cutout, pictures[i], shown.cutout.image));
}

/**
 * @param {Data} data
 * @param {Shown} shown
 * @param {boolean} leaveOutOverlapping
 */
function noteFor(data, { similar }, leaveOutOverlapping) {
  const note = noteOn(data, similar.length, leaveOutOverlapping);
  const isNoneAlike = similar.length > 0 && similar.every(({ similarity }) => similarity < 0);
  return isNoneAlike ? [note, SAY.noneSimilar].filter(Boolean).join(", ") : note;
}

/** @param {Shown} shown */
function sentence({ cutout, similar }) {
  const [first] = similar;
  const others = first ? SAY.similarAre(similar.length, titleOf(first), likeness(first.similarity)) : SAY.alone;
  return SAY.selected(titleOf(cutout), cutout.row, others);
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
async function invite(data) {
  const pictures = data.start.map((row) => paintedCanvas(data.thumbnail(row)));
  const tiles = data.start.map((row, i) => {
    const tile = element("button", { type: "button", class: "hd-start", "aria-label": SAY.cutout(row) });
    tile.append(element("div", { class: "hd-picture" }, pictures[i].canvas));
    standFor(tile, row);
    return tile;
  });
  const grid = element("div", { class: "hd-tiles" }, ...tiles.map((tile) => element("div", {}, tile)));
  grid.style.setProperty("--across", String(gridOf(tiles.length).across));
  grid.style.setProperty("--down", String(Math.ceil(tiles.length / gridOf(tiles.length).across)));
  byId("hd-start").replaceChildren(element("p", {}, data.n < 2 ? SAY.alone : SAY.start), grid);
  const cutouts = await Promise.all(data.start.map((row) => data.cutout(row)));
  cutouts.forEach((cutout, i) => sharpen(data, cutout, pictures[i], NaN));
  const titles = cutouts.map(titleOf);
  const areNamed = new Set(titles).size > titles.length / 2;
  for (const [i, tile] of tiles.entries()) {
    tile.setAttribute("aria-label", `${titles[i]}, ${SAY.cutout(cutouts[i].row)}`);
    tile.title = titles[i];
    tile.querySelector(".hd-picture")?.append(...doubt(cutouts[i]));
    if (areNamed) tile.append(element("span", { dir: "auto" }, titles[i]));
  }
  if (!areNamed) grid.style.setProperty("--lines", "0");
}

/** @param {number | null} hovered */
function markHovered(hovered) {
  for (const made of byId("hd-similar").querySelectorAll("button.hd-similar")) {
    made.classList.toggle("hd-hovered", /** @type {HTMLElement} */ (made).dataset.row === String(hovered));
  }
}

/** @param {Data} data */
export function openGallery(data) {
  byId("hd-selected").append(element("div", { id: "hd-facts", hidden: "" }));
  invite(data);
  on(["shown"], (now) => showSimilar(data, now));
  on(["hovered"], ({ hovered }) => markHovered(hovered));
  on(["color"], () => caption(data));
  byId("hd-caption").addEventListener("change", () => {
    remember("caption", /** @type {HTMLSelectElement} */ (byId("hd-caption")).value);
    caption(data);
  });
  byId("hd-gallery").addEventListener("dblclick", ({ target }) => {
    if (target instanceof Element && target.closest(".hd-picture")) lookClosely(data, 0);
  });
}
