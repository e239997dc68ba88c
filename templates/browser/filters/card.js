// What all charts of the filter panel have in common: a frame with a name, what is asked now, and a button that asks no more. In: a
// column. Out: elements.

import { nothingIn } from "../clusters/called.js";
import { isLevel } from "../clusters/levels.js";
import { element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { idOf, replaceFilter } from "../subset/own.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 * @import { Chart } from "../subset/histogram.js"
 *
 * @typedef {object} Card
 * @property {string} name of its column
 * @property {HTMLElement} element
 * @property {Chart | null} chart what it wants counted
 * @property {(counts: Uint32Array, whole: Uint32Array) => void} draw of the cutouts that other filters leave, and of all
 * @property {(filter: Filter | undefined) => void} follow shows what is asked of its column
 *
 * @typedef {object} Frame
 * @property {HTMLElement} element
 * @property {HTMLElement} tools where further buttons go
 * @property {(text: string, isAsked?: boolean) => void} say what is asked, or nothing; whether anything is, where that is said elsewhere
 */

let made = 0;

/**
 * The frame of a chart.
 *
 * @param {string} name of the column
 * @param {string} kind class of the card
 * @param {...HTMLElement} children
 * @returns {Frame}
 */
export function cardFrame(name, kind, ...children) {
  const id = `hd-card-${made++}`;
  const said = element("output", { class: "hd-asked", "aria-live": "off" });
  const clear = element("button", { type: "button", class: "hd-mini", title: SAY.askNoMore(name), "aria-label": SAY.askNoMore(name) },
    element("i", { class: "hd-i hd-i-close" }));
  clear.hidden = true;
  clear.addEventListener("click", () => replaceFilter(idOf(name), null));
  const tools = element("span", { class: "hd-card-tools" }, clear);
  const head = element("div", { class: "hd-card-head" }, element("h3", { id, title: name }, name), said, tools);
  return {
    element: element("section", { class: `hd-card ${kind}`, "data-column": name, "aria-labelledby": id }, head, ...children),
    tools,
    say(text, isAsked = text !== "") {
      said.textContent = text;
      clear.hidden = !isAsked;
    },
  };
}

/**
 * A button that ticks those of which the column says nothing; hidden where there are none.
 *
 * @param {ColumnIndex} column
 * @param {() => void} toggle
 * @param {boolean} isNarrow whether it stands between other things
 */
export function missingButton(column, toggle, isNarrow = false) {
  const button = element("button", { type: "button", class: "hd-missing", "aria-pressed": "false" });
  button.addEventListener("click", toggle);
  sayMissing(button, column, isNarrow);
  return button;
}

/**
 * How many there are of which the column says nothing.
 *
 * @param {ColumnIndex} column
 * @param {number} n
 */
export const missingText = (column, n) => SAY.missing(count(n), nothingIn(column));

/**
 * Say how many there are, which of some columns changes.
 *
 * @param {HTMLButtonElement} button
 * @param {ColumnIndex} column
 * @param {boolean} isNarrow
 */
export function sayMissing(button, column, isNarrow) {
  const { name, missing } = column;
  const said = missingText(column, missing);
  button.title = `${said}: ${isLevel(column) ? SAY.columnMissing(name, true) : SAY.missingOf(name)}`;
  button.textContent = isNarrow ? SAY.missingNarrow(count(missing)) : said;
  if (isNarrow) button.setAttribute("aria-label", said);
  button.hidden = !missing;
}
