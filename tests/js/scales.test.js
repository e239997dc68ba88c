import assert from "node:assert/strict";
import { test } from "node:test";

import { scaled, scalesOf, scalesText } from "../../templates/browser/charts/scales.js";
import { randomNumbers } from "./wire.js";

/** @import { Scales } from "../../templates/browser/data/types.d.ts" */

const NAMES = ["z", "DATE-OBS", "a:b;c%3a", "", "Größe", "__proto__", "all", "z,log"];
const columns = { find: (/** @type {string} */ name) => (NAMES.includes(name) ? { name } : undefined) };

test("scales of links are those that were chosen, whatever columns are called", () => {
  /** @type {Scales} */
  let scales = new Map();
  assert.equal(scalesText(scales), null);
  for (const [i, name] of NAMES.entries()) {
    scales = scaled(scales, name, i % 3 ? { curve: "log" } : { isWide: true });
    if (i % 2) scales = scaled(scales, name, { curve: "linear", isWide: true });
  }
  const text = scalesText(scales) ?? "";
  assert.ok(text.startsWith("z:all;DATE-OBS:linear,all;a%3ab%3bc%253a:log;"));
  assert.deepEqual(scalesOf(text, columns), scales);
  assert.equal(scalesText(scaled(new Map(), "z", { isWide: false })), null);
});

test("nonsense in links is passed over", () => {
  for (const text of ["", ";", ":", "z", "z:", "z:cubic", "other:log", "z:log:log", "%:log", "%zz:log", "z log"]) {
    assert.equal(scalesOf(text, columns).size, 0, text);
  }
  assert.deepEqual([...scalesOf("other:log;z:cubic,log;;DATE-OBS:all,all", columns)], [
    ["z", { curve: "log" }], ["DATE-OBS", { isWide: true }],
  ]);
  const random = randomNumbers(5);
  const signs = "z:;,%3alogin\u0000\ud800é ";
  for (let i = 0; i < 500; i++) {
    const text = Array.from({ length: 12 }, () => signs[Math.floor(signs.length * random())]).join("");
    const found = scalesOf(text, columns);
    assert.deepEqual(scalesOf(scalesText(found) ?? "", columns), found);
  }
});
