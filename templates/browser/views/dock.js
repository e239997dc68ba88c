// The dock: tabs, each with an element, below the map. In: tabs, from whoever has one; links. Out: the one that is seen, and its name in
// the page's address, unless it was there at first; it is there only where there is a tab, and remembers whether it is folded.

import { remember, remembered } from "../remember.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { onLink, sayInLink } from "../walk.js";

/**
 * @typedef {object} Tab
 * @property {string} id
 * @property {string} title
 * @property {HTMLElement} element
 * @property {HTMLElement} [tools] stand beside the tabs while it is seen
 * @property {() => void} [onShow] is called each time it comes to be seen
 * @property {"phone" | "wide"} [on] where it is there alone
 * @property {boolean} [waits] whether another is seen at first, if there is one
 */

export const PHONE = "(max-width: 600px)";

/** @type {Map<string, Tab & { button: HTMLButtonElement }>} */
const tabs = new Map();
/** @type {string | null} the one that is seen at first */
let initial = null;
/** @type {string | null} what a link asks for, which may come later */
let asked = null;
let isLinked = false; // whether it has come
let seen = "";

/** @type {(() => void)[]} */
const listeners = [];

/** @param {() => void} listener is called when another tab is seen, or none */
export const onTabs = (listener) => void listeners.push(listener);

const isFolded = () => byId("hd-dock").classList.contains("hd-folded");

/** @param {boolean} folded */
function fold(folded) {
  byId("hd-dock").classList.toggle("hd-folded", folded);
  const button = byId("hd-fold");
  button.setAttribute("aria-expanded", String(!folded));
  button.setAttribute("aria-label", folded ? SAY.unfold : SAY.fold);
  button.title = folded ? SAY.unfold : SAY.fold;
  listeners.forEach((listener) => listener());
}

const say = () => sayInLink("tab", seen === initial ? null : seen);

/**
 * Bring a tab to the front, and unfold the dock.
 *
 * @param {string} id
 */
export function showTab(id) {
  fold(false);
  seen = id;
  for (const { id: other, button, element: panel, tools } of tabs.values()) {
    const isShown = other === id;
    button.setAttribute("aria-selected", String(isShown));
    button.tabIndex = isShown ? 0 : -1;
    panel.classList.toggle("hd-on", isShown);
    if (tools) tools.hidden = !isShown;
    if (isShown) button.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  say();
  tabs.get(id)?.onShow?.();
  listeners.forEach((listener) => listener());
}

function first() {
  const wide = [...tabs.values()].filter(({ on }) => on !== "phone");
  return (wide.find(({ waits }) => !waits) ?? wide[0])?.id;
}

/**
 * Begin with a tab.
 *
 * @param {string} [id] the first of those that neither wait nor are for phones alone, if not given
 */
export function beginWith(id = first()) {
  if (id === undefined) return;
  initial = id;
  if (!isLinked || tabs.get(seen)?.button.checkVisibility() !== true) showTab(id);
}

/** @param {string} id of a tab that a link asks for: it is shown if it is here, and there is room for it */
function showAsked(id) {
  if (tabs.get(id)?.button.checkVisibility() !== true) return;
  isLinked = true;
  showTab(id);
}

/** @param {string | null} id null for what was there at first */
function follow(id) {
  asked = id;
  if (id !== null) showAsked(id);
  else if (initial !== null) showTab(initial);
  say();
}

/**
 * Add a tab; the first one is seen at once.
 *
 * @param {Tab} tab
 */
export function addTab(tab) {
  const { id, title, element: panel, on, tools } = tab;
  const button = element("button", {
    type: "button", role: "tab", id: `hd-tab-${id}`, "aria-selected": "false", "aria-controls": `hd-tab-panel-${id}`, tabindex: -1,
    class: on ? `hd-only-${on}` : "",
  }, title);
  button.addEventListener("click", () => showTab(id));
  panel.id ||= `hd-tab-panel-${id}`;
  button.setAttribute("aria-controls", panel.id);
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", button.id);
  byId("hd-tabs").append(button);
  byId("hd-dock-body").append(panel);
  if (tools) byId("hd-fold").before(tools);
  byId("hd-dock").hidden = false;
  tabs.set(id, { ...tab, button });
  if (tools) tools.hidden = true;
  if (tabs.size === 1 || tabs.get(initial ?? "")?.waits) beginWith(id);
  if (id === asked) showAsked(id);
}

/** @param {KeyboardEvent} event */
function walkTabs(event) {
  const buttons = [...tabs.values()].map(({ button }) => button).filter((button) => button.offsetParent);
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  event.stopPropagation(); // the page's arrows mean something else
  const next = buttons[(to + buttons.length) % buttons.length];
  next.focus();
  next.click();
}

/**
 * Sky and parent image: together where images have many cutouts, so that both are looked at all the time; else, and on phones, a tab
 * each.
 */
function addPlaces() {
  const together = byId("hd-places");
  const places = ["hd-place-sky", "hd-place-image"].flatMap((id) => document.getElementById(id) ?? []);
  const isMosaic = document.querySelector(".hd-mosaic") !== null;
  const isWhole = document.querySelector(".hd-whole") !== null; // each image is a cutout, and stands beside the map already
  const apart = places.map(() => element("div", { class: "hd-places" }));
  if (isMosaic) addTab({ id: "places", title: places.length > 1 ? SAY.skyAndImage : SAY.imageTab, element: together, on: "wide" });
  for (const [i, { id }] of places.entries()) {
    const isSky = id === "hd-place-sky";
    const title = isSky ? SAY.skyTab : SAY.imageTab;
    addTab({ id: isSky ? "sky" : "image", title, element: apart[i], on: isMosaic ? "phone" : undefined, waits: isWhole && !isSky });
  }
  const phone = matchMedia(PHONE);
  const settle = () => places.forEach((place, i) => (isMosaic && !phone.matches ? together : apart[i]).append(place));
  phone.addEventListener("change", settle);
  settle();
  if (!isMosaic) together.remove();
}

export function openDock() {
  onLink("tab", follow);
  addPlaces();
  byId("hd-tabs").addEventListener("keydown", walkTabs);
  byId("hd-fold").addEventListener("click", () => {
    fold(!isFolded());
    remember("folded", isFolded() ? "yes" : "no");
  });
}

/** Fold the dock where it was folded at the last visit; to be called when the plots in it have been drawn. */
export function foldAsBefore() {
  fold(remembered("folded") === "yes" && !isLinked);
}
