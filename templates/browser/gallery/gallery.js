// The selected cutout and those beside it, which are most like it or lie at the same place. In: `shown`, `hovered` and `color`. Out: a
// selected or a hovered row, `data-hd-shown` on the body, and a sentence for those who listen to the page.

import { lookClosely } from "../closely/open.js";
import { isGuest } from "../guests/guests.js";
import { heading, noteOn, qualifier } from "../likeness/notes.js";
import { ANYWHERE } from "../likeness/where.js";
import { remember, remembered } from "../remember.js";
import { on, set, state } from "../state.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { paintedCanvas } from "./canvas.js";
import { FILE, captionsOf, colorColumn, nameColumn, titleOf } from "./captions.js";
import { captionElements, card, doubt, headOf } from "./card.js";
import { facts } from "./facts.js";
import { layOut, sharpen, sharpening } from "./pictures.js";
import { openStart } from "./start.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Cutout, Shown } from "../data/types.d.ts"
 */

const BRIEF = 3; // facts beside the picture on a phone

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
    button.append(...captionElements(shown.similar[i], lines[i], shown.found.isSmoothed));
  }
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
  const which = isGuest(cutout.row) ? SAY.guestWhole(cutout.box[1], cutout.box[3]) : SAY.row(cutout.row, data.n);
  const second = title === cutout.name ? which : `${cutout.name} · ${which}`;
  const brief = cutout.metadata.map(([, value]) => String(value)).filter((text) => text !== title).slice(0, BRIEF).join(" · ");
  byId("hd-selected").querySelectorAll(":scope > :not(#hd-facts)").forEach((old) => old.remove());
  byId("hd-selected").prepend(portrait, element("div", { class: "hd-title" }, element("b", { dir: "auto" }, title),
    element("p", { title: second }, second), element("p", { class: "hd-brief" }, brief)));
  byId("hd-facts").replaceChildren(...facts(cutout));
  byId("hd-facts").scrollTop = 0;
}

/**
 * Whether the pictures that stand there already are those to be shown, as often while a filter is brushed.
 *
 * @param {Shown | null} before
 * @param {Shown} now
 */
const hasSamePictures = (before, now) => (
  before?.cutout.row === now.cutout.row && before.found.where.kind === now.found.where.kind
  && before.found.isSmoothed === now.found.isSmoothed && before.similar.length === now.similar.length
  && before.similar.every(({ row }, i) => row === now.similar[i].row)
);

/**
 * @param {Data} data
 * @param {Shown} shown
 */
function showPictures(data, { cutout, similar }) {
  const gallery = byId("hd-similar");
  const pictures = similar.map(({ row }) => paintedCanvas(data.thumbnail(row)));
  layOut(gallery, similar.length);
  gallery.replaceChildren(...similar.map((other, i) => card(other, pictures[i].canvas, () => lookClosely(data, i))));
  gallery.scrollTo(0, 0);
  delete document.body.dataset.hdShown;
  caption(data);
  sayWhenPainted(cutout.row, pictures.map(({ painted }) => painted));
  similar.forEach((other, i) => sharpen(data, other, pictures[i], cutout.image));
}

/**
 * Say in the middle that there is none, and offer a way out.
 *
 * @param {string} text why; blank where there are some
 */
function sayNone(text) {
  const none = byId("hd-none");
  none.hidden = !text;
  none.querySelector("p")?.replaceChildren(text);
}

/**
 * @param {Data} data
 * @param {Shown | null} shown
 * @param {Shown | null} before what is shown until now
 */
function show(data, shown, before) {
  byId("hd-shown").hidden = !shown;
  byId("hd-start").hidden = !!shown;
  byId("hd-facts").hidden = !shown;
  const note = shown ? noteFor(data, shown) : "";
  byId("hd-live").textContent = shown ? sentence(shown, note) : SAY.nothingSelected;
  const isNone = data.n > 1 && shown?.similar.length === 0;
  byId("hd-gallery-note").textContent = isNone ? "" : note;
  sayNone(isNone ? SAY.asSentence(note) : "");
  if (!shown) {
    byId("hd-similar").replaceChildren();
    delete document.body.dataset.hdShown;
    return;
  }
  byId("hd-similar-title").textContent = heading(shown.found);
  const [known] = isGuest(shown.cutout.row) ? shown.similar : [shown.cutout];
  if (known) fillMenu(known, data.nImages === 1);
  if (before?.cutout.row !== shown.cutout.row) showSelected(data, shown.cutout);
  if (!hasSamePictures(before, shown)) showPictures(data, shown);
}

/**
 * @param {Data} data
 * @param {Shown} shown
 */
function noteFor(data, { similar, found }) {
  const note = noteOn(data, similar.length, found);
  const isNoneAlike = similar.length > 0 && similar.every(({ similarity }) => similarity !== null && similarity < 0);
  const rest = [note, isNoneAlike ? SAY.noneSimilar : ""].filter(Boolean).join(", ");
  return [found.isSmoothed ? SAY.smoothedNote : "", rest].filter(Boolean).join("; ");
}

/**
 * @param {Shown} shown
 * @param {string} note
 */
function sentence({ cutout, similar, found }, note) {
  const [first] = similar;
  const isPlace = found.where.kind === "same";
  const say = isPlace ? SAY.samePlaceAre : SAY.similarAre;
  const other = isPlace || note ? "" : SAY.alone;
  const others = first ? say(similar.length, titleOf(first), headOf(first), qualifier(found, similar.length)) : other;
  const selected = isGuest(cutout.row) ? SAY.selectedGuest : SAY.selected;
  return selected(titleOf(cutout), cutout.row, [others, note && SAY.asSentence(note)].filter(Boolean).join(" "));
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

/** @param {number | null} hovered */
function markHovered(hovered) {
  for (const made of byId("hd-similar").querySelectorAll("button.hd-similar")) {
    made.classList.toggle("hd-hovered", /** @type {HTMLElement} */ (made).dataset.row === String(hovered));
  }
}

/**
 * @param {Data} data
 * @param {Promise<void>} ready when the pictures to start from may come
 */
export function openGallery(data, ready) {
  byId("hd-selected").append(element("div", { id: "hd-facts", hidden: "" }));
  openStart(data, ready);
  /** @type {Shown | null} */
  let before = null;
  on(["shown"], ({ shown }) => {
    show(data, shown, before);
    before = shown;
  });
  on(["hovered"], ({ hovered }) => markHovered(hovered));
  on(["color"], () => caption(data));
  byId("hd-none").querySelector("button")?.addEventListener("click", () => set({ among: "all", where: ANYWHERE }));
  byId("hd-caption").addEventListener("change", () => {
    remember("caption", /** @type {HTMLSelectElement} */ (byId("hd-caption")).value);
    caption(data);
  });
  byId("hd-gallery").addEventListener("dblclick", ({ target }) => {
    if (target instanceof Element && target.closest(".hd-picture")) lookClosely(data, 0);
  });
}
