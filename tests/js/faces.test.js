import assert from "node:assert/strict";
import { test } from "node:test";

import { Faces, chooseFaces, faceSide } from "../../templates/browser/points/faces.js";

/**
 * @import { Plot } from "../../templates/browser/plots/plot.js"
 * @import { PicturePart } from "../../templates/browser/data/types.d.ts"
 */

const VIEW = { left: -10, right: 10, bottom: -6, top: 6 };

/**
 * Clusters of points, each as many around a middle.
 *
 * @param {[x: number, y: number, n: number][]} clusters
 */
function clustered(clusters) {
  let seed = 3;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const x = [], y = [];
  for (const [middle, height, n] of clusters) {
    for (let i = 0; i < n; i++) {
      x.push(middle + 1.2 * (random() + random() - 1));
      y.push(height + 1.2 * (random() + random() - 1));
    }
  }
  return { x, y };
}

test("no two pictures overlap, each is whole in view, and there are no more than two dozen", () => {
  let seed = 11;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const x = Array.from({ length: 5000 }, () => 30 * random() - 15), y = Array.from({ length: 5000 }, () => 20 * random() - 10);
  for (const side of [0.3, 1, 2.5]) {
    const chosen = chooseFaces({ x, y }, VIEW, side);
    assert.ok(chosen.length >= 5 && chosen.length <= 24 && new Set(chosen).size === chosen.length);
    for (const i of chosen) {
      assert.ok(Math.abs(x[i]) <= 10 - side / 2 && Math.abs(y[i]) <= 6 - side / 2);
      for (const j of chosen) assert.ok(i === j || Math.abs(x[i] - x[j]) >= side || Math.abs(y[i] - y[j]) >= side);
    }
  }
});

test("a dense part is pictured by the point nearest to its middle, lone points by none", () => {
  const points = clustered([[-6, 3, 300], [5, -3, 200]]);
  points.x.push(8), points.y.push(4);
  const chosen = chooseFaces(points, VIEW, 2);
  for (const [x, y] of [[-6, 3], [5, -3]]) {
    const own = chosen.filter((i) => Math.hypot(points.x[i] - x, points.y[i] - y) < 2);
    assert.ok(own.length >= 1);
  }
  assert.ok(!chosen.includes(500));
});

test("of few points all that have room get one", () => {
  assert.deepEqual(chooseFaces({ x: [-7, 0, 7], y: [-3, 0, 3] }, VIEW, 2).sort(), [0, 1, 2]);
  assert.deepEqual(chooseFaces({ x: [0, 0.1], y: [0, 0] }, VIEW, 2).length, 1);
  assert.deepEqual(chooseFaces({ x: [], y: [] }, VIEW, 2), []);
  assert.deepEqual(chooseFaces({ x: [0], y: [0] }, VIEW, 30), []);
});

test("points that do not count get none, nor those that are nowhere", () => {
  const points = clustered([[-6, 3, 150], [5, -3, 150]]);
  assert.ok(chooseFaces(points, VIEW, 2, (i) => i >= 150).every((i) => i >= 150));
  assert.deepEqual(chooseFaces({ x: [NaN, 1], y: [NaN, 1] }, VIEW, 2), [1]);
});

test("a million points take little time", () => {
  const n = 1e6;
  const wave = (/** @type {number} */ height, /** @type {number} */ step) => (
    Float32Array.from({ length: n }, (_, i) => height * Math.sin(i * step))
  );
  const [x, y] = [wave(10, 1.7), wave(6, 0.37)];
  chooseFaces({ x, y }, VIEW, 1);
  const begin = process.cpuUsage().user;
  assert.equal(chooseFaces({ x, y }, VIEW, 1).length, 24);
  assert.ok((process.cpuUsage().user - begin) / 1000 < 300);
});

test("pictures are larger where there are few", () => {
  assert.equal(faceSide(820, 560, 900), 46);
  assert.equal(faceSide(820, 560, 5), 96);
  assert.equal(faceSide(390, 330, 900), 32);
});

test("they are chosen when the view rests, and the last view counts", async () => {
  const plot = /** @type {Plot} */ (/** @type {unknown} */ ({
    view: VIEW, scale: 0.05, element: { clientWidth: 400, clientHeight: 240 },
  }));
  let areWanted = true;
  const picture = async () => /** @type {PicturePart} */ ({});
  const faces = new Faces(plot, { areWanted: () => areWanted, picture });
  const candidates = (/** @type {number} */ x) => async () => ({
    points: { x: [x], y: [0] }, counts: () => true, placeOf: () => 7 + x, colorOf: () => "",
  });
  faces.choose(candidates(1), () => true, () => assert.fail("the view has moved on"));
  await /** @type {Promise<void>} */ (new Promise((resolve) => faces.choose(candidates(2), () => true, resolve)));
  assert.deepEqual(faces.shown.map(({ x, place }) => [x, place]), [[2, 9]]);
  const half = (faces.shown[0].side / 2) * plot.scale;
  assert.deepEqual([faces.at(2 + 0.9 * half, 0), faces.at(2 + 1.1 * half, 0), faces.at(2 + 1.1 * half, 0, 10)], [9, null, 9]);
  const shown = faces.shown;
  faces.choose(candidates(3), (place) => place !== 9, () => {});
  assert.deepEqual(faces.shown, [], "it is not of the subset any more");
  // None stands under the menus and tools at the edges.
  const points = { x: [-8, 0, 8], y: [5, 0, -5] };
  const edges = await faces.find({ points, counts: () => true, placeOf: (i) => i, colorOf: () => "" });
  assert.deepEqual(edges.map(({ place }) => place), [1]);
  faces.shown = shown;
  areWanted = false;
  faces.choose(candidates(3), () => true, () => assert.fail("none are wanted"));
  assert.deepEqual(faces.shown, []);
});
