import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { evaluate } from "../../templates/browser/query/evaluate.js";
import { QueryError, quoted, written } from "../../templates/browser/query/lexer.js";
import { parse } from "../../templates/browser/query/parser.js";
import { places } from "../../templates/browser/subset/bits.js";
import { randomNumbers } from "./wire.js";

/**
 * @import { Column } from "../../templates/browser/query/compare.js"
 * @import { Entry } from "../../templates/browser/query/names.js"
 *
 * @typedef {{ name: string, kind: string, role: Entry["role"], values: (string | number | boolean | null)[] }} Listed
 */

// The table that pytest runs, too.
const TABLE = JSON.parse(readFileSync(new URL("../query_cases.json", import.meta.url), "utf8"));

/**
 * A column as the page has it.
 *
 * @param {Listed} listed
 * @returns {Column}
 */
function made({ kind, values }) {
  const numbers = values.map((value) => (value === null ? NaN : Number(String(value).replace("inf", "Infinity"))));
  if (kind === "float64") return { kind: "number", values: new Float64Array(numbers) };
  if (kind === "float32") return { kind: "number", values: new Float32Array(numbers) };
  if (kind === "int32") return { kind: "number", values: new Int32Array(numbers) };
  const texts = [...new Set(values.filter((value) => value !== null).map(String))];
  const codes = Uint8Array.from(values, (value) => (value === null ? 255 : texts.indexOf(String(value))));
  if (kind === "int64") return { kind: "number", codes, texts };
  if (kind !== "date") return { kind, codes, texts };
  const isDay = (/** @type {string} */ text) => text.length === 10;
  const ms = (/** @type {string} */ text) => Date.parse(isDay(text) ? `${text}T00:00Z` : `${text}Z`);
  return { kind, codes, texts, values: Float64Array.from(values, (value) => (value === null ? NaN : ms(String(value)))) };
}

/** @param {Listed[]} listed */
function columnsOf(listed) {
  const all = new Map(listed.map((one) => [one.name, made(one)]));
  const list = listed.map(({ name, role }) => ({ name, role, kind: /** @type {Column} */ (all.get(name)).kind }));
  return { n: listed[0].values.length, list, get: async (/** @type {string} */ name) => /** @type {Column} */ (all.get(name)) };
}

const columns = columnsOf(TABLE.columns);

/** @param {string} query */
const rowsOf = async (query, of = columns) => [...places(await evaluate(parse(query), of))];

test("queries mean the rows that they mean in Python", async () => {
  for (const { query, rows } of TABLE.cases) assert.deepEqual(await rowsOf(query), rows, query);
});

test("errors stand where they stand in Python", async () => {
  // Python counts letters, the browser halves of them.
  const letters = (/** @type {string} */ text) => [...text].length;
  for (const { query, at, length, message } of TABLE.errors) {
    await assert.rejects(rowsOf(query), (error) => {
      assert.ok(error instanceof QueryError, `${query}: ${error}`);
      const found = [letters(query.slice(0, error.at)), letters(query.slice(error.at, error.at + error.length))];
      assert.deepEqual(found, [at, length], query);
      assert.equal(error.message, message ?? error.message, query);
      return true;
    });
  }
});

test("a query is bounded, and an error where it is not", () => {
  const deep = "(".repeat(10_000);
  /** @type {[string, RegExp][]} */
  const bad = [
    ["z > 1 and ".repeat(100_000), /^the query has 1,000,000 characters; allowed are 100,000$/],
    [`${deep}z > 1${")".repeat(10_000)}`, /more than 50 deep/], [`${"not (".repeat(10_000)}z > 1`, /more than 50 deep/],
    [Array(2001).fill("z > 1").join(" or "), /more than 2,000 tests/], [`z > ${"9".repeat(5000)}`, /at most 400 digits/],
    ['"'.repeat(99_999), /this text has no/],
  ];
  for (const [query, message] of bad) assert.throws(() => parse(query), { name: "QueryError", message });
});

test("as deep and as many as are allowed", async () => {
  assert.deepEqual(await rowsOf(`${"(".repeat(50)}row > 8${")".repeat(50)}`), [9]);
  assert.deepEqual(await rowsOf(`${"not ".repeat(20_001)}row > 0`), [0]);
  assert.deepEqual(await rowsOf(`row in [${Array.from({ length: 14_000 }, (_, i) => i + 8)}]`), [8, 9]);
});

test("names and texts as they are written are read as they are", () => {
  for (const name of ["FILTER", "DATE-OBS", "2MASS", "in", "a`b\\c", "größe", "x.y", "a\nb", "Not", ".x", 'q"\t']) {
    assert.deepEqual(parse(`${written(name)} ~ ${quoted(name)}`), {
      type: "contains", name: { type: "name", name, at: 0, length: written(name).length }, text: name, negated: false,
    });
  }
});

test("a circle means nothing without positions", async () => {
  const without = columnsOf(["ra", "z"].map((name) => ({ name, kind: "float64", role: "own", values: [1] })));
  await assert.rejects(rowsOf("z > 0 and within(1, 2, 3 deg)", without), { message: /no cutout here has a position/, at: 10, length: 19 });
});

test("random terms mean what each place says", async () => {
  const random = randomNumbers(3);
  const pick = (/** @type {any[]} */ from) => from[Math.floor(from.length * random())];
  const n = 100;
  const values = Array.from({ length: n }, () => (random() < 0.2 ? null : Math.floor(11 * random()) - 5));
  const texts = Array.from({ length: n }, () => pick(["x", "y", "zz", null]));
  const of = columnsOf([{ name: "a", kind: "float64", role: "own", values }, { name: "s", kind: "text", role: "own", values: texts }]);
  /** @type {Record<string, (a: any, b: any) => boolean>} */
  const holds = {
    "==": (a, b) => a === b, "!=": (a, b) => a !== b, "<": (a, b) => a < b,
    "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
  };
  /**
   * @param {number} depth
   * @returns {[string, (place: number) => boolean]}
   */
  function term(depth) {
    if (depth && random() < 0.7) {
      const [[left, isLeft], [right, isRight]] = [term(depth - 1), term(depth - 1)];
      const isAnd = random() < 0.5;
      const isNot = random() < 0.3;
      const joined = (/** @type {number} */ place) => (isAnd ? isLeft(place) && isRight(place) : isLeft(place) || isRight(place));
      return [`${isNot ? "not " : ""}(${left} ${isAnd ? "and" : "or"} ${right})`, (place) => joined(place) !== isNot];
    }
    const sign = pick(Object.keys(holds));
    const isNumber = random() < 0.6;
    const wanted = isNumber ? Math.floor(11 * random()) - 5 : pick(["x", "y", "zz", "a"]);
    const column = isNumber ? values : texts;
    const query = isNumber ? `a ${sign} ${wanted}` : `s ${sign} "${wanted}"`;
    return [query, (place) => column[place] !== null && holds[sign](column[place], wanted)];
  }
  for (let i = 0; i < 60; i++) {
    const [query, isSo] = term(3);
    assert.deepEqual(await rowsOf(query, of), Array.from({ length: n }, (_, place) => place).filter(isSo), query);
  }
});
