// What lies below and above the points of the sky: its edge, graticule, galactic plane, ecliptic, their names, outlines, a scale bar.
// In: a plane of the sky, the plot's view. Out: all drawn, on a canvas below Bokeh's plot and one above it.

import { barOf } from "../closely/measure.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { fieldGraticule, greatCircles, wholeGraticule } from "./graticule.js";
import { boxAround, edgePlaces, overlaps, placeAlong } from "./labels.js";
import { ALL_SKY } from "../sky/planes.js";
import { RADIAN } from "../sky/sphere.js";

/**
 * @import { Place } from "../data/types.d.ts"
 * @import { Plot } from "../plots/plot.js"
 * @import { Line } from "./graticule.js"
 * @import { Box } from "./labels.js"
 * @import { Footprints } from "./footprints.js"
 * @import { SkyPlane } from "../sky/planes.js"
 *
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {object} Sources what changes
 * @property {() => { x: ArrayLike<number>, y: ArrayLike<number> }} points that are drawn, in units of the plane
 * @property {Footprints} footprints
 */

const FONT = "11px system-ui, sans-serif";
const MOST_LOOKED_AT = 2000; // points, that names should not cover
const OUTSIDE = 10; // pixels from the sky's edge to a name
const RAISED = 9; // pixels from the equator to an hour
const BAR_SHARE = 0.22; // of the width, that a scale bar takes at most
const [BAR_LEFT, BAR_TOP] = [12, 14]; // pixels
const ARCSEC = 3600 / RADIAN; // of a radian
/** @type {Record<Line["kind"], { alpha: number, width: number }>} */
const LOOKS = {
  ra: { alpha: 0.3, width: 1 }, dec: { alpha: 0.3, width: 1 }, galactic: { alpha: 0.85, width: 1.5 }, ecliptic: { alpha: 0.6, width: 1 },
};

export class Chart {
  /**
   * @param {Plot} plot
   * @param {Sources} sources
   */
  constructor(plot, sources) {
    this.plot = plot;
    this.sources = sources;
    this.plane = ALL_SKY;
    this.below = element("canvas", { class: "hd-layer" });
    this.above = element("canvas", { class: "hd-chart", "aria-hidden": "true" });
    plot.element.prepend(this.below);
    plot.over.surface.before(this.above);
    /** @type {{ plane: SkyPlane, lines: Line[] } | null} */
    this.circles = null;
    /** @type {Line[] | null} */
    this.whole = null;
    /** @type {number | null} */
    this.waiting = null;
  }

  /** @param {SkyPlane} plane */
  show(plane) {
    this.plane = plane;
    this.request();
  }

  // Something has changed: it is drawn with the next frame.
  request() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.draw();
    });
  }

  get size() {
    const { clientWidth: width, clientHeight: height } = this.plot.element;
    return { width, height };
  }

  /** @param {HTMLCanvasElement} canvas */
  context(canvas) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const { width, height } = this.size;
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
    const context = canvas.getContext("2d");
    context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    context?.clearRect(0, 0, width, height);
    return context;
  }

  draw() {
    const [below, above] = [this.context(this.below), this.context(this.above)];
    if (!below || !above || !this.plot.camera.at) return;
    const style = getComputedStyle(this.above);
    this.ink = style.getPropertyValue("--muted");
    this.ground = style.getPropertyValue("--panel");
    const drawn = this.lines.map((line) => ({ line, parts: line.parts.map((part) => part.map(({ x, y }) => this.plot.pixel(x, y))) }));
    below.strokeStyle = below.fillStyle = this.ink;
    if (!this.plane.at) this.drawEdge(below);
    for (const { line, parts } of drawn) stroke(below, parts, LOOKS[line.kind]);
    below.globalAlpha = 1;
    const [selected, nine] = ["--selected", "--nine"].map((name) => style.getPropertyValue(name));
    this.sources.footprints.below(below);
    this.sources.footprints.above(above, { selected, nine });
    above.font = FONT;
    above.textAlign = "center";
    above.textBaseline = "middle";
    above.lineJoin = "round";
    const taken = this.taken();
    if (this.plane.at) taken.push(this.drawBar(above));
    this.nameLines(above, drawn, taken);
  }

  /** @returns {Line[]} */
  get lines() {
    const { plane, plot } = this;
    if (this.circles?.plane !== plane) this.circles = { plane, lines: greatCircles(plane, SAY.circles) };
    const { at } = plane;
    const graticule = at ? fieldGraticule({ ...plane, at }, plot.view, plot.scale) : this.whole ??= wholeGraticule();
    return [...graticule, ...this.circles.lines];
  }

  /** What stands over the plot, in its pixels. @returns {Box[]} */
  taken() {
    const { left, top } = this.plot.element.getBoundingClientRect();
    const over = this.plot.element.parentElement?.querySelectorAll(":scope > .hd-over, :scope > .hd-fit") ?? [];
    return Array.from(over, (part) => part.getBoundingClientRect()).filter(({ width }) => width > 0).map((box) => ({
      left: box.left - left, right: box.right - left, top: box.top - top, bottom: box.bottom - top,
    }));
  }

  /** The ellipse that holds all of the sky. @param {Context} context */
  drawEdge(context) {
    const { plot } = this;
    const { x, y } = plot.pixel(0, 0);
    context.beginPath();
    context.ellipse(x, y, (2 * Math.SQRT2) / plot.scale, Math.SQRT2 / plot.scale, 0, 0, 2 * Math.PI);
    context.globalAlpha = 0.07;
    context.fill();
    context.globalAlpha = 0.7;
    context.lineWidth = 1;
    context.stroke();
  }

  /**
   * @param {Context} context
   * @param {{ line: Line, parts: Place[][] }[]} drawn
   * @param {Box[]} taken
   */
  nameLines(context, drawn, taken) {
    const { size, plot } = this;
    const { x, y } = this.sources.points();
    const every = Math.ceil(x.length / MOST_LOOKED_AT) || 1;
    const points = Array.from({ length: Math.floor(x.length / every) }, (_, i) => plot.pixel(x[every * i], y[every * i]));
    if (!this.plane.at) this.nameEdge(context, taken);
    for (const { line, parts } of drawn) {
      const width = context.measureText(line.text).width;
      if (line.kind === "galactic" || line.kind === "ecliptic") {
        const at = placeAlong(parts, width, size, taken, points);
        if (!at) continue;
        taken.push(boxAround(at, width));
        this.write(context, line.text, at, at.angle);
      } else if (this.plane.at) {
        const at = edgePlaces(parts, line.kind, width, size).find((place) => !taken.some((box) => overlaps(box, boxAround(place, width))));
        if (!at) continue;
        taken.push(boxAround(at, width));
        this.write(context, line.text, at);
      }
    }
  }

  /**
   * Of all of the sky hours stand along the equator, and at both of its ends; declinations outside.
   *
   * @param {Context} context
   * @param {Box[]} taken
   */
  nameEdge(context, taken) {
    const { plot } = this;
    const write = (/** @type {string} */ text, /** @type {Place} */ at) => {
      const box = boxAround(at, context.measureText(text).width);
      if (box.left < 0 || box.right > this.size.width || taken.some((other) => overlaps(other, box))) return;
      taken.push(box);
      this.write(context, text, at);
    };
    for (const line of this.whole ?? []) {
      const position = line.kind === "ra" ? { ra: Number(line.text.slice(0, -1)) * 15, dec: 0 } : null;
      if (position) {
        const { x, y } = /** @type {Place} */ (this.plane.project(position));
        const at = plot.pixel(x, y);
        write(line.text, { x: at.x, y: at.y - RAISED });
      } else if (!line.text.startsWith("0")) {
        const { x, y } = line.parts[0][0];
        const at = plot.pixel(x, y);
        write(line.text, { x: at.x + OUTSIDE + context.measureText(line.text).width / 2, y: at.y });
      }
    }
    for (const side of [-1, 1]) {
      const at = plot.pixel(side * 2 * Math.SQRT2, 0);
      write("12h", { x: at.x + side * (OUTSIDE + 8), y: at.y });
    }
  }

  /**
   * @param {Context} context
   * @param {string} text
   * @param {Place} at
   * @param {number} [angle]
   */
  write(context, text, { x, y }, angle = 0) {
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.lineWidth = 4;
    context.globalAlpha = 0.8;
    context.strokeStyle = this.ground ?? "";
    context.strokeText(text, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = this.ink ?? "";
    context.fillText(text, 0, 0);
    context.restore();
  }

  /**
   * @param {Context} context
   * @returns {Box} what it takes
   */
  drawBar(context) {
    const arcsec = this.plot.scale * ARCSEC;
    const { length, text } = barOf(BAR_SHARE * this.size.width * arcsec, true);
    const across = length / arcsec;
    const [left, right] = [BAR_LEFT, BAR_LEFT + across];
    const path = new Path2D(`M${left} ${BAR_TOP - 4}V${BAR_TOP}H${right}V${BAR_TOP - 4}`);
    context.lineWidth = 4;
    context.globalAlpha = 0.8;
    context.strokeStyle = this.ground ?? "";
    context.stroke(path);
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.strokeStyle = this.ink ?? "";
    context.stroke(path);
    this.write(context, text, { x: (left + right) / 2, y: BAR_TOP + 10 });
    return { left: 0, right: right + 8, top: 0, bottom: BAR_TOP + 18 };
  }
}

/**
 * @param {Context} context
 * @param {Place[][]} parts in pixels
 * @param {{ alpha: number, width: number }} look
 */
function stroke(context, parts, { alpha, width }) {
  context.beginPath();
  for (const part of parts) part.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.globalAlpha = alpha;
  context.lineWidth = width;
  context.stroke();
}
