// What a plot shows of its plane, with the same scale on both axes. In: rectangles, gestures, changes of the plot's size.
// Out: the figure's ranges, and a call when they have changed.

import { around, between, bringing, heldIn, isSeen, seenFrom, zoomed } from "./view.js";

/**
 * @import { Place, Rectangle } from "../data/types.d.ts"
 * @import { Figure } from "./bokeh.d.ts"
 * @import { Room, View } from "./view.js"
 *
 * @typedef {{ bounds: Rectangle, margin: number }} Fit a rectangle that is shown whole, and the margin as a part of it
 */

const GREATEST = 1.5; // views see no more than so many times the whole
const [EDGE, INSET] = [6, 40]; // pixels: what is nearer to the edge is not in view; where it is brought to
const GLIDE_MS = 220;

export class Camera {
  /**
   * @param {Figure} figure
   * @param {() => void} changed
   */
  constructor(figure, changed) {
    this.figure = figure;
    this.changed = changed;
    /** @type {Fit | null} all there is to see */
    this.whole = null;
    this.leastScale = 0;
    /** @type {Room} which is left where all of something is shown */
    this.room = { above: 0, below: 0 };
    /** @type {View | null} what is shown */
    this.at = null;
    /** @type {Fit | null} what is shown whole at any size, until somebody moves the view */
    this.fitted = null;
    /** @type {View | null} what it is on the way to */
    this.goal = null;
    this.glideNumber = 0;
    for (const side of ["inner_width", "inner_height"]) figure.properties[side].change.connect(() => this.resized());
  }

  get size() {
    return { width: this.figure.inner_width, height: this.figure.inner_height };
  }

  get limits() {
    return { least: this.leastScale, greatest: this.whole ? GREATEST * this.around(this.whole).scale : Infinity };
  }

  /** @param {Fit} fit */
  around({ bounds, margin }) {
    return around(bounds, margin, this.size, this.room);
  }

  /** @param {Room} room is left from now on */
  leave(room) {
    if (room.above === this.room.above && room.below === this.room.below) return;
    this.room = room;
    this.resized();
  }

  /**
   * Say what there is to see, and show it.
   *
   * @param {Rectangle} bounds
   * @param {number} margin as a part of it
   * @param {number} leastScale beyond which nothing more is to be seen, in units of the data a pixel
   */
  setWhole(bounds, margin, leastScale) {
    this.whole = { bounds, margin };
    this.leastScale = leastScale;
    this.showWhole();
  }

  showWhole() {
    if (this.whole) this.fit(this.whole);
  }

  /** @param {Fit} fit is shown whole from now on */
  fit(fit) {
    this.stop();
    this.place(this.around(fit), fit);
  }

  /** @param {View} view that somebody wants */
  look(view) {
    this.stop();
    this.place(this.whole ? heldIn(view, this.whole.bounds) : view, null);
  }

  /**
   * A view whose scale is within the limits.
   *
   * @param {View} view
   */
  bearable(view) {
    const { least, greatest } = this.limits;
    return { ...view, scale: Math.max(least, Math.min(greatest, view.scale)) };
  }

  /** @param {Place} place is brought into view, by no more than it takes; where all is seen, it is */
  bring(place) {
    const { size, fitted, whole } = this;
    const at = this.goal ?? this.at;
    if (!at || (!this.goal && fitted && fitted === whole) || isSeen(place, at, size, EDGE)) return;
    this.glide(bringing(at, place, size, Math.min(INSET, size.width / 4, size.height / 4)));
  }

  /**
   * @param {Rectangle} bounds are seen whole
   * @param {number} margin as a part of them
   */
  flyTo(bounds, margin) {
    this.glide(this.bearable(this.around({ bounds, margin })));
  }

  stop() {
    this.glideNumber += 1;
    this.goal = null;
  }

  /** @param {View} to */
  glide(to) {
    const from = this.at;
    const number = ++this.glideNumber;
    this.goal = to;
    if (!from || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.place(to, null);
      this.goal = null;
      return;
    }
    const begin = performance.now();
    const step = (/** @type {number} */ now) => {
      if (number !== this.glideNumber) return;
      const share = Math.min(1, Math.max(0, (now - begin) / GLIDE_MS));
      this.place(between(from, to, share * (2 - share)), null);
      if (share < 1) requestAnimationFrame(step);
      else this.goal = null;
    };
    requestAnimationFrame(step);
  }

  /**
   * @param {number} factor greater than 1 to see more
   * @param {Place} [at] stays where it is; the middle, if there is none
   */
  zoom(factor, at) {
    if (!this.at) return;
    this.draft();
    this.look(zoomed(this.at, factor, at ?? this.at, this.limits));
  }

  /**
   * @param {number} right in pixels, as what is seen moves
   * @param {number} down
   */
  pan(right, down) {
    if (!this.at) return;
    const { x, y, scale } = this.at;
    this.draft();
    this.look({ x: x - right * scale, y: y + down * scale, scale });
  }

  // As long as a gesture goes on, Bokeh draws but some of many points.
  draft() {
    this.figure.document?.interactive_start(this.figure);
  }

  // The plot's size has changed: what was shown whole still is; of all else middle and scale stay.
  resized() {
    if (this.fitted) this.fit(this.fitted);
    else if (this.at) this.place(this.at, null);
  }

  /**
   * @param {View} view
   * @param {Fit | null} fitted
   */
  place(view, fitted) {
    this.at = view;
    this.fitted = fitted;
    const { left, right, bottom, top } = seenFrom(view, this.size);
    this.figure.x_range.setv({ start: left, end: right });
    this.figure.y_range.setv({ start: bottom, end: top });
    this.changed();
  }
}
