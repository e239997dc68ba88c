// The legend of the map's colours, over the map. In: what it says. Out: its elements; on phones one line, or all of it; `isStraight`.

import { set, state } from "../state.js";
import { byId, element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";

/** @import { LegendEntry, Ramp } from "../text/colors.js" */

/** Let the button beside the legend unfold it. */
export function openLegend() {
  const button = byId("hd-legend-fold");
  button.addEventListener("click", () => {
    const isOpen = byId("hd-legend").classList.toggle("hd-unfolded");
    button.setAttribute("aria-expanded", String(isOpen));
  });
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

/** @param {LegendEntry} entry */
const entryElement = (entry) => element(
  "span", { class: "hd-category" },
  element("i", { style: entry.isHollow ? `border: 1.5px solid ${entry.color}` : `background: ${entry.color}` }), `${entry.text} `,
  element("small", {}, count(entry.count)),
);

/**
 * @param {(Ramp | LegendEntry)[]} parts
 * @param {boolean} canBend whether colours can be changed here
 */
export const legendElements = (parts, canBend) => (
  parts.flatMap((part) => ("ramp" in part ? rampElements(part, canBend) : [entryElement(part)]))
);
