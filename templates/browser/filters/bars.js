// Categories with their counts, which are ticked. In: counts, what is asked of the column. Out: its filter: one click asks for this
// category alone, further ones for others as well.

import { calledIn } from "../clusters/called.js";
import { isLevel } from "../clusters/levels.js";
import { on } from "../state.js";
import { element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { filterOfColumn, idOf, ofCodes, replaceFilter, wantsMissing } from "../subset/own.js";
import { cardFrame, missingButton, missingText } from "./card.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 * @import { Category, ColumnIndex } from "../wire/types.d.ts"
 * @import { Card } from "./card.js"
 */

const FOLDED = 8; // categories that stand there at first
const MANY = 20; // from which on one may search among them

/** @implements {Card} */
export class Bars {
  /** @param {ColumnIndex} column */
  constructor(column) {
    this.column = column;
    this.name = column.name;
    /** @type {Category[]} */
    this.categories = column.categories ?? [];
    this.chart = { column: this.name };
    this.rows = this.categories.map((_, code) => this.makeRow(code));
    this.list = element("div", { class: "hd-bars", role: "group", "aria-label": this.name }, ...this.rows.map(({ button }) => button));
    this.list.addEventListener("keydown", (event) => this.walk(event));
    this.missing = missingButton(column, () => this.toggleMissing());
    this.more = element("button", { type: "button", class: "hd-more", "aria-expanded": "false" });
    this.more.addEventListener("click", () => this.unfold(this.more.getAttribute("aria-expanded") !== "true"));
    const label = SAY.among(this.name);
    this.field = element("input", { type: "search", class: "hd-field", placeholder: SAY.amongCategories, "aria-label": label });
    this.field.addEventListener("input", () => this.arrange());
    const foot = element("div", { class: "hd-card-foot" }, this.more, this.missing);
    this.frame = cardFrame(this.name, `hd-card-category ${this.tall}`, this.field, this.list, foot);
    this.element = this.frame.element;
    this.unfold(false);
    if (isLevel(column)) on(["names"], () => this.call());
  }

  // Clusters have other names now.
  call() {
    this.rows.forEach(({ button, name }, code) => {
      name.textContent = SAY.category(calledIn(this.column, this.categories[code].text));
      button.title = name.textContent;
    });
  }

  // Cards of a grid are one, two or three rows high.
  get tall() {
    const n = Math.min(this.categories.length, FOLDED);
    return n > 5 ? "hd-tall-3" : n > 2 ? "hd-tall-2" : "";
  }

  /** @param {number} code */
  makeRow(code) {
    const [whole, some] = [element("i", { class: "hd-count-whole" }), element("i", { class: "hd-count-bar" })];
    const number = element("small");
    const text = calledIn(this.column, this.categories[code].text);
    const name = element("span", {}, SAY.category(text));
    const button = element("button", {
      type: "button", class: "hd-category-bar", "aria-pressed": "false", title: text, tabindex: code ? -1 : 0,
    }, whole, some, name, number);
    button.addEventListener("click", () => this.toggle(code));
    return { button, whole, some, name, number };
  }

  /** @param {boolean} isOpen */
  unfold(isOpen) {
    this.more.setAttribute("aria-expanded", String(isOpen));
    this.field.hidden = !isOpen || this.categories.length < MANY;
    if (!isOpen) this.field.value = "";
    this.arrange();
  }

  // Ticked ones stay in sight.
  arrange() {
    const isOpen = this.more.getAttribute("aria-expanded") === "true";
    const wanted = this.field.value.trim().toLowerCase();
    const ticked = new Set(this.codes);
    this.rows.forEach(({ button }, code) => {
      const isFound = !wanted || calledIn(this.column, this.categories[code].text).toLowerCase().includes(wanted);
      button.hidden = !(ticked.has(code) || (isOpen ? isFound : code < FOLDED));
    });
    const more = this.rows.filter((_, code) => code >= FOLDED && !ticked.has(code)).length;
    this.more.hidden = !isOpen && !more;
    this.more.textContent = isOpen ? SAY.fewer : SAY.more(more);
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation(); // the page's arrows mean something else
    const seen = this.rows.map(({ button }) => button).filter((button) => !button.hidden);
    const now = seen.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const next = seen[(now + by + seen.length) % seen.length];
    for (const button of seen) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }

  get codes() {
    const filter = filterOfColumn(this.name);
    return filter?.kind === "codes" && !filter.negated ? filter.codes : [];
  }

  /** @param {number} code */
  toggle(code) {
    const codes = this.codes;
    this.ask(codes.includes(code) ? codes.filter((other) => other !== code) : [...codes, code], wantsMissing(filterOfColumn(this.name)));
  }

  toggleMissing() {
    this.ask(this.codes, !wantsMissing(filterOfColumn(this.name)));
  }

  /**
   * @param {number[]} codes
   * @param {boolean} missing
   */
  ask(codes, missing) {
    replaceFilter(idOf(this.name), ofCodes(this.name, codes, missing));
  }

  /** @param {Filter | undefined} filter */
  follow(filter) {
    const ticked = new Set(this.codes);
    this.list.classList.toggle("hd-ticked", filter !== undefined);
    this.rows.forEach(({ button }, code) => button.setAttribute("aria-pressed", String(ticked.has(code))));
    this.missing.setAttribute("aria-pressed", String(wantsMissing(filter)));
    this.frame.say(filter ? SAY.nOfN(ticked.size + Number(wantsMissing(filter)), this.rows.length + Number(this.column.missing > 0)) : "");
    this.arrange();
  }

  /**
   * @param {Uint32Array} counts the last of those that are missing
   * @param {Uint32Array} whole
   */
  draw(counts, whole) {
    const most = whole.subarray(0, this.rows.length).reduce((a, b) => Math.max(a, b), 1);
    this.rows.forEach((row, code) => {
      row.whole.style.width = `${(100 * whole[code]) / most}%`;
      row.some.style.width = `${(100 * counts[code]) / most}%`;
      row.number.textContent = count(counts[code]);
      row.button.classList.toggle("hd-of-none", counts[code] === 0);
    });
    this.missing.textContent = missingText(this.column, counts[this.rows.length]);
  }
}
