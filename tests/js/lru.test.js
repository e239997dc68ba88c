import assert from "node:assert/strict";
import { test } from "node:test";

import { Lru } from "../../templates/browser/wire/lru.js";

/** @param {Lru<unknown>} lru */
const keys = (lru) => [...lru.entries.keys()];

test("what was used last stays", () => {
  const lru = new Lru(2);
  lru.set("a", 1);
  lru.set("b", 2);
  assert.equal(lru.get("a"), 1);
  lru.set("c", 3);
  assert.deepEqual(keys(lru), ["a", "c"]);
  assert.equal(lru.get("b"), undefined);
});

test("several go where one that is heavy comes, but not itself", () => {
  const lru = new Lru(10);
  for (const key of ["a", "b", "c"]) lru.set(key, key, 3);
  lru.set("d", "d", 8);
  assert.deepEqual(keys(lru), ["d"]);
  lru.set("e", "e", 11);
  assert.deepEqual(keys(lru), ["e"]);
  assert.equal(lru.weight, 11);
});

test("what weighs nothing yet stays until its weight is known", () => {
  const lru = new Lru(5);
  lru.set("loading", 1, 0);
  lru.set("a", 2, 4);
  lru.set("b", 3, 4);
  assert.deepEqual(keys(lru), ["loading", "b"]);
  lru.set("loading", 1, 4);
  assert.deepEqual(keys(lru), ["loading"]);
});

test("a value that is set again or deleted no longer weighs", () => {
  const lru = new Lru(5);
  lru.set("a", 1, 4);
  lru.set("a", 2, 1);
  lru.set("b", 3, 4);
  assert.deepEqual(keys(lru), ["a", "b"]);
  lru.delete("b");
  lru.delete("nothing");
  assert.equal(lru.weight, 1);
});
