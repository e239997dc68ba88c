import assert from "node:assert/strict";
import { test } from "node:test";

import { ColumnData, milliseconds } from "../../templates/browser/data/column.js";
import { Columns } from "../../templates/browser/data/columns.js";
import { Pieces } from "../../templates/browser/wire/pieces.js";
import { offGrid, Whole } from "../../templates/browser/data/whole.js";
import { column, indexWith, inlinePieces } from "./wire.js";

/** @import { ColumnIndex } from "../../templates/browser/wire/types.d.ts" */

/**
 * @param {Partial<ColumnIndex> & Pick<ColumnIndex, "name" | "kind" | "blocks">} entry
 * @returns {ColumnIndex}
 */
const entryOf = (entry) => ({ role: "own", by: "place", missing: 0, distinct: 0, ...entry });

// Five cutouts of two images, in blocks of three places.
const COLUMNS = [
  entryOf({ name: "z", kind: "number", blocks: { first: 0, count: 2 } }),
  entryOf({ name: "seen", kind: "date", blocks: { first: 2, count: 2 }, texts: { first: 0, count: 2 } }),
  entryOf({
    name: "FILTER", kind: "category", by: "image", blocks: { first: 4, count: 1 },
    categories: [{ text: "r", count: 3 }, { text: "b", count: 2 }],
  }),
  entryOf({ name: "image", kind: "number", role: "built-in", blocks: { first: 5, count: 2 } }),
  entryOf({ name: "row", kind: "number", blocks: { first: 0, count: 2 } }),
  entryOf({ name: "hd.row", kind: "number", role: "built-in", blocks: { first: 7, count: 2 } }),
];
const FILES = {
  "columns/0": { values: column(new Float32Array([0.1, NaN, 2])) }, "columns/1": { values: column(new Float32Array([3, 4])) },
  "columns/2": { codes: column(new Uint8Array([0, 2, 255])) }, "columns/3": { codes: column(new Uint8Array([1, 0])) },
  "columns/4": { codes: column(new Uint8Array([1, 0])) },
  "columns/5": { values: column(new Uint8Array([0, 1, 1])) }, "columns/6": { values: column(new Uint8Array([1, 0])) },
  "columns/7": { values: column(new Int32Array([2_147_483_647, 3, 1])) }, "columns/8": { values: column(new Int32Array([0, 2])) },
  "texts/0": { texts: ["1970-01-02", "1970-01-01T00:00:01.5"] }, "texts/1": { texts: ["1969-12-31 23:59:59Z"] },
  "labels/0": {
    label: column(new Int16Array([0, 1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1])),
    score: column(new Uint16Array([65535, 13107, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
  },
  "labels/1": { label: column(new Int16Array(10).fill(-1)), score: column(new Uint16Array(10)) },
};

function opened() {
  /** @type {string[]} */
  const asked = [];
  /** @type {Pieces} */
  const pieces = new Pieces({
    base: "", complain: () => {},
    async run(address) {
      const key = address.replace(/^data\/|\.js$/g, "");
      asked.push(key);
      if (!(key in FILES)) throw new Error("none");
      pieces.receive(key, FILES[/** @type {keyof typeof FILES} */ (key)]);
    },
  });
  const index = indexWith({ n: 5, columns: COLUMNS, blocks: { per_piece: 3 }, labels: ["cat", "z"], rows: { per_piece: 5 } });
  const columns = new Columns(index, pieces, new Whole(index, pieces));
  return { columns, asked };
}

test("a column is loaded when it is first asked for, whole and once", async () => {
  const { columns, asked } = opened();
  assert.deepEqual(asked, []);
  const [z, again] = await Promise.all([columns.get("z"), columns.get("z")]);
  assert.equal(z, again);
  assert.deepEqual(asked, ["columns/0", "columns/1"]);
  assert.deepEqual(z.values, new Float32Array([0.1, NaN, 2, 3, 4]));
  assert.deepEqual([z.textAt(0), z.textAt(1), z.valueAt(0), z.factAt(1)], ["0.1", "", 0.1, undefined]);
});

test("dates are milliseconds, and say what was written", async () => {
  const seen = await opened().columns.get("seen");
  assert.deepEqual(seen.values, new Float64Array([86_400_000, -1000, NaN, 1500, 86_400_000]));
  assert.deepEqual([0, 1, 2, 3].map((place) => seen.textAt(place)), ["1970-01-02", "1969-12-31 23:59:59Z", "", "1970-01-01T00:00:01.5"]);
  assert.equal(milliseconds("0031-01-01"), Date.parse("0031-01-01"));
  assert.equal(milliseconds("soon"), NaN);
});

test("a column of images has the value of each cutout's image", async () => {
  const filter = await opened().columns.get("FILTER");
  assert.deepEqual([0, 1, 2, 3, 4].map((place) => filter.textAt(place)), ["b", "r", "r", "r", "b"]);
  assert.deepEqual(filter.codes, new Uint8Array([1, 0, 0, 0, 1]));
  assert.equal(filter.missingCode, 255);
});

test("a label stands for its score, under a name of its own", async () => {
  const { columns } = opened();
  assert.deepEqual(columns.list.filter(({ role }) => role === "label").map(({ name }) => name), ["cat", "label.z"]);
  assert.deepEqual((await columns.get("cat")).values, new Float32Array([1, 0, 0, 0, 0]));
  const { values } = await columns.get("label.z");
  assert.deepEqual(values, new Float32Array([0.2, 6 / 65535, 0, 0, 0]));
});

test("what each page has is found also where the user has a column of its name", async () => {
  const { columns } = opened();
  assert.deepEqual([columns.builtIn("row"), columns.builtIn("image")], ["hd.row", "image"]);
  assert.equal((await columns.get("hd.row")).textAt(0), "2147483647");
  await assert.rejects(columns.get("none"), /there is no column none/);
});

test("what could not be loaded is tried again", async () => {
  const { columns } = opened();
  columns.list.push(entryOf({ name: "lost", kind: "number", blocks: { first: 99, count: 1 } }));
  await assert.rejects(columns.get("lost"));
  Object.assign(FILES, { "columns/99": { values: column(new Uint8Array([7])) } });
  assert.equal((await columns.get("lost")).valueAt(0), 7);
});

test("codes beyond the texts are missing, whatever their array", () => {
  for (const codes of [new Uint8Array([0, 255]), new Uint16Array([0, 65535]), new Int32Array([0, -1])]) {
    const found = new ColumnData({ name: "a", kind: "text", codes, texts: ["x"] });
    assert.deepEqual([found.textAt(0), found.textAt(1), found.valueAt(0), found.valueAt(1)], ["x", "", 0, NaN]);
  }
});

test("places come back from steps between the bounds of their run", () => {
  const bounds = new Float32Array([0, 1, 10, 20, 4, 6, 0, 0]);
  assert.deepEqual(offGrid(new Uint16Array([0, 65534, 32767, 65535]), bounds, 0, 2), new Float32Array([0, 1, 5, NaN]));
  assert.deepEqual(offGrid(new Uint16Array([0, 65534, 9, 0]), bounds, 2, 2), new Float32Array([10, 20, 0, 0]));
});

test("a page that carries all pieces has all of them at hand", async () => {
  const pieces = inlinePieces({
    "map/0": { x: new Float32Array([1, 2]), y: new Float32Array([3, 4]), tint: new Uint8Array(6) },
    "sky/0": { x: new Float64Array([0.5]), y: new Float64Array([0.25]), row: new Int32Array([1]) },
    "records/0": {},
  });
  const whole = new Whole(indexWith({ n: 2 }), pieces);
  assert.deepEqual((await whole.map()).x, new Float32Array([1, 2]));
  assert.deepEqual((await whole.sky()).y, new Float32Array([NaN, 0.25]));
  assert.equal((await whole.tints()).length, 6);
  assert.deepEqual((await whole.labels()).label, new Int16Array(10).fill(-1));
});
