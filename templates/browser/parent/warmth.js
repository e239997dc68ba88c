// The heat of the subset on the parent image, and its switch. In: `subset`, which image is shown, clicks. Out: heat for the ground, a
// legend.

import { onRamp, rgbOf } from "../colors/ramps.js";
import { on, state } from "../state.js";
import { places } from "../subset/bits.js";
import { bitsOfImage } from "../subset/tell.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { coverage, gridOver, heatPixels } from "./heat.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { ParentImage } from "../data/types.d.ts"
 * @import { Ground, Heat } from "./ground.js"
 * @import { Boxes } from "./heat.js"
 */

const COLORS = 64;

/**
 * @param {Data} data
 * @returns {Promise<Boxes>}
 */
async function boxesOf({ columns }) {
  const found = await Promise.all(["x0", "x1", "y0", "y1"].map((name) => columns.get(columns.builtIn(name))));
  const [x0, x1, y0, y1] = found.map(({ values }) => values ?? []);
  return { x0, x1, y0, y1 };
}

export class Warmth {
  /**
   * @param {Data} data
   * @param {Ground} ground
   */
  constructor(data, ground) {
    this.data = data;
    this.ground = ground;
    const shares = Array.from({ length: COLORS }, (_, i) => i / (COLORS - 1));
    this.ramp = Uint8Array.from(shares.flatMap((share) => rgbOf(onRamp(data.palette.ramp, share))));
    this.isOn = false;
    this.turn = 0;
    /** @type {{ number: number, image: ParentImage } | null} */
    this.shown = null;
    /** What all cutouts of an image cover. @type {{ number: number, places: Int32Array, counts: Int32Array } | null} */
    this.all = null;
    this.button = element("button", {
      type: "button", class: "hd-icon", id: "hd-image-heat", title: SAY.heatTitle, "aria-label": SAY.heatTitle, "aria-pressed": "false",
    }, element("i", { class: "hd-i hd-i-heat" }));
    this.button.addEventListener("click", () => {
      this.isOn = !this.isOn;
      this.button.setAttribute("aria-pressed", String(this.isOn));
      this.follow();
    });
    const gradient = `background: linear-gradient(to right, ${data.palette.ramp.join(", ")})`;
    this.legend = element("p", { class: "hd-heat-legend" }, SAY.heat, element("i", { class: "hd-ramp", style: gradient }), SAY.heatAll);
    on(["subset"], () => this.follow());
    this.follow();
  }

  /**
   * @param {number} number
   * @param {ParentImage} image
   */
  show(number, image) {
    this.shown = { number, image };
    this.ground.warm(null);
    this.follow();
  }

  async follow() {
    const mine = ++this.turn;
    const { subset } = state;
    this.button.hidden = !subset;
    this.legend.hidden = !subset || !this.isOn || !this.shown;
    if (this.legend.hidden || !subset) return this.ground.warm(null);
    const heat = await this.heat(subset.bits);
    if (mine === this.turn) this.ground.warm(heat);
  }

  /**
   * @param {Uint32Array} bits
   * @returns {Promise<Heat | null>}
   */
  async heat(bits) {
    if (!this.shown) return null;
    const { number, image: { nx, ny, origin } } = this.shown;
    const grid = gridOver(nx, ny);
    const boxes = await boxesOf(this.data);
    if (this.all?.number !== number) {
      const own = places(await bitsOfImage(this.data.columns, number));
      this.all = { number, places: own, counts: coverage(boxes, own, grid) };
    }
    const some = coverage(boxes, this.all.places, grid, bits);
    const isLower = origin === "lower";
    const canvas = element("canvas", { width: grid.columns, height: grid.rows });
    const pixels = heatPixels(some, this.all.counts, grid, { isLower, ramp: this.ramp });
    canvas.getContext("2d")?.putImageData(new ImageData(pixels, grid.columns, grid.rows), 0, 0);
    const high = grid.rows * grid.cell;
    const top = isLower ? ny - high : 0;
    return { canvas, left: 0, right: grid.columns * grid.cell, top, bottom: top + high };
  }
}
