import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ColumnData } from "../../templates/browser/data/column.js";
import { set, state } from "../../templates/browser/state.js";
import { Background, threadText } from "../../templates/browser/subset/background.js";
import { places } from "../../templates/browser/subset/bits.js";
import { binsOf, countIn, CrossCounts, recount } from "../../templates/browser/subset/histogram.js";
import { inRange, withCodes, withText } from "../../templates/browser/subset/passes.js";
import { addKind, bitsByRow, deriveSubset, filterBy, Filters, rowsOf } from "../../templates/browser/subset/subset.js";
import { openBrowser } from "./browser.js";
import { randomNumbers } from "./wire.js";

/** @import { Columns } from "../../templates/browser/data/columns.js" */

const N = 1003;
const random = randomNumbers(5);
const TEXTS = ["Spiral", "elliptical", "Barred spiral", "star"];
const DATA = {
  z: new ColumnData({ name: "z", kind: "number", values: Float32Array.from({ length: N }, (_, i) => (i % 50 ? random() : NaN)) }),
  type: new ColumnData({
    name: "type", kind: "category", texts: TEXTS,
    codes: Uint8Array.from({ length: N }, () => (random() < 0.1 ? 255 : Math.floor(4 * random()))),
  }),
  row: new ColumnData({ name: "row", kind: "number", values: Int32Array.from({ length: N }, (_, i) => (i * 7) % N) }),
};
let passesOfZ = 0;
const columns = /** @type {Columns} */ (/** @type {unknown} */ ({
  n: N,
  builtIn: (/** @type {string} */ name) => name,
  async get(/** @type {keyof typeof DATA} */ name) {
    if (name === "z") passesOfZ++;
    if (!(name in DATA)) throw new RangeError(`there is no column ${name}`);
    return DATA[name];
  },
}));
/** @type {string[]} */
const complaints = [];
const { body } = openBrowser();
const filters = new Filters(columns);
deriveSubset(filters, (text) => complaints.push(text));

beforeEach(() => filterBy(filters, []));

/** @param {(place: number) => boolean} passes */
const where = (passes) => Array.from({ length: N }, (_, place) => place).filter(passes);
const valueOf = (/** @type {number} */ place) => DATA.z.values?.[place] ?? NaN;
const codeOf = (/** @type {number} */ place) => DATA.type.codes?.[place] ?? NaN;

const BRUSH = { id: "a", kind: /** @type {const} */ ("range"), column: "z", low: 0.25, high: 0.75 };
const TICKS = { id: "b", kind: /** @type {const} */ ("codes"), column: "type", codes: [0, 3] };
const found = () => [...places(state.subset?.bits ?? new Uint32Array())];

test("one pass finds what brute force finds", () => {
  const values = /** @type {Float32Array} */ (DATA.z.values);
  const codes = /** @type {Uint8Array} */ (DATA.type.codes);
  assert.deepEqual([...places(inRange(values, 0.25, 0.75))], where((place) => valueOf(place) >= 0.25 && valueOf(place) <= 0.75));
  assert.deepEqual([...places(inRange(values, null, 0.5))], where((place) => valueOf(place) <= 0.5));
  assert.deepEqual([...places(inRange(values, values[3], values[3]))], [3]);
  assert.deepEqual([...places(withCodes(codes, 4, [1, 2]))], where((place) => [1, 2].includes(codeOf(place))));
  assert.deepEqual([...places(withCodes(codes, 4, [1], 255))], where((place) => [1, 255].includes(codeOf(place))));
  assert.deepEqual([...places(withText(codes, TEXTS, "SPIRAL"))], where((place) => [0, 2].includes(codeOf(place))));
  assert.deepEqual([...places(withCodes(new Int32Array([-1, 0, 1]), 2, [1], -1))], [0, 2]);
});

test("filters of all columns hold at once, and none means all", async () => {
  assert.equal(state.subset, null);
  assert.equal(body.dataset.hdSubset, String(N));
  await filterBy(filters, [BRUSH, TICKS]);
  const expected = where((place) => valueOf(place) >= 0.25 && valueOf(place) <= 0.75 && [0, 3].includes(codeOf(place)));
  assert.deepEqual(found(), expected);
  assert.equal(body.dataset.hdSubset, String(expected.length));
  assert.deepEqual(await rowsOf(columns), expected.map((place) => (place * 7) % N).sort((a, b) => a - b));
  await filterBy(filters, []);
  assert.equal(state.subset, null);
  assert.equal((await rowsOf(columns)).length, N);
});

test("a negated filter lets all others pass, those that are missing too", async () => {
  await filterBy(filters, [{ ...BRUSH, negated: true }]);
  assert.deepEqual(found(), where((place) => !(valueOf(place) >= 0.25 && valueOf(place) <= 0.75)));
});

test("a change of one filter passes over no other column again", async () => {
  await filterBy(filters, [BRUSH, TICKS]);
  const before = passesOfZ;
  await filterBy(filters, [BRUSH, { ...TICKS, codes: [1] }]);
  assert.equal(passesOfZ, before);
  await filterBy(filters, [{ ...BRUSH, low: 0.5 }, TICKS]);
  assert.equal(passesOfZ, before + 1);
});

test("an answer that comes too late is dropped, and one that fails is told", async () => {
  /** @type {((bits: Uint32Array) => void)[]} */
  const late = [];
  addKind("query", () => new Promise((resolve) => late.push(resolve)));
  set({ filters: [{ id: "q", kind: "query", text: "slow" }] });
  await filterBy(filters, [TICKS]);
  const ticked = state.subset;
  late[0](new Uint32Array(Math.ceil(N / 32)));
  await null;
  assert.equal(state.subset, ticked);
  await filterBy(filters, [{ ...BRUSH, column: "zz" }]);
  assert.deepEqual(complaints, ["there is no column zz"]);
  assert.equal(state.subset, ticked);
});

test("a subset by place is one by row as well", async () => {
  await filterBy(filters, [TICKS]);
  const byRow = await bitsByRow(/** @type {NonNullable<typeof state.subset>} */ (state.subset), columns);
  assert.deepEqual([...places(byRow)], await rowsOf(columns));
});

test("counts are those of brute force, whatever was counted before", () => {
  const held = new Map([["z", DATA.z.values], ["type", DATA.type.codes]]);
  const values = /** @type {Float32Array} */ (DATA.z.values);
  const ranges = /** @type {[number, number][]} */ ([[0.1, 0.4], [0.2, 0.5], [-1, 2], [0.45, 0.5], [0.1, 0.4]]);
  for (const range of [null, ...ranges, null]) {
    const bits = range && inRange(values, ...range);
    const counted = where((place) => range === null || (valueOf(place) >= range[0] && valueOf(place) <= range[1]));
    for (const n of [8, 300]) {
      const { counts } = countIn(held, { column: "z", bits, bins: { low: 0, high: 1, n }, n: 0 });
      assert.deepEqual([...counts], Array.from({ length: n }, (_, bin) => (
        counted.filter((place) => Math.floor(n * valueOf(place)) === bin).length
      )));
    }
    const { counts } = countIn(held, { column: "type", bits, n: 4 });
    assert.deepEqual([...counts], [0, 1, 2, 3, 255].map((code) => counted.filter((place) => codeOf(place) === code).length));
  }
});

test("bins hold both ends; what is missing or outside has its own", () => {
  assert.deepEqual([...binsOf(new Uint8Array([0, 5, 10, 11]), { low: 0, high: 10, n: 2 })], [0, 1, 1, 2]);
  assert.deepEqual([...binsOf(Float32Array.of(NaN, 3, 3.5), { low: 3, high: 3, n: 1 })], [1, 0, 1]);
  const counts = new Uint32Array(3);
  recount(new Int32Array([-1, 0, 1, 7]), new Uint32Array(1), Uint32Array.of(0b1111), counts);
  assert.deepEqual([...counts], [1, 1, 2]);
});

/** As a page that may start no thread does it. */
const here = (/** @type {any} */ jobs, /** @type {Function[]} */ helpers) => new Background(jobs, helpers, () => null);

test("a chart counts what the filters of other columns leave", async () => {
  await filterBy(filters, [BRUSH, TICKS]);
  const counting = new CrossCounts(columns, filters, here);
  const ofTypes = await counting.counts({ column: "type" });
  const brushed = where((place) => valueOf(place) >= 0.25 && valueOf(place) <= 0.75);
  assert.deepEqual([...ofTypes], [0, 1, 2, 3, 255].map((code) => brushed.filter((place) => codeOf(place) === code).length));
  const ofNumbers = await counting.counts({ column: "z", bins: { low: 0, high: 1, n: 2 } });
  const ticked = where((place) => [0, 3].includes(codeOf(place)));
  assert.equal(ofNumbers[0] + ofNumbers[1], ticked.filter((place) => !Number.isNaN(valueOf(place))).length);
});

// As a worker runs it: of the text alone.
function threadOf(/** @type {string} */ text) {
  /** @type {any} */
  const page = {};
  const self = { postMessage: (/** @type {any} */ data) => setTimeout(() => page.onmessage({ data: structuredClone(data) })) };
  new Function("self", text)(self);
  page.postMessage = (/** @type {any} */ data) => /** @type {any} */ (self).onmessage({ data: structuredClone(data) });
  return page;
}

function add(/** @type {Map<string, any>} */ held, /** @type {any} */ { by }) {
  return { sum: held.get("values").map((/** @type {number} */ value) => twice(value) + by) };
}
function twice(/** @type {number} */ value) {
  return 2 * value;
}

test("a thread made of text answers as the page itself does", async () => {
  for (const start of [threadOf, () => null]) {
    const background = new Background({ add }, [twice], start);
    background.give("values", new Float32Array([1, 2]));
    const [one, other] = await Promise.all([background.ask("add", { by: 1 }), background.ask("add", { by: 5 })]);
    assert.deepEqual([one.sum, other.sum], [new Float32Array([3, 5]), new Float32Array([7, 9])]);
    background.give("values", null);
    await assert.rejects(background.ask("add", { by: 1 }), /undefined/);
  }
  assert.doesNotThrow(() => new Function("self", threadText({ add }, [twice])));
});

test("where the thread cannot start, what was asked is done in the page", async () => {
  /** @type {any} */
  const dead = { postMessage: () => {} };
  const background = new Background({ add }, [twice], () => dead);
  background.give("values", [3]);
  const asked = background.ask("add", { by: 0 });
  dead.onerror();
  assert.deepEqual(await asked, { sum: [6] });
});
