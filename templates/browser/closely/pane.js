// One picture that is looked at closely. In: a cutout, its picture, a view that all panes share. Out: the picture drawn, its scale bar,
// north and east, what is below the pointer.

import { titleOf } from "../gallery/captions.js";
import { headOf } from "../gallery/card.js";
import { element } from "../text/element.js";
import { position } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { compassElement } from "./compass.js";
import { barOf, compassOf, pixelAt, skyAt } from "./measure.js";

/**
 * @import { Cutout, ParentImage, PicturePart, SimilarCutout } from "../data/types.d.ts"
 *
 * @typedef {object} Subject what a pane shows
 * @property {Cutout | SimilarCutout} cutout
 * @property {PicturePart} part
 * @property {ParentImage} parent
 * @property {"thumbnail" | "preview" | "tiles" | "guest"} of which picture it is a part
 *
 * @typedef {object} Shared what all panes have in common
 * @property {number} x of the middle, from the middle of a picture, in units to the right
 * @property {number} y in units down
 * @property {number} scale pixels of the screen a unit
 * @property {boolean} isOnSky whether a unit is an arcsecond; else it is a pixel of the original
 */

const BAR_SHARE = 0.3; // of the pane that the bar takes at most
const SHARP = 6; // from so many pixels of the screen a pixel of the picture on, pixels are shown as squares

/**
 * Units that a cutout is wide and high.
 *
 * @param {Cutout} cutout
 * @param {boolean} isOnSky
 */
export function extentOf({ box: [ixmin, ixmax, iymin, iymax], sky }, isOnSky) {
  const unit = isOnSky && sky ? sky.scale : 1;
  return { width: (ixmax - ixmin) * unit, height: (iymax - iymin) * unit };
}

export class Pane {
  constructor() {
    this.canvas = element("canvas");
    this.name = element("p", { class: "hd-pane-name" });
    this.compass = element("div", { class: "hd-compass" });
    this.said = element("p", { class: "hd-pane-said" });
    this.bar = element("div", { class: "hd-bar" });
    this.cross = element("i", { class: "hd-cross", hidden: "" });
    this.element = element("div", { class: "hd-pane" }, this.canvas, this.cross, this.name, this.compass,
      element("div", { class: "hd-pane-foot" }, this.said, this.bar));
    /** @type {Subject | null} */
    this.subject = null;
    this.pixel = element("canvas", { width: 1, height: 1 });
    /** @type {{ across: number, down: number } | null} what was touched, as parts of the picture */
    this.touched = null;
  }

  /** @param {Subject} subject */
  show(subject) {
    this.subject = subject;
    const { cutout, parent } = subject;
    const rank = "rank" in cutout ? String(cutout.rank) : "●";
    const similar = "rank" in cutout ? `${headOf(cutout)}\u2002` : "";
    this.name.replaceChildren(element("b", {}, rank), similar, element("bdi", {}, titleOf(cutout)));
    const { wcs, origin } = parent;
    const middle = pixelAt(cutout, origin, 0.5, 0.5);
    this.compass.replaceChildren(...(wcs ? [compassElement(compassOf(wcs, origin, middle))] : []));
    this.compass.hidden = !wcs;
    this.tell(null);
  }

  /** Which pixels these are. */
  get source() {
    if (!this.subject) return "";
    const { cutout: { box: [ixmin, ixmax] }, part, of } = this.subject;
    return SAY.pixelsOf(SAY.pictures[of], Math.min(1, part.width / (ixmax - ixmin)));
  }

  /**
   * @param {Shared} shared
   * @returns {{ left: number, top: number, width: number, height: number } | null} where the picture lies, in pixels of the pane
   */
  frame({ x, y, scale, isOnSky }) {
    if (!this.subject) return null;
    const { clientWidth, clientHeight } = this.element;
    const { width, height } = extentOf(this.subject.cutout, isOnSky);
    return {
      left: clientWidth / 2 - (x + width / 2) * scale, top: clientHeight / 2 - (y + height / 2) * scale,
      width: width * scale, height: height * scale,
    };
  }

  /** @param {Shared} shared */
  draw(shared) {
    const frame = this.frame(shared);
    const context = this.canvas.getContext("2d");
    if (!frame || !context || !this.subject) return;
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.element;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.mark(shared);
    const { part } = this.subject;
    context.imageSmoothingEnabled = frame.width / part.width < SHARP;
    context.imageSmoothingQuality = "high";
    context.drawImage(part.picture, part.x, part.y, part.width, part.height, frame.left, frame.top, frame.width, frame.height);
    const bar = barOf((BAR_SHARE * clientWidth) / shared.scale, shared.isOnSky);
    const line = element("i", { style: `width: ${(bar.length * shared.scale).toFixed(1)}px` });
    this.bar.replaceChildren(bar.text, line);
  }

  /**
   * A cross at what was touched; it stays there when the picture moves.
   *
   * @param {Shared} shared
   */
  mark(shared) {
    const frame = this.frame(shared);
    this.cross.hidden = !this.touched || !frame;
    if (!this.touched || !frame) return;
    this.cross.style.left = `${frame.left + this.touched.across * frame.width}px`;
    this.cross.style.top = `${frame.top + this.touched.down * frame.height}px`;
  }

  /**
   * Say what is below the pointer, if anything.
   *
   * @param {{ across: number, down: number } | null} at as parts of the picture
   * @param {boolean} [isTouched] whether that is by a finger, which one cannot look below
   */
  tell(at, isTouched = false) {
    if (!this.subject) return;
    this.touched = isTouched ? at : null;
    const { cutout, parent, part } = this.subject;
    const lines = [];
    if (at) {
      const { x, y } = pixelAt(cutout, parent.origin, at.across, at.down);
      const value = this.valueAt(part.x + at.across * part.width, part.y + at.down * part.height);
      lines.push(`x ${Math.round(x)}, y ${Math.round(y)}`, value);
      if (parent.wcs && !parent.distorted) {
        const { ra, dec } = skyAt(parent.wcs, x, y);
        lines.unshift(position(ra, dec, parent.approximate ? -1 : 1));
      }
    }
    this.said.hidden = !lines.length;
    this.said.replaceChildren(...lines.map((line) => element("span", {}, line)));
  }

  /**
   * @param {number} x in pixels of the picture
   * @param {number} y
   */
  valueAt(x, y) {
    const context = this.pixel.getContext("2d", { willReadFrequently: true });
    if (!context || !this.subject) return "";
    context.drawImage(this.subject.part.picture, Math.floor(x), Math.floor(y), 1, 1, 0, 0, 1, 1);
    try {
      const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
      return `${SAY.value} ${red === green && green === blue ? red : `${red} ${green} ${blue}`}`;
    } catch {
      return SAY.noValue;
    }
  }
}
