import assert from "node:assert/strict";
import { test } from "node:test";

import { Points } from "../../templates/browser/data/points.js";
import { inlinePieces, randomNumbers } from "./wire.js";

/** @import { PlaneIndex } from "../../templates/browser/wire/types.d.ts" */

const N = 500;
const PER_PIECE = 32;
const random = randomNumbers(11);
// In order along x, so that pieces lie together; rows are in another order.
const all = Array.from({ length: N }, (_, i) => ({ x: Math.fround(i / N + 0.02 * random()), y: Math.fround(random()), row: (i * 7) % N }));

function points() {
  /** @type {Record<string, unknown>} */
  const inline = {};
  const bounds = [];
  for (let number = 0; number * PER_PIECE < N; number++) {
    const part = all.slice(number * PER_PIECE, (number + 1) * PER_PIECE);
    const [xs, ys] = [part.map(({ x }) => x), part.map(({ y }) => y)];
    inline[`map/${number}`] = {
      x: new Float32Array(xs), y: new Float32Array(ys), row: new Int32Array(part.map(({ row }) => row)),
      tint: new Uint8Array(part.flatMap(({ row }) => [row % 256, 1, 2])), colors: [[], new Uint8Array(part.map(({ row }) => row % 200))],
    };
    bounds.push(Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys));
  }
  const pieces = inlinePieces(inline);
  /** @type {PlaneIndex} */
  const index = { n: N, per_piece: PER_PIECE, extent: [0, 1, 0, 1], bounds: new Float32Array(bounds) };
  return { points: new Points("map", index, pieces), pieces };
}

/** @param {{ left: number, right: number, bottom: number, top: number }} box */
const within = ({ left, right, bottom, top }) => all.filter(({ x, y }) => x >= left && x <= right && y >= bottom && y <= top);

const BOXES = [
  { left: 0.2, right: 0.45, bottom: 0.1, top: 0.9 }, { left: -1, right: 2, bottom: -1, top: 2 },
  { left: 0.5, right: 0.5001, bottom: 0, top: 1 }, { left: 3, right: 4, bottom: 0, top: 1 },
];

test("the points in a rectangle are those that brute force finds", async () => {
  for (const box of BOXES) {
    const found = await points().points.inside(box, 1);
    const expected = within(box);
    assert.deepEqual(found.row, expected.map(({ row }) => row));
    assert.deepEqual(found.x, expected.map(({ x }) => x));
    assert.deepEqual(found.y, expected.map(({ y }) => y));
    assert.deepEqual(found.tint, expected.flatMap(({ row }) => [row % 256, 1, 2]));
    assert.deepEqual(found.codes, expected.map(({ row }) => row % 200));
  }
});

test("points are counted one by one where they are at hand", async () => {
  const { points: plane } = points();
  for (const box of BOXES) {
    const n = within(box).length;
    assert.deepEqual(await plane.counted(box), { least: n, most: n });
  }
});

test("a count holds the number of points without loading any", () => {
  const { points: plane, pieces } = points();
  pieces.get = () => assert.fail("it loads");
  for (const box of BOXES) {
    const { least, most } = plane.count(box);
    const n = within(box).length;
    assert.ok(least <= n && n <= most, `${least} <= ${n} <= ${most}`);
  }
  assert.deepEqual(plane.count(BOXES[1]), { least: N, most: N });
  assert.deepEqual(plane.count(BOXES[3]), { least: 0, most: 0 });
});

test("the nearest point is the one that brute force finds, or none within reach", async () => {
  const { points: plane } = points();
  for (let i = 0; i < 60; i++) {
    const [x, y, reach] = [1.2 * random() - 0.1, 1.2 * random() - 0.1, 0.1 * random()];
    const distances = all.map((point) => Math.hypot(point.x - x, point.y - y));
    const least = Math.min(...distances);
    const expected = least <= reach ? all[distances.indexOf(least)].row : null;
    assert.equal(await plane.nearest(x, y, reach), expected);
  }
});

test("the nearest point is found without the pieces that are farther away", async () => {
  const { points: plane, pieces } = points();
  /** @type {number[]} */
  const asked = [];
  const get = pieces.get.bind(pieces);
  pieces.get = (kind, number) => {
    asked.push(number);
    return get(kind, number);
  };
  await plane.nearest(all[200].x, all[200].y, 1);
  assert.ok(asked.length <= 3, `${asked}`);
});

test("without a column of rows, points are the rows in order", async () => {
  const pieces = inlinePieces({ "map/0": { x: [0, 1], y: [0, 1], colors: [] }, "map/1": { x: [2], y: [2], colors: [] } });
  const plane = new Points("map", { n: 3, per_piece: 2, extent: [0, 2, 0, 2], bounds: new Float32Array([0, 1, 0, 1, 2, 2, 2, 2]) }, pieces);
  assert.equal(await plane.nearest(2, 2, 0.1), 2);
  assert.deepEqual((await plane.inside({ left: 1, right: 2, bottom: 1, top: 2 })).row, [1, 2]);
});
