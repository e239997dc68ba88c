// The button that writes names of clusters on the map, or takes them away. In: clicks, links. Out: whether they are written, which is
// remembered; the part `names` of the address.

import { remember, remembered } from "../remember.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { onLink, sayInLink } from "../walk.js";

let areShown = false;

/** Whether names are written on the map. */
export const areNamesShown = () => areShown;

/** @param {(areShown: boolean) => void} show */
export function openSwitch(show) {
  const icon = element("i", { class: "hd-i hd-i-names" });
  const button = element("button", {
    type: "button", class: "hd-icon", id: "hd-map-names", title: SAY.namesOnMap, "aria-label": SAY.namesOnMap,
  }, icon);
  byId("hd-map").parentElement?.querySelector(":scope > .hd-over-tools")?.append(button);
  const areUsual = () => remembered("names") !== "no";
  const follow = (/** @type {boolean} */ areWanted) => {
    areShown = areWanted;
    button.setAttribute("aria-pressed", String(areShown));
    sayInLink("names", areShown ? null : "no");
    show(areShown);
  };
  button.addEventListener("click", () => {
    remember("names", areShown ? "no" : "yes");
    follow(!areShown);
  });
  follow(areUsual());
  onLink("names", (text) => follow(text === null ? areUsual() : text !== "no"));
}
