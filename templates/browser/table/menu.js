// Which columns the table has. In: the fields there are, clicks. Out: a menu of them, and the names of those that are wanted, which the
// page remembers.

import { remember, remembered } from "../remember.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";

/** @import { Field } from "./fields.js" */

const KEPT = "table";

/**
 * The names of the fields that are shown where nobody has chosen others.
 *
 * @param {Field[]} fields
 */
export const usualNames = (fields) => new Set(fields.flatMap(({ name, isDefault }) => (isDefault ? name : [])));

/**
 * The names of the fields that are shown at first: as at the last visit, where any of those is here.
 *
 * @param {Field[]} fields
 * @returns {Set<string>}
 */
export function firstNames(fields) {
  const kept = (remembered(KEPT) ?? "").split("\n");
  const found = fields.flatMap(({ name }) => (kept.includes(name) ? name : []));
  return found.length ? new Set(found) : usualNames(fields);
}

export class ColumnMenu {
  /**
   * @param {Field[]} fields
   * @param {(names: Set<string>) => void} choose
   */
  constructor(fields, choose) {
    this.boxes = fields.map(({ name, title }) => ({ name, title, box: element("input", { type: "checkbox" }) }));
    const choices = this.boxes.map(({ title, box }) => {
      box.addEventListener("change", () => {
        if (!this.names.size) box.checked = true; // a table without columns is none
        remember(KEPT, [...this.names].join("\n"));
        choose(this.names);
      });
      return element("label", { class: "hd-switch" }, box, element("bdi", {}, title));
    });
    this.element = element("details", { class: "hd-table-menu" },
      element("summary", {}, SAY.tableColumns), element("div", { role: "group", "aria-label": SAY.tableColumns }, ...choices));
    this.listen(this.element);
  }

  /** Those that are ticked. */
  get names() {
    return new Set(this.boxes.flatMap(({ name, box }) => (box.checked ? name : [])));
  }

  /** @param {Set<string>} names */
  follow(names) {
    for (const { name, box } of this.boxes) box.checked = names.has(name);
  }

  /** @param {HTMLDetailsElement} menu */
  listen(menu) {
    menu.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the page's keys mean something else
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary")?.focus();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (target instanceof Node && !menu.contains(target)) menu.open = false;
    });
  }
}
