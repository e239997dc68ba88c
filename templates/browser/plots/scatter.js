// All points of a plane in a plot. In: points, the plot's view, colours. Out: few are drawn once, by Bokeh; of many, tiles or a server
// show the density; as one zooms in, the exact points take its place, and then their thumbnails.

import { MAX_POINTS, POINT_SIZES } from "../data/wire.js";
import { count } from "../text/format.js";
import { Layer } from "./layer.js";
import { thinned } from "./thinning.js";

/**
 * @import { PicturePart, PointColumns, Rectangle } from "../data/types.d.ts"
 * @import { Points } from "../data/points.js"
 * @import { Painted } from "../text/colors.js"
 * @import { Thumbnail, Tiles } from "./layer.js"
 * @import { Plot } from "./plot.js"
 *
 * @typedef {object} Options what a plane has beside its points
 * @property {(points: PointColumns) => Painted} [colorsOf] gives the points' colours
 * @property {() => number | null} [column] names the colour column that this needs
 * @property {() => Tiles | null} [tiles] gives the pyramid of their density
 * @property {{ show(isShown: boolean): void }} [density] is what a server draws instead
 * @property {(row: number) => Promise<PicturePart>} [thumbnail] gives pictures that may take the points' place
 * @property {HTMLElement} [count] says how many points are shown
 *
 * @typedef {object} Loaded the exact points that are here, and where they lie
 * @property {Rectangle} box
 * @property {PointColumns} points
 * @property {Painted | undefined} colors
 */

const [MAX_CROWD, MAX_THUMBNAILS] = [600, 160]; // cutouts in view where pictures begin, and pictures
const [MIN_SIDE, MAX_SIDE] = [28, 64]; // of a thumbnail, in pixels
const GAP = 4; // pixels between thumbnails
const CLOSE = 0.6; // of the plane: thumbnails stand only in views that are smaller
const MARGIN = 0.25; // of the view, loaded beyond it so that small moves need nothing new

const EVERYWHERE = { left: -Infinity, right: Infinity, bottom: -Infinity, top: Infinity };
/** @type {PointColumns} */
const NO_POINTS = { x: [], y: [], row: [], tint: [], codes: [] };
/** @type {Painted} */
const NO_COLORS = { color: [], line: [] };

/**
 * The size of as many points, in pixels.
 *
 * @param {number} n
 */
const sizeOf = (n) => POINT_SIZES[POINT_SIZES.findIndex(([fewerThan]) => n < fewerThan)][1];

/**
 * @param {Rectangle} view
 * @returns {Rectangle}
 */
function widened({ left, right, bottom, top }) {
  const [dx, dy] = [MARGIN * (right - left), MARGIN * (top - bottom)];
  return { left: left - dx, right: right + dx, bottom: bottom - dy, top: top + dy };
}

/**
 * @param {Rectangle} outer
 * @param {Rectangle} inner
 */
const holds = (outer, inner) => (
  outer.left <= inner.left && outer.right >= inner.right && outer.bottom <= inner.bottom && outer.top >= inner.top
);

/**
 * Some of the points that are here, for drawing.
 *
 * @param {Loaded} loaded
 * @param {number[]} which
 * @returns {Loaded}
 */
function some({ box, points, colors }, which) {
  const take = (/** @type {any[]} */ column) => which.map((i) => column[i]);
  const { x, y } = points;
  return {
    box, points: { ...NO_POINTS, x: take(x), y: take(y) }, colors: colors && { color: take(colors.color), line: take(colors.line) },
  };
}

export class Scatter {
  /**
   * @param {Plot} plot
   * @param {Points} points
   * @param {Options} options
   */
  constructor(plot, points, options) {
    this.plot = plot;
    this.points = points;
    this.options = options;
    this.isLarge = points.n > MAX_POINTS;
    this.layer = new Layer(plot);
    /** @type {Loaded | null} */
    this.loaded = null;
    /** @type {Loaded | null | undefined} what Bokeh's plot has; undefined as long as it has nothing of ours */
    this.drawn = undefined;
    // A later view's number: what was loaded for an earlier one is dropped.
    this.turn = 0;
  }

  // After a change of colours: all is drawn anew.
  async paint() {
    this.loaded = null;
    await this.update();
  }

  // After a change of the view.
  async update() {
    const { points, plot } = this;
    if (!plot.camera.at) return;
    this.layer.request();
    const turn = ++this.turn;
    const { least, most } = points.count(plot.view);
    if (this.isLarge && most > MAX_POINTS) this.drawDensity(least, most);
    else await this.drawExact(plot.view, turn);
  }

  /**
   * @param {number} least
   * @param {number} most
   */
  drawDensity(least, most) {
    this.loaded = null;
    this.plot.over.sayEmpty(false);
    this.show([], null, this.options.tiles?.() ?? null);
    this.options.density?.show(true);
    const about = Number(((least + most) / 2).toPrecision(2));
    this.tell(least === this.points.n ? count(least) : `about ${count(about)}`, ", as density");
  }

  /**
   * @param {Rectangle} view
   * @param {number} turn
   */
  async drawExact(view, turn) {
    const loaded = this.loaded && holds(this.loaded.box, view) ? this.loaded : await this.load(view);
    if (turn !== this.turn) return;
    this.loaded = loaded;
    const { x, y } = loaded.points;
    const here = [];
    for (let i = 0; i < x.length; i++) {
      if (x[i] >= view.left && x[i] <= view.right && y[i] >= view.bottom && y[i] <= view.top) here.push(i);
    }
    this.layer.tiles = null;
    this.options.density?.show(false);
    const arePictures = await this.drawThumbnails(loaded, here, turn);
    if (turn !== this.turn) return;
    if (!arePictures) this.show([], loaded);
    this.plot.over.sayEmpty(!here.length && this.points.n > 0);
    this.tell(count(here.length), arePictures ? ", as pictures" : " in view");
  }

  /**
   * @param {Rectangle} view
   * @returns {Promise<Loaded>}
   */
  async load(view) {
    const box = this.isLarge ? widened(view) : EVERYWHERE;
    const points = await this.points.inside(this.isLarge ? box : this.points.extent, this.options.column?.());
    return { box, points, colors: this.options.colorsOf?.(points) };
  }

  /**
   * The side of the thumbnails that fit into the view, in pixels, or null where points are better.
   *
   * @param {number} n
   * @param {Rectangle} view
   */
  thumbnailSide(n, view) {
    if (!this.options.thumbnail || !n || n > MAX_CROWD) return null;
    const { left, right, bottom, top } = this.points.extent;
    const [width, height] = [view.right - view.left, view.top - view.bottom];
    if (Math.max(width, height) > CLOSE * Math.max(right - left, top - bottom)) return null;
    const share = Math.sqrt((width * height) / n) / this.plot.scale;
    return Math.max(MIN_SIDE, Math.min(MAX_SIDE, 0.7 * share));
  }

  /**
   * Draw thumbnails where they have room, and the rest as points.
   *
   * @param {Loaded} loaded
   * @param {number[]} here which of the points are in view
   * @param {number} turn
   * @returns {Promise<boolean>} false where points are better
   */
  async drawThumbnails(loaded, here, turn) {
    const { thumbnail } = this.options;
    const side = this.thumbnailSide(here.length, this.plot.view);
    if (!thumbnail || !side) return false;
    const { points, colors = NO_COLORS } = loaded;
    const { kept, dots } = thinned(points.x, points.y, (side + GAP) * this.plot.scale);
    const inView = new Set(here);
    const chosen = kept.filter((i) => inView.has(i));
    if (chosen.length > MAX_THUMBNAILS) return false;
    const made = await Promise.all(chosen.map(async (i) => ({
      x: points.x[i], y: points.y[i], side, color: colors.color[i], part: await thumbnail(points.row[i]),
    })));
    if (turn === this.turn) this.show(made, some(loaded, dots));
    return true;
  }

  /**
   * Show thumbnails or tiles on the layer, or points in Bokeh's plot; what is there already stays.
   *
   * @param {Thumbnail[]} thumbnails
   * @param {Loaded | null} loaded
   * @param {Tiles | null} [tiles]
   */
  show(thumbnails, loaded, tiles = null) {
    this.layer.show(tiles, thumbnails);
    this.plot.setReach(thumbnails.length ? thumbnails[0].side / 2 : null);
    if (this.drawn === loaded) return;
    this.drawn = loaded;
    const points = loaded?.points ?? NO_POINTS;
    if (this.isLarge) this.plot.renderer("points-renderer").glyph.size = { value: sizeOf(points.x.length) };
    const colors = this.options.colorsOf && (loaded?.colors ?? NO_COLORS);
    this.plot.draw("points", { x: points.x, y: points.y, ...colors });
  }

  /**
   * @param {string} drawn
   * @param {string} as
   */
  tell(drawn, as) {
    if (this.options.count) this.options.count.textContent = `${drawn} of ${count(this.points.n)}${as}`;
  }
}
