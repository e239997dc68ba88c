// A field that looks for a part of a column's texts. In: what is typed, what is asked of the column. Out: its filter.

import { element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { cardFrame, missingButton } from "./card.js";
import { filterOfColumn, idOf, onlyMissing, replaceFilter, wantsMissing } from "../subset/own.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 * @import { Chart } from "../subset/histogram.js"
 * @import { Card } from "./card.js"
 */

const PATIENCE_MS = 200; // between letters

/** @implements {Card} */
export class Words {
  /** @param {ColumnIndex} column */
  constructor(column) {
    this.name = column.name;
    this.chart = /** @type {Chart | null} */ (null);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    const label = SAY.containsIn(this.name);
    this.field = element("input", { type: "search", class: "hd-field", placeholder: SAY.contains, "aria-label": label });
    this.field.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.ask(), PATIENCE_MS);
    });
    this.missing = missingButton(column, () => this.toggleMissing());
    const foot = element("div", { class: "hd-card-foot" }, element("span", {}, SAY.different(count(column.distinct))), this.missing);
    this.frame = cardFrame(this.name, "hd-card-text", this.field, foot);
    this.element = this.frame.element;
  }

  ask() {
    const [id, text] = [idOf(this.name), this.field.value.trim()];
    replaceFilter(id, text ? { id, kind: "text", column: this.name, text } : null);
  }

  toggleMissing() {
    replaceFilter(idOf(this.name), wantsMissing(filterOfColumn(this.name)) ? null : onlyMissing(this.name));
  }

  /** @param {Filter | undefined} filter */
  follow(filter) {
    const text = filter?.kind === "text" ? filter.text : "";
    if (this.field.value.trim() !== text) this.field.value = text;
    this.missing.setAttribute("aria-pressed", String(wantsMissing(filter)));
    this.frame.say(filter ? (text ? SAY.containing(text) : SAY.notKnown) : "");
  }

  draw() {
    // It has no counts.
  }
}
