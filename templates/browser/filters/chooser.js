// Which columns have charts. In: all columns, those that are there. Out: others, as they are ticked. Labels, of which there are very many,
// are offered where one looks for their names.

import { isDrawable } from "../charts/drawable.js";
import { folded } from "../query/names.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";

/** @import { ColumnEntry } from "../data/types.d.ts" */

const MOST_LABELS = 12; // that are offered at once

/**
 * What is offered: of the columns those that match, all where nothing is looked for; of labels the first that match, and those that are
 * there.
 *
 * @param {{ columns: string[], labels: string[] }} names
 * @param {string} wanted
 * @param {string[]} there
 */
export function offered({ columns, labels }, wanted, there) {
  const isFound = (/** @type {string} */ name) => folded(name).includes(folded(wanted.trim()));
  const found = wanted.trim() ? labels.filter(isFound).slice(0, MOST_LABELS) : [];
  const own = labels.filter((name) => there.includes(name) && !found.includes(name) && isFound(name));
  return [...columns.filter(isFound), ...own, ...found];
}

export class Chooser {
  /**
   * @param {readonly ColumnEntry[]} list
   * @param {() => string[]} now those that are there
   * @param {(names: string[]) => void} choose
   */
  constructor(list, now, choose) {
    this.names = {
      columns: list.filter(isDrawable).map(({ name }) => name),
      labels: list.filter(({ role }) => role === "label").map(({ name }) => name),
    };
    this.now = now;
    this.choose = choose;
    const hint = this.names.labels.length ? SAY.columnOrLabel : SAY.amongCategories;
    this.field = element("input", { type: "search", class: "hd-field", placeholder: hint, "aria-label": SAY.amongColumns });
    this.boxes = element("div", { class: "hd-chooser-boxes" });
    this.summary = element("summary", {});
    const popover = element("div", { class: "hd-popover" }, this.field, this.boxes);
    this.element = element("details", { class: "hd-chooser" }, this.summary, popover);
    this.listen();
    this.show();
  }

  listen() {
    this.field.addEventListener("input", () => this.show());
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.element.open) return;
      event.stopPropagation();
      this.element.open = false;
      this.summary.focus();
    });
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.element.contains(relatedTarget)) this.element.open = false;
    });
  }

  /** Show what is there, and what else there is. */
  show() {
    this.boxes.replaceChildren(...offered(this.names, this.field.value, this.now()).map((name) => this.box(name)));
    this.say();
  }

  /** @param {string} name */
  box(name) {
    const box = element("input", { type: "checkbox" });
    box.checked = this.now().includes(name);
    box.addEventListener("change", () => {
      this.choose(box.checked ? [...this.now(), name] : this.now().filter((other) => other !== name));
      this.say();
    });
    return element("label", { class: "hd-switch" }, box, element("bdi", {}, name));
  }

  say() {
    this.summary.textContent = SAY.columns(this.now().length, Math.max(this.names.columns.length, this.now().length));
  }
}
