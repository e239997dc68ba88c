// Which columns the table has. In: the fields there are, clicks. Out: a menu of them, and the names of those that are wanted, which the
// page remembers.

import { remember, remembered } from "../remember.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";

/** @import { Field } from "./fields.js" */

const KEPT = "table";

/**
 * The names of the fields that are shown: as at the last visit, where any of those is here.
 *
 * @param {Field[]} fields
 * @returns {Set<string>}
 */
export function wantedNames(fields) {
  const kept = (remembered(KEPT) ?? "").split("\n");
  const found = fields.filter(({ name }) => kept.includes(name));
  return new Set((found.length ? found : fields.filter(({ isDefault }) => isDefault)).map(({ name }) => name));
}

/**
 * @param {Field[]} fields
 * @param {Set<string>} wanted is changed
 * @param {() => void} onChange
 */
export function columnMenu(fields, wanted, onChange) {
  const choices = fields.map(({ name, title }) => {
    const box = element("input", { type: "checkbox" });
    box.checked = wanted.has(name);
    box.addEventListener("change", () => {
      if (box.checked) wanted.add(name);
      else if (wanted.size > 1) wanted.delete(name);
      else box.checked = true; // a table without columns is none
      remember(KEPT, [...wanted].join("\n"));
      onChange();
    });
    return element("label", { class: "hd-switch" }, box, element("bdi", {}, title));
  });
  const menu = element("details", { class: "hd-table-menu" },
    element("summary", {}, SAY.tableColumns), element("div", { role: "group", "aria-label": SAY.tableColumns }, ...choices));
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the page's keys mean something else
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (target instanceof Node && !menu.contains(target)) menu.open = false;
  });
  return menu;
}
