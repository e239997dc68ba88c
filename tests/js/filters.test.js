import assert from "node:assert/strict";
import { test } from "node:test";

import { areWhole, Axis, axisOf, curveFor, curvesOf, isSkewed, runOf } from "../../templates/browser/charts/axis.js";
import { dragTo, moveEnd, startDrag } from "../../templates/browser/charts/brush.js";
import { labelIndex } from "../../templates/browser/charts/drawable.js";
import { offered } from "../../templates/browser/filters/chooser.js";
import { usefulColumns } from "../../templates/browser/filters/useful.js";
import { codesOf, nextFilter } from "../../templates/browser/colors/legend.js";
import { differentTexts } from "../../templates/browser/filters/words.js";
import { countIn } from "../../templates/browser/subset/histogram.js";
import { textsWith } from "../../templates/browser/subset/passes.js";

/**
 * @import { Numbers } from "../../templates/browser/data/column.js"
 * @import { ColumnEntry } from "../../templates/browser/data/types.d.ts"
 * @import { Bins } from "../../templates/browser/subset/histogram.js"
 * @import { ColumnIndex } from "../../templates/browser/wire/types.d.ts"
 */

const near = (/** @type {number} */ one, /** @type {number} */ other, apart = 1e-9) => (
  assert.ok(Math.abs(one - other) < apart, `${one} is not ${other}`)
);
/** @type {[number, number, boolean][]} */
const AXES = [[0, 10, false], [-3, 400, true], [1e-5, 4, true], [0, 1e6, true]];

test("an axis and its inverse agree, plain and bent", () => {
  for (const [low, high, isLog] of AXES) {
    const tail = { robust_low: low + (high - low) / 100, robust_high: low + (high - low) / 10 };
    const axis = axisOf({ kind: "number", low, high, ...tail }, false, isLog ? "asinh" : "linear");
    near(axis.share(low), 0);
    near(axis.share(high), 1);
    for (const share of [0, 0.1, 0.5, 0.93, 1]) near(axis.share(axis.value(share)), share, 1e-6);
  }
});

test("a brush asks for round numbers, open at the ends of the axis", () => {
  const axis = axisOf({ kind: "number", low: 0, high: 1 }, false, "linear");
  assert.deepEqual(axis.range([0.2519, 0.7504]), { low: 0.252, high: 0.75 });
  assert.deepEqual(axis.range([0, 0.5]), { low: null, high: 0.5 });
  assert.deepEqual(axis.range([0.5, 1]), { low: 0.5, high: null });
  assert.equal(axis.range([0, 1]), null);
  const large = axisOf({ kind: "number", low: 0, high: 8e6 }, false, "linear");
  assert.deepEqual(large.range([0.1001, 0.9]), { low: 800_000, high: 7_200_000 });
  const span = axis.span({ low: 0.25, high: null });
  assert.deepEqual(span, [0.25, 1]);
});

/** @type {(values: Numbers, bins: Bins) => Uint32Array} */
const binCounts = (values, bins) => countIn(new Map([["z", values]]), { column: "z", bits: null, bins, n: 0 }).counts;

test("whole numbers have bins of their own, and a brush means those whose middle it holds", () => {
  const axis = axisOf({ kind: "number", low: 1, high: 8 }, true, "linear");
  assert.equal(axis.bins.n, 8);
  assert.deepEqual([...binCounts(Uint8Array.of(1, 2, 2, 8), axis.bins)], [1, 2, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(axis.range([0.1, 0.5]), { low: 2, high: 4 });
  assert.deepEqual(axis.span({ low: 2, high: 4 }), [0.125, 0.5]);
  assert.ok(areWhole(Float32Array.of(1, NaN, -3)) && !areWhole(Float32Array.of(1, 0.5)));
});

test("dates are brushed by whole days, the last one included", () => {
  const [low, high] = [Date.UTC(2004, 0, 1, 12), Date.UTC(2005, 0, 1, 12)];
  const axis = axisOf({ kind: "date", low, high }, false, "linear");
  const range = axis.range([0.25, 0.5]);
  assert.deepEqual(range, { low: Date.UTC(2004, 3, 2), high: Date.UTC(2004, 6, 3) - 1 });
  assert.deepEqual(axis.texts(), ["2004-01-01", "2005-01-01"]);
});

test("long tails are bent, and bins on a bent axis hold all", () => {
  const tail = { kind: /** @type {const} */ ("number"), low: -0.001, high: 9, robust_low: 0.001, robust_high: 0.3 };
  assert.ok(isSkewed(tail));
  assert.ok(!isSkewed({ kind: "number", low: 0, high: 10, robust_low: 1, robust_high: 9 }));
  const { bins } = axisOf(tail, false, "asinh");
  const values = Float64Array.from({ length: 1000 }, (_, i) => -0.001 + 9.001 * (i / 999) ** 4);
  const counts = binCounts(values, bins);
  assert.equal(counts.reduce((a, b) => a + b), 1000);
  assert.ok(Math.max(...counts) < 200);
});

test("positive numbers can lie by their logarithm, skewed ones do so unless somebody wants it otherwise", () => {
  const one = (/** @type {object} */ ends) => (
    { kind: /** @type {const} */ ("number"), low: 1, high: 9, robust_low: 2, robust_high: 8, ...ends }
  );
  assert.deepEqual([curvesOf(one({})), curveFor(one({}))], [["linear", "log"], "linear"]);
  assert.deepEqual([curvesOf(one({ high: 900 })), curveFor(one({ high: 900 }))], [["linear", "log"], "log"]);
  assert.deepEqual([curvesOf(one({ low: -1 })), curveFor(one({ low: -1 }))], [["linear"], "linear"]);
  assert.deepEqual([curvesOf(one({ low: 0, high: 900 })), curveFor(one({ low: 0, high: 900 }))], [["linear", "asinh"], "asinh"]);
  for (const plain of [one({ high: 1 }), one({ kind: "date" }), undefined]) assert.deepEqual(curvesOf(plain), ["linear"]);
  const axis = axisOf(one({ low: 0.01, high: 100 }), false, "log");
  for (const [share, value] of [[0.25, 0.1], [0.5, 1], [0.75, 10]]) near(axis.value(share) / value, 1, 1e-5);
});

test("what lies beyond a short axis stands at its ends, and is asked for there", () => {
  const axis = new Axis(runOf("linear", 2, 4, 0), { kind: "number", least: -5, most: 100 });
  assert.deepEqual([...binCounts(Float32Array.of(-5, 2, 3, 50, NaN, Infinity), axis.bins)].filter((n) => n), [2, 1, 2]);
  assert.deepEqual(axis.range([0, 0.5]), { low: null, high: 3 });
  assert.deepEqual(axis.range([0.5, 1]), { low: 3, high: null });
  // An end beyond it that a drag leaves where it was means what it meant.
  const range = { low: 2.5, high: 50 };
  const span = axis.span(range);
  assert.deepEqual(span, [0.25, 1]);
  assert.deepEqual(axis.range([0.5, 1], { range, span }), { low: 3, high: 50 });
  assert.deepEqual(axis.range([0.5, 0.75], { range, span }), { low: 3, high: 3.5 });
});

test("a brush is made, moved, and drawn by its ends", () => {
  assert.deepEqual(dragTo(startDrag(null, 0.6, 0.01), 0.2), [0.2, 0.6]);
  const drag = startDrag([0.2, 0.4], 0.3, 0.02);
  assert.equal(drag.part, "middle");
  assert.deepEqual(dragTo(drag, 0.35).map((end) => Number(end.toFixed(9))), [0.25, 0.45]);
  assert.deepEqual(dragTo(drag, 5).map((end) => Number(end.toFixed(9))), [0.8, 1]); // as wide as it was
  assert.deepEqual(dragTo(startDrag([0.2, 0.4], 0.195, 0.02), 0.1), [0.1, 0.4]);
  assert.deepEqual(dragTo(startDrag([0.2, 0.4], 0.41, 0.02), 0.1), [0.1, 0.2]); // past the other end
  assert.equal(startDrag([0.2, 0.21], 0.205, 0.05).part, "middle"); // narrow ones can be moved
  assert.equal(startDrag([0.2, 0.4], 0.9, 0.02).part, "new");
  assert.deepEqual(moveEnd([0.2, 0.4], 0, 0.9), [0.4, 0.4]);
  assert.deepEqual(moveEnd([0.2, 0.4], 1, 1.5), [0.2, 1]);
});

test("texts are counted by what other filters leave, and by what is looked for", () => {
  const texts = ["NGC 1", "ngc 2", "M 51", "IC 3", "Caf\u00e9"];
  const counts = Uint32Array.of(4, 1, 0, 7, 2, 30); // the last of those that are missing
  assert.deepEqual(differentTexts(counts, null), { left: 4, matching: 0 });
  assert.deepEqual(differentTexts(counts, textsWith(texts, "NGC")), { left: 4, matching: 2 });
  assert.deepEqual(differentTexts(counts, textsWith(texts, "m")), { left: 4, matching: 0 });
  assert.deepEqual([...textsWith(texts, "cafe\u0301")], [0, 0, 0, 0, 1]);
  assert.equal(textsWith(texts, "m"), textsWith(texts, "m"), "what is asked again is not looked for again");
});

test("labels are offered where their names are looked for, and as long as they are there", () => {
  const many = Array.from({ length: 40 }, (_, i) => `x ${i}`);
  const names = { columns: ["z", "Spiral arms"], labels: ["spiral", "spiderweb", "maze", ...many] };
  assert.deepEqual(offered(names, "", []), ["z", "Spiral arms"]);
  assert.deepEqual(offered(names, " SPI", ["z"]), ["Spiral arms", "spiral", "spiderweb"]);
  assert.deepEqual(offered(names, "", ["z", "maze"]), ["z", "Spiral arms", "maze"]);
  assert.equal(offered(names, "x", []).length, 12);
  assert.deepEqual(labelIndex("maze", Float32Array.of(0, 0.25, 0, 0.5)), {
    name: "maze", kind: "number", role: "built-in", by: "place", blocks: { first: 0, count: 0 }, missing: 0, distinct: 3,
    low: 0, high: 0.5, robust_low: 0, robust_high: 0.5,
  });
});

test("the most telling columns come first, and what says nothing not at all", () => {
  const one = (/** @type {string} */ name, /** @type {object} */ more) => (
    { name, kind: "number", role: "own", missing: 0, distinct: 100, ...more }
  );
  const list = /** @type {ColumnEntry[]} */ (/** @type {unknown} */ ([
    one("constant", { distinct: 1 }), one("name", { kind: "text" }), one("mostly missing", { missing: 90 }), one("z", {}),
    one("type", { kind: "category", distinct: 4, categories: [{ text: "a", count: 60 }] }),
    one("long id", { texts: { first: 0, count: 1 } }),
    one("ra", { role: "built-in" }), one("row", { role: "built-in" }), { name: "spiral", kind: "number", role: "label" },
  ]));
  assert.deepEqual(usefulColumns(list, 100), ["type", "z", "name", "mostly missing", "ra"]);
  assert.deepEqual(usefulColumns(list.filter(({ role }) => role === "label"), 100), []);
  const image = (/** @type {object} */ more) => /** @type {ColumnEntry} */ (/** @type {unknown} */ (one("image", more)));
  const parts = [image({ role: "built-in", distinct: 20 }), image({ role: "built-in" }), image({})];
  assert.deepEqual(parts.map((part) => usefulColumns([part], 100).length), [1, 0, 1]);
});

test("an entry of the legend stands for its category, or for all that have none", () => {
  const column = /** @type {ColumnIndex} */ (/** @type {unknown} */ ({ categories: ["a", "b", "other", "d"].map((text) => ({ text })) }));
  const entry = (/** @type {string} */ text, more = {}) => ({ color: "#000", text, count: 1, ...more });
  const entries = [entry("a"), entry("b"), entry("other", { isRest: true }), entry("not known", { isHollow: true })];
  assert.deepEqual(entries.map((one) => codesOf(column, one, entries)), [[0], [1], [2, 3], []]);
});

test("a click asks for an entry alone, then for nothing; with Shift for it as well, or not for it", () => {
  const [a, rest, unknown] = [{ codes: [0], missing: false }, { codes: [2, 3], missing: false }, { codes: [], missing: true }];
  const onlyA = nextFilter(undefined, "k", a, false);
  assert.deepEqual(onlyA, { id: "column:k", kind: "codes", column: "k", codes: [0] });
  assert.equal(nextFilter(onlyA ?? undefined, "k", a, false), null);
  const both = nextFilter(onlyA ?? undefined, "k", rest, true) ?? undefined;
  assert.deepEqual(both && "codes" in both && both.codes, [0, 2, 3]);
  assert.deepEqual(nextFilter(both, "k", rest, true), onlyA);
  assert.deepEqual(nextFilter(both, "k", a, false), onlyA);
  const withUnknown = nextFilter(onlyA ?? undefined, "k", unknown, true) ?? undefined;
  assert.ok(withUnknown && "missing" in withUnknown && withUnknown.missing);
  assert.deepEqual(nextFilter(withUnknown, "k", unknown, true), onlyA);
  assert.deepEqual(nextFilter(withUnknown, "k", a, true), { id: "column:k", kind: "known", column: "k", negated: true });
  assert.deepEqual(nextFilter(undefined, "k", unknown, false), nextFilter(withUnknown, "k", a, true));
});
