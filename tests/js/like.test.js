import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { choice, inOrder } from "../../templates/browser/choose/chosen.js";
import { like, likeWords, nearMean } from "../../templates/browser/choose/like.js";
import { likeMean } from "../../templates/browser/likeness/mean.js";
import { set } from "../../templates/browser/state.js";
import { none, places, setAll } from "../../templates/browser/subset/bits.js";
import { waiting } from "../../templates/browser/text/busy.js";

/** @import { Data } from "../../templates/browser/data/data.js" */

const N = 7000;
const ROWS = Int32Array.from({ length: N }, (_, place) => (place * 3001) % N);

/**
 * Data whose rows lie in another order, each the neighbour of the next two places.
 *
 * @param {((rows: Int32Array, n: number) => Promise<Int32Array | null>) | null} server
 */
const dataOf = (server) => /** @type {Data} */ (/** @type {unknown} */ ({
  n: N, isCompared: server !== null, likeMean: server,
  columns: {
    builtIn: (/** @type {string} */ name) => `hd.${name}`,
    get: async (/** @type {string} */ name) => name === "hd.row" && { values: ROWS },
  },
  neighborsAt: async (/** @type {number} */ place) => [place + 1, place + 2],
}));

test("ten times as many are found, within reason, and never more than there are", () => {
  const found = [
    [1, 9e6], [20, 9e6], [700, 9e6], [8000, 9e6], [20, 695], [1, 695], [1, 60], [89_000, 90_000], [50, 55], [3, 4],
  ].map(([some, all]) => nearMean(some, all));
  assert.deepEqual(found, [100, 200, 5000, 5000, 69, 69, 9, 1000, 5, 1]);
});

test("it is said what would be chosen, and why nothing can be", () => {
  const [served, alone] = [{ n: 9e6, isCompared: true }, { n: 9e6, isCompared: false }];
  assert.deepEqual(likeWords(served, 20), { can: true, words: "Choose these 20 and the 200 most like their mean" });
  assert.deepEqual(likeWords(served, 1), { can: true, words: "Choose this one and the 100 most like it" });
  assert.equal(likeWords(alone, 20).words, "Choose these 20 and the neighbours that this page has of each (their union)");
  assert.deepEqual([5000, 5001].map((some) => likeWords(alone, some).can), [true, false]);
  assert.deepEqual([20000, 20001].map((some) => likeWords(served, some).can), [true, false]);
  assert.match(likeWords(served, 20001).words, /20,001; choose 20,000 at most/);
  assert.deepEqual([0, 9e6].map((some) => likeWords({ ...served, n: some }, some).can), [false, false]);
});

test("a server takes the mean of rows, and its rows are places again", async () => {
  /** @type {unknown[]} */
  const asked = [];
  const data = dataOf(async (rows, n) => {
    asked.push([...rows], n);
    return ROWS.slice(50, 53).reverse();
  });
  const found = await like(data, [9, 4, 6000]);
  assert.deepEqual(asked, [[ROWS[9], ROWS[4], ROWS[6000]], 100]);
  assert.deepEqual([...places(found?.bits ?? new Uint32Array())], [4, 9, 50, 51, 52, 6000]);
  assert.equal(found?.label, "3 and the 3 most like their mean");
  assert.deepEqual(found?.ranked, [52, 51, 50, 9, 4, 6000]);
});

test("a subset of a choice that is ranked comes in that order", () => {
  const bits = setAll(none(N), [4, 9, 51, 52, 60]);
  set({ filters: [] });
  assert.deepEqual([...inOrder(bits)], [4, 9, 51, 52, 60]);
  set({ filters: [choice(setAll(none(N), [4, 9, 52]), "these", [52, 9, 7, 4])] });
  assert.deepEqual([...inOrder(setAll(none(N), [4, 52]))], [52, 4]);
});

test("where no server answers it is the union of neighbours, and says so", async () => {
  for (const server of [null, async () => null]) {
    const found = await like(dataOf(server), [9, 10, 4]);
    assert.deepEqual([...places(found?.bits ?? new Uint32Array())], [4, 5, 6, 9, 10, 11, 12]);
    assert.equal(found?.label, "3 and their 4 neighbours (union)");
    assert.deepEqual(found?.ranked, [11, 5, 6, 12, 9, 10, 4]); // 11 is a neighbour of two
  }
  assert.equal((await like(dataOf(null), [7]))?.label, "1 and its 2 neighbours");
  assert.equal(await like(dataOf(async () => null), Array.from({ length: 5001 }, (_, i) => i)), null);
});

test("rows are sent as they are, and whatever is no answer is none", async () => {
  /** @type {{ address: string, options: RequestInit }[]} */
  const asked = [];
  const answers = [
    new Response(JSON.stringify({ rows: { dtype: "int32", data: btoa("\x05\0\0\0\x00\x01\0\0") } })),
    new Response("there is no row 9\n", { status: 400 }), new Response("<html>"),
  ];
  mock.method(globalThis, "fetch", async (/** @type {string} */ address, /** @type {RequestInit} */ options) => {
    asked.push({ address, options });
    const answer = answers.shift();
    if (!answer) throw new TypeError("no network");
    return answer;
  });
  const rows = Int32Array.of(3, 70000);
  assert.equal(await likeMean(rows, 40), null);
  assert.equal(asked.length, 0);
  assert.deepEqual([...await likeMean(rows, 40, "base/") ?? []], [5, 256]);
  const [{ address, options }] = asked;
  assert.deepEqual([address, options.method, [.../** @type {Int32Array} */ (options.body)]], ["base/like/40", "POST", [3, 70000]]);
  for (let i = 0; i < 3; i++) assert.equal(await likeMean(rows, 40, "base/"), null);
  assert.equal(asked.length, 4);
  mock.restoreAll();
});

test("a part says that it waits when that takes longer than a moment, until the latest is here", async () => {
  const live = { textContent: "" };
  Object.assign(globalThis, { document: { getElementById: () => live } });
  /** @type {Map<string, string>} */
  const attributes = new Map();
  const part = /** @type {HTMLElement} */ (/** @type {unknown} */ ({
    dataset: {}, setAttribute: (/** @type {string} */ name, /** @type {string} */ text) => attributes.set(name, text),
    removeAttribute: (/** @type {string} */ name) => attributes.delete(name),
  }));
  mock.timers.enable({ apis: ["setTimeout"] });
  const later = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(() => resolve(ms), ms));
  const first = waiting(part, "first", later(500));
  mock.timers.tick(150);
  assert.equal(attributes.size, 0);
  mock.timers.tick(100);
  assert.deepEqual([attributes.get("aria-busy"), part.dataset.busy, live.textContent], ["true", "first", "first"]);
  const second = waiting(part, "second", later(600));
  mock.timers.tick(300);
  assert.equal(await first, 500);
  assert.deepEqual([attributes.get("aria-busy"), live.textContent], ["true", "second"]);
  mock.timers.tick(300);
  assert.equal(await second, 600);
  assert.deepEqual([attributes.size, part.dataset.busy, live.textContent], [0, undefined, ""]);
  await waiting(part, "quick", Promise.resolve());
  await assert.rejects(waiting(part, "wrong", Promise.reject(new Error("wrong"))), /wrong/);
  mock.timers.tick(1000);
  assert.equal(attributes.size, 0);
  mock.timers.reset();
});
