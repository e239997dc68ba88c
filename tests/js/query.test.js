import assert from "node:assert/strict";
import { test } from "node:test";

import { quoted, written } from "../../templates/browser/query/lexer.js";
import { parse } from "../../templates/browser/query/parser.js";
import { columnsOf, rowsOf, TABLE, told } from "./queries.js";
import { randomNumbers } from "./wire.js";

test("queries mean the rows that they mean in Python", async () => {
  for (const { query, rows } of TABLE.cases) assert.deepEqual(await rowsOf(query), rows, query);
});

test("errors stand where they stand in Python", async () => {
  for (const { query, ...expected } of TABLE.errors) {
    const found = await rowsOf(query).then(() => assert.fail(query), (error) => told(query, error));
    assert.deepEqual(found, { message: found.message, ...expected }, query);
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
