// A field that looks for a part of a column's texts. In: what is typed, what is asked of the column, counts. Out: its filter; how many
// different texts other filters leave, and how many of these have what is looked for.

import { filterOfColumn, idOf, onlyMissing, replaceFilter, wantsMissing } from "../subset/own.js";
import { textsWith } from "../subset/passes.js";
import { state } from "../state.js";
import { element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { cardFrame, missingButton } from "./card.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { Filter } from "../data/types.d.ts"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 * @import { Card } from "./card.js"
 */

const PATIENCE_MS = 200; // between letters

/**
 * How many different texts there are, and how many of them are meant.
 *
 * @param {ArrayLike<number>} counts of each text
 * @param {ArrayLike<number> | null} meant 1 for each text that is
 */
export function differentTexts(counts, meant) {
  let [left, matching] = [0, 0];
  const n = meant ? meant.length : counts.length - 1; // the last is of those that are missing
  for (let code = 0; code < n; code++) {
    if (!counts[code]) continue;
    left++;
    if (meant?.[code]) matching++;
  }
  return { left, matching };
}

/** @implements {Card} */
export class Words {
  /**
   * @param {ColumnIndex} column
   * @param {Columns} columns
   */
  constructor(column, columns) {
    this.column = column;
    this.columns = columns;
    this.name = column.name;
    /** @type {Uint32Array | null} of each text */
    this.counts = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    const label = SAY.containsIn(this.name);
    this.field = element("input", { type: "search", class: "hd-field", placeholder: SAY.contains, "aria-label": label });
    this.field.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.ask(), PATIENCE_MS);
    });
    this.missing = missingButton(column, () => this.toggleMissing());
    this.different = element("span", { class: "hd-different" }, SAY.different(count(column.distinct)));
    const foot = element("div", { class: "hd-card-foot" }, this.different, this.missing);
    this.frame = cardFrame(this.name, "hd-card-text", this.field, foot);
    this.element = this.frame.element;
  }

  /** As long as nothing is asked the texts, which may be very many, need not be here. */
  get chart() {
    return state.filters.length ? { column: this.name } : null;
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
    this.say();
  }

  /** @param {Uint32Array} counts the last of those that are missing */
  draw(counts) {
    this.counts = counts;
    this.say();
  }

  async say() {
    const { counts, column: { distinct } } = this;
    if (!state.filters.length || !counts) {
      this.different.textContent = SAY.different(count(distinct));
      return;
    }
    const filter = filterOfColumn(this.name);
    const text = filter?.kind === "text" ? filter.text : "";
    const { texts = [] } = text ? await this.columns.get(this.name) : {};
    if (counts !== this.counts || filter !== filterOfColumn(this.name)) return;
    const { left, matching } = differentTexts(counts, text ? textsWith(texts, text) : null);
    this.different.textContent = SAY.differentOf(left, distinct, text ? matching : null);
  }
}
