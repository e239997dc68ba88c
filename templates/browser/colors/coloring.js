// Colours of the map's points, and what its legend says. In: the index's colour columns and palette, a choice of colour, points, scales.
// Out: colours as "#rrggbb", and parts of a legend.

import { MISSING, NUMBER_STEPS } from "../wire/constants.js";
import { calledIn, nothingIn } from "../clusters/called.js";
import { state } from "../state.js";
import { about, ends } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { onRamp, ownColors, tagColor } from "./ramps.js";
import { colorCodes, numberOnRun, rampRun } from "./runs.js";

/**
 * @import { ColumnData } from "../data/column.js"
 * @import { ColorChoice, ColumnEntry, PointColumns, Scales } from "../data/types.d.ts"
 * @import { Ends } from "../charts/axis.js"
 * @import { ColorLegend, NumberLegend, Palette } from "../wire/types.d.ts"
 *
 * @typedef {object} Ramp
 * @property {string[]} ramp
 * @property {string} low
 * @property {string} high
 * @property {string} [middle] of one that is bent
 *
 * @typedef {object} LegendEntry
 * @property {string} color
 * @property {string} text
 * @property {string} [called] what it is called in the page, where that may be something else
 * @property {number} count
 * @property {boolean} [isHollow]
 * @property {boolean} [isRest]
 * @property {number} [tag]
 * @typedef {{ color: string[], line: string[] }} Painted points inside and around
 *
 * @typedef {object} Sources what colours follow, beside the index
 * @property {() => Uint8Array | null} [tags] by place
 * @property {() => Scales} [scales]
 * @property {{ find(name: string): ColumnEntry | undefined, get(name: string): Promise<ColumnData> }} [columns]
 */

// What is not known is a faint ring.
const [NOTHING, FAINT] = ["#00000000", "90"];
// Around points, so that those that touch are told from each other; of many it would take as long to draw as the points themselves.
const MAX_HALOS = 6000;
const [HALO_ON_DARK, HALO_ON_LIGHT] = ["#10151f", "#ffffff"];
const DAY_MS = 86_400_000;

/** @param {number} ms since 1970 */
const dayText = (ms) => new Date(ms).toISOString().slice(0, 10);

/** @param {number} ms since 1970 */
const minuteText = (ms) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");

export class Coloring {
  /**
   * @param {ColorLegend[]} legends of the colour columns
   * @param {Palette} palette
   * @param {Sources} [sources]
   */
  constructor(legends, palette, { tags = () => null, scales = () => new Map(), columns } = {}) {
    this.legends = legends;
    this.palette = palette;
    this.tags = tags;
    this.scales = scales;
    this.columns = columns;
    /** @type {Map<number, string[]>} */
    this.tables = new Map();
    /** Codes by place along a run that was chosen. @type {{ key: string, codes: Uint8Array } | null} */
    this.own = null;
  }

  /**
   * How the numbers of a choice run along the ramp; null where it has none.
   *
   * @param {ColorChoice} choice
   */
  runOf(choice) {
    const legend = typeof choice === "number" ? this.legends[choice] : undefined;
    if (!legend || legend.kind === "category") return null;
    return rampRun(legend, /** @type {Ends | undefined} */ (this.columns?.find(legend.name)), this.scales().get(legend.name));
  }

  /**
   * Whether the page alone knows the colours.
   *
   * @param {ColorChoice} choice
   */
  isOurs(choice) {
    return choice === "tag" || this.runOf(choice)?.isGiven === false;
  }

  /**
   * By what the colours of a choice are known again.
   *
   * @param {ColorChoice} choice
   */
  keyOf(choice) {
    const found = this.runOf(choice);
    return found && !found.isGiven ? `${choice} ${found.curve} ${found.isWide}` : String(choice);
  }

  /**
   * Have what it takes to colour points along a run that was chosen.
   *
   * @param {ColorChoice} choice
   */
  async load(choice) {
    const found = this.runOf(choice);
    const key = this.keyOf(choice);
    if (!found || found.isGiven || !this.columns || this.own?.key === key) return;
    const legend = this.legends[/** @type {number} */ (choice)];
    this.own = { key, codes: colorCodes(await this.columns.get(legend.name), legend, found.run) };
  }

  /**
   * The colour of each code of a column.
   *
   * @param {number} column
   */
  table(column) {
    let table = this.tables.get(column);
    if (!table) {
      const { none, ramp, categories } = this.palette;
      const paint = this.legends[column].kind === "category"
        ? (/** @type {number} */ code) => categories[code] ?? none
        : (/** @type {number} */ code) => onRamp(ramp, Math.min(1, code / NUMBER_STEPS));
      table = Array.from({ length: 256 }, (_, code) => (code === MISSING ? NOTHING : paint(code)));
      this.tables.set(column, table);
    }
    return table;
  }

  /**
   * @param {ColorChoice} choice
   * @param {PointColumns} points
   * @param {boolean} isDark
   */
  colorsOf(choice, points, isDark) {
    if (choice === "own") return ownColors(points.tint, isDark);
    if (choice === "count") return points.x.map(() => onRamp(this.palette.density, 0.5));
    if (choice === "tag") return points.rank.map((place) => this.tagColor(this.tags()?.[place] ?? 0));
    const table = this.table(choice);
    const own = this.own?.key === this.keyOf(choice) ? this.own.codes : null;
    return own ? points.rank.map((place) => table[own[place]]) : points.codes.map((code) => table[code]);
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
    return used.map((tag) => ({ color: this.tagColor(tag), text: SAY.tagNumber(tag), count: counts.get(tag), tag }));
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
   * @returns {Painted}
   */
  paint(choice, points, isDark) {
    const color = this.colorsOf(choice, points, isDark);
    const halo = color.length > MAX_HALOS ? NOTHING : this.halo(isDark);
    const ring = this.palette.none + FAINT;
    return { color, line: color.map((inside) => (inside === NOTHING ? ring : halo)) };
  }

  /**
   * What stands at the ends and in the middle of a ramp.
   *
   * @param {number} choice
   * @param {NumberLegend} legend
   */
  textsOf(choice, { kind, low, high }) {
    const { run, isWide } = /** @type {NonNullable<ReturnType<Coloring["runOf"]>>} */ (this.runOf(choice));
    if (kind === "date") {
      const text = run.high - run.low > 3 * DAY_MS ? dayText : minuteText;
      return { low: text(run.low), high: text(run.high) };
    }
    const [from, to] = isWide ? ends(run.low, run.high) : ends(low, high);
    return { low: from, high: to, ...(run.softening ? { middle: about(numberOnRun(run, 0.5)) } : {}) };
  }

  /**
   * @param {ColorChoice} choice
   * @returns {(Ramp | LegendEntry)[]}
   */
  legend(choice) {
    const { palette } = this;
    if (choice === "own") return [];
    if (choice === "count") return [{ ramp: palette.density, low: "few cutouts", high: "many" }];
    if (choice === "tag") return this.tagLegend();
    const column = this.legends[choice];
    const entry = this.columns?.find(column.name);
    /** @type {(Ramp | LegendEntry)[]} */
    const parts = column.kind === "category"
      ? column.categories.map(({ text, count }, i) => (
        { color: palette.categories[i], text, count, ...(state.names.has(text) ? { called: calledIn(entry, text) } : {}) }
      ))
      : [{ ramp: palette.ramp, ...this.textsOf(choice, column) }];
    if (column.kind === "category" && column.other) {
      parts.push({ color: palette.none, text: "other", count: column.other, isRest: true });
    }
    if (column.missing) parts.push({ color: palette.none, text: nothingIn(entry), count: column.missing, isHollow: true });
    return parts;
  }
}
