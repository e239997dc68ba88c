// All points of a plane in a plot. In: points, the plot's view, colours, the subset. Out: few are drawn once, by Bokeh; of many, tiles, a
// server or the page itself show the density; as one zooms in, the exact points take its place, and then their pictures. Where images are
// asked for, some stand among points and density alike; where density is, there is a smooth one at any zoom. Of a subset the rest is
// faint, and has no pictures.

import { MAX_POINTS, POINT_SIZES } from "../wire/constants.js";
import { has } from "../subset/bits.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { Faces } from "../faces/faces.js";
import { GAP } from "../faces/standing.js";
import { crowdOf, crowdSide } from "./crowd.js";
import { Layer } from "./layer.js";
import { NO_POINTS, holds, ordered, some, widened } from "./loaded.js";

/**
 * @import { MapStyle, PicturePart, PointColumns, Rectangle, Subset } from "../data/types.d.ts"
 * @import { Points } from "../data/points.js"
 * @import { Density } from "../density/density.js"
 * @import { Field } from "../density/field.js"
 * @import { Options as FaceOptions, Placed } from "../faces/faces.js"
 * @import { Painted } from "../colors/coloring.js"
 * @import { Thumbnail, Tiles } from "./layer.js"
 * @import { Loaded } from "./loaded.js"
 * @import { Plot } from "../plots/plot.js"
 *
 * @typedef {Pick<Points, "n" | "extent" | "count" | "counted" | "inside">} Drawable
 *
 * @typedef {object} Options what a plane has beside its points
 * @property {(points: PointColumns) => Painted} [colorsOf] gives the points' colours
 * @property {() => number | null} [column] names the colour column that this needs
 * @property {() => Tiles | null} [tiles] gives the pyramid of their density
 * @property {{ show(isShown: boolean): void }} [density] is what a server draws instead
 * @property {() => boolean} [isOurs] says whether the page alone knows the colours
 * @property {(layer: Layer) => Density} [own] makes what the page draws itself, where there is a subset or none of these
 * @property {() => Subset | null} [subset] gives those that are strong
 * @property {(subset: Subset) => Promise<(row: number, rank: number) => boolean>} [strong] says of a point whether it is
 * @property {(row: number) => Promise<PicturePart>} [thumbnail] gives pictures that may take the points' place
 * @property {() => MapStyle} [style] says how the plane is shown; as points where this is wanting
 * @property {Pick<FaceOptions, "choose" | "picture" | "colors" | "taken">} [faces] gives pictures that stand for parts of the plane
 * @property {(layer: Layer) => Field} [field] makes the smooth density
 * @property {HTMLElement} [count] says how many points are shown
 * @property {() => boolean} [isSeen] says whether the plot is; it always is where this is wanting
 */

/** Points that Bokeh draws at once while a brush is dragged; of a page that has all of them at hand, more are drawn as density. */
export const FEW_POINTS = 5000;

const EVERYWHERE = { left: -Infinity, right: Infinity, bottom: -Infinity, top: Infinity };
/** @type {Painted} */
const NO_COLORS = { color: [], line: [] };
const [FAINT, NOTHING] = ["#8793a838", "#00000000"]; // inside and around points that are not in the subset

/**
 * The size of as many points, in pixels.
 *
 * @param {number} n
 */
const sizeOf = (n) => POINT_SIZES[POINT_SIZES.findIndex(([fewerThan]) => n < fewerThan)][1];

export class Scatter {
  /**
   * @param {Plot} plot
   * @param {Drawable} points
   * @param {Options} options
   */
  constructor(plot, points, options) {
    this.plot = plot;
    this.points = points;
    this.options = options;
    this.areAtHand = points.n <= MAX_POINTS;
    this.most = this.areAtHand && options.own ? FEW_POINTS : MAX_POINTS;
    this.isLarge = points.n > this.most;
    this.layer = new Layer(plot);
    this.own = options.own?.(this.layer);
    this.field = options.field?.(this.layer);
    this.faces = options.faces && new Faces(plot, { ...options.faces, extent: points.extent, n: points.n, changed: () => this.faceUp() });
    this.layer.faces = this.faces;
    /** @type {{ of: Loaded, placed: Map<string, Placed> } | null} of which points those that pictures cover are left out */
    this.inSight = null;
    /** @type {Loaded | null} */
    this.loaded = null;
    /** @type {Loaded | null | undefined} what Bokeh's plot has; undefined as long as it has nothing of ours */
    this.drawn = undefined;
    this.areSome = false; // whether some of these points are not drawn
    this.isStale = false;
    // A later view's number: what was loaded for an earlier one is dropped.
    this.turn = 0;
  }

  /** @returns {MapStyle} */
  get style() {
    return this.options.style?.() ?? "points";
  }

  get subset() {
    return this.options.subset?.() ?? null;
  }

  /** Whether the subset has a place. @returns {(place: number) => boolean} */
  get isMeant() {
    const { subset } = this;
    return subset ? (place) => has(subset.bits, place) : () => true;
  }

  // What has waited until the plot was seen.
  async catchUp() {
    if (this.isStale) await this.move();
  }

  /**
   * Draw other points in their place: those of another plane.
   *
   * @param {Drawable} points
   */
  async change(points) {
    this.points = points;
    this.own?.change();
    await this.paint();
  }

  // After a change of colours: all is drawn anew.
  async paint() {
    this.loaded = null;
    this.faces?.forget();
    await this.update();
  }

  // After a change of the view.
  async move() {
    this.layer.request();
    await this.update();
  }

  // After a change of the subset; as long as the plot is not seen it waits.
  async update() {
    const { points, plot, options } = this;
    if (!plot.camera.at) return;
    this.isStale = options.isSeen?.() === false;
    if (this.isStale) return;
    const turn = ++this.turn;
    if (this.style !== "images") this.faces?.clear();
    if (this.field && this.style === "density") return this.drawField(this.field);
    this.field?.hide();
    const { least, most } = this.isLarge && this.areAtHand ? await points.counted(plot.view) : points.count(plot.view);
    if (turn !== this.turn) return;
    if (this.isLarge && most > this.most) this.drawDensity(least, most);
    else await this.drawExact(plot.view, turn);
  }

  /** @param {Field} field */
  drawField(field) {
    const { subset, own, options } = this;
    this.loaded = null;
    this.plot.over.sayEmpty(false);
    this.show([], null);
    options.density?.show(false);
    own?.hide();
    field.onDrawn = (n, { factor }) => this.tell(count(n), SAY.asField(factor));
    field.show(subset);
  }

  /**
   * @param {number} least
   * @param {number} most
   */
  drawDensity(least, most) {
    const { subset, own, options } = this;
    const tiles = options.tiles?.() ?? null;
    const isOwn = own !== undefined && (subset !== null || options.isOurs?.() === true || !(tiles || options.density));
    this.loaded = null;
    this.plot.over.sayEmpty(false);
    this.show([], null, tiles);
    this.follow();
    options.density?.show(!isOwn);
    if (isOwn) {
      own.onDrawn = (n) => this.tell(count(n), ", as density");
      own.show(subset);
      return;
    }
    own?.hide();
    const about = Number(((least + most) / 2).toPrecision(2));
    this.tell(least === this.points.n ? count(least) : `about ${count(about)}`, ", as density");
  }

  /**
   * @param {Rectangle} view
   * @param {number} turn
   */
  async drawExact(view, turn) {
    const { subset } = this;
    const isHere = this.loaded && this.loaded.subset === subset && holds(this.loaded.box, view);
    const loaded = this.loaded && isHere ? this.loaded : await this.load(view, subset);
    if (turn !== this.turn) return;
    this.loaded = loaded;
    const { x, y } = loaded.points;
    const here = [];
    for (let i = loaded.nFaint; i < x.length; i++) {
      if (x[i] >= view.left && x[i] <= view.right && y[i] >= view.bottom && y[i] <= view.top) here.push(i);
    }
    this.layer.tiles = null;
    this.options.density?.show(false);
    this.own?.hide();
    const arePictures = await this.drawCrowd(loaded, here, turn);
    if (turn !== this.turn) return;
    if (!arePictures) {
      this.show([], loaded);
      this.follow();
      this.faceUp();
    }
    this.plot.over.sayEmpty(!here.length && this.points.n > 0);
    this.tell(count(here.length), arePictures ? ", as pictures" : " in view");
  }

  /**
   * @param {Rectangle} view
   * @param {Subset | null} subset
   * @returns {Promise<Loaded>}
   */
  async load(view, subset) {
    const { colorsOf, column, strong } = this.options;
    const box = this.isLarge ? widened(view) : EVERYWHERE;
    const points = await this.points.inside(this.isLarge ? box : this.points.extent, column?.());
    if (!subset || !strong) return { box, points, colors: colorsOf?.(points), subset, nFaint: 0 };
    const isStrong = await strong(subset);
    /** @type {[number[], number[]]} */
    const [faint, shown] = [[], []];
    points.row.forEach((row, i) => (isStrong(row, points.rank[i]) ? shown : faint).push(i));
    const all = ordered(points, [...faint, ...shown]);
    const { color, line } = colorsOf?.(all) ?? NO_COLORS;
    const colors = {
      color: [...faint.map(() => FAINT), ...color.slice(faint.length)], line: [...faint.map(() => NOTHING), ...line.slice(faint.length)],
    };
    return { box, points: all, colors, subset, nFaint: faint.length };
  }

  /**
   * Draw pictures of all points where they have room, and the rest as dots.
   *
   * @param {Loaded} loaded
   * @param {number[]} here which of the points are in view
   * @param {number} turn
   * @returns {Promise<boolean>} false where points are better
   */
  async drawCrowd(loaded, here, turn) {
    const { options: { thumbnail, faces }, plot: { view, scale }, points: { extent } } = this;
    const side = thumbnail && this.style === "images" ? crowdSide(here.length, view, extent, scale) : null;
    const crowd = thumbnail && side && await crowdOf(loaded, here, { side, scale, taken: faces?.taken?.() ?? [] }, thumbnail);
    if (!crowd) return false;
    if (turn !== this.turn) return true;
    this.faces?.clear();
    this.show(crowd.thumbnails, some(loaded, crowd.dots));
    return true;
  }

  follow() {
    if (this.style === "images") this.faces?.follow(this.subset, this.isMeant);
  }

  // Pictures for parts have come or gone, or stand elsewhere: points that they cover are not seen.
  faceUp() {
    const { faces, layer, drawn, loaded } = this;
    if (!faces) return;
    layer.request();
    if (!drawn || drawn !== loaded) return;
    const { placed } = faces;
    if (this.inSight?.of === loaded && this.inSight.placed === placed) return;
    const { x, y } = loaded.points;
    const indices = placed.size ? [...x.keys()].filter((i) => faces.at(x[i], y[i], GAP) === null) : null;
    this.inSight = { of: loaded, placed };
    this.drawOnly(indices);
  }

  /** @param {number[] | null} indices of the points that are drawn; null for all */
  drawOnly(indices) {
    if (!indices && !this.areSome) return;
    this.areSome = indices !== null;
    this.plot.drawOnly("points", indices);
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
    this.inSight = null;
    this.drawOnly(null);
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
    const { subset, options } = this;
    const all = count(this.points.n);
    if (!options.count) return;
    options.count.textContent = subset ? `${drawn} of ${count(subset.count)}${as} · ${all} in all` : `${drawn} of ${all}${as}`;
    document.body.dataset.hdMapSubset = String(subset?.count ?? this.points.n);
  }
}
