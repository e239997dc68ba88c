// The map's density where a server draws it. In: the plot's view and a colour. Out: both in a data source that the server listens to;
// while it draws, only the latest view waits for the next turn, so that a drag does not queue up.

import { findModel } from "../plots/models.js";

/**
 * @import { ColorChoice } from "../data/types.d.ts"
 * @import { Columns, DataSource } from "../plots/bokeh.d.ts"
 * @import { Plot } from "../plots/plot.js"
 *
 * @typedef {{ left: number, right: number, bottom: number, top: number, width: number, height: number, color: ColorChoice }} Asked
 */

const PATIENCE_MS = 5000; // after which an answer is no longer expected

/**
 * Whether a picture is that of a view.
 *
 * @param {Columns} picture
 * @param {Asked} view
 */
function isOf({ x, y, dw, dh }, { left, right, bottom, top }) {
  const isNear = (/** @type {unknown} */ a, /** @type {number} */ b, /** @type {number} */ side) => (
    Math.abs(Number(a) - b) < 1e-6 * Math.abs(side)
  );
  const [width, height] = [right - left, top - bottom];
  return isNear(x[0], left, width) && isNear(dw[0], width, width) && isNear(y[0], bottom, height) && isNear(dh[0], height, height);
}

export class LiveDensity {
  /** @param {Plot} plot */
  constructor(plot) {
    this.plot = plot;
    this.source = /** @type {DataSource} */ (findModel("hd-live"));
    this.renderer = plot.renderer("density");
    /** @type {ColorChoice} */
    this.color = "count";
    this.isShown = false;
    /** @type {string | null} what the server was asked for last */
    this.asked = null;
    this.askedAt = 0; // when it was asked for what it is drawing now, else 0
    this.isWaiting = false;
    this.isSoon = false;
    this.renderer.data_source.properties.data.change.connect(() => this.arrived());
  }

  /**
   * Show the density of what is in view, or hide it where the points themselves are drawn.
   *
   * @param {boolean} isShown
   */
  show(isShown) {
    this.isShown = isShown;
    this.renderer.visible = isShown;
    this.askSoon();
  }

  /** @param {ColorChoice} color */
  paint(color) {
    this.color = color;
    this.askSoon();
  }

  // View and colour may change one after the other: what they have come to is asked for.
  askSoon() {
    if (this.isSoon) return;
    this.isSoon = true;
    queueMicrotask(() => {
      this.isSoon = false;
      this.ask();
    });
  }

  ask() {
    this.isWaiting = false;
    if (!this.isShown) return;
    if (this.askedAt && performance.now() - this.askedAt < PATIENCE_MS) {
      this.isWaiting = true;
      return;
    }
    const view = this.wanted();
    const text = JSON.stringify(view);
    if (text === this.asked) return;
    this.asked = text;
    this.askedAt = performance.now();
    this.source.data = Object.fromEntries(Object.entries(view).map(([name, value]) => [name, [value]]));
  }

  /** @returns {Asked} */
  wanted() {
    const { view, figure } = this.plot;
    return {
      ...view, width: Math.round(figure.inner_width), height: Math.round(figure.inner_height), color: this.color,
    };
  }

  // A slow server may still answer what was asked before.
  arrived() {
    if (!this.asked || !isOf(this.renderer.data_source.data, JSON.parse(this.asked))) return;
    this.askedAt = 0;
    document.body.dataset.hdDrawn = this.asked;
    if (this.isWaiting) this.ask();
  }
}
