import assert from "node:assert/strict";
import { test } from "node:test";

import { ColumnData } from "../../templates/browser/data/column.js";
import { Coloring } from "../../templates/browser/colors/coloring.js";
import { hsl, rgbOf } from "../../templates/browser/colors/ramps.js";
import { colorCodes, rampRun } from "../../templates/browser/colors/runs.js";
import { addSample, change, differing, noLayers, pixelsOf } from "../../templates/browser/density/aggregate.js";
import { Density } from "../../templates/browser/density/density.js";
import { Looks, ownValues } from "../../templates/browser/density/looks.js";
import { asDots, coverOf, drawDensity, equalised, filledOf, reachOf } from "../../templates/browser/density/picture.js";
import { HELPERS } from "../../templates/browser/density/thread.js";
import { Layer } from "../../templates/browser/points/layer.js";
import { threadText } from "../../templates/browser/subset/background.js";
import { all, and, has, none, not, or, places, set, subsetOf } from "../../templates/browser/subset/bits.js";
import { randomNumbers } from "./wire.js";

/**
 * @import { Frame, Paint, Plane } from "../../templates/browser/density/aggregate.js"
 * @import { Scales } from "../../templates/browser/data/types.d.ts"
 * @import { Asked } from "../../templates/browser/density/picture.js"
 */

const N = 4000;
const SIZE = 100;
const random = randomNumbers(3);
const x = Float32Array.from({ length: N }, (_, i) => (i % 97 ? random() * 4 - 2 : NaN)).sort();
const y = Float32Array.from({ length: N }, () => random() * 2 - 1);
/** @type {Plane} */
const PLANE = { x, y, runs: { size: SIZE, bounds: Array.from({ length: N / SIZE }, (_, run) => {
  const known = [...x.subarray(run * SIZE, (run + 1) * SIZE)].filter((value) => !Number.isNaN(value));
  return known.length ? [Math.min(...known), Math.max(...known), -1, 1] : [9, 9, 9, 9];
}).flat() } };
/** @type {Frame[]} */
const FRAMES = [
  { left: -2, top: 1, scale: 0.1, width: 40, height: 20 },
  { left: -0.37, top: 0.44, scale: 0.013, width: 31, height: 17 },
  { left: 5, top: 9, scale: 0.1, width: 4, height: 4 },
];
const some = none(N);
for (let place = 0; place < N; place++) if (random() < 0.3 && place > 640) set(some, place);
const codes = Uint8Array.from({ length: N }, () => (random() < 0.2 ? 255 : Math.floor(random() * 255)));

/**
 * The points of a pixel, by brute force.
 *
 * @param {Frame} frame
 * @param {Uint32Array | null} bits
 */
function pointsOf({ left, top, scale, width, height }, bits) {
  /** @type {number[][]} */
  const points = Array.from({ length: width * height }, () => []);
  for (let place = 0; place < N; place++) {
    const column = Math.floor((x[place] - left) * (1 / scale));
    const row = Math.floor((top - y[place]) * (1 / scale));
    const isIn = column >= 0 && column < width && row >= 0 && row < height;
    if (isIn && (!bits || has(bits, place))) points[row * width + column].push(place);
  }
  return points;
}

/**
 * What the pixels of a view have of some points, counted from nothing.
 *
 * @param {Uint32Array | null} bits
 * @param {Frame} frame
 * @param {Paint} paint
 */
function counted(bits, frame, paint) {
  const layers = noLayers(none(N).length, frame.width * frame.height, paint.kind);
  change(layers, bits ?? all(N), pixelsOf(PLANE, frame, 1), paint);
  return layers;
}

test("each pixel counts the points that brute force finds", () => {
  for (const frame of FRAMES) {
    for (const bits of [null, some]) {
      const expected = pointsOf(frame, bits);
      const { count, n } = counted(bits, frame, { kind: "count" });
      assert.deepEqual([...count], expected.map(({ length }) => length));
      assert.equal(n, expected.flat().length);
    }
  }
});

test("sums are of the colours, or of the numbers that are known", () => {
  const table = Uint8Array.from({ length: 768 }, (_, i) => (i * 31) % 256);
  const own = Uint8Array.from({ length: 3 * N }, (_, i) => (i * 17) % 256);
  const expected = pointsOf(FRAMES[1], some);
  const sum = (/** @type {(place: number) => number} */ of) => (
    expected.map((points) => points.reduce((total, place) => total + of(place), 0))
  );
  const byTable = counted(some, FRAMES[1], { kind: "codes", values: codes, table }).sums;
  const byPoint = counted(some, FRAMES[1], { kind: "colors", values: own }).sums;
  for (const channel of [0, 1, 2]) {
    assert.deepEqual([...byTable[channel]], sum((place) => table[3 * codes[place] + channel]));
    assert.deepEqual([...byPoint[channel]], sum((place) => own[3 * place + channel]));
  }
  const [value, known] = counted(some, FRAMES[1], { kind: "numbers", values: codes }).sums;
  assert.deepEqual([...value], sum((place) => (codes[place] === 255 ? 0 : codes[place])));
  assert.deepEqual([...known], sum((place) => Number(codes[place] !== 255)));
});

test("what is added and taken away leaves what is counted from nothing", () => {
  const others = none(N);
  for (let place = 0; place < N; place++) if (random() < 0.4) set(others, place);
  const own = Uint8Array.from({ length: 3 * N }, (_, i) => (i * 17) % 256);
  const table = Uint8Array.from({ length: 768 }, (_, i) => (i * 31) % 256);
  /** @type {Paint[]} */
  const paints = [
    { kind: "count" }, { kind: "colors", values: own }, { kind: "codes", values: codes, table }, { kind: "numbers", values: codes },
  ];
  for (const paint of paints) {
    const layers = counted(null, FRAMES[0], paint);
    for (const bits of [some, others, or(some, others), and(some, others), not(some, N), none(N), all(N)]) {
      change(layers, bits, pixelsOf(PLANE, FRAMES[0], 1), paint);
      assert.deepEqual(layers, counted(bits, FRAMES[0], paint));
    }
  }
});

test("sets differ by as many places as are in one of them alone", () => {
  assert.equal(differing(some, some), 0);
  assert.equal(differing(some, none(N)), places(some).length);
  assert.equal(differing(some, all(N)), N - places(some).length);
});

test("a sample is every k-th point", () => {
  const { width, height } = FRAMES[0];
  for (const bits of [all(N), some]) {
    const layers = noLayers(0, width * height, "count");
    addSample(layers, bits, pixelsOf(PLANE, FRAMES[0], 7), 7, { kind: "count" });
    const every = pointsOf(FRAMES[0], bits).map((points) => points.filter((place) => place % 7 === 0).length);
    assert.deepEqual([...layers.count], every);
  }
});

test("dots add up where they meet, and end at the edges", () => {
  const layer = new Uint32Array(5 * 4);
  [layer[0], layer[6], layer[19]] = [1, 2, 4];
  const [dots, twice] = asDots([layer, layer.map((value) => 2 * value)], filledOf(layer), 5, 1);
  assert.deepEqual([...dots], [
    3, 3, 2, 0, 0,
    3, 3, 2, 0, 0,
    2, 2, 2, 4, 4,
    0, 0, 0, 4, 4,
  ]);
  assert.deepEqual(twice, dots.map((value) => 2 * value));
  assert.deepEqual([...filledOf(layer)], [0, 6, 19]);
  // 21 pixels, as of Datashader's disks of that radius in Python.
  const one = new Uint32Array(49);
  one[24] = 1;
  assert.equal(asDots([one], Int32Array.of(24), 7, 2)[0].filter(Boolean).length, 21);
});

test("dots are round: what lies farther from their middles is covered less, by the nearest", () => {
  const one = coverOf(Int32Array.of(24), 7, 49, 2);
  const at = (/** @type {number} */ over, /** @type {number} */ down) => one[24 + over + 7 * down];
  assert.deepEqual([at(0, 0), at(1, 1), at(2, 0), at(2, 1), at(2, 2), at(3, 0)], [255, 255, 255, 195, 44, 0]);
  assert.deepEqual([at(-2, -1), at(-1, 2), at(0, -2)], [195, 195, 255]);
  const two = coverOf(Int32Array.of(0, 2), 3, 9, 1); // at both ends of a line, which dots do not leave
  assert.deepEqual([...two], [255, 255, 255, 255, 149, 255, 0, 0, 0]);
});

test("few points have large dots", () => {
  const full = Int32Array.from({ length: 64 }, (_, i) => i);
  assert.deepEqual([64, 10, 1].map((n) => reachOf(full.subarray(0, n), 8, 8, n)), [0, 1, 2]);
});

test("shades are used alike", () => {
  const count = Uint32Array.from({ length: 240 }, (_, i) => Math.floor(i / 2));
  const table = equalised(count, filledOf(count), 12);
  assert.equal(table[0], 0);
  const used = Array.from({ length: 119 }, (_, points) => table[points + 1]);
  for (let shade = 1; shade <= 12; shade++) assert.ok(Math.abs(used.filter((one) => one === shade).length - 119 / 12) <= 1);
  assert.equal(table[65535], 12);
});

/** @param {Partial<Asked>} asked */
const drawn = (asked) => drawDensity(new Map(Object.entries({ map: PLANE, codes })), {
  plane: "map", bits: null, frame: FRAMES[1], kind: "count", name: "count", ramp: { ramp: [0, 0, 0, 255, 255, 255], none: [9, 9, 9] },
  alphas: [100, 200], most: Infinity, isKept: true, leastReach: 0, ...asked,
});

test("a picture shows where there are points, the denser the stronger", () => {
  const { pixels, n } = drawn({});
  const points = pointsOf(FRAMES[1], null);
  assert.equal(n, points.flat().length);
  const alphas = points.map((_, pixel) => pixels[4 * pixel + 3]);
  points.forEach(({ length }, pixel) => length && assert.ok(alphas[pixel] >= 100));
  assert.equal(Math.max(...alphas), 200);
  assert.deepEqual([...drawn({ frame: FRAMES[2] }).pixels], Array(4 * 16).fill(0));
});

test("a picture of a number has its ramp, and grey where nothing is known", () => {
  const missing = new Uint8Array(N).fill(255);
  const table = new Map(Object.entries({ map: PLANE, codes: missing }));
  /** @type {Asked} */
  const asked = {
    plane: "map", bits: null, frame: FRAMES[1], kind: "numbers", name: "z", values: "codes",
    ramp: { ramp: [0, 0, 0, 200, 100, 50], none: [9, 8, 7] }, alphas: [1, 2], most: Infinity, isKept: true, leastReach: 0,
  };
  const grey = drawDensity(table, asked);
  table.set("codes", new Uint8Array(N).fill(254));
  const full = drawDensity(table, asked);
  for (let at = 0; at < grey.pixels.length; at += 4) {
    if (!grey.pixels[at + 3]) continue;
    assert.deepEqual([...grey.pixels.subarray(at, at + 3)], [9, 8, 7]);
    assert.deepEqual([...full.pixels.subarray(at, at + 3)], [200, 100, 50]);
  }
});

test("a picture is the same, whatever was drawn before", () => {
  const held = new Map(Object.entries({ map: PLANE, codes, others: codes.map((code) => 255 - code) }));
  const ramp = { ramp: [0, 0, 0, 200, 100, 50], none: [9, 8, 7] };
  /** @type {Asked} */
  const first = {
    plane: "map", bits: null, frame: FRAMES[0], kind: "numbers", name: "z", values: "codes", ramp, alphas: [10, 200], most: Infinity,
    isKept: true, leastReach: 0,
  };
  /** @type {Partial<Asked>[]} */
  const changes = [
    {}, { bits: some }, { bits: not(some, N) }, { frame: FRAMES[1] }, { kind: "count", name: "count", values: undefined, isKept: false },
    { bits: some }, { most: 900, frame: FRAMES[1] }, { most: 900 }, { values: "others", name: "other" }, { name: "again" },
    { kind: "count", name: "count", values: undefined }, {},
  ];
  for (const one of changes) {
    const asked = { ...first, ...one };
    const fresh = new Map(["map", "codes", "others"].map((key) => [key, held.get(key)]));
    const found = drawDensity(held, asked);
    // From nothing more has to be counted: let it take the same sample.
    const most = (1.000001 * (N + (asked.bits ? places(asked.bits).length : N))) / found.step;
    const expected = drawDensity(fresh, { ...asked, most });
    assert.ok(Buffer.from(found.pixels.buffer).equals(Buffer.from(expected.pixels.buffer)), JSON.stringify(Object.keys(one)));
    assert.deepEqual([found.n, found.step], [expected.n, expected.step]);
  }
});

test("of a subset only what has changed is counted", () => {
  const held = new Map(Object.entries({ map: PLANE }));
  /** @type {Asked} */
  const asked = {
    plane: "map", bits: some, frame: FRAMES[0], kind: "count", name: "count", ramp: { ramp: [1, 2, 3], none: [0, 0, 0] }, alphas: [1, 2],
    most: Infinity, isKept: true, leastReach: 0,
  };
  assert.equal(drawDensity(held, asked).counted, N + places(some).length);
  const next = some.slice();
  for (const place of [0, 1, 2]) set(next, place);
  assert.equal(drawDensity(held, { ...asked, bits: next, most: 3 }).counted, 3);
  assert.equal(drawDensity(held, { ...asked, bits: next }).counted, 0);
  assert.equal(drawDensity(held, { ...asked, bits: next, frame: FRAMES[1], most: 1000 }).step, Math.ceil((N + places(next).length) / 1000));
});

test("what draws beside the page needs nothing of it", () => {
  /** @type {any} */
  const self = { postMessage: (/** @type {any} */ answer) => (self.answer = answer) };
  new Function("self", threadText({ drawDensity }, HELPERS))(self);
  self.onmessage({ data: { key: "map", value: PLANE } });
  for (const [most, frame] of /** @type {[number, Frame][]} */ ([[Infinity, FRAMES[1]], [500, FRAMES[0]]])) {
    /** @type {Asked} */
    const asked = {
      plane: "map", bits: some, frame, kind: "count", name: "count", ramp: { ramp: [1, 2, 3], none: [0, 0, 0] }, alphas: [1, 2], most,
      isKept: false, leastReach: 2,
    };
    self.onmessage({ data: { id: 1, job: "drawDensity", asked } });
    assert.equal(self.answer.error, undefined);
    assert.equal(self.answer.found.step > 1, most === 500);
    assert.deepEqual(self.answer.found.pixels, drawDensity(new Map([["map", PLANE]]), asked).pixels);
  }
});

test("colour codes of a column are those of the map's pieces", () => {
  const numbers = new ColumnData({ name: "z", kind: "number", values: new Float32Array([0, 1, 2, 5, NaN, Infinity]) });
  const legend = { name: "z", kind: /** @type {const} */ ("number"), low: 1, high: 2, missing: 0 };
  assert.deepEqual([...colorCodes(numbers, legend, rampRun(legend, undefined).run)], [0, 0, 254, 254, 255, 255]);
  const ids = new ColumnData({ name: "id", kind: "number", codes: new Uint8Array([0, 1, 255]), texts: ["10", "20"] });
  const long = { ...legend, low: "10", high: "20" };
  assert.deepEqual([...colorCodes(ids, long, rampRun(long, undefined).run)], [0, 254, 255]);
  const kinds = new ColumnData({ name: "kind", kind: "category", codes: new Uint8Array([0, 1, 2, 255]), texts: ["a", "b", "c"] });
  const categories = [{ text: "b", count: 1 }, { text: "a", count: 1 }];
  assert.deepEqual([...colorCodes(kinds, { name: "kind", kind: "category", categories, other: 1, missing: 1 }, null)], [1, 0, 254, 255]);
});

test("densities of numbers follow a scale that was chosen", async () => {
  const values = Float32Array.of(1, 10, 100, NaN);
  const legend = { name: "flux", kind: /** @type {const} */ ("number"), low: 1, high: 100, missing: 1 };
  const column = new ColumnData({ name: "flux", kind: "number", values });
  const palette = { none: "#888888", categories: [], ramp: ["#000000", "#ffffff"], density: ["#000000", "#ffffff"] };
  /** @type {Scales} */
  let scales = new Map();
  const columns = { find: () => /** @type {any} */ ({ name: "flux", kind: "number", low: 1, high: 100 }), get: async () => column };
  const coloring = new Coloring([legend], palette, { scales: () => scales, columns });
  const looks = new Looks(/** @type {any} */ ({ palette, colors: [legend], columns }), coloring);
  const plain = await looks.of(0, true);
  assert.deepEqual([...plain.values ?? []], [0, 23, 254, 255]);
  scales = new Map([["flux", { curve: "log" }]]);
  const bent = await looks.of(0, true);
  assert.deepEqual([...bent.values ?? []], [0, 127, 254, 255]);
  assert.notEqual(bent.name, plain.name); // by which the thread knows its values
  assert.equal(await looks.of(0, false), bent);
});

test("own colours are those of single points", () => {
  const values = ownValues(new Uint8Array([128, 200, 0, 10, 20, 255]), true);
  assert.deepEqual([...values], [hsl((128 * 360) / 255, 200 / 255, 0.42), hsl((10 * 360) / 255, 20 / 255, 0.86)].flatMap(rgbOf));
});

/** @type {unknown[]} */
let painted = [];

/** As much of a plot, its layer and a canvas as a density needs. */
function opened() {
  painted = [];
  Object.assign(globalThis, {
    document: { createElement: () => ({ getContext: () => ({ putImageData: (/** @type {unknown} */ image) => painted.push(image) }) }) },
    ImageData: class {
      /** @param {Uint8ClampedArray} data */
      constructor(data) {
        this.data = data;
      }
    },
  });
  const plot = { view: { left: -2, right: 2, bottom: -1, top: 1 }, scale: 0.05, figure: { inner_width: 80, inner_height: 40 } };
  const layer = { pictures: /** @type {unknown[]} */ ([]), lines: null, request: () => {}, clear: Layer.prototype.clear };
  const ramp = { ramp: [1, 2, 3], none: [0, 0, 0] };
  const look = /** @type {const} */ ({ name: "count", kind: "count", ramp });
  const density = new Density(/** @type {any} */ (plot), /** @type {any} */ (layer), {
    name: "plane", plane: async () => PLANE, leastReach: 0, faint: look, look: async () => look,
  });
  /** @type {number[]} */
  const told = [];
  density.onDrawn = (n) => told.push(n);
  return { density, layer, told };
}

const known = [...x].filter((value) => !Number.isNaN(value)).length;

test("of points that take long a sample is drawn first, then all", async () => {
  const { density, told } = opened();
  density.msPerPoint = 0.1;
  density.show(null);
  while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(told[1], known);
  assert.equal(told[0] % 10, 0);
  assert.ok(Math.abs(told[0] - known) < 0.2 * known, `${told}`);
});

test("a subset lies above the rest, which is drawn again only for another view", async () => {
  const { density, layer, told } = opened();
  const subset = subsetOf(some);
  const paintedAfter = async (/** @type {number} */ times) => {
    while (told.length < times) await new Promise((resolve) => setTimeout(resolve, 5));
    return painted.length;
  };
  density.show(subset);
  assert.equal(await paintedAfter(1), 2);
  const { rest, strong } = density.canvases;
  assert.deepEqual(layer.pictures.map((/** @type {any} */ { canvas }) => canvas), [rest, strong]);
  density.show({ ...subset });
  assert.equal(await paintedAfter(2), 3);
  density.plot.view.left -= 1;
  density.show(subset);
  assert.equal(await paintedAfter(3), 5);
  density.show(null);
  assert.equal(await paintedAfter(4), 6);
  assert.deepEqual(layer.pictures.map((/** @type {any} */ { canvas }) => canvas), [strong]);
  density.hide();
  assert.deepEqual(layer.pictures, []);
});
