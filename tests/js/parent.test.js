// Parent images in tiles, and the heat of a subset on them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { coverage, gridOver, heatPixels } from "../../templates/browser/parent/heat.js";
import { levelFor, levelsOf, tilesIn } from "../../templates/browser/parent/levels.js";
import { Tiles } from "../../templates/browser/parent/tiles.js";
import { none, set } from "../../templates/browser/subset/bits.js";

const IMAGE = { nx: 500, ny: 300, levels: [0, 40, 52] };
const INDEX = { side: 64, overlap: 1 };

test("levels are halves of halves, with the tiles that Python wrote", () => {
  const levels = levelsOf(IMAGE, 64);
  assert.deepEqual(levels.map(({ width, height, columns, rows }) => [width, height, columns, rows]), [
    [500, 300, 8, 5], [250, 150, 4, 3], [125, 75, 2, 2],
  ]);
  assert.deepEqual(levels.map(({ first, factor }) => [first, factor]), [[0, 1], [40, 2], [52, 4]]);
  assert.deepEqual(levelsOf({ nx: 5, ny: 5 }, 64), []);
});

test("a view has no fewer pixels than it can show, and no tiles where the preview has as many", () => {
  const levels = levelsOf(IMAGE, 64);
  assert.equal(levelFor(levels, 0.1, 5), 0);
  assert.equal(levelFor(levels, 1, 5), 0);
  assert.equal(levelFor(levels, 1.9, 5), 1); // a little coarser than the screen
  assert.equal(levelFor(levels, 2.2, 5), 1);
  assert.equal(levelFor(levels, 3.5, 5), 2);
  assert.equal(levelFor(levels, 4.9, 5), 3);
  assert.equal(levelFor([], 0.1, 1), 0);
});

test("tiles of a view: all that have something of it, the middle first", () => {
  const [full, half] = levelsOf(IMAGE, 64);
  const seen = { left: 60, right: 140, top: 10, bottom: 60 };
  const tiles = tilesIn(full, seen, INDEX);
  assert.deepEqual(tiles.map(({ number }) => number), [1, 2, 0]);
  assert.deepEqual(tiles[0], { number: 1, part: { left: 64, right: 128, top: 0, bottom: 64 }, x: 63, y: 0 });
  assert.deepEqual(tilesIn(half, { left: 490, right: 9999, top: 290, bottom: 9999 }, INDEX), [
    { number: 40 + 2 * 4 + 3, part: { left: 384, right: 500, top: 256, bottom: 300 }, x: 382, y: 254 },
  ]);
  const all = tilesIn(half, { left: -1e6, right: 1e6, top: -1e6, bottom: 1e6 }, INDEX);
  assert.deepEqual(all.map(({ number }) => number).sort((a, b) => a - b), Array.from({ length: 12 }, (_, i) => 40 + i));
  // Next to each other without a gap.
  assert.equal(all.reduce((sum, { part }) => sum + (part.right - part.left) * (part.bottom - part.top), 0), 500 * 300);
});

test("a few tiles are loaded at a time, and what is wanted no more is not begun", async () => {
  /** @type {Map<number, (image: any) => void>} */
  const asked = new Map();
  const tiles = new Tiles((number) => new Promise((resolve) => asked.set(number, resolve)), 30);
  let came = 0;
  tiles.onCome = () => came++;
  tiles.want([1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...asked.keys()], [1, 2, 3, 4]);
  tiles.want([9, 3]);
  asked.get(1)?.({ naturalWidth: 3, naturalHeight: 3 });
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(came, 1);
  assert.deepEqual([...asked.keys()], [1, 2, 3, 4, 9]);
  assert.ok(tiles.here(1));
  for (const number of [2, 3, 4]) asked.get(number)?.({ naturalWidth: 3, naturalHeight: 3 });
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(tiles.here(1), null); // there was no room for all
  assert.ok(tiles.here(4));
});

test("a tile that cannot be had is not asked for again", async () => {
  let n = 0;
  const tiles = new Tiles(() => (n++, Promise.reject(new Error("gone"))));
  assert.equal(await tiles.bring(7), null);
  tiles.want([7]);
  assert.equal(n, 1);
});

const boxes = { x0: [0, 5, 40, 3], x1: [10, 15, 42, 4], y0: [0, 0, 40, 20], y1: [10, 10, 42, 22] };
const places = [0, 1, 2, 3];

/** Boxes over the middle of each cell, one by one. */
function oneByOne(/** @type {number[]} */ some, /** @type {{ cell: number, columns: number, rows: number }} */ { cell, columns, rows }) {
  return Array.from({ length: columns * rows }, (_, at) => {
    const [x, y] = [((at % columns) + 0.5) * cell, (Math.floor(at / columns) + 0.5) * cell];
    return some.filter((i) => boxes.x0[i] <= x && x < boxes.x1[i] && boxes.y0[i] <= y && y < boxes.y1[i]).length;
  });
}

test("boxes count in the cells that they lie over", () => {
  const grid = { cell: 2, columns: 25, rows: 25 };
  assert.deepEqual([...coverage(boxes, places.slice(0, 3), grid)], oneByOne([0, 1, 2], grid));
  const bits = none(4);
  set(bits, 1);
  set(bits, 2);
  assert.deepEqual([...coverage(boxes, places, grid, bits)], oneByOne([1, 2], grid));
});

test("a box that is smaller than a cell counts in one", () => {
  const grid = { cell: 10, columns: 5, rows: 5 };
  const counts = coverage(boxes, [2, 3], grid);
  assert.equal(counts.reduce((sum, n) => sum + n, 0), 2);
  assert.equal(counts[4 * 5 + 4], 1);
  assert.equal(counts[2 * 5], 1);
});

test("grids have cells of a pixel at least", () => {
  assert.deepEqual(gridOver(100, 50), { cell: 1, columns: 100, rows: 50 });
  assert.deepEqual(gridOver(2560, 1000), { cell: 10, columns: 256, rows: 100 });
});

test("heat is the share of the boxes of a cell, its first row where the image has it", () => {
  const grid = { cell: 1, columns: 2, rows: 2 };
  const ramp = Uint8Array.from([0, 0, 0, 100, 100, 100, 200, 200, 200]);
  const pixels = heatPixels(Int32Array.of(0, 1, 4, 0), Int32Array.of(3, 2, 4, 0), grid, { isLower: true, ramp });
  const cell = (/** @type {number} */ i) => [...pixels.subarray(4 * i, 4 * i + 4)];
  assert.equal(cell(0)[0], 200);
  assert.equal(cell(3)[0], 100);
  assert.deepEqual([cell(1)[3], cell(2)[3]], [0, 0]);
  assert.ok(cell(0)[3] > cell(3)[3] && cell(3)[3] > 0);
  const upper = heatPixels(Int32Array.of(0, 1, 4, 0), Int32Array.of(3, 2, 4, 0), grid, { isLower: false, ramp });
  assert.equal(upper[4], 100);
});
