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

/**
 * Rows in files of three pieces, eight in all, as Python writes them, on a server or on a disk.
 *
 * @param {{ givesParts?: boolean | null, maxBytes?: number }} options null on a disk
 */
function bundled({ givesParts = null, maxBytes = 1e6 } = {}) {
  const texts = [0, 1, 2].map((file) => [0, 1, 2].map((i) => 3 * file + i).filter((number) => number < 8).map((number) => (
    `hubbleDash.piece("rows/${number}",${JSON.stringify({ place: column(new Int32Array(1 + number).fill(number)), note: "é" })});`
  )));
  const starts = texts.flatMap((lines) => lines.map((_, i) => Buffer.byteLength(lines.slice(0, i).map((line) => `${line}\n`).join(""))));
  /** @type {string[]} */
  const asked = [];
  const linesOf = (/** @type {string} */ address) => texts[Number(/^data\/rows\/(\d+)\.js$/.exec(address)?.[1])];
  const pieces = new Pieces({
    base: "", files: { rows: { per_file: 3, starts: Int32Array.from(starts) } }, complain: assert.fail, maxBytes,
    async run(address) {
      asked.push(address);
      await null;
      for (const line of linesOf(address)) {
        const [, key, json] = /** @type {RegExpExecArray} */ (/^hubbleDash\.piece\("([^"]+)",(.*)\);$/.exec(line));
        pieces.receive(key, JSON.parse(json));
      }
    },
    part: givesParts === null ? null : async (address, first, last) => {
      asked.push(`${address} ${first}-`);
      await null;
      if (!givesParts) return null;
      return Buffer.from(linesOf(address).join("\n")).subarray(first, last === null ? undefined : last + 1).toString();
    },
  });
  const get = async (/** @type {number} */ number) => Array.from((await pieces.get("rows", number)).place);
  return { get, pieces, asked, starts };
}

const numbersOf = (/** @type {number} */ number) => Array(1 + number).fill(number);

test("one script brings all pieces of a file, whoever asks for them", async () => {
  const { get, asked } = bundled();
  assert.deepEqual(await Promise.all([4, 3, 4].map(get)), [4, 3, 4].map(numbersOf));
  assert.deepEqual(await get(5), numbersOf(5));
  assert.deepEqual(await get(7), numbersOf(7));
  assert.deepEqual(asked, ["data/rows/1.js", "data/rows/2.js"]);
});

test("what only came along goes when there is too much of it; what is waited for stays", async () => {
  const { get, asked } = bundled({ maxBytes: 60 });
  assert.deepEqual(await Promise.all([0, 1, 2].map(get)), [0, 1, 2].map(numbersOf));
  assert.deepEqual(await get(3), numbersOf(3));
  assert.deepEqual(await get(4), numbersOf(4));
  assert.deepEqual(asked, ["data/rows/0.js", "data/rows/1.js", "data/rows/1.js"]);
});

test("a server that gives parts of files is asked for the piece alone", async () => {
  const { get, asked, starts } = bundled({ givesParts: true });
  for (let number = 0; number < 8; number++) assert.deepEqual(await get(number), numbersOf(number));
  assert.deepEqual(asked, starts.map((start, number) => `data/rows/${Math.floor(number / 3)}.js ${start}-`));
});

test("one that does not is asked for parts no more", async () => {
  const { get, asked } = bundled({ givesParts: false });
  assert.deepEqual(await Promise.all([1, 2].map(get)), [1, 2].map(numbersOf));
  assert.deepEqual(await get(6), numbersOf(6));
  assert.deepEqual(asked.slice(2), ["data/rows/0.js", "data/rows/2.js"]);
});
