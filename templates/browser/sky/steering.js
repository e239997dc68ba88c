// Which plane the sky is drawn on: all of it, or, as one zooms in, the plane that touches the sphere in the middle of the view. In: the
// camera of the plot. Out: planes, and the same place and scale on each; where the view looks, for links.

import { viewOf, viewText } from "../link.js";
import { ALL_SKY, tangentPlane } from "./planes.js";
import { RADIAN } from "./sphere.js";

/**
 * @import { Place } from "../data/types.d.ts"
 * @import { Plot } from "../plots/plot.js"
 * @import { View } from "../plots/view.js"
 * @import { SkyPlane } from "./planes.js"
 * @import { Position } from "./sphere.js"
 */

const [ENTER, LEAVE] = [50 * RADIAN, 70 * RADIAN]; // the greater side of the view
const OFF = 0.2; // of the smaller side: how far from where the plane touches the view's middle may rest
const REST_MS = 160; // after the last change of the view
const FIELD = "field:"; // how a view of a field begins in links
const DIGITS = 7; // of degrees, in links

export class Steering {
  /**
   * @param {Plot} plot
   * @param {(plane: SkyPlane) => void} changed the plane is another one
   */
  constructor(plot, changed) {
    this.plot = plot;
    this.changed = changed;
    this.plane = ALL_SKY;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.resting = undefined;
  }

  /** The position in the middle of the view, if there is one. */
  get middle() {
    const { at } = this.plot.camera;
    return at && this.plane.unproject(at.x, at.y);
  }

  /** @param {SkyPlane} plane */
  take(plane) {
    if (plane === this.plane) return;
    this.plane = plane;
    this.changed(plane);
  }

  /**
   * Draw the sky on another plane, what is seen staying where it is as far as it can.
   *
   * @param {SkyPlane} plane
   * @param {Position} middle
   */
  change(plane, middle) {
    const { plot } = this;
    const { at } = plot.camera;
    if (!at) return;
    const pointer = plot.mouse && plot.event("mousemove", plot.mouse);
    const pointed = pointer && this.plane.unproject(pointer.x, pointer.y);
    const [to, held] = [plane.project(middle), pointed && plane.project(pointed)];
    if (!to) return;
    this.take(plane);
    // The pointer stays over what it is over, where it is.
    const place = held && pointer && Math.hypot(held.x - to.x, held.y - to.y) < 1
      ? { x: held.x - (pointer.x - at.x), y: held.y - (pointer.y - at.y) } : to;
    plot.camera.look({ ...place, scale: at.scale });
  }

  // The view has changed. @returns {boolean} whether the plane has, and the view with it
  moved() {
    const { plot, plane, middle } = this;
    const { camera } = plot;
    clearTimeout(this.resting);
    if (!camera.at) return;
    const side = plot.scale * Math.max(camera.size.width, camera.size.height);
    if (camera.fitted && camera.fitted === camera.whole) this.take(ALL_SKY);
    else if (!plane.at && middle && side < ENTER) this.change(tangentPlane(middle), middle);
    else if (plane.at && middle && side > LEAVE) this.change(ALL_SKY, middle);
    if (this.plane.at) this.resting = setTimeout(() => this.rest(), REST_MS);
  }

  // The plane touches where one looks, so that north is up there.
  rest() {
    const { plot: { camera, scale, isPressed }, middle } = this;
    const { at, fitted, size } = camera;
    if (!at || !middle || fitted || isPressed) return;
    if (Math.hypot(at.x, at.y) > OFF * scale * Math.min(size.width, size.height)) this.change(tangentPlane(middle), middle);
  }

  /**
   * Look at a field.
   *
   * @param {Position} at its middle
   * @param {Place[]} corners that are seen, on the plane that touches there
   * @param {number} margin around them, as a part of what they span
   */
  fit(at, corners, margin) {
    this.take(tangentPlane(at));
    const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
    const bounds = { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
    this.plot.camera.fit({ bounds, margin });
  }

  /**
   * Bring a position into view: by a short way where it is near, else the view goes there.
   *
   * @param {Position} position
   */
  bring(position) {
    const { camera } = this.plot;
    const [place, { at }] = [this.plane.project(position), camera];
    const far = 2 * this.plot.scale * Math.max(camera.size.width, camera.size.height);
    if (place && at && (!this.plane.at || Math.hypot(place.x - at.x, place.y - at.y) < far)) return camera.bring(place);
    if (!at) return;
    this.take(tangentPlane(position));
    camera.look({ x: 0, y: 0, scale: at.scale });
  }

  /** How views stand in links. */
  get words() {
    return {
      write: (/** @type {View} */ view) => {
        const middle = this.plane.at && this.plane.unproject(view.x, view.y);
        if (!middle) return viewText(view);
        return `${FIELD}${middle.ra.toFixed(DIGITS)},${middle.dec.toFixed(DIGITS)},${viewText(view).split(",")[2]}`;
      },
      read: (/** @type {string} */ text) => {
        const isField = text.startsWith(FIELD);
        const view = viewOf(isField ? text.slice(FIELD.length) : text);
        if (!view || (isField && Math.abs(view.y) > 90)) return null;
        this.take(isField ? tangentPlane({ ra: ((view.x % 360) + 360) % 360, dec: view.y }) : ALL_SKY);
        return isField ? { x: 0, y: 0, scale: view.scale } : view;
      },
    };
  }
}
