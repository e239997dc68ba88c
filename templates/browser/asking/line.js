// The query line. In: what is typed, the query among the state's filters. Out: that query, on Enter; what is wrong with it, at its place;
// columns and categories that the word being typed may mean.

import { query } from "../query/asked.js";
import { QueryError } from "../query/lexer.js";
import { on, state } from "../state.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { completions } from "./completions.js";

/**
 * @import { ColumnEntry } from "../data/types.d.ts"
 * @import { Filters } from "../subset/subset.js"
 */

export class Line {
  /**
   * @param {readonly ColumnEntry[]} list
   * @param {Filters} filters
   */
  constructor(list, filters) {
    this.list = list;
    this.filters = filters;
    this.field = element("input", {
      id: "hd-query", class: "hd-field", type: "text", placeholder: SAY.queryExample(list), title: SAY.queryTitle, "aria-label": SAY.query,
      spellcheck: "false", autocomplete: "off", autocapitalize: "off", enterkeyhint: "go", role: "combobox", "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": "hd-query-choices", "aria-describedby": "hd-query-error",
    });
    this.choices = element("ul", {
      id: "hd-query-choices", class: "hd-popover hd-choices", role: "listbox", "aria-label": SAY.columnsToChoose,
    });
    this.choices.hidden = true;
    this.error = element("p", { id: "hd-query-error", class: "hd-query-error", role: "alert" });
    this.error.hidden = true;
    this.element = element("div", { class: "hd-query-line" }, this.field, this.choices, this.error);
    /** @type {string[]} */
    this.offered = [];
    this.at = -1;
    this.asked = "";
    this.listen();
    on(["filters"], () => this.follow());
    this.follow();
  }

  listen() {
    const { field } = this;
    field.addEventListener("input", () => {
      this.complain(null);
      this.offer();
    });
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.offer(false));
    this.choices.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const chosen = event.target instanceof Element ? event.target.closest("li") : null;
      if (chosen) this.take(Number(chosen.dataset.at));
    });
  }

  // What was typed and not asked yet stays, whatever else is asked.
  follow() {
    const filter = state.filters.find(({ id }) => id === "query");
    const text = filter && "text" in filter ? filter.text : "";
    if (text === this.asked) return;
    this.asked = text;
    this.field.value = text;
    this.complain(null);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { key } = event;
    const by = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (by && this.offered.length) {
      this.at = (this.at + by + this.offered.length + (this.at < 0 && by < 0 ? 1 : 0)) % this.offered.length;
      this.showChoices();
    } else if ((key === "Enter" || key === "Tab") && this.at >= 0) this.take(this.at);
    else if (key === "Enter") this.ask();
    else if (key === "Escape" && this.offered.length) this.offer(false);
    else if (key === "Escape") {
      this.field.value = this.asked;
      this.complain(null);
    } else return;
    event.preventDefault();
  }

  async ask() {
    const text = this.field.value.trim();
    this.offer(false);
    try {
      await query(this.filters, text);
      this.complain(null);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      this.complain(error);
      this.field.setSelectionRange(error.at, error.at + error.length);
    }
  }

  /**
   * Say what is wrong, and where.
   *
   * @param {QueryError | null} error null where all is well
   * @param {string} text that is meant
   */
  complain(error, text = this.field.value.trim()) {
    this.error.hidden = error === null;
    this.field.toggleAttribute("aria-invalid", error !== null);
    if (!error) return this.error.replaceChildren();
    this.field.value = text;
    const { at, length } = error;
    const wrong = text.slice(at, at + length).slice(0, 60) || "\u2038"; // a caret, where something is wanting
    const place = element("code", { "aria-hidden": "true" },
      text.slice(Math.max(0, at - 40), at), element("mark", {}, wrong), text.slice(at + length, at + length + 20));
    return this.error.replaceChildren(element("span", {}, error.message), place);
  }

  offer(isWanted = true) {
    const { field } = this;
    const found = isWanted ? completions(field.value, field.selectionStart ?? 0, this.list) : null;
    this.offered = found?.choices ?? [];
    this.found = found;
    this.at = -1;
    this.showChoices();
  }

  showChoices() {
    this.choices.hidden = !this.offered.length;
    this.field.setAttribute("aria-expanded", String(this.offered.length > 0));
    this.choices.replaceChildren(...this.offered.map((text, i) => element("li", {
      id: `hd-choice-${i}`, role: "option", "aria-selected": String(i === this.at), "data-at": i,
    }, text)));
    if (this.at < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `hd-choice-${this.at}`);
  }

  /** @param {number} at of the choice */
  take(at) {
    if (!this.found) return;
    this.field.setRangeText(this.offered[at], this.found.from, this.found.to, "end");
    this.offer(false);
  }
}
