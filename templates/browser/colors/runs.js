// How numbers run along a ramp of colours. In: a column's legend, what is known of the column, its scale. Out: the run, and codes of all
// cutouts along it.

import { curvesOf, runOf } from "../charts/axis.js";
import { MISSING, NUMBER_STEPS } from "../wire/constants.js";

/**
 * @import { ColumnData } from "../data/column.js"
 * @import { Curve, Scale } from "../data/types.d.ts"
 * @import { Ends, Run } from "../charts/axis.js"
 * @import { CategoryLegend, ColorLegend, NumberLegend } from "../wire/types.d.ts"
 */

const OTHER = NUMBER_STEPS;
const SOFT = 100; // parts of the greater end, that an inverse hyperbolic sine around zero is bent by

/**
 * The curves that the colours of a column can run along.
 *
 * @param {NumberLegend} legend
 * @param {Ends | undefined} column
 * @returns {Curve[]}
 */
export function rampCurves({ kind, bend, low, high }, column) {
  if (kind !== "number" || low === high) return ["linear"];
  const [plain, ...bent] = curvesOf(column);
  return bend && !bent.includes("asinh") ? [plain, "asinh", ...bent] : [plain, ...bent];
}

/**
 * How a column's colours run, and whether that is what the codes that came with the points are.
 *
 * @param {NumberLegend} legend
 * @param {Ends | undefined} column
 * @param {Scale} [scale]
 * @returns {{ run: Run, curve: Curve, isGiven: boolean, isWide: boolean }}
 */
export function rampRun(legend, column, { curve: chosen, isWide = false } = {}) {
  const given = legend.bend ? "asinh" : "linear";
  const curve = chosen && rampCurves(legend, column).includes(chosen) ? chosen : given;
  const isWidened = isWide && column?.low !== undefined;
  const [low, high] = isWidened ? [Number(column.low), Number(column.high)] : [Number(legend.low), Number(legend.high)];
  const { bend } = legend;
  const run = curve === "asinh" && bend
    ? { low, high, anchor: bend > 0 ? low : high, softening: Math.abs(bend) }
    : runOf(curve, low, high, Math.max(Math.abs(low), Math.abs(high)) / SOFT);
  return { run, curve, isGiven: curve === given && !isWidened, isWide: isWidened };
}

/**
 * What tells the place of a number along a run, 0 to 1; what lies beyond the ends is at them.
 *
 * @param {Run} run
 * @returns {(value: number) => number}
 */
export function sharesOn({ low, high, anchor, softening }) {
  if (!(high > low)) return () => 0.5;
  const bent = (/** @type {number} */ value) => (softening ? Math.asinh((value - anchor) / softening) : value);
  const [from, span] = [bent(low), bent(high) - bent(low)];
  return (value) => (value <= low ? 0 : value >= high ? 1 : (bent(value) - from) / span);
}

/**
 * The number at a place of a run.
 *
 * @param {Run} run
 * @param {number} share 0 to 1
 */
export function numberOnRun({ low, high, anchor, softening }, share) {
  if (!softening) return low + share * (high - low);
  const [from, to] = [low, high].map((one) => Math.asinh((one - anchor) / softening));
  return anchor + softening * Math.sinh(from + share * (to - from));
}

/**
 * The colour codes of a column, as the pieces of the map have them.
 *
 * @param {ColumnData} column
 * @param {CategoryLegend} legend
 */
function categoryCodes({ codes, texts = [] }, { categories }) {
  const shown = categories.map(({ text }) => text);
  const table = Uint8Array.from(texts, (text) => (shown.includes(text) ? shown.indexOf(text) : OTHER));
  return Uint8Array.from(codes ?? [], (code) => table[code] ?? MISSING);
}

/**
 * The same of numbers and dates, along a run.
 *
 * @param {ColumnData} column
 * @param {Run} run
 */
function numberCodes({ values, codes, texts = [] }, run) {
  const share = sharesOn(run);
  const codeOf = (/** @type {number} */ value) => (Number.isFinite(value) ? Math.round(share(value) * NUMBER_STEPS) : MISSING);
  if (values) {
    const found = new Uint8Array(values.length);
    for (let place = 0; place < found.length; place++) found[place] = codeOf(values[place]);
    return found;
  }
  const table = texts.map((text) => codeOf(Number(text)));
  return Uint8Array.from(codes ?? [], (code) => table[code] ?? MISSING);
}

/**
 * @param {ColumnData} column
 * @param {ColorLegend} legend
 * @param {Run | null} run of numbers and dates; null of categories
 */
export const colorCodes = (column, legend, run) => (
  legend.kind === "category" ? categoryCodes(column, legend) : numberCodes(column, /** @type {Run} */ (run))
);
