import assert from "node:assert/strict";
import { test } from "node:test";

import { contoursOf } from "../../templates/browser/density/contours.js";
import { Field } from "../../templates/browser/density/field.js";
import { edgesOf } from "../../templates/browser/faces/edges.js";
import { blurred, countsIn, drawField, measureField } from "../../templates/browser/density/smooth.js";
import { HELPERS } from "../../templates/browser/density/thread.js";
import { threadText } from "../../templates/browser/subset/background.js";
import { all, none, set, subsetOf } from "../../templates/browser/subset/bits.js";
import { randomNumbers } from "./wire.js";

/** @import { Lines } from "../../templates/browser/density/contours.js" */

const random = randomNumbers(5);
// Box and Muller's.
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const N = 20_000;
const x = Float32Array.from({ length: N }, normal), y = Float32Array.from({ length: N }, normal);
const PLANE = { x, y, runs: { size: N, bounds: [-9, 9, -9, 9] } };
const RAMP = { ramp: [0, 0, 0, 200, 100, 50], none: [9, 9, 9] };
const SQUARE = { left: -5, top: 5, side: 10 };

/** @param {Lines} lines */
function listed({ points, ends }) {
  return Array.from(ends, (end, i) => {
    const [from, to] = [i ? ends[i - 1] : 0, end];
    return Array.from({ length: to - from }, (_, k) => [points[2 * (from + k)], points[2 * (from + k) + 1]]);
  });
}

/** @param {(column: number, row: number) => number} value */
const fieldOf = (value, width = 61, height = 61) => (
  Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)))
);

test("lines of equal height of a cone are closed circles", () => {
  const lines = listed(contoursOf(fieldOf((column, row) => -Math.hypot(column - 30, row - 28)), 61, [-5, -12, -20]));
  assert.equal(lines.length, 3);
  for (const [i, radius] of [5, 12, 20].entries()) {
    assert.deepEqual(lines[i][0], lines[i].at(-1));
    for (const [column, row] of lines[i]) assert.ok(Math.abs(Math.hypot(column - 30, row - 28) - radius) < 0.05);
  }
});

test("a line that leaves the field is open, and straight where the field is a plane", () => {
  const [line, ...others] = listed(contoursOf(fieldOf((column, row) => column + 0.5 * row), 61, [40.25]));
  assert.equal(others.length, 0);
  for (const [column, row] of line) assert.ok(Math.abs(column + 0.5 * row - 40.25) < 1e-3);
  assert.deepEqual([line[0][1], line.at(-1)?.[1]].map(Number).sort((a, b) => a - b), [0, 60]);
});

test("two hills have two lines, and one where they are joined; a saddle is passed one way", () => {
  const hill = (/** @type {number} */ from, /** @type {number} */ column, /** @type {number} */ row) => (
    Math.exp(-((column - from) ** 2 + (row - 30) ** 2) / 60)
  );
  const hills = fieldOf((column, row) => hill(20, column, row) + hill(40, column, row));
  const saddle = hills[30 * 61 + 30];
  assert.equal(listed(contoursOf(hills, 61, [1.05 * saddle])).length, 2);
  assert.equal(listed(contoursOf(hills, 61, [0.95 * saddle])).length, 1);
  const crossed = Float32Array.of(1, 0, 0, 1); // 2 x 2: opposite corners are high
  assert.equal(listed(contoursOf(crossed, 2, [0.4])).length, 2);
  assert.equal(listed(contoursOf(crossed, 2, [0.6])).length, 2);
  assert.deepEqual(listed(contoursOf(fieldOf(() => 1), 61, [0.5])), []);
});

test("what is blurred keeps its sum, and spreads as a Gaussian of that width", () => {
  const field = fieldOf((column, row) => Number(column === 30 && row === 20) * 1000, 61, 41);
  for (const sigma of [4, 5.5, 6]) {
    const smooth = blurred(field, 61, sigma);
    const sum = smooth.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1000) < 1);
    const spread = smooth.reduce((total, value, i) => total + value * ((i % 61) - 30) ** 2, 0) / sum;
    assert.ok(Math.abs(Math.sqrt(spread) - sigma) < 0.06 * sigma, `${Math.sqrt(spread)}`);
    assert.ok(Math.abs(smooth[20 * 61 + 30] / (1000 / (2 * Math.PI * sigma ** 2)) - 1) < 0.12);
  }
});

test("a density is that of the points: a normal distribution's, within the noise", () => {
  const held = new Map([["map", PLANE]]);
  const measure = measureField(held, { plane: "map", bits: null, ...SQUARE });
  const { low, high, factor, wide, narrow } = measure;
  // Where it is denser than exp(-r^2 / 2) N / 2 pi lie 1 - exp(-r^2 / 2) of all.
  const peak = N / (2 * Math.PI * (1 + wide ** 2));
  assert.ok(Math.abs(low / peak - 0.05) < 0.02 && Math.abs(high / peak - 0.95) < 0.1, `${low / peak} ${high / peak}`);
  assert.ok(Math.abs(factor ** 5 - high / low) < 1e-6 * factor ** 5 && narrow < wide);
  const frame = { left: -5, top: 5, scale: wide / 4, width: Math.ceil(40 / wide), height: Math.ceil(40 / wide) };
  const { points, ends, n, pixels } = drawField(held, {
    plane: "map", bits: null, frame, sigma: 4, measure, kind: "count", ramp: RAMP,
  });
  const outer = listed({ points, ends })[0];
  const radii = outer.map(([column, row]) => Math.hypot(-5 + (column + 0.5) * frame.scale, 5 - (row + 0.5) * frame.scale));
  const expected = Math.sqrt(-2 * (1 + wide ** 2) * Math.log(low / peak));
  for (const radius of radii) assert.ok(Math.abs(radius - expected) < 0.25, `${radius} ${expected}`);
  assert.ok(n > 0.999 * N);
  const middle = 4 * (Math.floor(5 / frame.scale) * frame.width + Math.floor(5 / frame.scale));
  assert.ok(pixels[middle] > 150 && pixels[middle + 3] > 190);
  assert.deepEqual([...pixels.subarray(0, 4)], [0, 0, 0, 0]);
});

test("counts are of the subset, and what it is compared with is its own", () => {
  const held = new Map([["map", PLANE]]);
  const some = none(N);
  for (let place = 0; place < N; place++) if (x[place] > 0) set(some, place);
  const frame = { left: -5, top: 5, scale: 0.5, width: 20, height: 20 };
  const { count, n } = countsIn(PLANE, some, frame, { kind: "count" });
  assert.equal(n, count.reduce((a, b) => a + b, 0));
  assert.ok(count.every((many, cell) => many === 0 || cell % 20 >= 10));
  assert.deepEqual(countsIn(PLANE, all(N), frame, { kind: "count" }).count, countsIn(PLANE, null, frame, { kind: "count" }).count);
  const half = subsetOf(some);
  const [whole, part] = [null, half.bits].map((bits) => measureField(held, { plane: "map", bits, ...SQUARE }));
  assert.ok(part.wide > whole.wide, "of fewer the kernel is wider");
  const nobody = measureField(held, { plane: "map", bits: none(N), ...SQUARE });
  assert.ok(Object.values(nobody).every((value) => value > 0 && Number.isFinite(value)));
});

test("colours are means of what lies near", () => {
  const values = Uint8Array.from(x, (at) => Number(at > 0));
  const table = new Uint8Array(768);
  table.set([200, 0, 0, 0, 0, 200]);
  const held = new Map(/** @type {[string, any][]} */ ([["map", PLANE], ["values", values]]));
  const measure = measureField(held, { plane: "map", bits: null, ...SQUARE });
  const frame = { left: -3, top: 3, scale: 0.1, width: 60, height: 60 };
  const { pixels } = drawField(held, {
    plane: "map", bits: null, frame, sigma: 4, measure, kind: "codes", values: "values", table, ramp: RAMP,
  });
  const at = (/** @type {number} */ column) => [...pixels.subarray(4 * (30 * 60 + column), 4 * (30 * 60 + column) + 3)];
  assert.deepEqual([at(15), at(45)], [[200, 0, 0], [0, 0, 200]]);
  assert.ok(Math.abs(at(30)[0] - at(30)[2]) < 80 && at(30)[0] > 50);
});

test("the thread's text draws the same field", () => {
  const self = /** @type {any} */ ({ postMessage(/** @type {any} */ answer) {
    self.answer = answer;
  } });
  new Function("self", threadText({ drawField, measureField }, HELPERS))(self);
  self.onmessage({ data: { key: "map", value: PLANE } });
  const asked = { plane: "map", bits: null, ...SQUARE };
  self.onmessage({ data: { id: 1, job: "measureField", asked } });
  const measure = measureField(new Map([["map", PLANE]]), asked);
  assert.deepEqual(self.answer.found, measure);
  const frame = { left: -5, top: 5, scale: 0.2, width: 50, height: 50 };
  const field = /** @type {const} */ ({ plane: "map", bits: null, frame, sigma: 4, measure, kind: "count", ramp: RAMP });
  self.onmessage({ data: { id: 2, job: "drawField", asked: field } });
  assert.deepEqual(self.answer.found, drawField(new Map([["map", PLANE]]), field));
});

test("the grid of a field stays where it is as one drags, and covers more than the view", () => {
  const plot = { view: { left: -2, right: 2, bottom: -1, top: 1 }, scale: 0.005 };
  Object.assign(globalThis, { document: { createElement: () => ({}) } });
  const field = new Field(/** @type {any} */ (plot), /** @type {any} */ ({}), /** @type {any} */ ({}));
  const before = field.frame(0.06);
  plot.view = { left: -1.987, right: 2.013, bottom: -0.993, top: 1.007 };
  const after = field.frame(0.06);
  for (const { left, top, scale, width, height } of [before, after]) {
    assert.ok(Math.abs(left / scale - Math.round(left / scale)) < 1e-9 && Math.abs(top / scale - Math.round(top / scale)) < 1e-9);
    assert.ok(left < -2.1 && top > 1.1 && left + width * scale > 2.1 && top - height * scale < -1.1);
  }
});

test("the edge of a picture has the colour of its cutout in the colour column", () => {
  const codes = Uint8Array.of(0, 1, 255, 254);
  const table = new Uint8Array(768);
  table.set([10, 20, 30], 3);
  const asCodes = edgesOf(0, { name: "0", kind: "codes", values: codes, table, ramp: RAMP });
  assert.equal(asCodes(1), "rgb(10 20 30)");
  const asNumbers = edgesOf(1, { name: "1", kind: "numbers", values: codes, ramp: RAMP });
  assert.deepEqual([asNumbers(0), asNumbers(3)], ["rgb(0 0 0)", "rgb(200 100 50)"]);
  const frame = edgesOf("own", { name: "own", kind: "colors", values: codes, ramp: RAMP })(0);
  assert.match(frame, /^#/);
  assert.equal(asNumbers(2), frame);
});
