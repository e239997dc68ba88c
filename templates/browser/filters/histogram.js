// The chart of a column of numbers or dates. In: counts, what is asked of the column, along which curve it lies. Out: its filter; `scales`.

import { areWhole, axisOf, curveFor, curvesOf } from "../charts/axis.js";
import { Brushed } from "../charts/brushed.js";
import { scaled } from "../charts/scales.js";
import { on, set, state } from "../state.js";
import { filterOfColumn, idOf, onlyMissing, replaceFilter, wantsMissing } from "../subset/own.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { cardFrame, missingButton, sayMissing } from "./card.js";

/**
 * @import { ColumnData, Numbers } from "../data/column.js"
 * @import { Filter } from "../data/types.d.ts"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 * @import { Range } from "../charts/axis.js"
 * @import { Card } from "./card.js"
 */

/** @implements {Card} */
export class Histogram {
  /**
   * @param {ColumnIndex} column
   * @param {ColumnData} data
   * @param {number} [nLow] bins at the lower end that are not what heights are measured by
   */
  constructor(column, { values }, nLow = 0) {
    this.column = column;
    this.name = column.name;
    this.isWhole = areWhole(/** @type {Numbers} */ (values));
    this.curve = this.curveNow();
    this.bars = new Brushed(this.name, axisOf(column, this.isWhole, this.curve), nLow);
    this.missing = missingButton(column, () => this.toggleMissing(), true);
    this.feet = [element("span"), element("span")];
    const foot = element("div", { class: "hd-card-foot" }, this.feet[0], this.missing, this.feet[1]);
    this.frame = cardFrame(this.name, "hd-card-number", this.bars.element, foot);
    this.element = this.frame.element;
    this.addLog();
    this.sayFeet();
  }

  /** What was chosen for the column here or in the map's legend, else what tells most of it apart. */
  curveNow() {
    const chosen = state.scales.get(this.name)?.curve;
    return chosen && curvesOf(this.column).includes(chosen) ? chosen : curveFor(this.column);
  }

  addLog() {
    const bent = curvesOf(this.column).at(-1) ?? "linear";
    if (bent === "linear") return;
    const button = element("button", { type: "button", class: "hd-mini hd-log", title: SAY.logAxis }, SAY.log);
    this.frame.tools.prepend(button);
    button.addEventListener("click", () => {
      set({ scales: scaled(state.scales, this.name, { curve: this.curve === "linear" ? bent : "linear" }) });
    });
    const mark = () => button.setAttribute("aria-pressed", String(this.curve !== "linear"));
    on(["scales"], () => {
      const curve = this.curveNow();
      if (curve === this.curve) return;
      this.curve = curve;
      mark();
      this.bars.setAxis(axisOf(this.column, this.isWhole, curve));
      this.sayFeet();
      this.element.dispatchEvent(new CustomEvent("hd-recount", { bubbles: true }));
    });
    mark();
  }

  get chart() {
    return this.bars.chart;
  }

  toggleMissing() {
    const now = filterOfColumn(this.name);
    const isOn = wantsMissing(now);
    if (now?.kind === "range") replaceFilter(now.id, { ...now, missing: !isOn });
    else replaceFilter(idOf(this.name), isOn ? null : onlyMissing(this.name));
  }

  /** @param {Filter | undefined} filter */
  follow(filter) {
    this.bars.follow(filter);
    sayMissing(this.missing, this.column, true);
    this.missing.setAttribute("aria-pressed", String(wantsMissing(filter)));
    this.sayFeet();
    this.frame.say(filter && !this.areDatesAsked ? this.askedText(filter) : "", Boolean(filter));
  }

  /** Whether dates are asked for, which are too long for the head of a narrow chart: they stand at its feet. */
  get areDatesAsked() {
    return this.column.kind === "date" && this.bars.asked !== null;
  }

  /** @param {Filter} filter */
  askedText(filter) {
    return filter.kind === "range" ? SAY.range(...this.texts(filter)) : SAY.notKnown;
  }

  /** @param {Range} range @returns {[string | null, string | null]} */
  texts({ low, high }) {
    const { axis } = this.bars;
    return [low === null ? null : axis.text(low), high === null ? null : axis.text(high)];
  }

  sayFeet() {
    const { asked, axis } = this.bars;
    const ends = asked && this.areDatesAsked ? this.texts(asked.range) : [null, null];
    axis.texts().forEach((text, i) => {
      this.feet[i].textContent = ends[i] ?? text;
      this.feet[i].classList.toggle("hd-asked-end", ends[i] !== null);
    });
  }

  /**
   * @param {Uint32Array} counts
   * @param {Uint32Array} whole
   */
  draw(counts, whole) {
    this.bars.draw(counts, whole);
  }
}
