import assert from "node:assert/strict";
import { test } from "node:test";

import { Coloring } from "../../templates/browser/colors/coloring.js";
import { choiceOf, choiceText, firstColor } from "../../templates/browser/colors/menu.js";
import { hsl, onRamp, ownColors } from "../../templates/browser/colors/ramps.js";
import { numberOnRun, rampCurves, rampRun, sharesOn } from "../../templates/browser/colors/runs.js";
import { ColumnData } from "../../templates/browser/data/column.js";

/**
 * @import { Scales } from "../../templates/browser/data/types.d.ts"
 * @import { ColorLegend, ColumnIndex } from "../../templates/browser/wire/types.d.ts"
 */

const PALETTE = {
  none: "#888888", categories: ["#ff0000", "#00ff00"], ramp: ["#000000", "#808080", "#ffffff"], density: ["#0000ff", "#ff0000"],
};
/** @type {ColorLegend[]} */
const LEGENDS = [
  { name: "z", kind: "number", low: 0.25, high: 1e6, missing: 0 },
  { name: "kind", kind: "category", categories: [{ text: "spiral", count: 5 }, { text: "<b>", count: 2 }], other: 1, missing: 4 },
];
const coloring = new Coloring(LEGENDS, PALETTE);

/** @param {number[]} codes */
const points = (codes) => ({ x: codes, y: codes, row: codes, rank: codes, tint: [], codes });

test("hsl() gives CSS's named colours", () => {
  const named = {
    "#ff0000": [0, 1, 0.5], "#663399": [270, 0.5, 0.4], "#4682b4": [207.27, 0.44, 0.49], "#ffffff": [13, 0.3, 1], "#808080": [0, 0, 0.5],
  };
  for (const [color, [hue, saturation, lightness]] of Object.entries(named)) assert.equal(hsl(hue, saturation, lightness), color);
});

test("a ramp passes through its colours", () => {
  const found = [0, 0.25, 0.5, 0.75, 1].map((share) => onRamp(PALETTE.ramp, share));
  assert.deepEqual(found, ["#000000", "#404040", "#808080", "#c0c0c0", "#ffffff"]);
});

test("own colours are lighter on the dark page", () => {
  assert.deepEqual(ownColors([0, 0, 0, 0, 0, 255], true), [hsl(0, 0, 0.42), hsl(0, 0, 0.86)]);
  assert.deepEqual(ownColors([85, 255, 255], false), [hsl(120, 1, 0.68)]);
});

test("codes of numbers run along the ramp; 255 is missing", () => {
  assert.deepEqual(coloring.colorsOf(0, points([0, 127, 254, 255]), true), ["#000000", "#808080", "#ffffff", "#00000000"]);
});

test("codes of categories have their colours; 254 and 255 have none", () => {
  assert.deepEqual(coloring.colorsOf(1, points([1, 0, 254, 255]), true), ["#00ff00", "#ff0000", "#888888", "#00000000"]);
});

test("what is missing is a faint ring, all else has a halo of the page's colour", () => {
  const [dark, light] = [true, false].map((isDark) => coloring.paint(1, points([0, 254, 255]), isDark));
  assert.deepEqual(dark, { color: ["#ff0000", "#888888", "#00000000"], line: ["#10151f", "#10151f", "#88888890"] });
  assert.deepEqual(light.line, ["#ffffff", "#ffffff", "#88888890"]);
  const many = coloring.paint(1, points([255, ...Array(6000).fill(0)]), true);
  assert.deepEqual(many.line.slice(0, 2), ["#88888890", "#00000000"], "there is no time for as many halos");
});

test("a choice of colour is a name in links, and is found again", () => {
  const columns = ["z", "own", "=own", "count", "a=b&c", ""].map((name) => ({ name }));
  for (const choice of /** @type {const} */ (["own", "count", 0, 1, 2, 3, 4, 5])) {
    assert.equal(choiceOf(choiceText(choice, columns), columns), choice);
  }
  assert.deepEqual(["nothing", "=nothing", "0", "Z"].map((text) => choiceOf(text, columns)), [null, null, null, null]);
});

test("all points have one colour where tiles show their number", () => {
  assert.deepEqual(coloring.colorsOf("count", points([1, 2]), true), ["#800080", "#800080"]);
});

test("a bent ramp gives back its numbers", () => {
  for (const bend of [0.5, -0.5, 20]) {
    const legend = /** @type {const} */ ({ name: "z", kind: "number", low: -2, high: 30, missing: 0, bend });
    const { run, isGiven } = rampRun(legend, undefined);
    const share = (/** @type {number} */ value) => (bend > 0
      ? Math.asinh((value + 2) / bend) / Math.asinh(32 / bend)
      : 1 - Math.asinh((value - 30) / bend) / Math.asinh(-32 / bend));
    assert.ok(isGiven);
    for (const value of [-2, 0, 30]) assert.ok(Math.abs(sharesOn(run)(value) - share(value)) < 1e-12);
    assert.deepEqual([-1e9, 1e9].map((value) => sharesOn(run)(value)), [0, 1]);
    for (const value of [-2, -1.9, 0, 14, 29.5, 30]) assert.ok(Math.abs(numberOnRun(run, share(value)) - value) < 1e-9);
    assert.equal(new Coloring([legend], PALETTE).colorsOf(0, points([127]), true)[0], "#808080");
  }
});

const COLUMN = /** @type {ColumnIndex} */ ({ name: "flux", kind: "number", role: "own", missing: 1, low: 0.01, high: 1000, distinct: 6 });

test("a column of positive numbers has a logarithm, a skewed one what is linear around zero", () => {
  const legend = /** @type {const} */ ({ name: "flux", kind: "number", low: 0.1, high: 100, missing: 1 });
  assert.deepEqual(rampCurves(legend, COLUMN), ["linear", "log"]);
  assert.deepEqual(rampCurves({ ...legend, bend: 1 }, COLUMN), ["linear", "asinh", "log"]);
  assert.deepEqual(rampCurves({ ...legend, bend: 1 }, { ...COLUMN, low: -1 }), ["linear", "asinh"]);
  assert.deepEqual(rampCurves({ ...legend, kind: "date" }, { ...COLUMN, kind: "date" }), ["linear"]);
  const { run, isGiven } = rampRun(legend, COLUMN, { curve: "log" });
  assert.ok(!isGiven);
  for (const [value, share] of [[0.1, 0], [1, 1 / 3], [10, 2 / 3], [100, 1], [5000, 1]]) {
    assert.ok(Math.abs(sharesOn(run)(value) - share) < 1e-6);
  }
  const wide = rampRun(legend, COLUMN, { curve: "log", isWide: true });
  assert.deepEqual([wide.run.low, wide.run.high, wide.isWide], [0.01, 1000, true]);
  assert.ok(Math.abs(sharesOn(wide.run)(1) - 0.4) < 1e-6);
  // What the numbers do not allow changes nothing.
  assert.ok(rampRun(legend, { ...COLUMN, low: -1 }, { curve: "log" }).isGiven);
});

test("colours follow a scale that was chosen, place by place", async () => {
  const values = Float32Array.of(0.01, 0.1, 1, 100, NaN, 1000);
  const legend = /** @type {const} */ ({ name: "flux", kind: "number", low: 0.1, high: 100, missing: 1 });
  /** @type {Scales} */
  let scales = new Map();
  const columns = { find: () => COLUMN, get: async () => new ColumnData({ name: "flux", kind: "number", values }) };
  const own = new Coloring([legend], PALETTE, { scales: () => scales, columns });
  const all = { ...points([0, 0, 2, 254, 255, 254]), rank: [5, 4, 3, 2, 1, 0] };
  assert.deepEqual(own.colorsOf(0, all, true).slice(3), ["#ffffff", "#00000000", "#ffffff"], "the codes that came with the points");
  scales = new Map([["flux", { curve: "log", isWide: true }]]);
  assert.ok(own.isOurs(0) && own.keyOf(0) !== "0");
  await own.load(0);
  const shade = (/** @type {number} */ share) => onRamp(PALETTE.ramp, Math.round(254 * share) / 254);
  assert.deepEqual(own.colorsOf(0, all, true), [shade(1), "#00000000", shade(0.8), shade(0.4), shade(0.2), shade(0)]);
  assert.deepEqual(own.legend(0)[0], { ramp: PALETTE.ramp, low: "0.01", high: "1000", middle: "3.2" });
});

test("the legend of a bent ramp tells its middle, that of dates its days", () => {
  const legend = /** @type {const} */ ({ name: "z", kind: "number", low: -0.5, high: 1e4, missing: 0, bend: 1 });
  const ramp = { ramp: PALETTE.ramp, low: "\u22120.5", high: "10000" };
  assert.deepEqual(new Coloring([legend], PALETTE).legend(0), [{ ...ramp, middle: "70" }]);
  const straight = new Coloring([legend], PALETTE, { scales: () => new Map([["z", { curve: "linear" }]]) });
  assert.deepEqual(straight.legend(0), [ramp]);
  const [low, high] = [Date.UTC(2004, 0, 1), Date.UTC(2005, 6, 3, 12)];
  const dates = new Coloring([{ name: "DATE-OBS", kind: "date", low, high, missing: 0 }], PALETTE);
  assert.deepEqual(dates.legend(0), [{ ramp: PALETTE.ramp, low: "2004-01-01", high: "2005-07-03" }]);
});

test("legends", () => {
  assert.deepEqual(coloring.legend("own"), []);
  assert.deepEqual(coloring.legend("count"), [{ ramp: PALETTE.density, low: "few cutouts", high: "many" }]);
  assert.deepEqual(coloring.legend(0), [{ ramp: PALETTE.ramp, low: "0.25", high: "1000000" }]);
  assert.deepEqual(coloring.legend(1), [
    { color: "#ff0000", text: "spiral", count: 5 }, { color: "#00ff00", text: "<b>", count: 2 },
    { color: "#888888", text: "other", count: 1, isRest: true }, { color: "#888888", text: "not known", count: 4, isHollow: true },
  ]);
});

test("a collection begins with the first few kinds that its owner knows of most", () => {
  const kinds = (/** @type {string} */ name, /** @type {number} */ many, more = {}) => (
    { name, kind: /** @type {const} */ ("category"), categories: Array.from({ length: many }, (_, i) => ({ text: `${i}`, count: 1 })),
      other: 0, missing: 0, ...more }
  );
  const isOwn = (/** @type {string} */ name) => name !== "file";
  const list = [
    LEGENDS[0], kinds("file", 3), kinds("one", 1), kinds("many", 13), kinds("folded", 5, { other: 2 }), kinds("rare", 3, { missing: 6 }),
    kinds("type", 4), kinds("further", 3),
  ];
  assert.equal(firstColor(list, isOwn, 10), 6);
  assert.equal(firstColor(list.slice(0, 6), isOwn, 10), "own");
});
