import assert from "node:assert/strict";
import { test } from "node:test";

import { bearing, compassPoint } from "../../templates/browser/gallery/bearings.js";
import { FILE, captionsOf, nameColumn, titleOf, valueIn, whereFrom } from "../../templates/browser/gallery/captions.js";
import { likeness } from "../../templates/browser/gallery/card.js";
import { gridOf } from "../../templates/browser/gallery/pictures.js";
import { sitesFor } from "../../templates/browser/gallery/facts.js";
import { ANYWHERE } from "../../templates/browser/likeness/where.js";

/** @import { Shown, SimilarCutout, SkyPlace } from "../../templates/browser/data/types.d.ts" */

/** @param {Partial<SimilarCutout>} own */
const cutout = (own) => /** @type {SimilarCutout} */ ({
  row: 0, image: 0, name: "field.fits", box: [0, 10, 0, 10], sky: null, labels: [], metadata: [], ...own,
});

/**
 * @param {number} ra
 * @param {number} dec
 */
const at = (ra, dec) => /** @type {SkyPlace} */ ({ ra, dec, scale: 1, approximate: false, x: 0, y: 0 });

test("a grid has no empty row", () => {
  for (let n = 1; n <= 9; n++) {
    const { across, down } = gridOf(n);
    assert.ok(across * down >= n && across * (down - 1) < n, String(n));
  }
  assert.deepEqual(gridOf(9), { across: 3, down: 3 });
  assert.equal(gridOf(40).down, 3);
});

// A rotation by the first position takes it to the x axis, where the second one's y and z are its offsets to east and north.
test("bearings agree with vectors", () => {
  const pairs = [[10, 20, 11, 21], [359.9, -89, 0.1, -89], [83.6, 22, 83.6001, 22.0001], [0, 0, 180, 0.5], [5, 5, 5, 5]];
  for (const [ra0, dec0, ra1, dec1] of pairs) {
    const [a, d, b, e] = [ra0, dec0, ra1, dec1].map((deg) => (deg * Math.PI) / 180);
    const [x, y, z] = [Math.cos(e) * Math.cos(b - a), Math.cos(e) * Math.sin(b - a), Math.sin(e)];
    const [along, north] = [x * Math.cos(d) + z * Math.sin(d), z * Math.cos(d) - x * Math.sin(d)];
    const { separation, angle } = bearing({ ra: ra0, dec: dec0 }, { ra: ra1, dec: dec1 });
    assert.ok(Math.abs(separation - (Math.acos(Math.min(1, along)) * 180) / Math.PI) < 1e-6);
    if (separation) assert.ok(Math.abs(Math.cos((angle * Math.PI) / 180 - Math.atan2(y, north)) - 1) < 1e-9);
  }
});

test("a milliarcsecond is told from none, and east from west", () => {
  const { separation, angle } = bearing({ ra: 83.6, dec: 60 }, { ra: 83.6 + 2 / 3.6e6, dec: 60 });
  assert.ok(Math.abs(separation * 3.6e6 - 1) < 1e-6);
  assert.equal(compassPoint(angle), "E");
  assert.deepEqual([0, 44, 91, 180, 200, 270, 350].map(compassPoint), ["N", "NE", "E", "S", "S", "W", "N"]);
});

test("objects are called as the catalogue calls them", () => {
  assert.equal(nameColumn(["ra", "type", "NAME", "z"]), "NAME");
  assert.equal(nameColumn(["filename", "magnitude"]), null);
  assert.equal(titleOf(cutout({ metadata: [["Vmag", 7.8], ["name", "M 68"]] })), "M 68");
  assert.equal(titleOf(cutout({ metadata: [["name", ""]] })), "field.fits");
  assert.equal(titleOf(cutout({})), "field.fits");
});

test("columns of ours are known by name, and the user's own win", () => {
  const one = cutout({ labels: [{ name: "gong", score: 0.4 }], metadata: [["type", "spiral"], ["z", -0.001]] });
  assert.deepEqual(["type", "z", "file", "best label", FILE, "nothing"].map((column) => valueIn(one, column)),
    ["spiral", "-0.001", "field.fits", "gong", "field.fits", ""]);
  assert.equal(valueIn(cutout({ metadata: [["file", "mine"]] }), "file"), "mine");
});

test("what all have in common is not said nine times", () => {
  const own = cutout({ sky: at(53.16, -27.79) });
  const near = [cutout({ rank: 1, box: [20, 30, 40, 50], sky: at(53.161, -27.79) }), cutout({ rank: 2, sky: at(53.16, -27.789) })];
  const found = { where: ANYWHERE, radius: null, among: null, looked: null, n: null, isSmoothed: false };
  const shown = /** @type {Shown} */ ({ cutout: own, similar: near, found });
  const [first, second] = captionsOf(shown, { caption: FILE, color: null });
  assert.deepEqual([first, second], [["3.2″ E"], ["3.6″ N"]]);
  const coloured = captionsOf(shown, { caption: FILE, color: "file" });
  assert.deepEqual(coloured[0], ["field.fits · 3.2″ E"]);
});

test("where no positions are known, pixels of the same image are said", () => {
  const own = cutout({});
  assert.equal(whereFrom(cutout({ box: [20, 30, 40, 51] }), own), "x 25, y 45");
  assert.equal(whereFrom(cutout({ image: 3 }), own), "");
  assert.equal(whereFrom(cutout({ image: 3, sky: at(10, 10) }), cutout({ sky: at(80, -10) })), "");
});

test("below 0 nothing is similar", () => {
  assert.equal(likeness(0.6512), "0.651");
  assert.equal(likeness(-0.489), "not similar (−0.489)");
});

test("sites are asked for the place with its sign", () => {
  const sites = sitesFor(at(189.86658, -26.744), 0.1);
  assert.deepEqual(Object.keys(sites), ["ESASky", "Aladin", "SIMBAD", "NED", "MAST", "Legacy"]);
  for (const href of Object.values(sites)) {
    const asked = decodeURIComponent(new URL(href).search);
    assert.match(asked, /189\.866580/);
    assert.match(asked, /-26\.744000/);
  }
});
