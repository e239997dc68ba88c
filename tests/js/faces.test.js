import assert from "node:assert/strict";
import { test } from "node:test";

import { Medoids } from "../../templates/browser/faces/medoids.js";
import { chooseParts } from "../../templates/browser/faces/parts.js";
import { Faces, LEAST_PITCH, levelOf, shareOf, windowOf } from "../../templates/browser/faces/faces.js";
import { freeOf, GAP, inside, standing } from "../../templates/browser/faces/standing.js";
import { has, none, set, subsetOf } from "../../templates/browser/subset/bits.js";
import { randomNumbers } from "./wire.js";

/**
 * @import { Window } from "../../templates/browser/faces/parts.js"
 * @import { Face } from "../../templates/browser/faces/faces.js"
 * @import { Rectangle, Subset } from "../../templates/browser/data/types.d.ts"
 */

const EXTENT = { left: -10, right: 10, bottom: -6, top: 6 };
const N = 5000;
const random = randomNumbers(11);
const near = () => random() + random() + random() - 1.5;
// A cloud, a dense clump, and some that are nowhere.
const x = Float32Array.from({ length: N }, (_, i) => (i % 251 === 7 ? NaN : i % 3 ? 20 * random() - 10 : 4 + near()));
const y = Float32Array.from({ length: N }, (_, i) => (i % 3 ? 12 * random() - 6 : 1 + near()));
const PLANE = { x, y, runs: { size: N, bounds: [-10, 10, -6, 6] } };
const HELD = new Map([["map", PLANE]]);
const some = none(N);
for (let place = 0; place < N; place += 4) set(some, place);

/** @param {Partial<{ view: Rectangle, scale: number, colors: () => Promise<(place: number) => string> }>} [changes] */
function opened({ view = EXTENT, scale = 0.025, colors = async () => () => "" } = {}) {
  const plot = { view, scale };
  const asked = { parts: 0, pictures: /** @type {number[]} */ ([]), changes: 0 };
  const faces = new Faces(/** @type {any} */ (plot), {
    extent: EXTENT, n: N, colors,
    choose: async (/** @type {Window} */ window, /** @type {Subset | null} */ subset) => {
      asked.parts++;
      return chooseParts(HELD, { plane: "map", bits: subset && subset.bits, window });
    },
    picture: async (place) => {
      asked.pictures.push(place);
      return /** @type {any} */ ({});
    },
    changed: () => asked.changes++,
  });
  const places = () => faces.shown.map(({ place }) => place).sort((a, b) => a - b);
  return { faces, plot, asked, places };
}

/**
 * @param {Face} face
 * @param {number} scale
 */
const stood = (face, scale) => /** @type {NonNullable<ReturnType<typeof standing>>} */ (standing(face, scale));

test("each part is stood for by the point nearest to the middle of those in it, as brute force finds", () => {
  const square = opened().faces.square;
  const window = windowOf(square, EXTENT, 3);
  for (const bits of [null, some]) {
    const { places, counts } = chooseParts(HELD, { plane: "map", bits, window });
    for (let part = 0; part < places.length; part++) {
      const left = square.left + (window.column + (part % window.columns)) * window.side;
      const top = square.top - (window.row + Math.floor(part / window.columns)) * window.side;
      const those = Array.from(x.keys()).filter((i) => (
        x[i] >= left && x[i] < left + window.side && y[i] <= top && y[i] > top - window.side && (!bits || has(bits, i))
      ));
      assert.ok(Math.abs(counts[part] - those.length) <= 1); // on an edge
      if (!those.length) continue;
      const [middle, height] = [x, y].map((at) => those.reduce((sum, i) => sum + at[i], 0) / those.length);
      const off = (/** @type {number} */ i) => Math.hypot(x[i] - middle, y[i] - height);
      assert.ok(off(places[part]) <= Math.min(...those.map(off)) + 1e-3);
    }
  }
});

test("no two pictures overlap, at any zoom between two levels", async () => {
  for (const scale of [0.03, 0.025, 0.019, 0.014, 0.011]) {
    const { faces, plot } = opened({ scale });
    await faces.choose(null);
    for (const now of [scale, scale * 0.8, scale * 1.5]) {
      plot.scale = now;
      const boxes = [...faces.placed.values()];
      assert.ok(boxes.length >= 12);
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) {
          const apart = Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) / now - (a.side + b.side) / 2;
          assert.ok(apart >= 2 * GAP - 1e-6, `${apart} pixels`);
        }
      }
    }
  }
});

test("a drag changes no picture of what is seen before and after", async () => {
  const view = { left: -6, right: 4, bottom: -3, top: 3 };
  const { faces, plot } = opened({ view, scale: 0.0125 });
  await faces.choose(null);
  const before = new Map(faces.shown.map((face) => [face.place, { ...face }]));
  plot.view = { left: -4.3, right: 5.7, bottom: -2.1, top: 3.9 };
  await faces.choose(null);
  const stayed = faces.shown.filter(({ place }) => before.has(place));
  assert.ok(stayed.length > 0.5 * before.size);
  for (const face of stayed) assert.deepEqual(face, before.get(face.place));
  const { left, right, bottom, top } = plot.view;
  for (const [place, { of }] of before) {
    const isSeen = of.left > left && of.left + of.side < right && of.top < top && of.top - of.side > bottom;
    assert.ok(!isSeen || stayed.some((face) => face.place === place));
  }
});

test("pictures are larger where there are more points, within bounds, and stand in their parts", async () => {
  assert.ok(shareOf(100, 10) > shareOf(10, 10) && shareOf(10, 10) > shareOf(1, 10));
  assert.equal(shareOf(1e6, 1), shareOf(1e7, 1));
  const { faces, plot } = opened();
  await faces.choose(null);
  const clump = faces.shown.find(({ of }) => of.left <= 4 && of.left + of.side > 4 && of.top > 1 && of.top - of.side <= 1);
  const sides = faces.shown.map((face) => stood(face, plot.scale).side);
  assert.equal(stood(/** @type {any} */ (clump), plot.scale).side, Math.max(...sides));
  assert.ok(Math.min(...sides) < 0.8 * Math.max(...sides) && Math.max(...sides) <= 96);
  for (const face of faces.shown) {
    const { x: middle, side } = stood(face, plot.scale);
    assert.ok(middle - (side / 2) * plot.scale >= face.of.left && middle + (side / 2) * plot.scale <= face.of.left + face.of.side);
  }
});

test("parts are at least so wide, at most twice as wide, and no fewer than one", () => {
  for (const scale of [0.04, 0.03, 0.01, 0.00123]) {
    const pitch = 20 / 2 ** levelOf(20, scale) / scale;
    assert.ok(pitch >= LEAST_PITCH && pitch < 2 * LEAST_PITCH);
  }
  assert.equal(levelOf(20, 5), 0);
});

test("of a subset its own are chosen; those that are not of it go at once", async () => {
  const { faces, places, asked } = opened();
  await faces.choose(null);
  const before = faces.shown.length;
  const subset = subsetOf(some);
  faces.follow(subset, (place) => has(some, place));
  assert.ok(faces.shown.length < before && places().every((place) => has(some, place)));
  faces.stop();
  await faces.choose(subset);
  assert.ok(places().length >= 12 && places().every((place) => has(some, place)));
  assert.equal(asked.parts, 2);
});

test("they are chosen anew where a view has other parts, once, and the last one counts", async () => {
  const { faces, plot, asked } = opened();
  const follow = () => faces.follow(null, () => true);
  await faces.choose(null);
  assert.equal(asked.parts, 1);
  follow();
  assert.equal(faces.waiting, undefined, "nothing new is in view");
  plot.scale = 0.01;
  follow();
  const waiting = faces.waiting;
  assert.notEqual(waiting, undefined);
  follow();
  assert.equal(faces.waiting, waiting, "a drag goes on");
  faces.stop();
  const [first, second] = [faces.choose(null), faces.choose(subsetOf(some))];
  await Promise.all([first, second]);
  assert.ok(faces.shown.every(({ place }) => has(some, place)));
  faces.clear();
  assert.deepEqual([faces.shown.length, faces.waiting], [0, undefined]);
});

test("a view asks for no more pictures than it has room for, of however many cutouts", async () => {
  const view = { left: -10, right: 10, bottom: -6, top: 6 };
  for (const scale of [0.0244, 0.02, 0.0155]) { // 820 to 1,290 pixels wide
    const { faces, asked } = opened({ view, scale });
    await faces.choose(null);
    const room = Math.ceil(20 / scale / LEAST_PITCH + 1) * Math.ceil(12 / scale / LEAST_PITCH + 1);
    assert.ok(asked.pictures.length <= room && new Set(asked.pictures).size === asked.pictures.length);
  }
});

test("a picture lies where it is drawn, and has the colour of its cutout; one that cannot be loaded is left out", async () => {
  const { faces, plot } = opened({ colors: async () => (place) => `color of ${place}` });
  faces.options.picture = async (place) => {
    if (place % 2) throw new Error("not there");
    return /** @type {any} */ ({});
  };
  await faces.choose(null);
  assert.ok(faces.shown.length > 5 && faces.shown.every(({ place, color }) => place % 2 === 0 && color === `color of ${place}`));
  for (const face of faces.shown) {
    const { x: middle, y: height, side } = stood(face, plot.scale);
    const edge = (side / 2) * plot.scale;
    assert.equal(faces.at(middle + 0.95 * edge, height - 0.95 * edge), face.place);
    assert.equal(faces.at(middle + edge + 2 * plot.scale, height), null);
    assert.equal(faces.at(middle + edge + 2 * plot.scale, height, GAP), face.place);
  }
});

test("lone points have none among many, and all have one among few", async () => {
  const few = { x: Float32Array.of(-7, 0, 7), y: Float32Array.of(-3, 0, 3), runs: { size: 3, bounds: [-7, 7, -3, 3] } };
  const { faces, plot } = opened();
  faces.options.n = 3;
  faces.options.choose = async (window) => chooseParts(new Map([["map", few]]), { plane: "map", bits: null, window });
  await faces.choose(null);
  assert.deepEqual(faces.shown.map(({ place }) => place).sort(), [0, 1, 2]);
  faces.options.n = 3000;
  plot.scale = 0.1;
  await faces.choose(null);
  assert.deepEqual(faces.shown, []);
});

test("of coarse parts the medoids are shown, and each one's picture is found among those of its level", async () => {
  const place = Int32Array.of(7, -1, 3, 9);
  const piece = { place, count: Int32Array.of(5, 0, 2, 1), x: Float32Array.of(1, NaN, 2, 3), y: Float32Array.of(4, NaN, 5, 6) };
  const pieces = /** @type {any} */ ({ get: async (/** @type {string} */ kind, /** @type {number} */ level) => {
    assert.deepEqual([kind, level], ["faces", 1]);
    return piece;
  } });
  const whole = windowOf(opened().faces.square, EXTENT, 1);
  const parts = await new Medoids({ faces: { levels: 2, starts: [0, 1] } }, pieces).parts(1, whole);
  assert.deepEqual([...parts.places], [7, -1, 3, 9]);
  assert.deepEqual([...parts.counts], [5, 0, 2, 1]);
  assert.deepEqual([...parts.numbers ?? []], [2, -1, 1, 3]);
  const below = { ...whole, row: 1, rows: 1, column: 1, columns: 1 };
  const { places, numbers, x: across } = await new Medoids({ faces: { levels: 2 } }, pieces).parts(1, below);
  assert.deepEqual([[...places], numbers, [...across]], [[9], undefined, [3]]);
  assert.equal(new Medoids({}, pieces).levels, 0);
});

test("where parts cannot be chosen there are no pictures", async () => {
  const { faces } = opened();
  faces.options.choose = async () => null;
  await faces.choose(null);
  assert.deepEqual(faces.shown, []);
});

test("pictures stand beside what is written, smaller where they must, and none where there is no room", async () => {
  const { faces, plot } = opened();
  await faces.choose(null);
  const { scale } = plot;
  const before = faces.shown.length;
  assert.equal(faces.placed, faces.placed, "found once");
  const names = faces.shown.slice(0, 4).map(({ x: across, y: up }) => (
    { left: across / scale - 60, right: across / scale + 60, top: -up / scale - 10, bottom: -up / scale + 10 }
  ));
  faces.options.taken = () => names;
  const placed = [...faces.placed.values()];
  assert.ok(placed.length >= before - 2 && placed.length > 10);
  for (const { x: across, y: up, side, of } of placed) {
    const [left, top] = [across / scale - side / 2, -up / scale - side / 2];
    assert.ok(left >= of.left / scale && left + side <= (of.left + of.side) / scale && side >= 28);
    assert.ok(names.every((name) => left + side <= name.left + 1e-6 || left >= name.right - 1e-6
      || top + side <= name.top + 1e-6 || top >= name.bottom - 1e-6));
    assert.notEqual(faces.at(across, up), null);
  }
  faces.options.taken = () => [{ left: -1e6, right: 1e6, top: -1e6, bottom: 1e6 }];
  assert.equal(faces.placed.size, 0);
});

test("boxes that are left beside others are as large as may be", () => {
  const box = { left: 0, right: 10, top: 0, bottom: 10 };
  const free = freeOf(box, [{ left: 4, right: 6, top: -5, bottom: 3 }, { left: 20, right: 30, top: 0, bottom: 10 }]);
  assert.deepEqual(free, [{ ...box, right: 4 }, { ...box, left: 6 }, { ...box, top: 3 }]);
  assert.deepEqual(freeOf(box, [{ left: -1, right: 11, top: -1, bottom: 11 }]), []);
});

test("pictures keep within what the points take, but where that is less than a part", () => {
  assert.deepEqual(inside([0, 4], [1, 9]), [1, 4]);
  assert.deepEqual(inside([4, 8], [1, 5]), [4, 5]);
  assert.deepEqual(inside([0, 4], [1, 3]), [0, 4]);
});
