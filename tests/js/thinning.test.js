import assert from "node:assert/strict";
import { test } from "node:test";

import { thinned } from "../../templates/browser/points/thinning.js";

test("no two pictures overlap, and what has none is a dot or lies under one", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (const side of [0.01, 0.13, 3]) {
    const x = Array.from({ length: 400 }, () => 10 * random() ** 3 - 4);
    const y = Array.from({ length: 400 }, () => 2 * random() - 1);
    const { kept, dots } = thinned(x, y, side);
    const apart = (/** @type {number} */ i, /** @type {number} */ j) => Math.max(Math.abs(x[i] - x[j]), Math.abs(y[i] - y[j]));
    for (const i of kept) for (const j of kept) assert.ok(i === j || apart(i, j) >= side);
    const rest = x.map((_, i) => i).filter((i) => !kept.includes(i));
    assert.ok(rest.every((i) => kept.some((j) => apart(i, j) < side)), "each that has none would overlap one");
    assert.deepEqual(dots, rest.filter((i) => kept.every((j) => apart(i, j) >= side / 2)));
  }
});

test("places that are the same get one picture", () => {
  assert.deepEqual(thinned([1, 1, 5], [2, 2, 2], 1), { kept: [0, 2], dots: [] });
  assert.deepEqual(thinned([], [], 1), { kept: [], dots: [] });
});

test("a place that may have no picture is a dot, and leaves room to others", () => {
  const isFree = (/** @type {number} */ i) => i !== 0;
  assert.deepEqual(thinned([0, 0.9, 5], [0, 0, 0], 1, isFree), { kept: [1, 2], dots: [0] });
  assert.deepEqual(thinned([0, 0.3, 5], [0, 0, 0], 1, isFree), { kept: [1, 2], dots: [] });
});
