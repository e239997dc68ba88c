// The density of a plane as a smooth picture with lines. In: the plot's view, the subset, what it is painted by. Out: both on the plot's
// layer, drawn beside the page; while one is under way only the latest view waits.

import { squareOf } from "../faces/parts.js";
import { Latest } from "../latest.js";
import { thread } from "./thread.js";

/**
 * @import { Rectangle, Subset } from "../data/types.d.ts"
 * @import { Layer } from "../points/layer.js"
 * @import { Plot } from "../plots/plot.js"
 * @import { Frame, Plane } from "./aggregate.js"
 * @import { Look } from "./looks.js"
 * @import { Field as Drawn, Measure } from "./smooth.js"
 *
 * @typedef {object} Options
 * @property {string} name of the plane
 * @property {() => Promise<Plane>} plane
 * @property {Rectangle} extent of all its points
 * @property {() => Promise<Look>} look
 */

const MARGIN = 0.15; // of the view, drawn beyond it so that a drag shows no edge
const SIGMA = 12; // pixels: of the kernel, where nothing makes it wider
const PER_SIGMA = 4; // cells

export class Field {
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
    this.pictures = new Latest(() => this.draw(this.subset));
    /** @type {Subset | null} */
    this.subset = null;
    /** @type {{ subset: Subset | null, measure: Promise<Measure> } | null} */
    this.measured = null;
    /** @type {(n: number, measure: Measure) => void} is told how many points are in the picture, and how it was measured */
    this.onDrawn = () => {};
    this.canvas = document.createElement("canvas");
  }

  /** @param {Subset | null} subset null for all */
  show(subset) {
    this.isShown = true;
    this.subset = subset;
    this.pictures.want();
  }

  hide() {
    if (!this.isShown) return;
    this.isShown = false;
    this.pictures.stop();
    this.layer.clear();
  }

  /**
   * What is drawn, in cells that lie on one grid as long as the scale is the same, so that a drag shimmers nowhere.
   *
   * @param {number} sigma in units of the plane
   * @returns {Frame}
   */
  frame(sigma) {
    const { left, right, bottom, top } = this.plot.view;
    const scale = sigma / PER_SIGMA;
    const [dx, dy] = [right - left, top - bottom].map((side) => MARGIN * side + 3 * sigma);
    const [column, row] = [Math.floor((left - dx) / scale), Math.ceil((top + dy) / scale)];
    return {
      left: column * scale, top: row * scale, scale,
      width: Math.ceil((right + dx) / scale) - column, height: row - Math.floor((bottom - dy) / scale),
    };
  }

  /**
   * How densities of a subset are measured, once.
   *
   * @param {Subset | null} subset
   */
  measure(subset) {
    if (this.measured?.subset !== subset || !this.measured) {
      const { name, extent } = this.options;
      const measure = thread().ask("measureField", { plane: name, bits: subset && subset.bits, ...squareOf(extent) });
      this.measured = { subset, measure };
    }
    return this.measured.measure;
  }

  /** @param {Subset | null} subset */
  async draw(subset) {
    const { options: { name, plane, look }, plot, layer } = this;
    const { name: paint, kind, values, table, ramp } = await look();
    thread().give(name, await plane());
    const key = `${name} field`;
    if (values) thread().give(key, values);
    const measure = await this.measure(subset);
    const sigma = Math.max(measure.narrow, Math.min(measure.wide, SIGMA * plot.scale));
    const frame = this.frame(sigma);
    /** @type {Drawn} */
    const { pixels, points, ends, n } = await thread().ask("drawField", {
      plane: name, bits: subset && subset.bits, frame, sigma: PER_SIGMA, measure, kind, name: paint, values: values && key, table, ramp,
    });
    if (!this.isShown) return;
    const { canvas } = this;
    [canvas.width, canvas.height] = [frame.width, frame.height];
    canvas.getContext("2d")?.putImageData(new ImageData(pixels, frame.width), 0, 0);
    const { left, top, scale, width, height } = frame;
    layer.pictures = [{ canvas, box: { left, right: left + width * scale, top, bottom: top - height * scale } }];
    layer.lines = { path: pathOf(points, ends), left: left + scale / 2, top: top - scale / 2, scale };
    layer.request();
    this.onDrawn(n, measure);
  }
}

/**
 * @param {Float32Array} points x and y in turn
 * @param {Int32Array} ends of lines, in points
 */
function pathOf(points, ends) {
  const path = new Path2D();
  let at = 0;
  for (const end of ends) {
    path.moveTo(points[2 * at], points[2 * at + 1]);
    for (at++; at < end; at++) path.lineTo(points[2 * at], points[2 * at + 1]);
  }
  return path;
}
