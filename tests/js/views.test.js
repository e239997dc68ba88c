import assert from "node:assert/strict";
import { test } from "node:test";

import { told } from "../../templates/browser/plots/marks.js";
import { nameOf, numberColumns } from "../../templates/browser/views/image.js";
import { fieldOf } from "../../templates/browser/views/sky.js";

/** @import { Shown, SimilarCutout } from "../../templates/browser/data/types.d.ts" */

test("similar ones make a field if they are near the selected one", () => {
  const at = (/** @type {number} */ ra, /** @type {number} */ dec) => ({ sky: { ra, dec } });
  const shownOf = (/** @type {object} */ cutout, /** @type {object[]} */ ...similar) => /** @type {Shown} */ ({ cutout, similar });
  const spanOf = (/** @type {{ corners: { x: number, y: number }[] } | null} */ field) => {
    assert.ok(field);
    const spans = /** @type {const} */ (["x", "y"]).map((axis) => {
      const values = field.corners.map((corner) => corner[axis]);
      return Math.max(...values) - Math.min(...values);
    });
    return Math.hypot(...spans) * (180 / Math.PI);
  };
  const own = at(83, 22);
  const field = fieldOf(shownOf(own, at(84, 22), at(83, 21), { sky: null }));
  assert.ok(field && Math.abs(field.at.ra - 83.3) < 0.1 && Math.abs(field.at.dec - 21.7) < 0.1);
  assert.ok(Math.abs(spanOf(field) - Math.hypot(Math.cos((22 * Math.PI) / 180), 1)) < 0.01);
  assert.equal(fieldOf(shownOf(own, at(84, 22), at(200, 22))), null);
  assert.ok(Math.abs(spanOf(fieldOf(shownOf(at(179.9, 0), at(180.1, 0)))) - 0.2) < 0.01); // at the two ends of the map
  assert.ok(Math.abs(spanOf(fieldOf(shownOf(at(20, 89), at(200, 89)))) - 2) < 0.01); // across the pole
  assert.equal(fieldOf(shownOf({ sky: null }, at(84, 22))), null);
  assert.equal(fieldOf(null), null);
});

test("a number stands where it has room, and at what is hovered", () => {
  const own = { x: 0, y: 0 };
  const others = [[3, 0], [20, 0], [40, 0], [43, 3]].map(([x, y], i) => ({ x, y, row: 100 + i, rank: i + 1 }));
  const ranks = (/** @type {number | null} */ hovered) => told(own, others, 10, hovered).map(({ rank }) => rank);
  assert.deepEqual([ranks(null), ranks(103), ranks(100), ranks(7)], [[2], [2, 4], [1, 2], [2]]);
  assert.deepEqual(told(null, others.slice(0, 2), 10, null).map(({ rank }) => rank), [1, 2]);
});

test("numbers of boxes that share a corner stand beside each other", () => {
  const cutouts = [1, 2, 3].map((rank) => /** @type {SimilarCutout} */ ({ rank, shownBox: { left: rank === 3 ? 100 : 10, top: 7 } }));
  assert.deepEqual(numberColumns(cutouts, 5), { x: [10, 15, 100], y: [7, 7, 7], text: ["1", "2", "3"] });
});

test("only what lies on a server of the web is linked", () => {
  /** @param {string} tag */
  const createElement = (tag) => ({
    tag,
    /** @type {Record<string, string>} */
    attributes: {},
    /**
     * @param {string} key
     * @param {string} value
     */
    setAttribute(key, value) {
      this.attributes[key] = value;
    },
    append() {},
  });
  Object.assign(globalThis, { document: { createElement } });
  const link = /** @type {any} */ (nameOf("a.fits", "https://host/a.fits"));
  assert.equal(link.attributes.href, "https://host/a.fits");
  assert.equal(link.attributes.rel, "noopener noreferrer");
  for (const source of [undefined, "", "javascript:alert(1)", "data:text/html,x"]) assert.equal(nameOf("a.fits", source), "a.fits");
});
