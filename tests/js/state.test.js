import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { actionOf } from "../../templates/browser/keys.js";
import { deriveShown, on, set, state } from "../../templates/browser/state.js";

/** @import { Cutout, Shown } from "../../templates/browser/data/types.d.ts" */

/**
 * @param {number} row
 * @param {...number} similar
 * @returns {Shown}
 */
function shownOf(row, ...similar) {
  const cutout = (/** @type {number} */ own) => /** @type {Cutout} */ ({ row: own });
  return { cutout: cutout(row), similar: similar.map((own, i) => ({ ...cutout(own), rank: i + 1, similarity: 1 })) };
}

/** @type {Map<number, (shown: Shown) => void>} */
const answers = new Map();
deriveShown((row) => new Promise((resolve) => answers.set(row, resolve)));
const answered = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => set({ selected: null, hovered: null, shown: null, leaveOutOverlapping: false }));

test("those are called who listen to what has changed", () => {
  /** @type {(number | null)[]} */
  const heard = [];
  on(["hovered", "selected"], ({ hovered }) => heard.push(hovered));
  set({ hovered: 4 });
  set({ hovered: 4 });
  set({ leaveOutOverlapping: true });
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

test("an answer that comes too late is dropped", async () => {
  set({ selected: 1 });
  set({ selected: 2 });
  answers.get(2)?.(shownOf(2));
  await answered();
  answers.get(1)?.(shownOf(1));
  await answered();
  assert.equal(state.shown?.cutout.row, 2);
});

test("so is one that does not mind the overlap switch", async () => {
  set({ selected: 3 });
  const before = answers.get(3);
  set({ leaveOutOverlapping: true });
  before?.(shownOf(3, 9));
  await answered();
  assert.deepEqual(state.shown, null);
  const shown = shownOf(3, 8);
  answers.get(3)?.(shown);
  await answered();
  assert.equal(state.shown, shown);
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
