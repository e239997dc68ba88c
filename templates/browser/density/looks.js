// What points are painted by where they are aggregated. In: a choice of colour, the columns, the theme. Out: values by place and tables of
// colours, as `picture.js` takes them.

import { colorCodes } from "../colors/runs.js";
import { channels, LIGHTNESS, onRamp, rgbOf, tagColor } from "../colors/ramps.js";
import { MISSING, TINT_STEPS } from "../wire/constants.js";
import { N_TAGS } from "../tags/tags.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { ColorChoice } from "../data/types.d.ts"
 * @import { Coloring } from "../colors/coloring.js"
 * @import { Asked } from "./picture.js"
 *
 * @typedef {Pick<Asked, "kind" | "table" | "ramp"> & { name: string, values?: Uint8Array }} Look `values` are known by the name
 */

const RAMP_STEPS = 64;

/** @param {string[]} ramp */
const steps = (ramp) => Array.from({ length: RAMP_STEPS }, (_, i) => rgbOf(onRamp(ramp, i / (RAMP_STEPS - 1)))).flat();

/**
 * Red, green and blue of cutouts' own colours.
 *
 * @param {Uint8Array} tint
 * @param {boolean} isDark
 */
export function ownValues(tint, isDark) {
  const [low, high] = LIGHTNESS[isDark ? "dark" : "light"];
  const values = new Uint8Array(tint.length);
  for (let i = 0; i < tint.length; i += 3) {
    const lightness = low + ((high - low) * tint[i + 2]) / TINT_STEPS;
    values.set(channels((tint[i] * 360) / TINT_STEPS, tint[i + 1] / TINT_STEPS, lightness), i);
  }
  return values;
}

export class Looks {
  /**
   * @param {Data} data
   * @param {Coloring} coloring
   */
  constructor(data, coloring) {
    this.data = data;
    this.coloring = coloring;
    const { density, none, ramp } = data.palette;
    this.ofCounts = { ramp: steps(density), none: rgbOf(none) };
    this.ofNumbers = { ramp: steps(ramp), none: rgbOf(none) };
    /** What is not in the subset. @type {Look} */
    this.faint = { name: "count", kind: "count", ramp: { ramp: rgbOf(none), none: rgbOf(none) } };
    /** @type {Map<string, Promise<Look>>} */
    this.kept = new Map();
  }

  /**
   * @param {ColorChoice} choice
   * @param {boolean} isDark
   * @returns {Promise<Look>}
   */
  of(choice, isDark) {
    if (choice === "tag") return this.ofTags();
    const name = choice === "own" ? `own ${isDark ? "dark" : "light"}` : this.coloring.keyOf(choice);
    let look = this.kept.get(name);
    if (!look) {
      look = this.make(name, choice, isDark);
      look.catch(() => this.kept.delete(name));
      this.kept.set(name, look);
    }
    return look;
  }

  /**
   * Tags change, so that their look is another one each time.
   *
   * @returns {Promise<Look>}
   */
  async ofTags() {
    const { coloring, data: { n, palette } } = this;
    const values = coloring.tags() ?? new Uint8Array(n);
    const table = Uint8Array.from({ length: 3 * 256 }, (_, i) => {
      const tag = Math.floor(i / 3);
      return rgbOf(tag >= 1 && tag <= N_TAGS ? tagColor(palette, tag) : palette.none)[i % 3];
    });
    return { name: "tags", kind: "codes", values, table, ramp: this.ofCounts };
  }

  /**
   * @param {string} name
   * @param {Exclude<ColorChoice, "tag">} choice
   * @param {boolean} isDark
   * @returns {Promise<Look>}
   */
  async make(name, choice, isDark) {
    if (choice === "count") return { name, kind: "count", ramp: this.ofCounts };
    if (choice === "own") {
      return { name, kind: "colors", values: ownValues(await this.data.whole.tints(), isDark), ramp: this.ofCounts };
    }
    const legend = this.data.colors[choice];
    const run = this.coloring.runOf(choice)?.run ?? null;
    const values = colorCodes(await this.data.columns.get(legend.name), legend, run);
    if (legend.kind !== "category") return { name, kind: "numbers", values, ramp: this.ofNumbers };
    const { none } = this.data.palette;
    const table = Uint8Array.from(this.coloring.table(choice).flatMap((color, code) => rgbOf(code === MISSING ? none : color)));
    return { name, kind: "codes", values, table, ramp: this.ofCounts };
  }
}
