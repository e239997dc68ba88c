// The limits of the stretch over a histogram of the pictures. In: pictures, a stretch, sliders. Out: elements, and other limits.

import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { AS_IT_IS, countValues, limitsOf } from "./stretch.js";

/**
 * @import { PicturePart } from "../data/types.d.ts"
 * @import { Stretch } from "./stretch.js"
 */

const SAMPLE = 128; // pixels of a picture's side that are counted
const [BARS, HEIGHT] = [128, 28]; // of the histogram
const [WITHIN, BEYOND] = ["#a9b5c8", "#3d4a61"]; // bars between the limits, and those that are black or white

/** @param {string} name */
const slider = (name) => element("input", { type: "range", min: 0, max: 255, "aria-label": name, title: name });

/**
 * The values of some of a picture's pixels; null where the browser does not tell them.
 *
 * @param {PicturePart} part
 */
function valuesOf({ picture, x, y, width, height }) {
  const [across, down] = [width, height].map((side) => Math.max(1, Math.min(SAMPLE, Math.round(side))));
  const context = element("canvas", { width: across, height: down }).getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.imageSmoothingEnabled = false; // values that are there, not means of them
  context.drawImage(picture, x, y, width, height, 0, 0, across, down);
  try {
    return context.getImageData(0, 0, across, down).data;
  } catch {
    return null;
  }
}

export class Levels {
  /** @param {(limits: { low: number, high: number }) => void} change */
  constructor(change) {
    this.stretch = AS_IT_IS;
    this.counts = new Uint32Array(256);
    this.canvas = element("canvas", { width: BARS, height: HEIGHT, "aria-hidden": "true" });
    this.low = slider(SAY.low);
    this.high = slider(SAY.high);
    this.low.addEventListener("input", () => change(limitsOf(Number(this.low.value), this.stretch.high)));
    this.high.addEventListener("input", () => change(limitsOf(this.stretch.low, Number(this.high.value))));
    this.element = element("span", { class: "hd-levels", title: SAY.levels }, this.canvas, this.low, this.high);
    this.element.addEventListener("dblclick", () => change(AS_IT_IS));
    this.show(AS_IT_IS);
  }

  /** @param {PicturePart[]} parts the pictures that are looked at */
  count(parts) {
    this.counts = countValues(parts.map(valuesOf).filter((pixels) => pixels !== null));
    this.draw();
  }

  /** @param {Stretch} stretch */
  show(stretch) {
    this.stretch = stretch;
    this.low.value = String(stretch.low);
    this.high.value = String(stretch.high);
    this.low.style.zIndex = stretch.low > 127 ? "1" : ""; // where both lie at the right end, black's can be taken
    this.draw();
  }

  // Heights are square roots: the sky is most of a picture.
  draw() {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const step = 256 / BARS;
    const countIn = (/** @type {number} */ i) => this.counts.subarray(i * step, (i + 1) * step).reduce((sum, n) => sum + n, 0);
    const bars = Array.from({ length: BARS }, (_, i) => Math.sqrt(countIn(i)));
    const most = Math.max(1, ...bars);
    context.clearRect(0, 0, BARS, HEIGHT);
    for (const [i, bar] of bars.entries()) {
      const height = Math.ceil((bar / most) * HEIGHT);
      context.fillStyle = i * step >= this.stretch.low && i * step <= this.stretch.high ? WITHIN : BEYOND;
      context.fillRect(i, HEIGHT - height, 1, height);
    }
  }
}
