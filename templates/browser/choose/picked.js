// The tab *Picked*: a contact sheet of the subset, of a tag, or of the selected cutout and its similar ones, with what can be done with
// them. In: `subset`, `tags`, `shown`. Out: `tags`, the choice, files.

import { on, set, state } from "../state.js";
import { replaceFilter } from "../subset/own.js";
import { openTake, openTakeButton, severalOf } from "../take/dialog.js";
import { say, tagButtons, toggleTag, undoTag } from "../tags/bar.js";
import { canUndo } from "../tags/tags.js";
import { waiting } from "../text/busy.js";
import { element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { addTab } from "../views/dock.js";
import { choice, CHOSEN } from "./chosen.js";
import { Contact } from "./contact.js";
import { like, likeWords } from "./like.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Several } from "../take/dialog.js"
 */

export class Picked {
  /** @param {Data} data */
  constructor(data) {
    this.data = data;
    this.contact = new Contact(data);
    this.menu = element("select", { id: "hd-picked-what", "aria-label": SAY.takeWhat });
    this.undo = button("hd-picked-undo", SAY.undo, undoTag);
    this.like = button("hd-picked-like", SAY.like, () => this.chooseLike());
    const take = openTake(data);
    openTakeButton(() => take());
    const tags = element(
      "span", { class: "hd-tagbar", role: "group", "aria-label": SAY.tagAll }, ...tagButtons(data, SAY.tagThese, (tag) => this.tag(tag)),
    );
    const more = button("hd-picked-take", SAY.takeAwayMore, () => take(this.menu.value));
    const head = element("div", { class: "hd-picked-head" }, this.menu, this.like, tags, this.undo, more);
    this.element = element("div", { class: "hd-picked" }, head, this.contact.element);
    /** @type {Several[]} */
    this.several = [];
    this.menu.addEventListener("change", () => this.show());
    on(["subset", "tags", "shown"], () => this.refresh());
  }

  get current() {
    return this.several.find(({ id }) => id === this.menu.value) ?? this.several[0];
  }

  refresh() {
    const before = this.menu.value;
    this.several = severalOf(this.data);
    this.menu.replaceChildren(...this.several.map(({ id, name, n }) => element("option", { value: id }, SAY.several(name, count(n)))));
    if (this.several.some(({ id }) => id === before)) this.menu.value = before;
    this.undo.disabled = !canUndo();
    const { can, words } = likeWords(this.data, this.current.n);
    this.like.disabled = !can;
    this.like.title = words;
    this.show();
  }

  // What is shown already stays where it is scrolled to.
  async show() {
    if (!this.element.classList.contains("hd-on")) return;
    const { id, places } = this.current;
    const found = await places();
    const isSame = found.length === this.contact.places.length && Array.from(found).every((place, i) => place === this.contact.places[i]);
    if (id === this.current.id && !isSame) await waiting(this.element, SAY.loading, this.contact.show(found));
    else this.contact.draw();
  }

  /** @param {number} tag */
  async tag(tag) {
    toggleTag(this.data, await this.current.places(), tag);
  }

  // Where these are the subset, the choice takes the place of what was asked, which would leave nothing but them. An answer that comes
  // too late is dropped.
  async chooseLike() {
    const { id, places } = this.current;
    const { filters } = state;
    const found = await waiting(this.element, SAY.comparing, (async () => like(this.data, await places()))());
    if (state.filters !== filters) return;
    if (!found) return say(SAY.noServer);
    const chosen = choice(found.bits, found.label, found.ranked);
    if (id === "subset") set({ filters: [chosen] });
    else replaceFilter(CHOSEN, chosen);
    say(found.label);
  }
}

/**
 * @param {string} id
 * @param {string} text
 * @param {() => void} act
 */
function button(id, text, act) {
  const made = element("button", { type: "button", id, class: "hd-button" }, text);
  made.addEventListener("click", act);
  return made;
}

/** @param {Data} data */
export function openPicked(data) {
  const picked = new Picked(data);
  addTab({ id: "picked", title: SAY.picked, element: picked.element, onShow: () => picked.refresh() });
}
