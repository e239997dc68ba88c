// What lies below the boxes on a parent image: its preview, tiles of what that has not, and the heat. In: an image, the plot's view. Out:
// a canvas that shows them, and what of the image's pixels is seen: the plot's `data-level`, 0 for all of them, or `preview`.

import { BORDER_PIXELS } from "../wire/constants.js";
import { element } from "../text/element.js";
import { levelFor, tilesIn } from "./levels.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Plot } from "../plots/plot.js"
 * @import { Level, Part, Tile } from "./levels.js"
 *
 * @typedef {object} Shown an image
 * @property {number} nx
 * @property {number} ny
 * @property {HTMLImageElement | null} preview
 * @property {Level[]} levels
 *
 * @typedef {Part & { canvas: HTMLCanvasElement }} Heat and the part of the image that it lies over
 *
 * @typedef {{ context: CanvasRenderingContext2D, shown: Shown, seen: Part, zoom: number }} Drawing `zoom` in pixels of the canvas a pixel
 */

const SQUARES = 6; // from so many pixels of the screen a pixel of the image on, these are shown as squares

export class Ground {
  /**
   * @param {Data} data
   * @param {Plot} plot
   */
  constructor({ deep }, plot) {
    this.plot = plot;
    this.deep = deep;
    this.canvas = element("canvas", { class: "hd-layer" });
    plot.element.prepend(this.canvas);
    /** @type {Shown | null} */
    this.shown = null;
    /** @type {Heat | null} */
    this.heat = null;
    /** @type {number | null} */
    this.waiting = null;
    /** @type {((error: Error) => void) | null} */
    this.onMissing = null;
    if (!deep) return;
    deep.tiles.onCome = () => this.request();
    deep.tiles.onFail = (number, error) => this.doWithout(number, error);
  }

  /** @param {Shown | null} shown */
  show(shown) {
    this.shown = shown;
    this.request();
  }

  /**
   * An image one of whose tiles cannot be had is shown by its preview: it is as likely that none can.
   *
   * @param {number} number
   * @param {Error} error
   */
  doWithout(number, error) {
    const { shown } = this;
    if (!shown?.levels.some(({ first, columns, rows }) => number >= first && number < first + columns * rows)) return;
    this.show({ ...shown, levels: [] });
    this.onMissing?.(error);
  }

  /** @param {Heat | null} heat */
  warm(heat) {
    this.heat = heat;
    this.request();
  }

  // What is shown has changed, or the view has: it is drawn with the next frame.
  request() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.draw();
    });
  }

  draw() {
    const { canvas, plot, shown } = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [plot.element.clientWidth, plot.element.clientHeight].map((side) => Math.round(side * ratio));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!shown) return;
    const { left, top } = plot.view;
    const zoom = ratio / plot.scale;
    const upper = shown.ny - top;
    const seen = { left, right: left + width / zoom, top: upper, bottom: upper + height / zoom };
    context.setTransform(zoom, 0, 0, zoom, BORDER_PIXELS * ratio - seen.left * zoom, BORDER_PIXELS * ratio - seen.top * zoom);
    const drawing = { context, shown, seen, zoom };
    context.beginPath();
    context.rect(0, 0, shown.nx, shown.ny);
    context.save();
    context.clip();
    this.drawImage(drawing);
    if (this.heat) {
      const { canvas: cells, left: x, right, top: y, bottom } = this.heat;
      context.imageSmoothingEnabled = false;
      context.drawImage(cells, x, y, right - x, bottom - y);
    }
    context.restore();
  }

  /** @param {Drawing} drawing */
  drawImage(drawing) {
    const { context, shown: { nx, ny, preview, levels }, zoom } = drawing;
    const coarse = preview ? nx / preview.naturalWidth : Infinity;
    const level = levelFor(levels, 1 / zoom, coarse);
    const tiles = this.deep && level < levels.length ? tilesIn(levels[level], drawing.seen, this.deep) : [];
    const areHere = tiles.every(({ number }) => this.deep?.tiles.here(number));
    this.deep?.tiles.want(tiles.map(({ number }) => number));
    this.plot.element.dataset.level = tiles.length && areHere ? String(level) : "preview";
    if (preview && !(tiles.length && areHere)) {
      context.imageSmoothingEnabled = coarse * zoom < SQUARES;
      context.drawImage(preview, 0, 0, nx, ny);
    }
    // Coarser ones stay until finer ones have come.
    for (let coarser = levels.length - 1; coarser > level && !areHere; coarser--) this.drawLevel(drawing, levels[coarser]);
    if (tiles.length) this.drawTiles(drawing, levels[level], tiles);
  }

  /**
   * @param {Drawing} drawing
   * @param {Level} level
   */
  drawLevel(drawing, level) {
    if (this.deep) this.drawTiles(drawing, level, tilesIn(level, drawing.seen, this.deep));
  }

  /**
   * Each to the pixels of the canvas that are its own, so that none is drawn half; what it has of its neighbours goes into its last ones.
   *
   * @param {Drawing} drawing
   * @param {Level} level
   * @param {Tile[]} tiles
   */
  drawTiles({ context, shown: { nx, ny }, zoom }, { factor }, tiles) {
    const { e, f } = context.getTransform();
    context.imageSmoothingEnabled = factor * zoom < SQUARES;
    context.imageSmoothingQuality = "high";
    for (const { number, part, x, y } of tiles) {
      const image = this.deep?.tiles.here(number);
      if (!image) continue;
      const across = [part.left, Math.min(part.right, nx)].map((at) => (Math.round(at * zoom + e) - e) / zoom);
      const down = [part.top, Math.min(part.bottom, ny)].map((at) => (Math.round(at * zoom + f) - f) / zoom);
      context.save();
      context.beginPath();
      context.rect(across[0], down[0], across[1] - across[0], down[1] - down[0]);
      context.clip();
      context.drawImage(image, x, y, image.naturalWidth * factor, image.naturalHeight * factor);
      context.restore();
    }
  }
}
