// The density of a plane, drawn in the page. In: the plot's view, the subset, what it is painted by. Out: pictures on the plot's layer: the
// subset's strong, the rest faint. They are drawn beside the page; while one is under way only the latest view and subset wait. Of very
// many points a sample comes first, then all.

import { Latest } from "../latest.js";
import { thread } from "./thread.js";

/**
 * @import { Rectangle, Subset } from "../data/types.d.ts"
 * @import { Extent } from "../wire/types.d.ts"
 * @import { Layer } from "../points/layer.js"
 * @import { Plot } from "../plots/plot.js"
 * @import { Frame, Plane } from "./aggregate.js"
 * @import { Look } from "./looks.js"
 * @import { Drawn } from "./picture.js"
 *
 * @typedef {object} Options
 * @property {string} name of the plane
 * @property {() => Promise<Plane>} plane
 * @property {number} leastReach radius of a point's dot at least, in pixels
 * @property {Look} faint paints what is not in the subset
 * @property {() => Promise<Look>} look paints all else
 * @property {() => { url: string, extent: Extent } | null} [first] is a picture of the whole plane, shown until there is one of ours
 */

const MARGIN = 0.1; // of the view, drawn beyond it so that a drag shows no edge
const STRONG = [130, 255];
const FAINT = [40, 90];
const AT_ONCE_MS = 40; // that a picture may take; a sample of the points is drawn first where all would take longer
const LEAST_TIMED = 200_000; // points: of fewer the time says nothing
const IS_SAME = 1e-9;

/**
 * @param {Frame} frame
 * @returns {Rectangle}
 */
const boxOf = ({ left, top, scale, width, height }) => ({ left, right: left + width * scale, top, bottom: top - height * scale });

export class Density {
  /**
   * @param {Plot} plot
   * @param {Layer} layer
   * @param {Options} options
   */
  constructor(plot, layer, options) {
    this.plot = plot;
    this.layer = layer;
    this.options = options;
    this.isShown = false;
    this.pictures = new Latest(() => this.drawNow());
    /** @type {Subset | null} */
    this.subset = null;
    /** @type {(n: number) => void} is told how many points of the subset are in the picture */
    this.onDrawn = () => {};
    /** @type {Promise<Plane> | null} */
    this.plane = null;
    /** @type {string | null} the key of the values that are there */
    this.given = null;
    this.msPerPoint = AT_ONCE_MS / 2.5e6; // a guess, until it is known
    /** What the layer has of the rest. @type {{ frame: Frame, step: number } | null} */
    this.rest = null;
    this.canvases = { rest: document.createElement("canvas"), strong: document.createElement("canvas") };
  }

  /** @param {Subset | null} subset null for all */
  show(subset) {
    this.isShown = true;
    this.subset = subset;
    if (!this.plane) this.showFirst();
    this.pictures.want();
  }

  showFirst() {
    const first = this.options.first?.();
    if (!first) return;
    const [left, right, bottom, top] = first.extent;
    const canvas = new Image();
    canvas.onload = () => {
      if (!this.isShown || this.layer.pictures.length) return;
      this.layer.pictures = [{ canvas, box: { left, right, bottom, top } }];
      this.layer.request();
    };
    canvas.src = first.url;
  }

  // The points lie on another plane, or elsewhere on theirs.
  change() {
    this.plane = null;
    this.rest = null;
  }

  hide() {
    if (!this.isShown) return; // what is there may be another's
    this.isShown = false;
    this.pictures.stop();
    this.layer.clear();
  }

  async drawNow() {
    try {
      const plane = await (this.plane ??= this.options.plane());
      const isAll = await this.draw(plane, AT_ONCE_MS);
      if (!isAll && this.isShown && !this.pictures.isWanted) await this.draw(plane, Infinity);
    } catch (error) {
      this.plane = null; // what could not be loaded is tried again with the next view
      throw error;
    }
  }

  /** What is drawn: the view, and a margin of whole pixels. @returns {Frame} */
  frame() {
    const { plot: { view, scale, figure } } = this;
    const [wide, high] = [figure.inner_width, figure.inner_height].map((side) => Math.ceil(MARGIN * side));
    return {
      left: view.left - wide * scale, top: view.top + high * scale, scale,
      width: Math.ceil(figure.inner_width) + 2 * wide, height: Math.ceil(figure.inner_height) + 2 * high,
    };
  }

  /**
   * Draw the subset above the rest; of too many points every k-th.
   *
   * @param {Plane} plane
   * @param {number} ms that it may take
   * @returns {Promise<boolean>} whether all were drawn
   */
  async draw(plane, ms) {
    const { subset, options, canvases } = this;
    const frame = this.frame();
    const look = await options.look();
    const isRestNew = subset !== null && !(this.rest?.step === 1 && isSame(this.rest.frame, frame));
    const [rest, strong] = await Promise.all([
      isRestNew ? this.ask(plane, null, frame, options.faint, FAINT, ms) : null,
      this.ask(plane, subset, frame, look, STRONG, ms),
    ]);
    if (rest) this.rest = { frame, step: rest.step };
    if (this.isShown) {
      if (rest) paint(canvases.rest, rest, frame);
      paint(canvases.strong, strong, frame);
      const box = boxOf(frame);
      this.layer.pictures = (subset ? [canvases.rest, canvases.strong] : [canvases.strong]).map((canvas) => ({ canvas, box }));
      this.layer.request();
      this.onDrawn(strong.n * strong.step);
    }
    return strong.step === 1 && (!subset || this.rest?.step === 1);
  }

  /**
   * @param {Plane} plane
   * @param {Subset | null} subset
   * @param {Frame} frame
   * @param {Look} look
   * @param {number[]} alphas
   * @param {number} ms that it may take
   * @returns {Promise<Drawn>}
   */
  async ask(plane, subset, frame, { name, kind, values, table, ramp }, alphas, ms) {
    const background = thread();
    const key = `${this.options.name} ${name}`;
    background.give(this.options.name, plane);
    if (values) {
      if (this.given !== null && this.given !== key) background.give(this.given, null);
      background.give(key, values);
      this.given = key;
    }
    const drawn = await background.ask("drawDensity", {
      plane: this.options.name, bits: subset && subset.bits, frame, kind, name, values: values && key, table, ramp, alphas,
      leastReach: this.options.leastReach, most: Math.max(1, ms / this.msPerPoint), isKept: alphas === STRONG,
    });
    if (drawn.counted > LEAST_TIMED) this.msPerPoint = drawn.ms / drawn.counted;
    return drawn;
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Drawn} drawn
 * @param {Frame} frame
 */
function paint(canvas, { pixels }, { width, height }) {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, width), 0, 0);
}

/**
 * @param {Frame} a
 * @param {Frame} b
 */
const isSame = (a, b) => (
  a.width === b.width && a.height === b.height && Math.abs(a.scale - b.scale) < IS_SAME * b.scale
  && Math.abs(a.left - b.left) < IS_SAME * b.scale && Math.abs(a.top - b.top) < IS_SAME * b.scale
);
