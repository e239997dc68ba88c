// The legend of the map's colours. In: what it says. Out: its elements.

import { element } from "../text/element.js";
import { count } from "../text/format.js";

/** @import { LegendEntry, Ramp } from "../text/colors.js" */

/** @param {Ramp} ramp */
const rampElements = ({ ramp, low, high }) => [
  element("span", {}, low),
  element("span", { class: "hd-ramp", style: `background: linear-gradient(to right, ${ramp.join()})` }),
  element("span", {}, high),
];

/** @param {LegendEntry} entry */
const entryElement = (entry) => element(
  "span", { class: "hd-category" }, element("i", { style: `background: ${entry.color}` }), `${entry.text} `,
  element("small", {}, count(entry.count)),
);

/** @param {(Ramp | LegendEntry)[]} parts */
export const legendElements = (parts) => parts.flatMap((part) => ("ramp" in part ? rampElements(part) : [entryElement(part)]));
