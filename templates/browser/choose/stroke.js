// A stroke of the pointer over a plot. In: a plot, what is drawn, fingers, pens and mice. Out: the shape in the plot's own coordinates,
// drawn as it grows, and whether shift or alt was held.

import { element } from "../text/element.js";

/**
 * @import { How, Place } from "../data/types.d.ts"
 * @import { Plot } from "../plots/plot.js"
 *
 * @typedef {"lasso" | "box" | "circle"} Kind
 * @typedef {{ shiftKey: boolean, altKey: boolean }} Held keys
 */

const LEAST_STEP = 3; // pixels between the corners of a lasso
const LEAST_SIZE = 4; // pixels, of what is a shape and no click

export class Stroke {
  /**
   * @param {Plot} plot
   * @param {Kind} kind
   * @param {(corners: Place[], event: PointerEvent) => void} finish takes a lasso's corners, two opposite ones of a box, or a circle's
   *   middle and a place on it
   */
  constructor(plot, kind, finish) {
    this.plot = plot;
    this.kind = kind;
    this.finish = finish;
    /** @type {Place[]} */
    this.corners = [];
    /** @type {number | null} */
    this.pointer = null;
    this.canvas = element("canvas", { class: "hd-stroke", "aria-hidden": "true" });
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.go(event));
    canvas.addEventListener("pointerup", (event) => this.end(event));
    canvas.addEventListener("pointercancel", () => this.drop());
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      plot.over.surface.dispatchEvent(new WheelEvent("wheel", event));
      this.draw();
    }, { passive: false });
    plot.element.append(canvas);
  }

  remove() {
    this.canvas.remove();
  }

  /** Whether there was a shape to be dropped. */
  drop() {
    const had = this.pointer !== null;
    this.pointer = null;
    this.corners = [];
    this.draw();
    return had;
  }

  /** @param {PointerEvent} event */
  placeOf(event) {
    const { x, y } = this.plot.event("mousemove", event);
    return { x, y };
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (event.button || this.pointer !== null) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.corners = [this.placeOf(event)];
  }

  /** @param {PointerEvent} event */
  go(event) {
    if (event.pointerId !== this.pointer) return;
    const place = this.placeOf(event);
    if (this.kind !== "lasso") this.corners[1] = place;
    else if (this.apart(place, this.corners[this.corners.length - 1]) >= LEAST_STEP) this.corners.push(place);
    this.draw();
  }

  /** @param {PointerEvent} event */
  end(event) {
    if (event.pointerId !== this.pointer) return;
    this.go(event);
    const { corners } = this;
    this.drop();
    const isShape = corners.length > (this.kind === "lasso" ? 2 : 1) && corners.some((one) => this.apart(one, corners[0]) > LEAST_SIZE);
    if (isShape) this.finish(corners, event);
  }

  /**
   * @param {Place} a
   * @param {Place} b
   */
  apart(a, b) {
    return Math.hypot(a.x - b.x, a.y - b.y) / this.plot.scale;
  }

  draw() {
    const { canvas, plot, corners } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const density = devicePixelRatio;
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    const context = canvas.getContext("2d");
    if (!context || corners.length < 2) return;
    context.scale(density, density);
    const path = this.path(corners.map(({ x, y }) => plot.pixel(x, y)));
    const color = getComputedStyle(canvas).color;
    context.globalAlpha = 0.12;
    context.fillStyle = color;
    context.fill(path, "evenodd");
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.strokeStyle = color;
    context.stroke(path);
  }

  /** @param {Place[]} corners in pixels */
  path(corners) {
    const path = new Path2D();
    const [first, second] = corners;
    if (this.kind === "box") path.rect(first.x, first.y, second.x - first.x, second.y - first.y);
    else if (this.kind === "circle") path.arc(first.x, first.y, Math.hypot(second.x - first.x, second.y - first.y), 0, 2 * Math.PI);
    else corners.forEach(({ x, y }, i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    if (this.kind === "lasso") path.closePath();
    return path;
  }
}

/**
 * What a stroke does to the choice: keys that are held say so, else what was set.
 *
 * @param {Held} event
 * @param {How} otherwise
 * @returns {How}
 */
export function howOf({ shiftKey, altKey }, otherwise) {
  if (altKey) return "take";
  return shiftKey ? "add" : otherwise;
}
