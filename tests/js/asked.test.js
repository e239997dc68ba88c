import assert from "node:assert/strict";
import { test } from "node:test";

import { state } from "../../templates/browser/state.js";
import { deriveSubset, Filters } from "../../templates/browser/subset/subset.js";
import { places } from "../../templates/browser/subset/bits.js";
import { openBrowser } from "./browser.js";
import { columns } from "./queries.js";

/** @import { Columns } from "../../templates/browser/data/columns.js" */

const settled = () => new Promise((resolve) => setTimeout(resolve)); // timers wait until all promises are kept
const asked = (/** @type {string} */ link) => new URLSearchParams(link.split("#")[1]).get("q");
const rows = () => (state.subset ? [...places(state.subset.bits)] : null);

test("a query and a search stand beside all other filters, and in the link", async () => {
  const browser = openBrowser("#q=row%20%3C%203%20and%20%22NGC%201300%22&color=z");
  const [{ linkNow, startWalk }, { openQueries, query, searchFor }, { openAddress }] = await Promise.all([
    import("../../templates/browser/walk.js"), import("../../templates/browser/query/asked.js"),
    import("../../templates/browser/asking/address.js"),
  ]);
  /** @type {string[]} */
  const complaints = [];
  const complain = (/** @type {string} */ text) => complaints.push(text);
  const filters = new Filters(/** @type {Columns} */ (/** @type {unknown} */ (columns)));
  deriveSubset(filters, complain);
  startWalk(10);
  openQueries();
  openAddress(filters, ({ message }) => complain(message));
  await settled();
  assert.deepEqual([rows(), complaints], [[0], []]);
  await query(filters, "row > 2");
  assert.deepEqual(rows(), [9]);
  assert.equal(asked(linkNow()), '"NGC 1300" and row > 2');

  await assert.rejects(query(filters, "row > 2 and exptim > 1"), { name: "QueryError", at: 12, length: 6 });
  await assert.rejects(searchFor(filters, " - "), { message: "expected a letter or digit to look for" });
  assert.deepEqual([rows(), state.filters.length], [[9], 2]);

  await searchFor(filters, " ");
  assert.deepEqual(rows(), [3, 4, 5, 6, 7, 8, 9]);
  await query(filters, "");
  assert.deepEqual([rows(), state.filters], [null, []]);
  await settled();
  assert.match(linkNow(), /#color=z$/);

  browser.paste("#q=row%20in%20[4]");
  await settled();
  assert.deepEqual(rows(), [4]);
  assert.equal(state.filters[0].kind, "search"); // where one sees it, and takes it away
  for (const wrong of ["row%20in", "exptim%20%3E%203"]) {
    browser.paste(`#q=${wrong}`);
    await settled();
    assert.deepEqual([rows(), state.filters.length], [[4], 1]);
  }
  assert.deepEqual(complaints, ['expected a list, such as ["F606W", "F814W"]', "there is no column exptim; did you mean EXPTIME?"]);
  browser.paste("#q=");
  await settled();
  assert.equal(rows(), null);
});
