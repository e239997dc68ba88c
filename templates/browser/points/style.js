// How the map shows cutouts: as images, points or density. In: clicks, a key, links, what was chosen in an earlier visit. Out: `mapStyle`
// in the state, and its part of the address.

import { remember, remembered } from "../remember.js";
import { on, set, state } from "../state.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { onLink, sayInLink } from "../walk.js";

/** @import { MapStyle } from "../data/types.d.ts" */

/** @type {MapStyle[]} the usual one first */
export const STYLES = ["images", "points", "density"];

/** @param {string | null} text */
const styleOf = (text) => STYLES.find((style) => style === text) ?? null;

/** @param {MapStyle} mapStyle */
function choose(mapStyle) {
  remember("map", mapStyle);
  set({ mapStyle });
  byId("hd-live").textContent = SAY.mapShows[mapStyle];
}

/** On to the next one. */
export const nextStyle = () => choose(STYLES[(STYLES.indexOf(state.mapStyle) + 1) % STYLES.length]);

/** The buttons in the map's corner; where there is room for one alone, it leads to the next. */
export function openStyles() {
  const buttons = STYLES.map((style) => {
    const button = element("button", {
      type: "button", class: "hd-icon", id: `hd-map-${style}`, title: SAY.mapTitles[style], "aria-label": SAY.mapTitles[style],
    }, element("i", { class: `hd-i hd-i-${style}` }));
    button.addEventListener("click", () => {
      const isAlone = buttons.every((other) => other === button || !other.offsetParent);
      if (isAlone) nextStyle();
      else choose(style);
    });
    return button;
  });
  byId("hd-map-style").append(...buttons);
  const follow = () => {
    for (const [i, button] of buttons.entries()) button.setAttribute("aria-pressed", String(STYLES[i] === state.mapStyle));
    sayInLink("map", state.mapStyle === STYLES[0] ? null : state.mapStyle);
    document.body.dataset.hdMap = state.mapStyle;
  };
  const earlier = styleOf(remembered("map"));
  if (earlier) set({ mapStyle: earlier });
  onLink("map", (text) => {
    const mapStyle = text === null ? STYLES[0] : styleOf(text);
    if (mapStyle) set({ mapStyle });
    follow();
  });
  on(["mapStyle"], follow);
  follow();
}
