// What lies over a plot. In: its element, what it is. Out: the surface that takes gestures and keys, a hint that goes by itself, and
// what is said where nothing is in view.

import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";

const [HINT_MS, LETTER_MS] = [1600, 60]; // as long as it takes to read

export class Over {
  /**
   * @param {HTMLElement} place the plot's
   * @param {string} label says what it is, for those who do not see it
   * @param {() => void} showWhole
   */
  constructor(place, label, showWhole) {
    this.surface = element("div", { class: "hd-surface", tabindex: 0, role: "application", "aria-label": label });
    this.hint = element("div", { class: "hd-hint", "aria-hidden": "true" });
    this.button = element("button", { type: "button" }, SAY.showAll);
    this.button.addEventListener("click", showWhole);
    this.empty = element("p", { class: "hd-empty" });
    this.empty.hidden = true;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.hinting = undefined;
    place.append(this.surface, this.hint, this.empty);
  }

  /** @param {string} text is shown for a moment, and heard */
  say(text) {
    byId("hd-live").textContent = text;
    this.hint.textContent = text;
    this.hint.classList.add("hd-said");
    clearTimeout(this.hinting);
    this.hinting = setTimeout(() => this.hint.classList.remove("hd-said"), Math.max(HINT_MS, LETTER_MS * text.length));
  }

  /** @param {boolean} isEmpty whether nothing is in view */
  sayEmpty(isEmpty) {
    if (isEmpty === !this.empty.hidden) return; // so that the button keeps the focus
    this.empty.replaceChildren(SAY.nothingHere, " ", this.button);
    this.empty.hidden = !isEmpty;
  }

  /** @param {string | null} text says why there is nothing to see yet */
  invite(text) {
    this.empty.replaceChildren(text ?? "");
    this.empty.hidden = text === null;
  }
}
