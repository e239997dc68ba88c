import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOf, decode, numberAt } from "../../templates/browser/wire/decode.js";
import { column } from "./wire.js";

test("columns become the arrays that they were, wherever they stand", () => {
  const arrays = [
    new Float32Array([1.5, -0, NaN, Infinity]), new Float64Array([Math.PI, -1e300]), new Int32Array([-1, 2 ** 31 - 1]),
    new Int16Array([-32768, 32767]), new Uint16Array([65535]), new Uint8Array([0, 255]),
  ];
  assert.deepEqual(decode({ here: arrays.map(column), deeper: { one: column(arrays[0]) } }), { here: arrays, deeper: { one: arrays[0] } });
});

test("other data stay as they are", () => {
  const plain = { text: "a", none: null, list: [1, [true]], empty: {} };
  assert.deepEqual(decode(plain), plain);
  assert.deepEqual(decode(column(new Float32Array())), new Float32Array());
});

test("numbers of single precision are the shortest that they can be", () => {
  const texts = ["12.3", "0.1", "-1e-30", "16777216", "0", "3.4028235e+38", "1.1754944e-38", "0.33333334"];
  const values = new Float32Array(texts.map(Number));
  assert.deepEqual(texts.map((_, i) => String(numberAt(values, i))), texts);
  assert.ok(Number.isNaN(numberAt(new Float32Array([NaN]), 0)));
  assert.equal(numberAt(new Float32Array([-Infinity]), 0), -Infinity);
  assert.equal(numberAt(new Float64Array([0.1 + 0.2]), 0), 0.1 + 0.2);
});

test("bytes are counted by array, text and number", () => {
  assert.equal(bytesOf({ a: new Float64Array(3), b: ["four", 1], c: null }), 24 + 4 + 8 + 8);
});
