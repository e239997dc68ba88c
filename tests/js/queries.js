// Columns by place out of plain lists, and the table of cases that pytest runs, too. Run as a script it answers queries: a list of them
// comes in as JSON, and of each go out its rows, or its error.

import { readFileSync } from "node:fs";

import { evaluate } from "../../templates/browser/query/evaluate.js";
import { parse } from "../../templates/browser/query/parser.js";
import { QueryError } from "../../templates/browser/query/lexer.js";
import { places } from "../../templates/browser/subset/bits.js";

/**
 * @import { Column } from "../../templates/browser/query/compare.js"
 * @import { Entry } from "../../templates/browser/query/names.js"
 *
 * @typedef {{ name: string, kind: string, role: Entry["role"], values: (string | number | boolean | null)[] }} Listed
 */

export const TABLE = JSON.parse(readFileSync(new URL("../query_cases.json", import.meta.url), "utf8"));

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
export function columnsOf(listed) {
  const all = new Map(listed.map((one) => [one.name, made(one)]));
  const list = listed.map(({ name, role }) => ({ name, role, kind: /** @type {Column} */ (all.get(name)).kind }));
  return { n: listed[0].values.length, list, get: async (/** @type {string} */ name) => /** @type {Column} */ (all.get(name)) };
}

/** The columns of the table. */
export const columns = columnsOf(TABLE.columns);

/**
 * @param {string} query
 * @param {ReturnType<typeof columnsOf>} of
 */
export const rowsOf = async (query, of = columns) => [...places(await evaluate(parse(query), of))];

/**
 * What is wrong with a query. Python counts letters, the browser halves of them.
 *
 * @param {string} query
 * @param {unknown} error
 */
export function told(query, error) {
  if (!(error instanceof QueryError)) throw error;
  const { at, length, message } = error;
  const letters = (/** @type {string} */ text) => [...text].length;
  return { at: letters(query.slice(0, at)), length: letters(query.slice(at, at + length)), message };
}

if (process.argv[1] === import.meta.filename) {
  const answers = [];
  for (const query of JSON.parse(readFileSync(0, "utf8"))) {
    answers.push(await rowsOf(query).then((rows) => ({ rows }), (error) => told(query, error)));
  }
  process.stdout.write(JSON.stringify(answers));
}
