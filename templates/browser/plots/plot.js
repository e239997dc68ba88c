// What the three Bokeh plots have in common. In: gestures, data to draw, views. Out: equal scales on both axes, whatever the plot's
// size; `hovered`, `pointed` and `selected` in the state; calls to what the plot's view does about events.

import { BORDER_PIXELS } from "../wire/constants.js";
import { set } from "../state.js";
import { onHome, select } from "../walk.js";
import { Camera } from "./camera.js";
import { openGestures } from "./gestures.js";
import { drawnFigure, findModel, makeModel } from "./models.js";
import { Over } from "./over.js";

/**
 * @import { Place } from "../data/types.d.ts"
 * @import { Columns, DataSource, Figure, Filter, PlotEvent, PointerPlotEvent, Renderer } from "./bokeh.d.ts"
 *
 * @typedef {object} Reactions what a view does about events of its plot
 * @property {(x: number, y: number) => Promise<number | null>} rowAt finds the row that a place means
 * @property {(x: number, y: number) => Promise<number | null>} [tapAt] finds the row that a tap at a place means, where that is another one
 * @property {() => void} [onRanges] the view has changed
 * @property {() => void} [onScale] its scale has changed
 * @property {(x: number, y: number) => { ra: number, dec: number } | null} [skyAt] finds the position on the sky of a place
 * @property {(at: Place | null) => void} [onMove] the pointer has moved, or left
 * @property {(right: number, up: number) => void} [onStep] an arrow key asks for the next cutout that way
 */

const REACH = 14; // pixels from a point at which the pointer still means it
const SETTLED_MS = 150; // after the last change of the view, what lies below the pointer is looked for

/** @type {Map<string, Plot>} */
const plots = new Map();

export class Plot {
  /**
   * @param {string} name
   * @param {Figure} figure
   * @param {HTMLElement} element
   * @param {string} label says what it is, for those who do not see it
   */
  constructor(name, figure, element, label) {
    this.name = name;
    this.figure = figure;
    this.element = element;
    this.reachPixels = REACH;
    /** @type {Reactions} */
    this.reactions = { rowAt: async () => null };
    /** @type {(() => void)[]} */
    this.followers = [];
    this.markedScale = NaN;
    this.isPressed = false;
    this.isPressedLong = false; // by a finger that stays, or by more than one
    this.isFollowing = false;
    /** @type {PointerPlotEvent | null} the latest that is not dealt with */
    this.pointer = null;
    /** @type {{ clientX: number, clientY: number } | null} where the mouse is, if it is here */
    this.mouse = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.settling = undefined;
    /** @type {Filter | undefined} */
    this.drawsAll = undefined;
    /** @type {Filter | undefined} */
    this.drawsSome = undefined;
    this.camera = new Camera(figure, () => this.moved());
    this.over = new Over(element, label, () => this.camera.showWhole());
    openGestures(this, this.over.surface);
    onHome(() => this.camera.showWhole());
  }

  /** @param {Reactions} reactions */
  react(reactions) {
    this.reactions = reactions;
  }

  /** @param {() => void} follower is called whenever the view has changed */
  onMoved(follower) {
    this.followers.push(follower);
  }

  /** @param {number | null} pixels from a point at which the pointer still means it; null for as many as usual */
  setReach(pixels) {
    this.reachPixels = pixels ?? REACH;
  }

  /** @param {string} part */
  renderer(part) {
    return /** @type {Renderer} */ (findModel(`${this.name}-${part}`));
  }

  /**
   * @param {string} part
   * @param {Columns} columns
   */
  draw(part, columns) {
    const source = /** @type {DataSource} */ (findModel(`${this.name}-${part}`));
    source.data = columns;
  }

  /**
   * Leave some points of a part undrawn; their columns stay.
   *
   * @param {string} part
   * @param {number[] | null} indices of those that are drawn; null for all
   */
  drawOnly(part, indices) {
    const { view } = this.renderer(`${part}-renderer`);
    this.drawsAll ??= view.filter;
    if (!indices) {
      view.filter = this.drawsAll;
      return;
    }
    this.drawsSome ??= makeModel("IndexFilter", { indices });
    this.drawsSome.indices = indices;
    view.filter = this.drawsSome;
  }

  // The view has changed. Marks depend on its scale alone, so that a drag leaves them as they are.
  moved() {
    this.settle();
    this.reactions.onRanges?.();
    this.followers.forEach((follower) => follower());
    if (Math.abs(this.scale - this.markedScale) < 1e-3 * this.scale) return;
    this.markedScale = this.scale;
    this.reactions.onScale?.();
  }

  // What was below the pointer is there no more; what is there now is looked for when the view has come to rest, if it is the pointer's
  // hand that moves it: after a flight nobody has pointed at anything yet.
  settle() {
    if (!this.mouse || this.isPressed) return;
    set({ hovered: null, pointed: null });
    clearTimeout(this.settling);
    if (this.camera.goal) return;
    this.settling = setTimeout(() => this.mouse && this.receive(this.event("mousemove", this.mouse)), SETTLED_MS);
  }

  /** Units of the data a pixel. */
  get scale() {
    return this.camera.at?.scale ?? 1;
  }

  /** How far from a point the pointer still means it, in units of the data. */
  get reach() {
    return this.reachPixels * this.scale;
  }

  /** The rectangle that is seen. */
  get view() {
    const { x_range, y_range } = this.figure;
    return { left: x_range.start, right: x_range.end, bottom: y_range.start, top: y_range.end };
  }

  /**
   * Where a place stands, in pixels of the plot's element.
   *
   * @param {number} x
   * @param {number} y
   */
  pixel(x, y) {
    const { left, top } = this.view;
    return { x: BORDER_PIXELS + (x - left) / this.scale, y: BORDER_PIXELS + (top - y) / this.scale };
  }

  /**
   * An event at a place of the window.
   *
   * @param {"tap" | "mousemove" | "mouseleave"} event_name
   * @param {{ clientX: number, clientY: number }} place
   * @returns {PointerPlotEvent}
   */
  event(event_name, { clientX, clientY }) {
    const box = this.element.getBoundingClientRect();
    const [sx, sy] = [clientX - box.left, clientY - box.top];
    const { left, top } = this.view;
    return { event_name, x: left + (sx - BORDER_PIXELS) * this.scale, y: top - (sy - BORDER_PIXELS) * this.scale, sx, sy };
  }

  /** @param {PlotEvent} event */
  async receive(event) {
    if (event.event_name === "rangesupdate") {
      const { x0, x1, y0, y1 } = event;
      this.camera.look({ x: (x0 + x1) / 2, y: (y0 + y1) / 2, scale: (x1 - x0) / this.figure.inner_width });
    } else if (event.event_name === "tap") {
      const { rowAt, tapAt = rowAt } = this.reactions;
      const row = await tapAt(event.x, event.y);
      if (row !== null) select(row);
    } else {
      this.reactions.onMove?.(event.event_name === "mousemove" ? event : null);
      this.pointer = event;
      await this.follow();
    }
  }

  // Look-ups may have to load. While one is under way only the latest place waits for the next.
  async follow() {
    if (this.isFollowing) return;
    this.isFollowing = true;
    try {
      while (this.pointer) {
        const event = this.pointer;
        this.pointer = null;
        const isOver = event.event_name === "mousemove" && !this.isPressed;
        const row = isOver ? await this.reactions.rowAt(event.x, event.y) : null;
        if (this.pointer) continue;
        const { left, top } = this.element.getBoundingClientRect();
        const pointed = row === null ? null : { row, clientX: left + event.sx, clientY: top + event.sy };
        set({ hovered: row, pointed });
      }
    } finally {
      this.isFollowing = false; // also where a look-up failed
    }
  }
}

/**
 * Take an event of a plot, from a script.
 *
 * @param {string} name
 * @param {PlotEvent} event
 */
export async function plotEvent(name, event) {
  await plots.get(name)?.receive(event);
}

/**
 * @param {string} name
 * @returns {Plot | null} null as long as it is not drawn
 */
export const plotOf = (name) => plots.get(name) ?? null;

/** All plots show all there is to see. */
export const showWholes = () => plots.forEach((plot) => plot.camera.showWhole());

/**
 * @param {string} name of a plot
 * @param {number} factor greater than 1 to see more
 */
export const zoomPlot = (name, factor) => plots.get(name)?.camera.zoom(factor);

/**
 * Wait for a figure of the page.
 *
 * @param {string} name of the figure and of its element
 * @param {HTMLElement} element
 * @param {string} label says what it is, for those who do not see it
 */
export async function openPlot(name, element, label) {
  const plot = new Plot(name, await drawnFigure(name), element, label);
  performance.mark(name);
  plots.set(name, plot);
  return plot;
}
