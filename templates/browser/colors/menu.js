// The choice of colours. In: the menu, links. Out: `color` of the state, and the part `color` of the address.

import { MAX_POINTS } from "../wire/constants.js";
import { on, set, state } from "../state.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { onHome, onLink, sayInLink } from "../walk.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { ColorChoice } from "../data/types.d.ts"
 * @import { ColorLegend } from "../wire/types.d.ts"
 */

// As many as a legend tells apart at a glance.
const FEW_KINDS = 12;
const MANY_OF_ONE = 8; // cutouts of an image, as the page's frame has it: of more they are parts of one, no collection

/**
 * A choice of colour as links have it: by the column's name, whose number may be another one tomorrow. A column that has the name of
 * another choice, or begins so, gets a mark.
 *
 * @param {ColorChoice} choice
 * @param {{ name: string }[]} columns
 */
export function choiceText(choice, columns) {
  if (typeof choice !== "number") return choice;
  const { name } = columns[choice];
  return name === "own" || name === "count" || name === "tag" || name.startsWith("=") ? `=${name}` : name;
}

/**
 * @param {string} text
 * @param {{ name: string }[]} columns
 * @returns {ColorChoice | null} null if there is no such column
 */
export function choiceOf(text, columns) {
  if (text === "own" || text === "count" || text === "tag") return text;
  const number = columns.findIndex(({ name }) => name === text.replace(/^=/, ""));
  return number < 0 ? null : number;
}

/**
 * What the map of a collection begins with: the first column of few kinds that its owner has catalogued, of most of the cutouts; else the
 * colours of the cutouts themselves.
 *
 * @param {readonly ColorLegend[]} columns
 * @param {(name: string) => boolean} isOwn
 * @param {number} n how many cutouts there are
 * @returns {ColorChoice}
 */
export function firstColor(columns, isOwn, n) {
  const number = columns.findIndex((column) => (
    column.kind === "category" && isOwn(column.name) && column.missing < n / 2 && column.categories.length > 1
    && column.categories.length <= FEW_KINDS && !column.other
  ));
  return number < 0 ? "own" : number;
}

/**
 * Fill the menu of colours; it and links set the colour, which the address follows.
 *
 * @param {Data} data
 */
export function openColors(data) {
  const menu = /** @type {HTMLSelectElement} */ (byId("hd-color"));
  const hasCount = data.n > MAX_POINTS || data.live;
  const isCollection = data.n <= MAX_POINTS && data.n < MANY_OF_ONE * data.nImages;
  const first = isCollection ? firstColor(data.colors, (name) => data.columns.find(name)?.role === "own", data.n) : "own";
  set({ color: first });
  if (hasCount) menu.append(element("option", { value: "count" }, "number of cutouts"));
  menu.append(...data.colors.map(({ name }, i) => element("option", { value: i }, name)));
  const ofTags = element("option", { value: "tag" }, SAY.tag);
  menu.append(ofTags);
  const offerTags = () => {
    ofTags.hidden = !state.tags?.some((tag) => tag > 0) && state.color !== "tag";
    menu.closest("label")?.toggleAttribute("hidden", [...menu.options].filter(({ hidden }) => !hidden).length < 2);
  };
  on(["tags", "color"], offerTags);
  offerTags();
  menu.addEventListener("change", () => {
    set({ color: /** @type {ColorChoice} */ (/^\d+$/.test(menu.value) ? Number(menu.value) : menu.value) });
  });
  const show = () => {
    menu.value = String(state.color);
    sayInLink("color", state.color === first ? null : choiceText(state.color, data.colors));
  };
  on(["color"], show);
  onLink("color", (text) => {
    const choice = text === null ? first : choiceOf(text, data.colors);
    if (choice !== null && (choice !== "count" || hasCount)) set({ color: choice });
    show();
  });
  show();
  onHome(() => set({ color: first }));
}
