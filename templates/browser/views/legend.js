// The legend of the map's colours, over the map. In: what it says. Out: its elements; on phones one line, or all of it.

import { byId, element } from "../text/element.js";
import { count } from "../text/format.js";

/** @import { LegendEntry, Ramp } from "../text/colors.js" */

/** Let the button beside the legend unfold it. */
export function openLegend() {
  const button = byId("hd-legend-fold");
  button.addEventListener("click", () => {
    const isOpen = byId("hd-legend").classList.toggle("hd-unfolded");
    button.setAttribute("aria-expanded", String(isOpen));
  });
}

/** @param {Ramp} ramp */
const rampElements = ({ ramp, low, high }) => [
  element("span", {}, low),
  element("span", { class: "hd-ramp", style: `background: linear-gradient(to right, ${ramp.join()})` }),
  element("span", {}, high),
];

/** @param {LegendEntry} entry */
const entryElement = (entry) => element(
  "span", { class: "hd-category" },
  element("i", { style: entry.isHollow ? `border: 1.5px solid ${entry.color}` : `background: ${entry.color}` }), `${entry.text} `,
  element("small", {}, count(entry.count)),
);

/** @param {(Ramp | LegendEntry)[]} parts */
export const legendElements = (parts) => parts.flatMap((part) => ("ramp" in part ? rampElements(part) : [entryElement(part)]));
