import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { actionOf } from "../../templates/browser/keys.js";
import { ANYWHERE } from "../../templates/browser/likeness/where.js";
import { deriveShown, on, set, state } from "../../templates/browser/state.js";

/** @import { Cutout, Shown } from "../../templates/browser/data/types.d.ts" */

/**
 * @param {number} row
 * @param {...number} similar
 * @returns {Shown}
 */
function shownOf(row, ...similar) {
  const cutout = (/** @type {number} */ own) => /** @type {Cutout} */ ({ row: own });
  const found = { where: ANYWHERE, radius: null, among: null, looked: null, n: null, isSmoothed: false };
  return { cutout: cutout(row), similar: similar.map((own, i) => ({ ...cutout(own), rank: i + 1, similarity: 1 })), found };
}

/** @type {Map<number, (shown: Shown) => void>} */
const answers = new Map();
deriveShown((row) => new Promise((resolve) => answers.set(row, resolve)));
const answered = () => new Promise((resolve) => setTimeout(resolve)); // timers wait until all promises are kept

beforeEach(() => set({ selected: null, hovered: null, shown: null, where: ANYWHERE, among: "all", subset: null, isSmoothed: false }));

test("those are called who listen to what has changed", () => {
  /** @type {(number | null)[]} */
  const heard = [];
  on(["hovered", "selected"], ({ hovered }) => heard.push(hovered));
  set({ hovered: 4 });
  set({ hovered: 4 });
  set({ where: { kind: "image", radius: null } });
  set({ hovered: null, selected: null });
  assert.deepEqual(heard, [4, null]);
});

test("shown follows selected", async () => {
  set({ selected: 1 });
  assert.equal(state.shown, null);
  const shown = shownOf(1, 2);
  answers.get(1)?.(shown);
  await answered();
  assert.equal(state.shown, shown);
  set({ selected: null });
  assert.equal(state.shown, null);
});

test("shown follows the choice of fingerprints", async () => {
  set({ selected: 1 });
  answers.get(1)?.(shownOf(1, 2));
  await answered();
  answers.delete(1);
  set({ isSmoothed: true });
  const smoothed = shownOf(1, 3);
  answers.get(1)?.(smoothed);
  await answered();
  assert.equal(state.shown, smoothed);
});

test("an answer that comes too late is dropped", async () => {
  set({ selected: 1 });
  set({ selected: 2 });
  answers.get(2)?.(shownOf(2));
  await answered();
  answers.get(1)?.(shownOf(1));
  await answered();
  assert.equal(state.shown?.cutout.row, 2);
});

test("so is one that does not mind where similar cutouts may lie", async () => {
  set({ selected: 3 });
  const before = answers.get(3);
  set({ where: { kind: "overlapping", radius: null } });
  before?.(shownOf(3, 9));
  await answered();
  assert.deepEqual(state.shown, null);
  const shown = shownOf(3, 8);
  answers.get(3)?.(shown);
  await answered();
  assert.equal(state.shown, shown);
});

test("shown follows the subset only where the similar ones are of it", () => {
  set({ selected: 4 });
  answers.delete(4);
  set({ subset: { bits: Uint32Array.of(3), count: 2 } });
  assert.ok(!answers.has(4));
  set({ among: "subset" });
  assert.ok(answers.delete(4));
  set({ subset: { bits: Uint32Array.of(1), count: 1 } });
  assert.ok(answers.delete(4));
  set({ subset: null });
  assert.ok(answers.delete(4));
  set({ among: "all" });
  assert.ok(!answers.has(4));
});

test("arrow keys go through the similar ones, around their ends", () => {
  set({ shown: shownOf(1, 5, 6, 7) });
  const press = (/** @type {string} */ key) => {
    actionOf(key)?.();
    return state.hovered;
  };
  assert.deepEqual(["ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"].map(press), [5, 6, 5, 7]);
  set({ hovered: null });
  assert.equal(press("ArrowUp"), 7);
  assert.equal(press("ArrowDown"), 5);
});

test("digits stand for similar cutouts that are there", () => {
  set({ shown: shownOf(1, 5, 6) });
  assert.equal(typeof actionOf("2"), "function");
  for (const key of ["3", "a", "10", "Tab"]) assert.equal(actionOf(key), undefined);
});
