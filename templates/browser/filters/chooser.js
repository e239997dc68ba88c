// Which columns have charts. In: all columns, those that are there. Out: others, as they are ticked.

import { isDrawable } from "../charts/drawable.js";
import { folded } from "../query/names.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";

/** @import { ColumnEntry } from "../data/types.d.ts" */

/**
 * A button that opens a list of all columns that can be drawn.
 *
 * @param {readonly ColumnEntry[]} list
 * @param {() => string[]} now those that are there
 * @param {(names: string[]) => void} choose
 */
export function makeChooser(list, now, choose) {
  const names = list.filter(isDrawable).map(({ name }) => name);
  const summary = element("summary", {}, SAY.columns(now().length, names.length));
  const field = element("input", { type: "search", class: "hd-field", placeholder: SAY.amongCategories, "aria-label": SAY.amongColumns });
  const boxes = names.map((name) => {
    const box = element("input", { type: "checkbox" });
    box.checked = now().includes(name);
    box.addEventListener("change", () => {
      choose(box.checked ? [...now(), name] : now().filter((other) => other !== name));
      summary.textContent = SAY.columns(now().length, names.length);
    });
    return element("label", { class: "hd-switch" }, box, name);
  });
  field.addEventListener("input", () => {
    const wanted = folded(field.value.trim());
    boxes.forEach((box, i) => (box.hidden = !folded(names[i]).includes(wanted)));
  });
  const chooser = element("details", { class: "hd-chooser" }, summary, element("div", { class: "hd-popover" }, field, ...boxes));
  chooser.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !chooser.open) return;
    event.stopPropagation();
    chooser.open = false;
    summary.focus();
  });
  chooser.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !chooser.contains(relatedTarget)) chooser.open = false;
  });
  return chooser;
}
