// The buttons of the walk, the overlap switch, and what went wrong. In: clicks. Out: steps of the walk, `leaveOutOverlapping`.

import { on, set } from "../state.js";
import { copyWith } from "../text/copy.js";
import { byId } from "../text/element.js";
import { back, canGoBack, canGoForward, forward, goHome, hasAddress, linkNow } from "../walk.js";

/** @import { Data } from "../data/data.js" */

/** @param {Data} data */
export function openTools({ canOverlap }) {
  const backButton = /** @type {HTMLButtonElement} */ (byId("hd-back"));
  const forwardButton = /** @type {HTMLButtonElement} */ (byId("hd-forward"));
  const overlap = /** @type {HTMLInputElement} */ (byId("hd-overlap"));
  backButton.addEventListener("click", back);
  forwardButton.addEventListener("click", forward);
  byId("hd-reset").addEventListener("click", goHome);
  openLinkButton(byId("hd-link"));
  on(["selected"], () => {
    backButton.disabled = !canGoBack();
    forwardButton.disabled = !canGoForward();
  });
  overlap.closest("label")?.toggleAttribute("hidden", !canOverlap);
  overlap.addEventListener("change", () => set({ leaveOutOverlapping: overlap.checked }));
}

/** @param {HTMLElement} button */
function openLinkButton(button) {
  button.hidden = !hasAddress();
  button.addEventListener("click", () => copyWith(button, linkNow()));
}

/**
 * Say what went wrong, where people see it.
 *
 * @param {string} text
 */
export function complain(text) {
  const place = byId("hd-trouble");
  place.textContent = text;
  place.hidden = false;
}
