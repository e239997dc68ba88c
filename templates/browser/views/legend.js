// The legend of the map's colours, over the map. In: what it says, clicks. Out: its elements; on phones one line, or all of it;
// `isStraight`, and filters of categories.

import { on, set, state } from "../state.js";
import { filterOfColumn, idOf, ofCodes, replaceFilter, wantsMissing } from "../subset/own.js";
import { byId, element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";

/**
 * @import { ColumnEntry, Filter } from "../data/types.d.ts"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 * @import { LegendEntry, Ramp } from "../text/colors.js"
 */

/** @type {(() => void)[]} entries that are there, which show what is asked */
let followers = [];

/** Let the button beside the legend unfold it. */
export function openLegend() {
  const button = byId("hd-legend-fold");
  button.addEventListener("click", () => {
    const isOpen = byId("hd-legend").classList.toggle("hd-unfolded");
    button.setAttribute("aria-expanded", String(isOpen));
  });
  on(["filters"], () => followers.forEach((follow) => follow()));
}

/** @param {string[]} colors */
const bar = (colors) => element("span", { class: "hd-ramp", style: `background: linear-gradient(to right, ${colors.join()})` });

function straightener() {
  const button = element("button", { type: "button", class: "hd-straight", title: SAY.straight }, state.isStraight ? "linear" : "asinh");
  button.addEventListener("click", () => set({ isStraight: !state.isStraight }));
  return button;
}

/**
 * @param {Ramp} ramp
 * @param {boolean} canBend
 */
function rampElements({ ramp, low, middle, high, isBendable }, canBend) {
  const half = Math.floor(ramp.length / 2);
  const bars = middle === undefined ? [bar(ramp)] : [bar(ramp.slice(0, half + 1)), element("span", {}, middle), bar(ramp.slice(half))];
  return [element("span", {}, low), ...bars, element("span", {}, high), ...(isBendable && canBend ? [straightener()] : [])];
}

/**
 * @param {LegendEntry} entry
 * @param {"span" | "button"} tag
 */
const entryElement = (entry, tag) => element(
  tag, { class: "hd-category", ...(tag === "button" ? { type: "button", "aria-pressed": "false", title: SAY.askEntry } : {}) },
  element("i", { style: entry.isHollow ? `border: 1.5px solid ${entry.color}` : `background: ${entry.color}` }), `${entry.text} `,
  element("small", {}, count(entry.count)),
);

/**
 * @param {(Ramp | LegendEntry)[]} parts
 * @param {boolean} canBend whether colours can be changed here
 * @param {ColumnEntry | undefined} column that is shown, whose categories can be asked for
 */
export function legendElements(parts, canBend, column) {
  const entries = parts.filter(/** @returns {part is LegendEntry} */ (part) => "text" in part);
  followers = [];
  const asked = column && "categories" in column && column.categories ? column : null;
  return parts.flatMap((part) => {
    if ("ramp" in part) return rampElements(part, canBend);
    const made = entryElement(part, asked ? "button" : "span");
    if (asked) letAsk(made, asked, part, entries);
    return [made];
  });
}

/**
 * Codes of the categories that an entry stands for; none of what is missing.
 *
 * @param {ColumnIndex} column
 * @param {LegendEntry} entry
 * @param {LegendEntry[]} entries all of the legend
 */
export function codesOf({ categories = [] }, entry, entries) {
  if (entry.isHollow) return [];
  const named = new Set(entries.filter(({ isHollow, isRest }) => !isHollow && !isRest).map(({ text }) => text));
  const isMeant = (/** @type {string} */ text) => (entry.isRest ? !named.has(text) : text === entry.text);
  return categories.flatMap(({ text }, code) => (isMeant(text) ? code : []));
}

/**
 * The filter after a click: the entry alone, or nothing more where that is so already; with others as well, or without it.
 *
 * @param {Filter | undefined} filter
 * @param {string} name of the column
 * @param {{ codes: number[], missing: boolean }} entry
 * @param {boolean} isAlso
 * @returns {Filter | null}
 */
export function nextFilter(filter, name, { codes, missing }, isAlso) {
  const had = filter?.kind === "codes" && !filter.negated ? filter.codes : [];
  const hadMissing = wantsMissing(filter);
  const isIn = missing ? hadMissing : codes.every((code) => had.includes(code));
  const isAlone = isIn && had.length === codes.length && hadMissing === missing;
  const others = had.filter((code) => !codes.includes(code));
  if (!isAlso) return isAlone ? null : ofCodes(name, codes, missing);
  return isIn ? ofCodes(name, others, hadMissing && !missing) : ofCodes(name, [...others, ...codes], hadMissing || missing);
}

/**
 * @param {HTMLElement} button
 * @param {ColumnIndex} column
 * @param {LegendEntry} entry
 * @param {LegendEntry[]} entries
 */
function letAsk(button, column, entry, entries) {
  const { name } = column;
  const [codes, missing] = [codesOf(column, entry, entries), entry.isHollow === true];
  button.addEventListener("click", ({ shiftKey, ctrlKey, metaKey }) => {
    replaceFilter(idOf(name), nextFilter(filterOfColumn(name), name, { codes, missing }, shiftKey || ctrlKey || metaKey));
  });
  const follow = () => {
    const filter = filterOfColumn(name);
    const ticked = filter?.kind === "codes" && !filter.negated ? filter.codes : [];
    const isIn = missing ? wantsMissing(filter) : codes.length > 0 && codes.every((code) => ticked.includes(code));
    button.setAttribute("aria-pressed", String(isIn));
    button.classList.toggle("hd-left-out", filter !== undefined && !isIn);
  };
  followers.push(follow);
  follow();
}
