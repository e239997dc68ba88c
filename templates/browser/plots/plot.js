// What the three Bokeh plots have in common. In: Bokeh's events, data to draw, a rectangle to show. Out: equal scales on both axes,
// `hovered`, `pointed` and `selected` in the state, and calls to what the plot's view does about events.

import { BORDER_PIXELS } from "../data/wire.js";
import { set } from "../state.js";
import { select } from "../walk.js";
import { drawnFigure, findModel } from "./models.js";

/**
 * @import { Place, Rectangle } from "../data/types.d.ts"
 * @import { Columns, DataSource, Figure, PlotEvent, Renderer } from "./bokeh.d.ts"
 *
 * @typedef {object} Reactions what a view does about events of its plot
 * @property {(x: number, y: number) => Promise<number | null>} rowAt finds the row that a place means
 * @property {() => void} [onRanges] the view has changed
 * @property {() => void} [onScale] its scale has changed
 * @property {(at: Place | null) => void} [onMove] the pointer has moved, or left
 */

const REACH = 14; // pixels from a point at which the pointer still means it

/** @type {Map<string, Plot>} */
const plots = new Map();

export class Plot {
  /**
   * @param {string} name
   * @param {Figure} figure
   * @param {HTMLElement} element
   */
  constructor(name, figure, element) {
    this.name = name;
    this.figure = figure;
    this.element = element;
    this.reachPixels = REACH;
    /** @type {Reactions} */
    this.reactions = { rowAt: async () => null };
    /** @type {Rectangle | null} what was last shown */
    this.fitted = null;
    this.markedScale = NaN;
    this.isPressed = false;
    this.isFollowing = false;
    /** @type {PlotEvent | null} the latest that is not dealt with */
    this.pointer = null;
    element.addEventListener("pointerdown", () => (this.isPressed = true), { capture: true });
    window.addEventListener("pointerup", () => (this.isPressed = false), { capture: true });
    for (const side of ["inner_width", "inner_height"]) {
      figure.properties[side].change.connect(() => this.fitted && this.fit(this.fitted));
    }
  }

  /** @param {Reactions} reactions */
  react(reactions) {
    this.reactions = reactions;
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
   * Show all of a rectangle, with the same scale on both axes.
   *
   * @param {Rectangle} bounds
   * @param {number} [margin] as a part of it
   */
  fit(bounds, margin = 0) {
    const { figure } = this;
    const [x, y] = [(bounds.left + bounds.right) / 2, (bounds.bottom + bounds.top) / 2];
    const scale = (1 + margin) * Math.max(
      (bounds.right - bounds.left) / figure.inner_width, (bounds.top - bounds.bottom) / figure.inner_height, 1e-12,
    );
    const [w, h] = [(scale * figure.inner_width) / 2, (scale * figure.inner_height) / 2];
    figure.x_range.setv({ start: x - w, end: x + w });
    figure.y_range.setv({ start: y - h, end: y + h });
    this.moved({ left: x - w, right: x + w, bottom: y - h, top: y + h });
  }

  /**
   * The view has changed. Marks depend on its scale alone, so that a drag leaves them as they are.
   *
   * @param {Rectangle} view
   */
  moved(view) {
    this.fitted = view;
    this.reactions.onRanges?.();
    if (Math.abs(this.scale - this.markedScale) < 1e-3 * this.scale) return;
    this.markedScale = this.scale;
    this.reactions.onScale?.();
  }

  /** Units of the data a pixel. */
  get scale() {
    return (this.figure.x_range.end - this.figure.x_range.start) / this.figure.inner_width;
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

  /** @param {PlotEvent} event */
  async receive(event) {
    if (event.event_name === "rangesupdate") {
      const { x0, x1, y0, y1 } = event;
      this.moved({ left: x0, right: x1, bottom: y0, top: y1 });
    } else if (event.event_name === "tap" || event.event_name === "doubletap") {
      const row = await this.reactions.rowAt(event.x, event.y);
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
 * Take an event of a plot; Bokeh calls this through `window.hubbleDash`.
 *
 * @param {string} name
 * @param {PlotEvent} event
 */
export async function plotEvent(name, event) {
  await plots.get(name)?.receive(event);
}

/**
 * Wait for a figure of the page.
 *
 * @param {string} name of the figure and of its element
 * @param {HTMLElement} element
 */
export async function openPlot(name, element) {
  const plot = new Plot(name, await drawnFigure(name), element);
  plots.set(name, plot);
  return plot;
}
