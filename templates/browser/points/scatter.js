// All points of a plane in a plot. In: points, the plot's view, colours, the subset. Out: few are drawn once, by Bokeh; of many, tiles, a
// server or the page itself show the density; as one zooms in, the exact points take its place, and then their thumbnails. Of a subset
// the rest is faint, and has no thumbnails.

import { MAX_POINTS, POINT_SIZES } from "../wire/constants.js";
import { has } from "../subset/bits.js";
import { count } from "../text/format.js";
import { Faces } from "./faces.js";
import { Layer } from "./layer.js";
import { NO_POINTS, holds, ordered, some, widened } from "./loaded.js";
import { thinned } from "./thinning.js";

/**
 * @import { PicturePart, PointColumns, Rectangle, Subset } from "../data/types.d.ts"
 * @import { Points } from "../data/points.js"
 * @import { Density } from "../density/density.js"
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
 * @property {() => boolean} [arePictured] whether pictures are wanted
 * @property {(place: number) => Promise<PicturePart>} [thumbnailAt] gives pictures for the overview
 * @property {() => Promise<{ x: Float32Array, y: Float32Array }>} [plane] gives all points by place, where the density is drawn
 * @property {HTMLElement} [count] says how many points are shown
 * @property {() => boolean} [isSeen] says whether the plot is; it always is where this is wanting
 */

const [MAX_CROWD, MAX_THUMBNAILS] = [600, 160]; // cutouts in view where pictures begin, and pictures
const [MIN_SIDE, MAX_SIDE] = [28, 64]; // of a thumbnail, in pixels
const GAP = 4; // pixels between thumbnails
const FRAME = "#56627a"; // around pictures on a density, into which dark ones would be holes
const FACE_GAP = 4; // pixels around pictures on the overview where no point is drawn
const CLOSE = 0.6; // of the plane: thumbnails stand only in views that are smaller

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
    const { thumbnailAt: picture, arePictured: areWanted = () => true } = options;
    this.faces = picture && new Faces(plot, { areWanted, picture });
    /** @type {{ of: Loaded, indices: number[] } | null} those points that no picture covers */
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
    const { least, most } = this.isLarge && this.areAtHand ? await points.counted(plot.view) : points.count(plot.view);
    if (turn !== this.turn) return;
    if (this.isLarge && most > this.most) this.drawDensity(least, most);
    else await this.drawExact(plot.view, turn);
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
    this.faceDensity();
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
    const arePictures = await this.drawThumbnails(loaded, here, turn);
    if (turn !== this.turn) return;
    if (!arePictures) this.faceExact(loaded);
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
   * The side of the thumbnails that fit into the view, in pixels, or null where points are better.
   *
   * @param {number} n
   * @param {Rectangle} view
   */
  thumbnailSide(n, view) {
    const isWanted = this.options.thumbnail && (this.options.arePictured?.() ?? true);
    if (!isWanted || !n || n > MAX_CROWD) return null;
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
    const { nFaint } = loaded;
    const { kept, dots } = thinned(points.x.slice(nFaint), points.y.slice(nFaint), (side + GAP) * this.plot.scale);
    const inView = new Set(here);
    const chosen = kept.map((i) => nFaint + i).filter((i) => inView.has(i));
    if (chosen.length > MAX_THUMBNAILS) return false;
    const made = await Promise.all(chosen.map(async (i) => ({
      x: points.x[i], y: points.y[i], side, color: colors.color[i], part: await thumbnail(points.row[i]),
    })));
    const rest = [...Array(nFaint).keys(), ...dots.map((i) => nFaint + i)];
    if (turn !== this.turn) return true;
    this.faces?.clear();
    this.showFaces();
    this.show(made, some(loaded, rest));
    return true;
  }

  /**
   * Points, and some pictures among them; points that these cover are not seen.
   *
   * @param {Loaded} loaded
   */
  faceExact(loaded) {
    const { faces, options } = this;
    const { points: { x, y, rank }, colors, nFaint } = loaded;
    const isFramed = options.column?.() !== null;
    faces?.choose(async () => ({
      points: { x, y }, counts: (i) => i >= nFaint, placeOf: (i) => rank[i], colorOf: (i) => (isFramed && colors?.color[i]) || "",
    }), this.isMeant, () => {
      this.inSight = { of: loaded, indices: [...x.keys()].filter((i) => faces.at(x[i], y[i], FACE_GAP) === null) };
      this.drawOnly(this.inSight.indices);
      this.showFaces();
    });
    if (!faces?.shown.length || this.inSight?.of !== loaded) this.inSight = null;
    this.show([], loaded);
    this.drawOnly(this.inSight && this.inSight.indices);
    this.showFaces();
  }

  // The same over a density.
  faceDensity() {
    const { faces, options: { plane } } = this;
    if (!plane) faces?.clear();
    else {
      faces?.choose(async () => ({
        points: await plane(), counts: this.isMeant, placeOf: (i) => i, colorOf: () => FRAME,
      }), this.isMeant, () => this.showFaces());
    }
    this.showFaces();
  }

  showFaces() {
    const { layer, faces } = this;
    if (!faces || layer.faces === faces.shown) return;
    layer.faces = faces.shown;
    layer.request();
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
