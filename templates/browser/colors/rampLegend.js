// The legend of a column of numbers or dates: a histogram over its ramp, which is brushed, the curve of the colours and how far they
// reach. In: the column, its scale, counts. Out: its filter, `scales`.

import { Axis } from "../charts/axis.js";
import { Brushed } from "../charts/brushed.js";
import { scaled } from "../charts/scales.js";
import { set, state } from "../state.js";
import { KeptCounts } from "../subset/histogram.js";
import { filterOfColumn } from "../subset/own.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { rampCurves, rampRun } from "./runs.js";

/**
 * @import { Curve } from "../data/types.d.ts"
 * @import { CrossCounts } from "../subset/histogram.js"
 * @import { ColumnIndex, NumberLegend } from "../wire/types.d.ts"
 * @import { Ramp } from "./coloring.js"
 */

const SVG = "http://www.w3.org/2000/svg";
const SLOT = "\u0000legend"; // no column is called so
const GRADIENT = "hd-ramp-of-bars"; // the style sheet fills the bars with it

/**
 * What paints bars in the colours below them.
 *
 * @param {string[]} ramp
 * @param {number} width of the bars, in the units that they are drawn in
 */
function gradient(ramp, width) {
  const made = document.createElementNS(SVG, "linearGradient");
  made.id = GRADIENT;
  made.setAttribute("gradientUnits", "userSpaceOnUse");
  made.setAttribute("x2", String(width));
  made.append(...ramp.map((color, i) => {
    const stop = document.createElementNS(SVG, "stop");
    stop.setAttribute("offset", String(i / (ramp.length - 1)));
    stop.setAttribute("stop-color", color);
    return stop;
  }));
  return made;
}

/**
 * The axis that lies on a ramp; what is beyond its ends stands at them.
 *
 * @param {NumberLegend} legend
 * @param {ColumnIndex} column
 */
export function rampAxis(legend, column) {
  const { run } = rampRun(legend, column, state.scales.get(column.name));
  return new Axis(run, { kind: column.kind, least: column.low, most: column.high });
}

const monthOf = (/** @type {string} */ date) => date.slice(0, "2000-01".length);

/**
 * A date of which the day is left out where there is no room: on a phone, as long as the legend is folded.
 *
 * @param {string} date
 */
const withoutDay = (date) => [monthOf(date), element("span", { class: "hd-day" }, date.slice(monthOf(date).length))];

export class RampLegend {
  /**
   * @param {NumberLegend} legend
   * @param {ColumnIndex} column
   * @param {() => CrossCounts} counts are opened when there is something to count
   */
  constructor(legend, column, counts) {
    this.legend = legend;
    this.column = column;
    this.name = column.name;
    this.kept = new KeptCounts(counts);
    this.bars = new Brushed(this.name, rampAxis(legend, column));
    this.ramp = element("i", { class: "hd-ramp" });
    this.ends = element("div", { class: "hd-ramp-ends" });
    this.chart = element("div", { class: "hd-ramp-chart" }, this.bars.element, this.ramp, this.ends);
    this.curves = rampCurves(legend, column).map((curve) => this.curveButton(curve));
    this.wide = this.wideButton();
    const switches = [...(this.curves.length > 1 ? this.curves : []), ...(this.wide ? [this.wide] : [])];
    this.switches = element("div", { class: "hd-scale", role: "group", "aria-label": SAY.scaleOf(this.name) }, ...switches);
    this.switches.hidden = !switches.length;
  }

  get elements() {
    return [this.chart, this.switches];
  }

  /** @param {Curve} curve */
  curveButton(curve) {
    const button = element("button", { type: "button", class: "hd-straight", "data-curve": curve, title: SAY.curveTitles[curve] }, curve);
    button.addEventListener("click", () => set({ scales: scaled(state.scales, this.name, { curve }) }));
    return button;
  }

  /** The switch that lets colours reach all values; there is none where they do in any case. */
  wideButton() {
    const { low, high } = this.column;
    if (low === undefined || (low >= Number(this.legend.low) && Number(high) <= Number(this.legend.high))) return null;
    const button = element("button", { type: "button", class: "hd-straight", "data-limits": "robust", title: SAY.robustTitle }, SAY.robust);
    button.addEventListener("click", () => {
      set({ scales: scaled(state.scales, this.name, { isWide: !state.scales.get(this.name)?.isWide }) });
    });
    return button;
  }

  /**
   * Show the scale as it is now.
   *
   * @param {Ramp} ramp
   */
  show({ ramp, middle }) {
    const { curve, isWide } = rampRun(this.legend, this.column, state.scales.get(this.name));
    this.ramp.style.background = `linear-gradient(to right, ${ramp.join()})`;
    for (const button of this.curves) button.setAttribute("aria-pressed", String(button.dataset.curve === curve));
    this.wide?.setAttribute("aria-pressed", String(!isWide));
    this.bars.setAxis(rampAxis(this.legend, this.column));
    const [low, high] = this.bars.axis.texts();
    const isLong = this.column.kind === "date" && monthOf(low) !== monthOf(high);
    const end = (/** @type {string} */ text) => element("span", { title: text }, ...(isLong ? withoutDay(text) : [text]));
    this.ends.replaceChildren(...[low, middle, high].flatMap((text) => (text === undefined ? [] : end(text))));
    const { svg } = this.bars.parts;
    svg.querySelector("linearGradient")?.remove();
    svg.prepend(gradient(ramp, this.bars.axis.bins.n));
    this.recount();
  }

  /** Show what is asked, and what other filters leave. */
  follow() {
    this.bars.follow(filterOfColumn(this.name));
    this.recount();
  }

  // A column that cannot be loaded has been complained of.
  async recount() {
    const found = await this.kept.of({ ...this.bars.chart, slot: SLOT }).catch(() => null);
    if (found) this.bars.draw(found.counts, found.whole);
  }
}
