// The dialog *Take away*: which cutouts, and in which form. In: the subset, tags, the selected cutout and its similar ones. Out: files
// that the browser saves; tags from a file.

import { inOrder } from "../choose/chosen.js";
import { isGuest } from "../guests/guests.js";
import { manner } from "../likeness/notes.js";
import { on, state } from "../state.js";
import { parseTags, placedTags } from "../tags/file.js";
import { N_TAGS, placesTagged, replaceTags, tagCounts } from "../tags/tags.js";
import { byId, element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { FORMATS, tagsBlob } from "./formats.js";
import { download, fileName } from "./names.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Format } from "./formats.js"
 *
 * @typedef {object} Several cutouts that can be taken away
 * @property {string} id
 * @property {string} name
 * @property {number} n
 * @property {() => Promise<ArrayLike<number>>} places
 */

export const pageTitle = () => document.querySelector("h1")?.textContent?.trim() ?? "";

/**
 * What there is to take away now.
 *
 * @param {Data} data
 * @returns {Several[]}
 */
export function severalOf(data) {
  const { subset, shown, tags } = state;
  const counts = tagCounts(tags, data.n);
  const nine = shown ? [shown.cutout, ...shown.similar].flatMap(({ row }) => (isGuest(row) ? [] : row)) : [];
  const tagged = Array.from({ length: N_TAGS }, (_, i) => i + 1).filter((tag) => counts[tag] > 0);
  return [
    subset
      ? { id: "subset", name: SAY.subset, n: subset.count, places: async () => inOrder(subset.bits) }
      : { id: "all", name: SAY.allCutouts, n: data.n, places: async () => Int32Array.from({ length: data.n }, (_, i) => i) },
    ...tagged.map((tag) => ({ id: `tag-${tag}`, name: SAY.tagNumber(tag), n: counts[tag], places: async () => placesTagged(tags, tag) })),
    ...(shown ? [{
      id: "nine", name: isGuest(shown.cutout.row) ? SAY.nineOfGuest : SAY.nine(shown.cutout.row, manner(shown.found)), n: nine.length,
      places: () => Promise.all(nine.map((row) => data.placeOf(row))),
    }] : []),
  ];
}

/**
 * @param {Data} data
 * @param {Several} several
 * @param {Format} format
 */
async function take(data, several, format) {
  const title = pageTitle();
  const places = await several.places();
  const blob = await format.make({ data, title, name: several.name, places });
  const held = format.holds ? `${several.name} ${format.holds}` : several.name;
  const name = fileName(title, held, several.n, format.suffix);
  download(name, blob);
  return name;
}

/**
 * Do something that takes a while, and say what came of it.
 *
 * @param {HTMLElement} told
 * @param {() => Promise<string>} act
 */
async function telling(told, act) {
  told.classList.remove("hd-wrong");
  told.textContent = SAY.making;
  try {
    told.textContent = await act();
  } catch (error) {
    told.classList.add("hd-wrong");
    told.textContent = /** @type {Error} */ (error).message;
  }
}

/**
 * Tags of a file take the place of those that are here; that can be undone.
 *
 * @param {Data} data
 * @param {File} file
 */
async function loadTags(data, file) {
  const { tags, lost } = await placedTags(data, parseTags(await file.text()));
  replaceTags(tags);
  const { [0]: without } = tagCounts(tags, data.n);
  return SAY.tagsLoaded(data.n - without, lost);
}

/**
 * @param {Record<string, string>} attributes
 * @param {string} name
 * @param {string} words
 */
const choice = (attributes, name, words) => (
  element("button", { type: "button", ...attributes }, element("b", {}, name), element("span", {}, words))
);

/**
 * @param {Data} data
 * @param {HTMLElement} told
 */
function tagButtons(data, told) {
  const save = choice({ id: "hd-take-tags" }, SAY.saveTags, SAY.saveTagsWords);
  save.addEventListener("click", () => telling(told, async () => {
    const name = fileName(pageTitle(), "tags", data.n - tagCounts(state.tags, data.n)[0], "json");
    download(name, await tagsBlob(data, pageTitle()));
    return SAY.saved(name);
  }));
  const input = element("input", {
    type: "file", id: "hd-tags-file", accept: ".json,application/json", class: "hd-unseen", tabindex: -1, "aria-label": SAY.loadTags,
  });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) telling(told, () => loadTags(data, file));
    input.value = "";
  });
  const load = choice({ id: "hd-tags-load" }, SAY.loadTags, SAY.loadTagsWords);
  load.addEventListener("click", () => input.click());
  return { save, load, input };
}

/**
 * The dialog's elements.
 *
 * @param {HTMLElement} menu
 * @param {HTMLElement[]} forms
 * @param {HTMLElement[]} ofTags
 * @param {HTMLElement} told
 */
function dialogOf(menu, forms, ofTags, told) {
  const dialog = element("dialog", { id: "hd-take", class: "hd-take", "aria-labelledby": "hd-take-title" });
  const icon = element("i", { class: "hd-i hd-i-close" });
  const close = element("button", { class: "hd-tool", title: SAY.closeDialog, "aria-label": SAY.closeDialog }, icon);
  dialog.append(
    element("form", { method: "dialog" }, close), element("h2", { id: "hd-take-title" }, SAY.takeTitle),
    element("label", { class: "hd-choice" }, `${SAY.takeWhat} `, menu), element("div", { class: "hd-forms" }, ...forms),
    element("h2", {}, SAY.tags), element("div", { class: "hd-forms" }, ...ofTags), told,
  );
  document.body.append(dialog);
  return dialog;
}

/**
 * @param {Data} data
 * @returns {(id?: string) => void} opens it, for some of the cutouts
 */
export function openTake(data) {
  const menu = element("select", { id: "hd-take-what" });
  const told = element("p", { id: "hd-take-told", role: "status" });
  /** @type {Several[]} */
  let several = [];
  const forms = FORMATS.map((format) => {
    const button = choice({ "data-format": format.id }, ...SAY.formats[format.id]);
    button.addEventListener("click", () => {
      const chosen = several.find(({ id }) => id === menu.value);
      if (chosen) telling(told, async () => SAY.saved(await take(data, chosen, format)));
    });
    return button;
  });
  const { save, load, input } = tagButtons(data, told);
  const dialog = dialogOf(menu, forms, [save, load, input], told);
  const fill = (/** @type {string} */ id) => {
    several = severalOf(data);
    menu.replaceChildren(...several.map((one) => element("option", { value: one.id }, SAY.several(one.name, count(one.n)))));
    menu.value = several.some((one) => one.id === id) ? id : several[0].id;
    save.disabled = tagCounts(state.tags, data.n)[0] === data.n;
  };
  on(["tags"], () => dialog.open && fill(menu.value));
  return (id = "subset") => {
    told.textContent = "";
    fill(id);
    dialog.showModal();
  };
}

/** @param {() => void} open */
export function openTakeButton(open) {
  const icon = element("i", { class: "hd-i hd-i-take" });
  const button = element(
    "button", { type: "button", id: "hd-take-open", class: "hd-tool", title: SAY.takeTitle, "aria-label": SAY.takeTitle }, icon,
  );
  button.addEventListener("click", open);
  byId("hd-counter").append(button);
}
