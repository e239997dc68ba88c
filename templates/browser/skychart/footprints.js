// The outlines of parent images and of cutouts on the sky. In: outlines, the points that are drawn, what is marked. Out: polygons on the
// canvases of the chart, in the colours of the map; of a cutout whose image says nothing of its rotation a circle, where it is marked.

import { RADIAN } from "../sky/sphere.js";

/**
 * @import { Cutout, Place, Shown } from "../data/types.d.ts"
 * @import { Loaded } from "../points/loaded.js"
 * @import { Plot } from "../plots/plot.js"
 * @import { State } from "../state.js"
 * @import { Outlines } from "../sky/outlines.js"
 * @import { SkyPlane } from "../sky/planes.js"
 * @import { Position } from "../sky/sphere.js"
 *
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {object} Sources
 * @property {() => SkyPlane} plane
 * @property {() => Loaded | null} loaded the points that are drawn
 * @property {() => Shown | null} shown
 * @property {() => Cutout | null} hovered
 * @property {() => State["sought"]} sought
 */

const LEAST_IMAGE = 5; // pixels across of an image whose outline is drawn
const LEAST_MARKED = 8; // of a cutout that is marked
const [LEAST_CUTOUT, CLEAR_CUTOUT] = [14, 60]; // of any; at first faint, since windows that overlap would be a net over all
const MOST_CUTOUTS = 800; // in view, whose outlines are drawn
const MARGIN = 1.5; // of the view, around whose middle images are looked for
const ARCSEC = RADIAN / 3600;

export class Footprints {
  /**
   * @param {Plot} plot
   * @param {Outlines} outlines
   * @param {Sources} sources
   * @param {() => void} changed there is more to be drawn
   */
  constructor(plot, outlines, sources, changed) {
    this.plot = plot;
    this.outlines = outlines;
    this.sources = sources;
    this.changed = changed;
  }

  /**
   * @param {Position[] | null} corners
   * @param {Place | null} [middle] of them, where that is known better, in units of the plane
   * @returns {Place[] | null} in pixels; null where the plane does not show all of them
   */
  inPixels(corners, middle) {
    const plane = this.sources.plane();
    const places = corners?.flatMap((corner) => plane.project(corner) ?? []);
    if (!places || places.length < 4) return null;
    // On the map of all of the sky, a cutout may lie across its edge.
    if (places.some(({ x }) => Math.abs(x - places[0].x) > 1)) return null;
    const mean = (/** @type {"x" | "y"} */ axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length;
    const [dx, dy] = middle ? [middle.x - mean("x"), middle.y - mean("y")] : [0, 0];
    return places.map(({ x, y }) => this.plot.pixel(x + dx, y + dy));
  }

  /** The images that a field shows. */
  get images() {
    const { plot, outlines, sources } = this;
    const { at, size } = plot.camera;
    const plane = sources.plane();
    const middle = at && plane.at && plane.unproject(at.x, at.y);
    if (!middle) return [];
    const radius = MARGIN * plot.scale * Math.hypot(size.width, size.height) / 2;
    return outlines.near(middle, radius).filter((image) => 2 * outlines.radii[image] > LEAST_IMAGE * plot.scale);
  }

  /**
   * Have at hand what the view shows; what is missing comes later.
   */
  async prepare() {
    const { outlines, sources } = this;
    if (!sources.plane().at) return;
    await outlines.load();
    this.changed();
    const loaded = sources.loaded();
    if (!loaded || this.inView(loaded).length > MOST_CUTOUTS) return;
    if (await outlines.loadBoxes(this.images)) this.changed();
  }

  /**
   * Which of the points are in view.
   *
   * @param {Loaded} loaded
   */
  inView({ points: { x, y } }) {
    const { left, right, bottom, top } = this.plot.view;
    const found = [];
    for (let i = 0; i < x.length; i++) {
      if (x[i] >= left && x[i] <= right && y[i] >= bottom && y[i] <= top) found.push(i);
    }
    return found;
  }

  /**
   * Below the points: images, then cutouts.
   *
   * @param {Context} context
   */
  below(context) {
    const { outlines, sources } = this;
    const own = sources.shown()?.cutout.image;
    for (const image of this.images) {
      const corners = this.inPixels(outlines.corners(image));
      if (!corners) continue;
      context.globalAlpha = image === own ? 0.9 : 0.5;
      context.lineWidth = image === own ? 1.6 : 1;
      context.setLineDash(outlines.isExact(image) ? [] : [6, 4]);
      stroke(context, corners);
    }
    context.setLineDash([]);
    if (sources.plane().at) this.cutoutsBelow(context);
    this.drawSought(context);
    context.globalAlpha = 1;
  }

  /** @param {Context} context */
  cutoutsBelow(context) {
    const { outlines, sources } = this;
    const loaded = sources.loaded();
    const seen = loaded ? this.inView(loaded) : [];
    if (!loaded || seen.length > MOST_CUTOUTS) return;
    const ink = context.strokeStyle;
    for (const i of seen) {
      const boxed = outlines.boxOf.get(loaded.points.row[i]);
      const middle = { x: loaded.points.x[i], y: loaded.points.y[i] };
      const corners = boxed ? this.inPixels(outlines.corners(boxed.image, boxed.box), middle) : null;
      const clear = corners ? Math.min(1, (across(corners) - LEAST_CUTOUT) / (CLEAR_CUTOUT - LEAST_CUTOUT)) : 0;
      if (!corners || clear <= 0) continue;
      const isFaint = i < loaded.nFaint;
      context.globalAlpha = clear * (isFaint ? 0.2 : 0.8);
      context.lineWidth = 1;
      context.strokeStyle = (!isFaint && loaded.colors?.color[i]) || ink;
      stroke(context, corners);
    }
    context.strokeStyle = ink;
  }

  /**
   * Above the points: those that are marked.
   *
   * @param {Context} context
   * @param {{ selected: string, nine: string }} colors
   */
  above(context, { selected, nine }) {
    const { sources } = this;
    const shown = sources.shown();
    for (const cutout of shown?.similar ?? []) this.mark(context, cutout, nine, 1.75);
    const hovered = sources.hovered();
    if (hovered) this.mark(context, hovered, selected, 1.75);
    if (shown) this.mark(context, shown.cutout, selected, 2.5);
  }

  /**
   * The circle that was asked for, in the colour of the lines below.
   *
   * @param {Context} context
   */
  drawSought(context) {
    const sought = this.sources.sought();
    const place = sought && this.sources.plane().project(sought);
    if (!sought || !place || !this.sources.plane().at) return;
    const { x, y } = this.plot.pixel(place.x, place.y);
    context.globalAlpha = 1;
    context.lineWidth = 1;
    context.beginPath();
    context.arc(x, y, (sought.radius * RADIAN) / this.plot.scale, 0, 2 * Math.PI);
    context.stroke();
  }

  /**
   * @param {Context} context
   * @param {Cutout} cutout
   * @param {string} color
   * @param {number} width
   */
  mark(context, { image, box, sky }, color, width) {
    if (!sky) return;
    [context.strokeStyle, context.lineWidth, context.globalAlpha] = [color, width, 1];
    const place = this.sources.plane().project(sky);
    const corners = this.inPixels(this.outlines.corners(image, box), place);
    if (corners) {
      if (across(corners) >= LEAST_MARKED) stroke(context, corners);
      return;
    }
    const radius = (Math.max(box[1] - box[0], box[3] - box[2]) * sky.scale * ARCSEC) / 2 / this.plot.scale;
    if (!place || !(radius >= LEAST_MARKED / 2)) return;
    const { x, y } = this.plot.pixel(place.x, place.y);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** @param {Place[]} corners */
const across = (corners) => Math.hypot(corners[2].x - corners[0].x, corners[2].y - corners[0].y) / Math.SQRT2;

/**
 * @param {Context} context
 * @param {Place[]} corners
 */
function stroke(context, corners) {
  context.beginPath();
  corners.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.stroke();
}
