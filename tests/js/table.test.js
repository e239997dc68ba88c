import assert from "node:assert/strict";
import { test } from "node:test";

import { ColumnData } from "../../templates/browser/data/column.js";
import { Background, threadText } from "../../templates/browser/subset/background.js";
import { none, set, subsetOf } from "../../templates/browser/subset/bits.js";
import { columnsOf, columnsText, sortOf, sortText } from "../../templates/browser/table/contents.js";
import { fieldsOf, loadField, PICTURE, textOf } from "../../templates/browser/table/fields.js";
import { movedBy } from "../../templates/browser/table/moves.js";
import { ORDER_HELPERS, ORDER_JOBS, ordered, ranksOf, risingOrder } from "../../templates/browser/table/order.js";
import { Sorter } from "../../templates/browser/table/sorter.js";
import { MAX_HEIGHT, Scroll } from "../../templates/browser/table/window.js";
import { randomNumbers } from "./wire.js";

/** @import { ColumnEntry } from "../../templates/browser/data/types.d.ts" */
/** @import { Columns } from "../../templates/browser/data/columns.js" */
/** @import { Numbers } from "../../templates/browser/data/column.js" */
/** @import { Field } from "../../templates/browser/table/fields.js" */

const N = 2000;
const random = randomNumbers(11);
/** @param {() => number} make */
const made = (make) => Array.from({ length: N }, make);
const ODD = [0, -0, 1, -1, Infinity, -Infinity, NaN, 5e-324, -5e-324, 1.7e308, -1.7e308, 1e-310, 0.1, -0.1];

/**
 * As the engine's own stable sort has it.
 *
 * @param {ArrayLike<number>} values
 * @param {number[]} places
 * @param {boolean} isDescending
 */
function plainly(values, places, isDescending) {
  const known = places.filter((place) => !Number.isNaN(values[place]));
  const unknown = places.filter((place) => Number.isNaN(values[place]));
  const by = (/** @type {number} */ a, /** @type {number} */ b) => (a < b ? -1 : a > b ? 1 : 0);
  return [...known.sort((a, b) => by(values[a], values[b]) * (isDescending ? -1 : 1)), ...unknown];
}

test("numbers of all kinds are sorted as the engine sorts them, ties in order, missing ones last both ways", () => {
  const some = Array.from({ length: N }, (_, place) => place).filter((place) => place % 3);
  /** @type {Numbers[]} */
  const arrays = [
    Float64Array.from(made(() => ODD[Math.floor(random() * ODD.length)])),
    Float64Array.from(made(() => (random() - 0.5) * 10 ** Math.floor(random() * 600 - 300))),
    Float32Array.from(made(() => (random() < 0.2 ? NaN : random() - 0.5))),
    Int32Array.from(made(() => Math.floor((random() - 0.5) * 4e9))),
    Uint16Array.from(made(() => random() * 65535)), Uint8Array.from(made(() => random() * 4)),
    new Float64Array(N).fill(NaN), new Float32Array(N).fill(7),
    // Alike in the higher half of their bits: all of them, some of them, few.
    Float64Array.from(made(() => 1 + random() * 1e-9)), Float64Array.from(made(() => -1 - random() * 1e-9)),
    Float64Array.from(made(() => Math.floor(random() * 4) - 2 + random() * 1e-12)),
    Float64Array.from(made(() => Math.floor(random() * 90) + Math.floor(random() * 5) * 1e-12)),
  ];
  for (const values of arrays) {
    for (const isDescending of [false, true]) {
      const found = ordered(Int32Array.from(some), Float64Array.from(some, (place) => values[place]), isDescending);
      assert.deepEqual([...found], plainly(values, some, isDescending));
    }
  }
  assert.deepEqual([...risingOrder(new Float64Array())], []);
});

test("texts have the order that people give them; the same rank where they are equal, none where they are blank", () => {
  const texts = ["M 31", "", "m 4", "M 4", "Äpfel", "Zoo", "  ", "M 104", "apfel"];
  const ranks = ranksOf(texts, false);
  const known = texts.filter((text) => text.trim());
  const { compare } = new Intl.Collator("en", { numeric: true });
  for (const a of known) {
    for (const b of known) {
      assert.equal(Math.sign(ranks[texts.indexOf(a)] - ranks[texts.indexOf(b)]), Math.sign(compare(a, b)));
    }
  }
  assert.ok(ranks[3] < ranks[0] && ranks[0] < ranks[7]);
  assert.deepEqual([ranks[1], ranks[6]], [NaN, NaN]);
  assert.deepEqual([...ranksOf(["9007199254740993", "-9007199254740993", "9007199254740992", "5"], true)], [3, 0, 2, 1]);
});

/** As a page that may start no thread, and as one that may: of the text alone. */
const opens = {
  here: () => new Background(ORDER_JOBS, ORDER_HELPERS, () => null),
  thread: () => new Background(ORDER_JOBS, ORDER_HELPERS, (text) => {
    /** @type {any} */
    const page = {};
    const self = { postMessage: (/** @type {any} */ data) => setTimeout(() => page.onmessage({ data: structuredClone(data) })) };
    new Function("self", text)(self);
    page.postMessage = (/** @type {any} */ data) => /** @type {any} */ (self).onmessage({ data: structuredClone(data) });
    return page;
  }),
};

for (const [name, open] of Object.entries(opens)) {
  test(`one column after the other is sorted: ${name}`, async () => {
    const sorter = new Sorter(6, open);
    const z = new ColumnData({ name: "z", kind: "number", values: Float32Array.from([3, NaN, 1, 2, 1, 0]) });
    const codes = Uint8Array.from([0, 1, 255, 0, 2, 1]);
    const type = new ColumnData({ name: "type", kind: "category", codes, texts: ["star", "arc", "blob"] });
    const id = new ColumnData({ name: "id", kind: "number", codes: Int32Array.from([1, 0, -1, 0, 1, 2]), texts: ["30", "4", "-5"] });
    const bits = none(6);
    [0, 1, 2, 4].forEach((place) => set(bits, place));
    const order = async (/** @type {ColumnData} */ column, isDescending = false, subset = null) => (
      [...(await sorter.order(subset, { column, isDescending })) ?? []]
    );
    assert.deepEqual(await order(z), [5, 2, 4, 3, 0, 1]);
    assert.deepEqual(await order(type), [1, 5, 4, 0, 3, 2]);
    assert.deepEqual(await order(type, true), [0, 3, 4, 1, 5, 2]);
    assert.deepEqual(await order(id), [5, 0, 4, 1, 3, 2]);
    assert.deepEqual(await order(z, true), [0, 3, 2, 4, 5, 1]);
    const subset = subsetOf(bits);
    assert.deepEqual([...(await sorter.order(subset, { column: z, isDescending: false })) ?? []], [2, 4, 0, 1]);
    assert.deepEqual([...(await sorter.order(subset, null)) ?? []], [0, 1, 2, 4]);
    assert.equal(await sorter.order(null, null), null);
  });
}

test("the thread's text has all that it calls", () => {
  assert.doesNotThrow(() => new Function("self", threadText(ORDER_JOBS, ORDER_HELPERS)));
});

for (const n of [0, 1, 5, 20_000, 1e6, 1e7]) {
  test(`a list of ${n} rows is seen whole`, () => {
    const scroll = new Scroll();
    scroll.resize({ n, rowHeight: 40, viewHeight: 210 });
    assert.ok(scroll.height <= MAX_HEIGHT);
    assert.equal(scroll.rows.first, 0);
    scroll.scrolled(scroll.maxScrollTop); // as far as the bar goes
    assert.equal(scroll.rows.stop, n);
    assert.equal(scroll.top, Math.max(0, 40 * n - 210));
    scroll.scrolled(0);
    assert.equal(scroll.top, 0);
    for (const row of [0, 1, n >> 1, n - 2, n - 1].filter((at) => at >= 0 && at < n)) {
      scroll.reveal(row);
      assert.ok(scroll.isSeen(row));
      const { first, stop } = scroll.rows;
      assert.ok(row >= first && row < stop && stop - first <= 7);
      const start = scroll.offsetOf(row) - scroll.scrollTop; // on the screen
      assert.ok(start >= -1 && start + 40 <= 211, `${row} at ${start}`);
      assert.ok(scroll.scrollTop >= 0 && scroll.scrollTop <= scroll.maxScrollTop);
    }
  });
}

test("a small step of the scroll is as long in a long list, so that no row is jumped over", () => {
  const scroll = new Scroll();
  scroll.resize({ n: 1e7, rowHeight: 40, viewHeight: 210 });
  scroll.scrolled(7.5e6); // the bar is dragged to the middle
  const { first } = scroll.rows;
  assert.ok(Math.abs(first - 5e6) < 100);
  for (let step = 1; step <= 50; step++) scroll.scrolled(7.5e6 + 40 * step);
  assert.equal(scroll.rows.first, first + 50);
});

test("rows near what is seen come to its edge, those that are far to its middle", () => {
  const scroll = new Scroll();
  scroll.resize({ n: 1000, rowHeight: 40, viewHeight: 200 });
  scroll.reveal(5);
  assert.equal(scroll.top, 40);
  scroll.reveal(0);
  assert.equal(scroll.top, 0);
  scroll.reveal(500);
  assert.equal(scroll.top, 500 * 40 - 80);
  scroll.resize({ rowHeight: 44 });
  assert.equal(scroll.rows.first, 498); // what is seen stays
});

test("keys lead from cell to cell and no farther than the grid", () => {
  const size = { rows: 100, columns: 4, page: 6 };
  const from = { row: 0, column: 0 };
  assert.deepEqual(movedBy(from, "ArrowUp", size), { row: -1, column: 0 });
  assert.deepEqual(movedBy(from, "PageUp", size), from);
  assert.deepEqual(movedBy(from, "PageDown", size), { row: 6, column: 0 });
  assert.deepEqual(movedBy(from, "End", size), { row: 99, column: 0 });
  assert.deepEqual(movedBy({ row: 98, column: 3 }, "PageDown", size), { row: 99, column: 3 });
  assert.deepEqual(movedBy({ row: 98, column: 3 }, "ArrowRight", size), { row: 98, column: 3 });
  assert.deepEqual(movedBy({ row: 98, column: 3 }, "Home", size), { row: 0, column: 3 });
  assert.deepEqual(movedBy({ row: -1, column: 3 }, "ArrowDown", { ...size, rows: 0 }), { row: -1, column: 3 });
  assert.equal(movedBy(from, "x", size), null);
});

test("fields: the picture, the file, six of the user's columns and the position; ours where the user's have their names", async () => {
  const entry = (/** @type {string} */ name, /** @type {string} */ role, kind = "number") => (
    /** @type {ColumnEntry} */ (/** @type {unknown} */ ({ name, kind, role }))
  );
  const own = ["file", "b", "c", "d", "e", "f", "g"].map((name) => entry(name, "own", "text"));
  const list = [...own, entry("row", "built-in"), entry("hd.file", "built-in", "text"), entry("ra", "built-in"), entry("dec", "built-in"),
    entry("nematode", "label")];
  const values = Float64Array.from([53.1622222222222, -27.5, NaN]);
  const columns = /** @type {Columns} */ (/** @type {unknown} */ ({
    n: 3, list, builtIn: (/** @type {string} */ name) => (name === "file" ? "hd.file" : name),
    get: async (/** @type {string} */ name) => new ColumnData({ name, kind: "number", values }),
  }));
  const fields = fieldsOf(columns, 2);
  assert.deepEqual(fields.map(({ name }) => name), [PICTURE, "hd.file", "file", "b", "c", "d", "e", "f", "g", "ra", "dec", "row"]);
  assert.deepEqual(fields.filter(({ isDefault }) => !isDefault).map(({ name }) => name), ["g", "row"]);
  assert.deepEqual(fieldsOf(columns, 1).filter(({ isDefault }) => !isDefault).map(({ name }) => name), ["hd.file", "g", "row"]);
  // What says the same of all is not shown at first, but what tells cutouts from each other is.
  const same = { distinct: 1, missing: 0 };
  const bare = [{ ...entry("credit", "own"), ...same }, { ...entry("note", "own"), ...same, missing: 2 }, entry("row", "built-in"),
    { ...entry("ra", "built-in"), ...same }, entry("dec", "built-in"), entry("x0", "built-in")];
  const shown = fieldsOf(/** @type {Columns} */ ({ ...columns, list: bare }), 1).filter(({ isDefault }) => isDefault);
  assert.deepEqual(shown.map(({ name }) => name), [PICTURE, "note", "dec", "row", "x0"]);
  const ra = await loadField(columns, fields[9]);
  assert.deepEqual([0, 1, 2].map((place) => textOf(ra, place)), ["53.16222", "−27.50000", ""]);
  assert.ok(ra.width >= 72 && ra.width <= 240);
});

test("order and columns of links are those that were chosen, whatever columns are called", () => {
  const names = [PICTURE, "z", "up:z", "a;b%:c", "", "%", "Größe"];
  const fields = /** @type {Field[]} */ (names.map((name) => ({ name })));
  for (const name of names.slice(1)) {
    for (const isDescending of [false, true]) {
      assert.deepEqual(sortOf(sortText({ name, isDescending }) ?? "", fields), { name, isDescending });
    }
  }
  assert.equal(sortText(null), null);
  for (let some = 1; some < 2 ** names.length; some++) {
    const wanted = new Set(names.filter((_, i) => some & (1 << i)));
    assert.deepEqual(columnsOf(columnsText(wanted, fields), fields), wanted);
  }
  for (const text of ["", "z", "up", "down:y", "sideways:z", `up:${PICTURE}`]) assert.equal(sortOf(text, fields.slice(0, 4)), null, text);
  for (const text of ["y", "x;y", "%00picture"]) assert.equal(columnsOf(text, fields.slice(1, 4)), null, text);
  assert.deepEqual(columnsOf("z;y;z;%", fields), new Set([PICTURE, "z"]));
});
