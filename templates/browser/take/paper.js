// The page on paper: what its style sheet cannot know. In: what is asked and shown, sizes of what is drawn in pixels. Out: lines that only
// paper has, and the sizes, by which the style sheet makes the map and what is looked at closely as large as there is room.

import { words } from "../asking/chips.js";
import { isGuest } from "../guests/guests.js";
import { manner } from "../likeness/notes.js";
import { on, state } from "../state.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";

/** @import { Data } from "../data/data.js" */

const MADE_OF = ["Images", "Cutouts", "Model", "Fingerprints", "Map", "Made"];

/**
 * What is asked, how many are left, and which similar ones these are.
 *
 * @param {Data} data
 */
function askedLines({ n, columns }) {
  const { filters, subset, shown } = state;
  const isOwn = shown && !isGuest(shown.cutout.row);
  const asked = filters.map((filter) => words(filter, columns)).join(SAY.and);
  return [
    ...(asked ? [`${SAY.nOfN(subset?.count ?? n, n)}: ${asked}`] : []),
    ...(isOwn && manner(shown.found) !== SAY.manners.any ? [SAY.shownOnPaper(shown.cutout.row, manner(shown.found))] : []),
  ];
}

/** @param {string} name @param {Element | null} part */
function keepSize(name, part) {
  const { style } = document.documentElement;
  style.setProperty(`--${name}-width`, String(Math.max(1, part?.clientWidth ?? 0)));
  style.setProperty(`--${name}-height`, String(Math.max(1, part?.clientHeight ?? 0)));
}

/** @param {Data} data */
export function openPaper(data) {
  // A story goes on to a second sheet, where there is room for the method as papers have it.
  const isTold = document.getElementById("hd-story") !== null;
  const method = isTold ? [element("p", {}, data.methods.text)] : [];
  const wanted = isTold ? ["Made"] : MADE_OF;
  const made = data.provenance.filter(([name]) => wanted.includes(name)).map(([name, text]) => `${name}: ${text}`).join(" · ");
  const asked = element("div", { class: "hd-print-asked" });
  byId("hd-print").append(asked, ...method, element("p", {}, made));
  const follow = () => asked.replaceChildren(...askedLines(data).map((line) => element("p", {}, line)));
  on(["filters", "subset", "shown"], follow);
  follow();
  window.addEventListener("beforeprint", () => {
    keepSize("map", byId("hd-map"));
    keepSize("panes", document.querySelector(".hd-panes"));
  });
}
