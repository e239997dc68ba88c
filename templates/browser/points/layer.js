// A canvas below a Bokeh plot, for what Bokeh would draw too slowly or only with a server. In: the tiles of a datashaded pyramid,
// pictures of density that the page has drawn and its lines, thumbnails. Out: all drawn where the plot's view has them.
// (Bokeh's own tile renderer moves the ranges, and takes no local files.)

import { Lru } from "../wire/lru.js";
import { element } from "../text/element.js";
import { isDark } from "../theme.js";

/**
 * @import { PicturePart, Place, Rectangle } from "../data/types.d.ts"
 * @import { Extent, PyramidIndex } from "../wire/types.d.ts"
 * @import { Plot } from "../plots/plot.js"
 * @import { Faces } from "../faces/faces.js"
 *
 * @typedef {object} Tiles
 * @property {number} size pixels of a tile's side
 * @property {number} levels
 * @property {Extent} extent
 * @property {(x: number, y: number, z: number) => boolean} has
 * @property {(x: number, y: number, z: number) => string} url
 *
 * @typedef {Place & { place: number, part: PicturePart, color: string, side: number }} Thumbnail of the point at a place; `side` in pixels
 *
 * @typedef {{ canvas: HTMLCanvasElement | HTMLImageElement, box: Rectangle }} Picture of a part of the plane
 * @typedef {{ path: Path2D, left: number, top: number, scale: number }} Lines whose units are `scale` of the plane, from its left and top
 */

const MAX_TILES = 60; // that are kept
const FADE_MS = 200; // until a picture that has come is as strong as the others
const SHARPNESS = 0.3; // of a level that tiles may be too coarse by

/**
 * The tiles of a pyramid below an address, with a table of those that are not empty.
 *
 * @param {PyramidIndex} index
 * @param {string} address
 * @returns {Tiles}
 */
export function tilesOf({ size, levels, present, extent }, address) {
  const numbers = new Set(present);
  return {
    size, levels, extent,
    has: (x, y, z) => numbers.has((4 ** z - 1) / 3 + y * 2 ** z + x),
    url: (x, y, z) => `${address}/${z}/${x}-${y}.png`,
  };
}

export class Layer {
  /** @param {Plot} plot */
  constructor(plot) {
    this.plot = plot;
    this.canvas = element("canvas", { class: "hd-layer" });
    plot.element.prepend(this.canvas);
    /** @type {Lru<HTMLImageElement>} */
    this.images = new Lru(MAX_TILES);
    /** @type {Tiles | null} */
    this.tiles = null;
    /** @type {Picture[]} of density; where there are any they stand for the tiles */
    this.pictures = [];
    /** @type {Thumbnail[]} */
    this.thumbnails = [];
    /** @type {Faces | undefined} pictures that stand for parts */
    this.faces = undefined;
    /** When the pictures that are drawn came, by the places of their points. @type {Map<number, number>} */
    this.born = new Map();
    /** @type {Lines | null} of equal density */
    this.lines = null;
    this.isPaper = false;
    /** @type {number | null} */
    this.waiting = null;
  }

  /**
   * @param {Tiles | null} tiles
   * @param {Thumbnail[]} thumbnails
   */
  show(tiles, thumbnails) {
    const isSame = tiles === this.tiles && !thumbnails.length && !this.thumbnails.length;
    this.tiles = tiles;
    this.thumbnails = thumbnails;
    if (!isSame) this.request();
  }

  /** No density is shown any more. */
  clear() {
    if (!this.pictures.length) return;
    this.pictures = [];
    this.lines = null;
    this.request();
  }

  // What is shown has changed, or the ranges have: it is drawn with the next frame.
  request() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.draw();
    });
  }

  /** @param {boolean} isPaper whether it is printed now: no frame is waited for, and the ground is white in either theme */
  print(isPaper) {
    this.isPaper = isPaper;
    this.draw();
  }

  draw() {
    const { canvas, plot, isPaper } = this;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const [width, height] = [plot.element.clientWidth, plot.element.clientHeight];
    const context = canvas.getContext("2d");
    if (!context) return;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    for (const picture of this.pictures) this.drawPicture(context, picture);
    if (this.tiles && !this.pictures.length) this.drawTiles(context, this.tiles);
    const style = getComputedStyle(canvas);
    if (this.lines) this.drawLines(context, this.lines, ratio, isPaper ? "#000" : style.getPropertyValue("--text"));
    const ground = isPaper ? "#fff" : style.getPropertyValue("--panel");
    this.drawPictures(context, [...this.faces?.placed.values() ?? [], ...this.thumbnails], ground);
  }

  /**
   * Pictures that have just come are faint at first.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Thumbnail[]} pictures
   * @param {string} ground
   */
  drawPictures(context, pictures, ground) {
    const now = performance.now();
    const fade = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : FADE_MS;
    const born = new Map(pictures.map(({ place }) => [place, this.born.get(place) ?? now]));
    this.born = born;
    let isFading = false;
    for (const picture of pictures) {
      const age = now - (born.get(picture.place) ?? now);
      isFading ||= age < fade;
      context.globalAlpha = fade ? Math.min(1, age / fade) : 1;
      this.drawThumbnail(context, picture, ground);
    }
    context.globalAlpha = 1;
    if (isFading) this.request();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Lines} lines
   * @param {number} ratio
   * @param {string} color
   */
  drawLines(context, { path, left, top, scale }, ratio, color) {
    const { x, y } = this.plot.pixel(left, top);
    const zoom = scale / this.plot.scale;
    context.save();
    context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * x, ratio * y);
    context.lineWidth = 1 / zoom;
    context.lineJoin = "round";
    context.globalAlpha = 0.45;
    context.strokeStyle = color;
    context.stroke(path);
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Picture} picture
   */
  drawPicture(context, { canvas, box }) {
    const { x, y } = this.plot.pixel(box.left, box.top);
    const { scale } = this.plot;
    context.drawImage(canvas, x, y, (box.right - box.left) / scale, (box.top - box.bottom) / scale);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Tiles} tiles
   */
  drawTiles(context, tiles) {
    const { view, scale } = this.plot;
    const [left, right, , top] = tiles.extent;
    const whole = right - left;
    const wanted = Math.ceil(Math.log2(whole / (tiles.size * scale)) - SHARPNESS);
    const z = Math.max(0, Math.min(tiles.levels - 1, wanted));
    const side = whole / 2 ** z;
    const clamp = (/** @type {number} */ at) => Math.max(0, Math.min(2 ** z - 1, Math.floor(at)));
    for (let y = clamp((top - view.top) / side); y <= clamp((top - view.bottom) / side); y++) {
      for (let x = clamp((view.left - left) / side); x <= clamp((view.right - left) / side); x++) {
        if (!tiles.has(x, y, z)) continue;
        const corner = this.plot.pixel(left + x * side, top - y * side);
        this.drawTile(context, tiles, { x, y, z }, corner, side / scale);
      }
    }
  }

  /**
   * A tile that is not here yet is stood in for by the part of its nearest ancestor that is.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Tiles} tiles
   * @param {{ x: number, y: number, z: number }} tile
   * @param {Place} corner upper left, in pixels
   * @param {number} across in pixels
   */
  drawTile(context, tiles, { x, y, z }, corner, across) {
    let part = { x: 0, y: 0, side: tiles.size };
    let image = this.image(tiles.url(x, y, z), true);
    for (let up = 1; !image && up <= z; up++) {
      const share = tiles.size / 2 ** up;
      part = { x: (x % 2 ** up) * share, y: (y % 2 ** up) * share, side: share };
      image = this.image(tiles.url(x >> up, y >> up, z - up), false);
    }
    if (image) context.drawImage(image, part.x, part.y, part.side, part.side, corner.x, corner.y, across, across);
  }

  /**
   * The picture of a tile, if it is here.
   *
   * @param {string} address
   * @param {boolean} isWanted whether it is asked for otherwise
   */
  image(address, isWanted) {
    const known = this.images.get(address);
    if (known) return known.complete && known.naturalWidth ? known : null;
    if (!isWanted) return null;
    const image = new Image();
    image.onload = () => this.request();
    image.src = address;
    this.images.set(address, image);
    return null;
  }

  /**
   * In the dark theme a black sky becomes the panel's ground, so that pictures are no boxes.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Thumbnail} thumbnail
   * @param {string} ground
   */
  drawThumbnail(context, { x, y, part, color, side }, ground) {
    const at = this.plot.pixel(x, y);
    const [left, top] = [at.x - side / 2, at.y - side / 2];
    context.fillStyle = color || ground;
    context.fillRect(left - 1.5, top - 1.5, side + 3, side + 3);
    if (isDark() && !this.isPaper) {
      context.fillStyle = ground;
      context.fillRect(left, top, side, side);
      context.globalCompositeOperation = "lighten";
    }
    context.drawImage(part.picture, part.x, part.y, part.width, part.height, left, top, side, side);
    context.globalCompositeOperation = "source-over";
  }
}
