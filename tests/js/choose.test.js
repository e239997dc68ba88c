import assert from "node:assert/strict";
import { test } from "node:test";

import { CHOSEN, chooseShape } from "../../templates/browser/choose/chosen.js";
import { inView } from "../../templates/browser/choose/contact.js";
import { largest } from "../../templates/browser/likeness/oddest.js";
import { packed, unpacked } from "../../templates/browser/choose/packed.js";
import { howOf } from "../../templates/browser/choose/stroke.js";
import { combined } from "../../templates/browser/shapes/drawn.js";
import { inPolygon, inRectangle, middlesOf } from "../../templates/browser/shapes/inside.js";
import { state } from "../../templates/browser/state.js";
import { count, none, places, set } from "../../templates/browser/subset/bits.js";
import { randomNumbers } from "./wire.js";

const random = randomNumbers(11);
const cloud = (/** @type {number} */ n) => (
  { x: Float32Array.from({ length: n }, () => 4 * random() - 2), y: Float32Array.from({ length: n }, () => 4 * random() - 2) }
);

/** A lasso as hands draw it: wobbly, and crossing itself. */
const lasso = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => {
  const turn = (2.6 * Math.PI * i) / n;
  const far = 1 + 0.4 * Math.sin(9 * turn) + 0.1 * random();
  return { x: far * Math.cos(turn), y: far * Math.sin(turn) };
});

/**
 * Whether a place is inside, by the angle that the line turns around it: an odd number of turns.
 *
 * @param {{ x: number, y: number }[]} corners
 * @param {number} x
 * @param {number} y
 */
function isInside(corners, x, y) {
  let turned = 0;
  corners.forEach((corner, i) => {
    const next = corners[(i + 1) % corners.length];
    const [from, to] = [Math.atan2(corner.y - y, corner.x - x), Math.atan2(next.y - y, next.x - x)];
    turned += ((to - from + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
  });
  return Math.abs(Math.round(turned / (2 * Math.PI))) % 2 === 1;
}

test("a lasso has what its line goes around an odd number of times", () => {
  const { x, y } = cloud(4003);
  const corners = lasso(150);
  const expected = Array.from(x.keys()).filter((place) => isInside(corners, x[place], y[place]));
  assert.ok(expected.length > 300 && expected.length < 3000);
  assert.deepEqual([...places(inPolygon({ x, y }, corners))], expected);
});

test("shapes without an inside, and places that are nowhere", () => {
  const plane = { x: Float32Array.of(0, NaN, 0.5), y: Float32Array.of(0, 0, NaN) };
  assert.equal(count(inPolygon(plane, [{ x: 0, y: 0 }, { x: 1, y: 0 }])), 0);
  assert.equal(count(inPolygon(plane, [])), 0);
  const around = [{ x: -1, y: -1 }, { x: 1, y: -1 }, { x: 1, y: 1 }, { x: -1, y: 1 }];
  assert.deepEqual([...places(inPolygon(plane, around))], [0]);
  assert.deepEqual([...places(inRectangle(plane, { left: 0, right: 1, bottom: 0, top: 1 }))], [0]);
});

test("a million points are held against a lasso in a tenth of a second", () => {
  const plane = cloud(1_000_000);
  const corners = lasso(400);
  inPolygon(plane, corners);
  // Of the processor's time, and twice as much, since others may work here, too.
  const times = [1, 2, 3].map(() => {
    const begin = process.cpuUsage();
    inPolygon(plane, corners);
    return process.cpuUsage(begin).user / 1000;
  });
  assert.ok(Math.min(...times) < 200, `${times}`);
});

test("a box on an image has the cutouts of that image whose middles lie in it", () => {
  const boxes = { image: [0, 0, 1, 0], x0: [0, 10, 0, 4], x1: [10, 20, 10, 8], y0: [0, 0, 0, 30], y1: [10, 10, 10, 40] };
  const plane = middlesOf(boxes, 0);
  assert.deepEqual([...places(inRectangle(plane, { left: 0, right: 9, bottom: 0, top: 9 }))], [0]);
  assert.deepEqual([...places(inRectangle(plane, { left: 0, right: 15, bottom: 0, top: 50 }))], [0, 1, 3]);
  const around = [{ x: 4, y: 4 }, { x: 16, y: 4 }, { x: 16, y: 6 }, { x: 4, y: 6 }];
  assert.deepEqual([...places(inPolygon(plane, around))], [0, 1]);
});

const bitsOf = (/** @type {number[]} */ some) => some.reduce((bits, place) => (set(bits, place), bits), none(40));

test("shift adds to the choice, alt takes from it, or from all", () => {
  const before = bitsOf([1, 2, 35]);
  const found = (/** @type {Uint32Array | null} */ own, /** @type {"new" | "add" | "take"} */ how) => (
    [...places(combined(own, bitsOf([2, 3]), how, 40))]
  );
  assert.deepEqual(found(before, "new"), [2, 3]);
  assert.deepEqual(found(before, "add"), [1, 2, 3, 35]);
  assert.deepEqual(found(before, "take"), [1, 35]);
  assert.deepEqual(found(null, "add"), [2, 3]);
  assert.equal(found(null, "take").length, 38);
  assert.equal(howOf({ shiftKey: true, altKey: false }, "new"), "add");
  assert.equal(howOf({ shiftKey: true, altKey: true }, "new"), "take");
  assert.equal(howOf({ shiftKey: false, altKey: false }, "add"), "add");
});

test("the choice is one filter among others, and goes where nothing is left of it", () => {
  const other = { id: "query", kind: /** @type {const} */ ("query"), text: "z > 1" };
  state.filters = [other];
  const shape = (/** @type {"lasso" | "image"} */ kind, /** @type {"new" | "add" | "take"} */ how) => ({ kind, how, numbers: [] });
  chooseShape(bitsOf([1, 2]), shape("lasso", "new"), 40);
  assert.deepEqual(state.filters.map(({ id }) => id), ["query", CHOSEN]);
  assert.equal(/** @type {{ label?: string }} */ (state.filters[1]).label, "lasso: 2");
  chooseShape(bitsOf([3]), shape("image", "add"), 40);
  assert.equal(/** @type {{ label?: string }} */ (state.filters[1]).label, "chosen: 3");
  assert.equal(chooseShape(bitsOf([1, 2, 3]), shape("image", "take"), 40), 0);
  assert.deepEqual(state.filters, [other]);
  chooseShape(bitsOf([3]), shape("image", "add"), 40);
  assert.equal(/** @type {{ label?: string }} */ (state.filters[1]).label, "box: 1");
});

test("of a contact sheet only what is in view is there", () => {
  const view = { n: 1_000_000, width: 920, height: 200, top: 92_000 };
  const { across, step, first, stop, height } = inView(view);
  assert.equal(across, 10);
  assert.equal(step, 92.4);
  assert.equal(first, 9930);
  assert.equal(stop, 10_000);
  assert.equal(height, 9_240_000);
  assert.deepEqual(inView({ n: 3, width: 10, height: 200, top: 0 }), { across: 1, step: 92, first: 0, stop: 3, height: 276 });
});

test("the largest come first, of equal ones in order, and what is missing never", () => {
  const values = Float32Array.from({ length: 500 }, () => Math.round(20 * random()));
  values[7] = NaN;
  const among = Array.from(values.keys()).filter((place) => place % 3);
  const expected = among.filter((place) => place !== 7).sort((a, b) => values[b] - values[a] || a - b);
  assert.deepEqual([...largest(values, among, 40)], expected.slice(0, 40));
  assert.deepEqual([...largest(values, among, 999)], expected);
  assert.deepEqual([...largest(values, [7], 5)], []);
  assert.deepEqual([...largest(values, [], 5)], []);
});

test("rows of any choice are a short text, and the same rows again", () => {
  const rowsOf = (/** @type {number} */ n, /** @type {number} */ share) => (
    Array.from({ length: n }, (_, row) => row).filter(() => random() < share)
  );
  for (const [n, share] of [[1, 1], [40, 0.5], [695, 0.9], [20_000, 0.001], [20_000, 0.4], [1_000_000, 0.002]]) {
    const rows = rowsOf(n, share);
    const text = packed(rows, n);
    assert.match(text, /^[\w-]+$/);
    assert.deepEqual(unpacked(text, n), rows, `${share} of ${n}`);
    assert.ok(text.length <= 3 + Math.min(n / 6, 3 * rows.length), text.length.toString());
  }
  assert.deepEqual(unpacked(packed([999_999], 1e6), 1e6), [999_999]);
});

test("a text that is none of rows means nothing", () => {
  const text = packed([3, 700, 990], 1000);
  assert.deepEqual(unpacked(text, 991), [3, 700, 990]);
  const bits = packed([...Array(40).keys()], 40);
  for (const [wrong, n] of /** @type {[string, number][]} */ ([
    [text, 990], ["", 9], ["x", 9], [`x${text.slice(1)}`, 1000], [`${text}!`, 1000], [text.slice(0, -1), 1000],
    [bits, 39], [bits, 41], [bits, 80], ["ggICA", 1000], [`g${"gICA".repeat(40)}`, 1000], ["b<script>", 40],
  ])) assert.equal(unpacked(wrong, n), null, `${wrong} of ${n}`);
});
