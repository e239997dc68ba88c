// The tab *Odd*: the cutouts that stand apart the most, the oddest first. In: `subset`. Out: a contact sheet; the choice.

import { on, state } from "../state.js";
import { isOddKnown, oddest } from "../likeness/oddest.js";
import { none, setAll } from "../subset/bits.js";
import { replaceFilter } from "../subset/own.js";
import { waiting } from "../text/busy.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { addTab } from "../views/dock.js";
import { choice, CHOSEN } from "./chosen.js";
import { Contact } from "./contact.js";

/** @import { Data } from "../data/data.js" */

const MOST = 100;

class Odd {
  /** @param {Data} data */
  constructor(data) {
    this.data = data;
    this.contact = new Contact(data);
    this.words = element("p", { class: "hd-muted" });
    this.button = element("button", { type: "button", id: "hd-odd-choose", class: "hd-button" }, SAY.chooseThese);
    this.button.addEventListener("click", () => this.choose());
    const head = element("div", { class: "hd-picked-head" }, this.words, this.button);
    this.element = element("div", { class: "hd-picked hd-odd" }, head, this.contact.element);
    /** @type {object | null | undefined} the subset that is shown */
    this.of = undefined;
    on(["subset"], () => this.show());
  }

  async show() {
    if (!this.element.classList.contains("hd-on")) return;
    const { subset } = state;
    if (this.of === subset) {
      this.contact.draw();
      return;
    }
    this.of = subset;
    const found = await waiting(this.element, SAY.loading, oddest(this.data, subset, MOST));
    if (this.of !== subset) return; // another one came in the meantime
    this.words.textContent = SAY.oddest(found.length, subset !== null);
    this.button.disabled = !found.length;
    await this.contact.show(found);
  }

  choose() {
    const { places } = this.contact;
    const ranked = Array.from(places);
    replaceFilter(CHOSEN, choice(setAll(none(this.data.n), places), SAY.shapeWith(SAY.odd, ranked.length), ranked));
  }
}

/** @param {Data} data */
export function openOdd(data) {
  if (!isOddKnown(data)) return;
  const odd = new Odd(data);
  addTab({ id: "odd", title: SAY.oddTab, element: odd.element, onShow: () => odd.show() });
}
