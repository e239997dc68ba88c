import assert from "node:assert/strict";
import { test } from "node:test";

import { state } from "../../templates/browser/state.js";
import { deriveSubset, Filters } from "../../templates/browser/subset/subset.js";
import { places } from "../../templates/browser/subset/bits.js";
import { openBrowser } from "./browser.js";
import { columns } from "./queries.js";

/** @import { Columns } from "../../templates/browser/data/columns.js" */

const settled = () => new Promise((resolve) => setTimeout(resolve, 10));
const rows = () => (state.subset ? [...places(state.subset.bits)] : null);

test("a query and a search stand beside all other filters, and in the link", async () => {
  const browser = openBrowser("#q=row%20%3C%203&search=NGC%201300&color=z");
  const [{ linkNow, startWalk }, { openQueries, query, searchFor }] = await Promise.all([
    import("../../templates/browser/walk.js"), import("../../templates/browser/query/asked.js"),
  ]);
  /** @type {string[]} */
  const complaints = [];
  const complain = (/** @type {string} */ text) => complaints.push(text);
  const filters = new Filters(/** @type {Columns} */ (/** @type {unknown} */ (columns)));
  deriveSubset(filters, complain);
  startWalk(10);
  openQueries(filters, complain);
  await settled();
  assert.deepEqual([rows(), complaints], [[0], []]);
  await query(filters, "row > 2");
  assert.deepEqual(rows(), [9]);
  assert.deepEqual(new Set(linkNow().split("#")[1].split("&")), new Set(["q=row%20%3E%202", "search=NGC%201300", "color=z"]));

  await assert.rejects(query(filters, "row > 2 and exptim > 1"), { name: "QueryError", at: 12, length: 6 });
  await assert.rejects(searchFor(filters, " - "), { message: "expected a letter or digit to look for" });
  assert.deepEqual([rows(), state.filters.length], [[9], 2]);

  await searchFor(filters, " ");
  assert.deepEqual(rows(), [3, 4, 5, 6, 7, 8, 9]);
  await query(filters, "");
  assert.deepEqual([rows(), state.filters], [null, []]);
  assert.match(linkNow(), /#color=z$/);

  browser.paste("#q=row%20in%20[4]&search=%20");
  await settled();
  assert.deepEqual(rows(), [4]);
  browser.paste("#q=row%20in");
  await settled();
  assert.deepEqual([rows(), complaints], [[4], ['expected a list, such as ["F606W", "F814W"]']]);
});
