// The buttons of the walk, how many cutouts filters leave, and what went wrong. In: clicks, `subset`. Out: steps of the walk, no filters
// any more.

import { on, set } from "../state.js";
import { say } from "../tags/bar.js";
import { copyWith } from "../text/copy.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { back, canGoBack, canGoForward, forward, goHome, hasAddress, linkNow, missedInLink } from "../walk.js";

/** @import { Data } from "../data/data.js" */

const LATE_MS = 15_000;
const TELL_MS = 600; // that a subset stays as it is before it is told to those who hear it: not at each step of a brush

/** @param {Data} data */
export function openTools({ n }) {
  const backButton = /** @type {HTMLButtonElement} */ (byId("hd-back"));
  const forwardButton = /** @type {HTMLButtonElement} */ (byId("hd-forward"));
  backButton.addEventListener("click", back);
  forwardButton.addEventListener("click", forward);
  byId("hd-reset").addEventListener("click", goHome);
  openLinkButton(byId("hd-link"));
  openCounter(n);
  on(["selected"], () => {
    backButton.disabled = !canGoBack();
    forwardButton.disabled = !canGoForward();
  });
}

/**
 * How many cutouts the filters leave, and the way back to all.
 *
 * @param {number} n all
 */
function openCounter(n) {
  byId("hd-clear").addEventListener("click", () => set({ filters: [] }));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let telling;
  on(["subset"], ({ subset }) => {
    byId("hd-counter").hidden = !subset;
    if (subset) byId("hd-count").textContent = SAY.shown(subset.count, n);
    clearTimeout(telling);
    telling = setTimeout(() => (byId("hd-live-count").textContent = SAY.subsetIs(subset?.count ?? n, n)), TELL_MS);
  });
}

/** @param {HTMLElement} button */
function openLinkButton(button) {
  button.hidden = !hasAddress();
  button.addEventListener("click", async () => {
    await copyWith(button, linkNow());
    const missed = missedInLink();
    if (missed.length) say(SAY.linkWithout(missed));
  });
}

/**
 * Say what went wrong, where people see it.
 *
 * @param {string} text
 */
export function complain(text) {
  const place = byId("hd-trouble");
  const called = { title: SAY.closeDialog, "aria-label": SAY.closeDialog };
  const close = element("button", { type: "button", ...called }, element("i", { class: "hd-i hd-i-close" }));
  close.addEventListener("click", () => (place.hidden = true));
  place.replaceChildren(element("span", {}, text), close);
  place.hidden = false;
}

/**
 * Say what may stand in the way while no figure comes from the server: Bokeh says it in the browser's console only.
 *
 * @param {Promise<void>} ready when the map is there
 */
export function tellIfLate(ready) {
  if (document.getElementById("hd-figures")) return; // no server draws them
  const place = byId("hd-trouble");
  const said = SAY.noFigures(location.host);
  const late = setTimeout(() => complain(said), LATE_MS);
  ready.finally(() => {
    clearTimeout(late);
    if (place.textContent === said) place.hidden = true;
  });
}
