import assert from "node:assert/strict";
import { test } from "node:test";

import { asPython, asQuery } from "../../templates/browser/asking/asQuery.js";
import { completions } from "../../templates/browser/asking/completions.js";
import { filtersOf } from "../../templates/browser/asking/fromQuery.js";
import { ColumnData } from "../../templates/browser/data/column.js";
import { evaluate } from "../../templates/browser/query/evaluate.js";
import { QueryError } from "../../templates/browser/query/lexer.js";
import { openQueries } from "../../templates/browser/query/asked.js";
import { parse } from "../../templates/browser/query/parser.js";
import { search } from "../../templates/browser/query/search.js";
import { all, count, places } from "../../templates/browser/subset/bits.js";
import { Filters } from "../../templates/browser/subset/subset.js";
import { randomNumbers } from "./wire.js";

/**
 * @import { Columns } from "../../templates/browser/data/columns.js"
 * @import { ColumnEntry, Filter } from "../../templates/browser/data/types.d.ts"
 */

const N = 500;
const random = randomNumbers(11);
const TYPES = ["spiral", 'a "b" \\ c', "Café", "x and y"];
const pick = (/** @type {number} */ n) => (random() < 0.1 ? 255 : Math.floor(n * random()));
const DAY = 86_400_000;
const DATES = Array.from({ length: 40 }, (_, i) => new Date(Date.UTC(2004, 0, 1) + i * 1.37 * DAY).toISOString().slice(0, 19));
/** @type {Record<string, ColumnData>} */
const DATA = {
  z: new ColumnData({ name: "z", kind: "number", values: Float32Array.from({ length: N }, (_, i) => (i % 9 ? random() - 0.5 : NaN)) }),
  "DATE-OBS": new ColumnData({
    name: "DATE-OBS", kind: "date", texts: DATES, codes: Uint8Array.from({ length: N }, () => pick(40)),
  }),
  "my type": new ColumnData({ name: "my type", kind: "category", texts: TYPES, codes: Uint8Array.from({ length: N }, () => pick(4)) }),
  ok: new ColumnData({ name: "ok", kind: "flag", texts: ["False", "True"], codes: Uint8Array.from({ length: N }, () => pick(2)) }),
  name: new ColumnData({
    name: "name", kind: "text", texts: ["NGC 1300", "ngc_1301", "M 51"], codes: Uint8Array.from({ length: N }, () => pick(3)),
  }),
  row: new ColumnData({ name: "row", kind: "number", values: Uint16Array.from({ length: N }, (_, i) => (i * 7) % N) }),
  spiral: new ColumnData({ name: "spiral", kind: "number", values: new Float32Array(N).fill(0.5) }),
};
const list = /** @type {ColumnEntry[]} */ (Object.values(DATA).map(({ name, kind, texts }) => ({
  name, kind, role: name === "spiral" ? "label" : name === "row" ? "built-in" : "own",
  ...(kind === "category" || kind === "flag" ? { categories: texts?.map((text) => ({ text, count: 1 })) } : {}),
})));
const columns = /** @type {Columns} */ (/** @type {unknown} */ ({
  n: N, list, get: async (/** @type {string} */ name) => DATA[name],
}));
openQueries();
const filters = new Filters(columns);
const rowsOf = (/** @type {Uint32Array} */ bits) => Array.from(places(bits), (place) => (place * 7) % N);

/** @type {Filter[][]} */
const CASES = [
  [{ id: "column:z", kind: "range", column: "z", low: -0.1, high: 0.3 }],
  [{ id: "column:z", kind: "range", column: "z", low: null, high: 1e-7 }],
  [{ id: "column:z", kind: "range", column: "z", low: 0.25, high: null, missing: true }],
  [{ id: "column:z", kind: "range", column: "z", low: 0, high: 0.25, negated: true }],
  [{ id: "column:z", kind: "known", column: "z" }, { id: "column:ok", kind: "codes", column: "ok", codes: [1] }],
  [{ id: "column:z", kind: "known", column: "z", negated: true }, { id: "column:ok", kind: "codes", column: "ok", codes: [1, 0] }],
  [{ id: "column:my type", kind: "codes", column: "my type", codes: [1, 3], missing: true }],
  [
    { id: "column:my type", kind: "codes", column: "my type", codes: [2] },
    { id: "column:name", kind: "text", column: "name", text: "ngc" },
  ],
  [{ id: "column:DATE-OBS", kind: "range", column: "DATE-OBS", low: Date.UTC(2004, 0, 5), high: Date.UTC(2004, 1, 2) - 1 }],
  [{
    id: "column:DATE-OBS", kind: "range", column: "DATE-OBS", low: Date.UTC(2004, 0, 5, 3, 4, 5), high: Date.UTC(2004, 0, 20, 1, 2, 3, 4),
  }],
  [
    { id: "column:z", kind: "range", column: "z", low: -0.4, high: 0.4 },
    { id: "query", kind: "query", text: "spiral > 0.2 and (ok or z < 0)" },
  ],
  [{ id: "column:ok", kind: "codes", column: "ok", codes: [0] }, { id: "query", kind: "query", text: "z < 0 or row < 7" }],
  [/** @type {Filter} */ (search("NGC 1300", list))],
  [/** @type {Filter} */ (search("row 17", list)), { id: "column:z", kind: "range", column: "z", low: -1, high: null }],
  [/** @type {Filter} */ (search("rows 7, 14, 21", list))],
];

test("filters as a query mean the same places, and come back as themselves", async () => {
  for (const asked of CASES) {
    const text = asQuery(asked, columns, rowsOf);
    const wanted = (await filters.all(asked)) ?? all(N);
    assert.deepEqual(await evaluate(parse(text), columns), wanted, text);
    const back = filtersOf(text, list);
    assert.deepEqual(await filters.all(back), wanted, text);
    assert.deepEqual(back.map(({ id }) => id).sort(), asked.map(({ id }) => id).sort(), text);
    assert.equal(asQuery(back, columns, rowsOf), text);
    assert.ok(count(wanted) > 0 && count(wanted) < N, text);
  }
  assert.equal(asQuery([], columns, rowsOf), "");
});

test("charts and the search box get back what they asked", () => {
  for (const asked of CASES) {
    const same = (/** @type {Filter[]} */ some) => some.map((filter) => JSON.stringify(filter)).sort();
    const back = filtersOf(asQuery(asked, columns, rowsOf), list);
    assert.deepEqual(back.map(sorted).flatMap((filter) => same([filter])).sort(), same(asked.map(sorted)));
  }
});

/** @param {Filter} filter @returns {any} */
const sorted = (filter) => Object.fromEntries(Object.entries(
  filter.kind === "search" ? { ...filter, text: filter.query } : filter,
).sort(([a], [b]) => (a < b ? -1 : 1)));

test("places chosen by hand are said as rows", async () => {
  const bits = new Uint32Array(16);
  bits[0] = 0b1010;
  bits[3] = 1;
  const text = asQuery([{ id: "lasso", kind: "places", bits }], columns, rowsOf);
  assert.equal(text, "row in [7, 21, 172]");
  assert.deepEqual(await evaluate(parse(text), columns), bits);
});

test("what charts cannot show stays in the query line", () => {
  const kinds = (/** @type {string} */ text) => filtersOf(text, list).map(({ kind }) => kind);
  assert.deepEqual(kinds("z < 0.5 and z > 0.1"), ["query"]); // both ends are open
  assert.deepEqual(kinds("0.1 <= z <= 0.3 and z >= 0.2"), ["range", "query"]);
  assert.deepEqual(kinds("0.1 >= z"), ["range"]);
  assert.deepEqual(kinds('0.1 <= z & ok | name ~ "x"'), ["query"]);
  assert.deepEqual(kinds('`my type` == "no such"'), ["query"]);
  assert.deepEqual(kinds("Z >= 0.5"), ["query"]); // its column is found by the query
  assert.deepEqual(kinds("spiral >= 0.5 and 0.1 <= z"), ["range", "range"]);
  assert.deepEqual(kinds('(z >= 0.5 and ok) and name ~ "and"'), ["query", "text"].reverse());
  assert.throws(() => filtersOf("z >", list), QueryError);
});

test("a line of Python quotes what it must", () => {
  assert.equal(asPython('z > 1 and name ~ "x"'), `atlas.select('z > 1 and name ~ "x"')`);
  assert.equal(asPython("z > 1"), 'atlas.select("z > 1")');
  assert.equal(asPython(`name ~ "it's"`), `atlas.select("name ~ \\"it's\\"")`);
  assert.equal(asPython('name ~ "a\\\\b"'), 'atlas.select("name ~ \\"a\\\\\\\\b\\"")');
});

test("columns and categories complete what is typed", () => {
  const at = (/** @type {string} */ text) => completions(text, text.length, list);
  assert.deepEqual(at("dat"), { from: 0, to: 3, choices: ["`DATE-OBS`"] });
  assert.deepEqual(at("z > 1 and MY"), { from: 10, to: 12, choices: ["`my type`"] });
  assert.deepEqual(at("`my type` == \"CAF"), { from: 13, to: 17, choices: ['"Café"'] });
  assert.deepEqual(at("`my type` in [\"spiral\", \"x"), { from: 24, to: 26, choices: ['"x and y"'] });
  assert.equal(at('name ~ "sp'), null);
  assert.equal(at("z"), null); // it is there already
  assert.equal(at("z > 1 "), null);
});
