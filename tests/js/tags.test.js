import assert from "node:assert/strict";
import { test } from "node:test";

import { Columns } from "../../templates/browser/data/columns.js";
import { Whole } from "../../templates/browser/data/whole.js";
import { openQueries } from "../../templates/browser/query/asked.js";
import { set, state } from "../../templates/browser/state.js";
import { places } from "../../templates/browser/subset/bits.js";
import { CrossCounts, KeptCounts } from "../../templates/browser/subset/histogram.js";
import { deriveSubset, Filters } from "../../templates/browser/subset/subset.js";
import { addTagColumn } from "../../templates/browser/tags/column.js";
import { tagPlaces, undo } from "../../templates/browser/tags/tags.js";
import { rowsOf, TABLE } from "./queries.js";
import { indexWith, inlinePieces } from "./wire.js";

/**
 * @import { Filter } from "../../templates/browser/data/types.d.ts"
 * @import { ColumnIndex } from "../../templates/browser/wire/types.d.ts"
 */

const N = 10;
openQueries();

/** @param {string[]} own names of columns of the atlas */
function columnsWith(own = []) {
  const index = indexWith({ n: N, labels: ["spiral", "tag"], columns: own.map((name) => /** @type {ColumnIndex} */ ({
    name, kind: "number", role: "own", by: "place", blocks: { first: 0, count: 1 }, missing: 0, distinct: 2, low: 0, high: 1,
  })) });
  const pieces = inlinePieces({ "columns/0": { values: Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 0) } });
  const columns = new Columns(index, pieces, new Whole(index, pieces));
  addTagColumn(columns);
  return columns;
}

const taggedAs = (/** @type {(number | null)[]} */ values) => set({ tags: Uint8Array.from(values, (tag) => tag ?? 0) });

test("queries mean of the page's own tags what they mean of a column of tags", async () => {
  const listed = TABLE.columns.find((/** @type {{ name: string }} */ { name }) => name === "tag");
  const columns = columnsWith(["row"]);
  taggedAs(listed.values);
  const cases = TABLE.cases.filter((/** @type {{ query: string }} */ { query }) => /^(not )?tag\b[^r]*$/.test(query));
  assert.ok(cases.length >= 4);
  for (const { query, rows } of cases) assert.deepEqual(await rowsOf(query, columns), rows, query);
  await assert.rejects(rowsOf("tag ~ 1", columns), { message: "tag holds numbers; ~ and !~ look into texts" });
  set({ tags: null });
  assert.deepEqual(await rowsOf("tag is not missing", columns), []);
});

test("a column of that name in the atlas keeps it, and a label gives it up", async () => {
  const columns = columnsWith(["z", "tag"]);
  assert.equal(columns.builtIn("tag"), "hd.tag");
  assert.deepEqual(columns.list.map(({ name }) => name), ["z", "tag", "hd.tag", "spiral", "label.tag"]);
  taggedAs([0, 0, 0, 4, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(await rowsOf("hd.tag == 4", columns), [3]);
  assert.equal(columnsWith().builtIn("tag"), "tag");
});

test("filters that ask for tags are asked anew when these change, and no others", async () => {
  Object.assign(globalThis, { document: { body: { dataset: {} } } });
  set({ tags: null, filters: [], subset: null });
  const columns = columnsWith(["z"]);
  const filters = new Filters(columns);
  deriveSubset(filters, assert.fail);
  /** @type {Filter[]} */
  const asked = [
    { id: "column:z", kind: "range", column: "z", low: 1, high: null },
    { id: "query", kind: "query", text: "z < 9 and TAG is not missing" },
  ];
  const shown = async () => {
    await filters.settled;
    return state.subset && [...places(state.subset.bits)];
  };
  set({ filters: asked });
  assert.deepEqual(await shown(), []);
  tagPlaces([0, 1, 2], 3, N);
  assert.deepEqual(await shown(), [0, 2]);
  assert.equal(state.filters[0], asked[0]);
  undo();
  assert.deepEqual(await shown(), []);
  set({ filters: [{ id: "column:tag", kind: "range", column: "tag", low: 2, high: 2 }] });
  tagPlaces([5], 2, N);
  assert.deepEqual(await shown(), [5]);
  set({ filters: [asked[0]] });
  const before = state.filters;
  tagPlaces([6], 2, N);
  assert.equal(state.filters, before);
});

test("charts of tags are counted anew when these change", async () => {
  set({ tags: null, filters: [] });
  const columns = columnsWith();
  const counting = new CrossCounts(columns, new Filters(columns), (jobs) => /** @type {any} */ ({
    held: new Map(),
    give(/** @type {string} */ key, /** @type {unknown} */ value) {
      this.held.set(key, value);
    },
    ask(/** @type {string} */ job, /** @type {unknown} */ asked) {
      return jobs[job](this.held, asked);
    },
  }));
  const kept = new KeptCounts(() => counting);
  const chart = { column: "tag", bins: { low: 0.5, high: 5.5, n: 5 } };
  assert.deepEqual([...(await kept.of(chart))?.whole ?? []], [0, 0, 0, 0, 0]);
  assert.equal(await kept.of(chart), null);
  taggedAs([1, 0, 5, 5, 0, 0, 0, 0, 0, 2]);
  assert.deepEqual([...(await kept.of(chart))?.whole ?? []], [1, 1, 0, 0, 2]);
});
