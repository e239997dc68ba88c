import assert from "node:assert/strict";
import { test } from "node:test";

import { told } from "../../templates/browser/plots/marks.js";
import { nameOf, numberColumns } from "../../templates/browser/views/image.js";
import { fieldOf, separation, unproject } from "../../templates/browser/views/sky.js";

/** @import { Shown, SimilarCutout } from "../../templates/browser/data/types.d.ts" */

// Mollweide's projection forwards, by bisection.
/**
 * @param {number} ra
 * @param {number} dec
 */
function project(ra, dec) {
  const [longitude, latitude] = [((ra > 180 ? ra - 360 : ra) * Math.PI) / 180, (dec * Math.PI) / 180];
  let [low, high] = [-Math.PI / 2, Math.PI / 2];
  for (let i = 0; i < 60; i++) {
    const theta = (low + high) / 2;
    if (2 * theta + Math.sin(2 * theta) < Math.PI * Math.sin(latitude)) low = theta;
    else high = theta;
  }
  return [(-2 * Math.SQRT2 * longitude * Math.cos(low)) / Math.PI, Math.SQRT2 * Math.sin(low)];
}

test("a place of the plane gives back its place of the sky", () => {
  for (const [ra, dec] of [[0, 0], [83.6, 22], [179, -60], [181, 45], [300, 80], [350, -5]]) {
    const [x, y] = project(ra, dec);
    const found = unproject(x, y);
    assert.ok(found && Math.abs(found.ra - ra) < 1e-6 && Math.abs(found.dec - dec) < 1e-6, `${ra} ${dec}`);
  }
});

test("beside the sky there is none", () => {
  for (const [x, y] of [[3, 0], [0, 1.5], [2.5, 1]]) assert.equal(unproject(x, y), null);
});

test("angles on the sky are those of the vectors", () => {
  const vector = (/** @type {readonly [number, number]} */ [ra, dec]) => {
    const [a, d] = [(ra * Math.PI) / 180, (dec * Math.PI) / 180];
    return [Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)];
  };
  const pairs = /** @type {const} */ ([
    [[0, 0], [90, 0]], [[359.9, 10], [0.2, 10.3]], [[10, 89], [190, 89]], [[200, -45], [20, 45]],
  ]);
  for (const [a, b] of pairs) {
    const [u, v] = [vector(a), vector(b)];
    const angle = (Math.acos(Math.max(-1, u[0] * v[0] + u[1] * v[1] + u[2] * v[2])) * 180) / Math.PI;
    assert.ok(Math.abs(separation({ ra: a[0], dec: a[1] }, { ra: b[0], dec: b[1] }) - angle) < 1e-6);
  }
});

test("similar ones make a field if they are near the selected one", () => {
  const at = (/** @type {number} */ ra, /** @type {number} */ dec) => {
    const [x, y] = project(ra, dec);
    return { sky: { ra, dec, x, y } };
  };
  const shownOf = (/** @type {object} */ cutout, /** @type {object[]} */ ...similar) => /** @type {Shown} */ ({ cutout, similar });
  const own = at(83, 22);
  const field = fieldOf(shownOf(own, at(84, 22), at(83, 21), { sky: null }));
  assert.ok(field && field.left < own.sky.x && own.sky.x < field.right && field.right - field.left < 0.1);
  assert.equal(fieldOf(shownOf(own, at(84, 22), at(200, 22))), null);
  assert.equal(fieldOf(shownOf(at(179.9, 0), at(180.1, 0))), null); // at the two ends of the plane
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
