import assert from "node:assert/strict";
import { test } from "node:test";

import { Pieces } from "../../templates/browser/wire/pieces.js";
import { column } from "./wire.js";

/**
 * Pieces of rows that come from files; `n` numbers are in each.
 *
 * @param {number} n
 * @param {number} [maxBytes]
 */
function fromFiles(n, maxBytes) {
  /** @type {string[]} */
  const asked = [];
  /** @type {string[]} */
  const complaints = [];
  const pieces = new Pieces({
    base: "base/",
    complain: (text) => complaints.push(text),
    maxBytes,
    async run(address) {
      asked.push(address);
      await null;
      const number = Number(/^base\/data\/rows\/(\d+)\.js$/.exec(address)?.[1]);
      if (number > 99) throw new Error(`${address} cannot be read`);
      pieces.receive(`rows/${number}`, { place: column(new Int32Array(n).fill(number)) });
    },
  });
  return { pieces, asked, complaints };
}

test("a piece is asked for once, also while it is on its way", async () => {
  const { pieces, asked } = fromFiles(2);
  const [one, other] = await Promise.all([pieces.get("rows", 7), pieces.get("rows", 7)]);
  assert.deepEqual(one, { place: new Int32Array([7, 7]) });
  assert.equal(one, other);
  assert.equal(await pieces.get("rows", 7), one);
  assert.deepEqual(asked, ["base/data/rows/7.js"]);
});

test("pieces that were not used for long are asked for again", async () => {
  const { pieces, asked } = fromFiles(25, 250); // bytes: two pieces of 100 fit
  for (const number of [0, 1, 0, 2, 0, 1]) await pieces.get("rows", number);
  assert.deepEqual(asked, [0, 1, 2, 1].map((number) => `base/data/rows/${number}.js`));
});

test("a piece that cannot be read is complained of, and asked for again", async () => {
  const { pieces, asked, complaints } = fromFiles(1);
  for (let i = 0; i < 2; i++) await assert.rejects(pieces.get("rows", 100), /rows\/100.js cannot be read/);
  assert.equal(asked.length, 2);
  assert.match(complaints[0], /^base\/data\/rows\/100.js cannot be read\. The page needs the files beside it: copy the whole folder\.$/);
});

test("pieces that stand in the page are decoded when they are first asked for, and once", async () => {
  /** @type {Record<string, unknown>} */
  const inline = { "rows/0": { place: column(new Int32Array([4])) }, "rows/1": { place: column(new Int32Array([5])) } };
  const pieces = new Pieces({ base: "", inline, complain: assert.fail, run: assert.fail });
  const piece = await pieces.get("rows", 0);
  assert.deepEqual(piece, { place: new Int32Array([4]) });
  assert.equal(await pieces.once("rows", 0), piece);
  assert.deepEqual(Object.keys(inline), ["rows/1"]); // the text of what is here goes
});
