// Colours of the map's points, and their legends. In: the index's colour columns and palette, a choice of colour, points.
// Out: colours as "#rrggbb", and what a legend says.

import { MISSING, NUMBER_STEPS, TINT_STEPS } from "../wire/constants.js";
import { about, ends } from "./format.js";
import { SAY } from "./strings.js";

/**
 * @import { ColorChoice, PointColumns } from "../data/types.d.ts"
 * @import { ColorLegend, NumberLegend, Palette } from "../wire/types.d.ts"
 *
 * @typedef {object} Ramp
 * @property {string[]} ramp
 * @property {string} low
 * @property {string} high
 * @property {string} [middle] of one that is bent
 * @property {boolean} [isBendable] whether it can be bent
 *
 * @typedef {{ color: string, text: string, count: number, isHollow?: boolean, isRest?: boolean }} LegendEntry
 * @typedef {{ color: string[], line: string[] }} Painted points inside and around
 */

// What is not known is a faint ring.
const [NOTHING, FAINT] = ["#00000000", "90"];
// As many as a legend tells apart at a glance.
const FEW_KINDS = 12;
// Around points, so that those that touch are told from each other; of many it would take as long to draw as the points themselves.
const MAX_HALOS = 6000;
const [HALO_ON_DARK, HALO_ON_LIGHT] = ["#10151f", "#ffffff"];
/** The least and the greatest lightness that read well on the dark page and on the light one. */
export const LIGHTNESS = { dark: [0.42, 0.86], light: [0.28, 0.68] };

/** @param {number} value 0 to 255 */
const twoDigits = (value) => value.toString(16).padStart(2, "0");

/**
 * Red, green and blue of a colour of CSS's hsl() (CSS Color 4, section 7.1), from 0 to 255.
 *
 * @param {number} hue in degrees
 * @param {number} saturation 0 to 1
 * @param {number} lightness 0 to 1
 */
export function channels(hue, saturation, lightness) {
  const span = saturation * Math.min(lightness, 1 - lightness);
  const channel = (/** @type {number} */ offset) => {
    const k = (offset + hue / 30 + 12) % 12;
    return Math.round(255 * (lightness - span * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/**
 * The same as text.
 *
 * @param {number} hue in degrees
 * @param {number} saturation 0 to 1
 * @param {number} lightness 0 to 1
 */
export const hsl = (hue, saturation, lightness) => `#${channels(hue, saturation, lightness).map(twoDigits).join("")}`;

/**
 * Red, green and blue of a colour, from 0 to 255.
 *
 * @param {string} color "#rrggbb"
 */
export const rgbOf = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

/**
 * @param {string} from
 * @param {string} to
 * @param {number} share of `to`
 */
function mix(from, to, share) {
  const channel = (/** @type {number} */ at) => {
    const [a, b] = [from, to].map((color) => parseInt(color.slice(at, at + 2), 16));
    return twoDigits(Math.round(a + (b - a) * share));
  };
  return `#${[1, 3, 5].map(channel).join("")}`;
}

/**
 * The colour at a place of a ramp.
 *
 * @param {string[]} ramp
 * @param {number} share 0 to 1
 */
export function onRamp(ramp, share) {
  const at = share * (ramp.length - 1);
  const below = Math.min(Math.floor(at), ramp.length - 2);
  return mix(ramp[below], ramp[below + 1], at - below);
}

/**
 * Cutouts' own colours: hue and saturation, and the rank of the lightness spread over what reads well on the page.
 *
 * @param {number[]} tint three numbers a point
 * @param {boolean} isDark
 */
export function ownColors(tint, isDark) {
  const [low, high] = LIGHTNESS[isDark ? "dark" : "light"];
  return Array.from({ length: tint.length / 3 }, (_, i) => hsl(
    (tint[3 * i] * 360) / TINT_STEPS, tint[3 * i + 1] / TINT_STEPS, low + ((high - low) * tint[3 * i + 2]) / TINT_STEPS,
  ));
}

/**
 * A choice of colour as links have it: by the column's name, whose number may be another one tomorrow. A column that has the name of
 * another choice, or begins so, gets a mark.
 *
 * @param {ColorChoice} choice
 * @param {{ name: string }[]} columns
 */
export function choiceText(choice, columns) {
  if (typeof choice !== "number") return choice;
  const { name } = columns[choice];
  return name === "own" || name === "count" || name === "tag" || name.startsWith("=") ? `=${name}` : name;
}

/**
 * @param {string} text
 * @param {{ name: string }[]} columns
 * @returns {ColorChoice | null} null if there is no such column
 */
export function choiceOf(text, columns) {
  if (text === "own" || text === "count" || text === "tag") return text;
  const number = columns.findIndex(({ name }) => name === text.replace(/^=/, ""));
  return number < 0 ? null : number;
}

/**
 * What the map of a collection begins with: the first column of few kinds that its owner has catalogued, of most of the cutouts; else the
 * colours of the cutouts themselves.
 *
 * @param {readonly ColorLegend[]} columns
 * @param {(name: string) => boolean} isOwn
 * @param {number} n how many cutouts there are
 * @returns {ColorChoice}
 */
export function firstColor(columns, isOwn, n) {
  const number = columns.findIndex((column) => (
    column.kind === "category" && isOwn(column.name) && column.missing < n / 2 && column.categories.length > 1
    && column.categories.length <= FEW_KINDS && !column.other
  ));
  return number < 0 ? "own" : number;
}

/**
 * The place of a number along a ramp, 0 to 1; what lies beyond the ends is at them.
 *
 * @param {NumberLegend} legend
 * @param {number} value
 */
export function shareOnRamp({ low, high, bend }, value) {
  const [from, to] = [Number(low), Number(high)];
  if (from === to) return 0.5;
  const part = Math.min(Math.max(value, from), to);
  if (!bend) return (part - from) / (to - from);
  const [near, far] = bend > 0 ? [from, to] : [to, from];
  const way = Math.asinh((part - near) / bend) / Math.asinh((far - near) / bend);
  return bend > 0 ? way : 1 - way;
}

/**
 * The number at a place of a ramp.
 *
 * @param {NumberLegend} legend
 * @param {number} share 0 to 1
 */
export function numberOnRamp({ low, high, bend }, share) {
  const [from, to] = [Number(low), Number(high)];
  if (!bend) return from + share * (to - from);
  if (bend > 0) return from + bend * Math.sinh(share * Math.asinh((to - from) / bend));
  return to + bend * Math.sinh((1 - share) * Math.asinh((from - to) / bend));
}

/**
 * The place of a code along a ramp, which is bent as the codes are, or straight.
 *
 * @param {NumberLegend} legend
 * @param {number} code
 * @param {boolean} isStraight
 */
function shareOf(legend, code, isStraight) {
  const share = Math.min(1, code / NUMBER_STEPS);
  if (!isStraight || !legend.bend) return share;
  const [low, high] = [Number(legend.low), Number(legend.high)];
  return Math.max(0, Math.min(1, (numberOnRamp(legend, share) - low) / (high - low)));
}

/**
 * @param {NumberLegend} legend
 * @param {boolean} isStraight
 */
function textsOf(legend, isStraight) {
  const [low, high] = ends(legend.low, legend.high);
  if (!legend.bend) return { low, high };
  const middle = isStraight ? undefined : about(numberOnRamp(legend, 0.5));
  return { low, high, middle, isBendable: true };
}

/**
 * The colour of a tag: none of those of the selected cutout and of the similar ones, which the first two categories are like.
 *
 * @param {Palette} palette
 * @param {number} tag from 1 on
 */
export const tagColor = ({ categories }, tag) => categories[tag + 1];

export class Coloring {
  /**
   * @param {ColorLegend[]} legends of the colour columns
   * @param {Palette} palette
   * @param {() => Uint8Array | null} [tags] by place
   */
  constructor(legends, palette, tags = () => null) {
    this.legends = legends;
    this.palette = palette;
    this.tags = tags;
    /** @type {Map<number, string[]>} */
    this.tables = new Map();
  }

  /**
   * The colour of each code of a column.
   *
   * @param {number} column
   * @param {boolean} isStraight
   */
  table(column, isStraight) {
    const key = isStraight ? ~column : column;
    let table = this.tables.get(key);
    if (!table) {
      const { none, ramp, categories } = this.palette;
      const legend = this.legends[column];
      const paint = legend.kind === "number"
        ? (/** @type {number} */ code) => onRamp(ramp, shareOf(legend, code, isStraight))
        : (/** @type {number} */ code) => categories[code] ?? none;
      table = Array.from({ length: 256 }, (_, code) => (code === MISSING ? NOTHING : paint(code)));
      this.tables.set(key, table);
    }
    return table;
  }

  /**
   * @param {ColorChoice} choice
   * @param {PointColumns} points
   * @param {boolean} isDark
   * @param {boolean} [isStraight]
   */
  colorsOf(choice, points, isDark, isStraight = false) {
    if (choice === "own") return ownColors(points.tint, isDark);
    if (choice === "count") return points.x.map(() => onRamp(this.palette.density, 0.5));
    if (choice === "tag") return points.rank.map((place) => this.tagColor(this.tags()?.[place] ?? 0));
    const table = this.table(choice, isStraight);
    return points.codes.map((code) => table[code]);
  }

  /** @param {number} tag 0 for none */
  tagColor(tag) {
    return tag ? tagColor(this.palette, tag) : NOTHING;
  }

  /** @returns {LegendEntry[]} */
  tagLegend() {
    const counts = new Map();
    for (const tag of this.tags() ?? []) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    const used = [1, 2, 3, 4, 5].filter((tag) => counts.has(tag));
    return used.map((tag) => ({ color: this.tagColor(tag), text: SAY.tagNumber(tag), count: counts.get(tag) }));
  }

  /** @param {boolean} isDark */
  halo(isDark) {
    return isDark ? HALO_ON_DARK : HALO_ON_LIGHT;
  }

  /**
   * Points inside, and around.
   *
   * @param {ColorChoice} choice
   * @param {PointColumns} points
   * @param {boolean} isDark
   * @param {boolean} [isStraight]
   * @returns {Painted}
   */
  paint(choice, points, isDark, isStraight = false) {
    const color = this.colorsOf(choice, points, isDark, isStraight);
    const halo = color.length > MAX_HALOS ? NOTHING : this.halo(isDark);
    const ring = this.palette.none + FAINT;
    return { color, line: color.map((inside) => (inside === NOTHING ? ring : halo)) };
  }

  /**
   * @param {ColorChoice} choice
   * @param {boolean} [isStraight]
   * @returns {(Ramp | LegendEntry)[]}
   */
  legend(choice, isStraight = false) {
    const { palette } = this;
    if (choice === "own") return [];
    if (choice === "count") return [{ ramp: palette.density, low: "few cutouts", high: "many" }];
    if (choice === "tag") return this.tagLegend();
    const column = this.legends[choice];
    /** @type {(Ramp | LegendEntry)[]} */
    const parts = column.kind === "number"
      ? [{ ramp: palette.ramp, ...textsOf(column, isStraight) }]
      : column.categories.map(({ text, count }, i) => ({ color: palette.categories[i], text, count }));
    if (column.kind === "category" && column.other) {
      parts.push({ color: palette.none, text: "other", count: column.other, isRest: true });
    }
    if (column.missing) parts.push({ color: palette.none, text: "not known", count: column.missing, isHollow: true });
    return parts;
  }
}
