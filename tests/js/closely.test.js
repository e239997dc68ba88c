import assert from "node:assert/strict";
import { test } from "node:test";

import { barOf, compassOf, pixelAt, skyAt } from "../../templates/browser/closely/measure.js";
import { AS_IT_IS, countValues, draggedLimits, limitsOf, tableOf, tableText } from "../../templates/browser/closely/stretch.js";

/** @import { Cutout } from "../../templates/browser/data/types.d.ts" */

const BOX = /** @type {Cutout} */ ({ box: [100, 200, 40, 60] });

test("as it is, nothing changes", () => {
  tableOf(AS_IT_IS).forEach((brightness, value) => assert.ok(Math.abs(brightness - value / 255) < 1e-12));
  assert.equal(tableText(AS_IT_IS).split(" ").length, 256);
});

test("stretches rise from black at one limit to white at the other", () => {
  for (const kind of /** @type {const} */ (["linear", "asinh", "log"])) {
    const table = tableOf({ kind, low: 20, high: 220, isInverted: false });
    assert.deepEqual([table[0], table[20], table[220], table[255]].map((value) => Number(value.toFixed(12))), [0, 0, 1, 1]);
    for (let value = 21; value <= 220; value++) assert.ok(table[value] > table[value - 1], kind);
    const inverted = tableOf({ kind, low: 20, high: 220, isInverted: true });
    inverted.forEach((brightness, value) => assert.ok(Math.abs(brightness + table[value] - 1) < 1e-12));
  }
});

test("asinh and log lift the faint", () => {
  const at = (/** @type {"linear" | "asinh" | "log"} */ kind) => tableOf({ ...AS_IT_IS, kind })[26];
  assert.ok(at("linear") < at("asinh") && at("asinh") < at("log"));
});

test("bars are round and no longer than there is room", () => {
  assert.deepEqual(barOf(37, true), { length: 20, text: "20″" });
  assert.deepEqual(barOf(0.07, true), { length: 0.05, text: "0.05″" });
  assert.deepEqual(barOf(59.9, true), { length: 50, text: "50″" });
  assert.deepEqual(barOf(60, true), { length: 60, text: "1′" });
  assert.deepEqual(barOf(1500, true), { length: 1200, text: "20′" });
  assert.deepEqual(barOf(3599, true), { length: 1800, text: "30′" });
  assert.deepEqual(barOf(8000, true), { length: 7200, text: "2°" });
  assert.deepEqual(barOf(640, false), { length: 500, text: "500\u2009px" });
});

test("corners of a picture are pixels of the parent array", () => {
  assert.deepEqual(pixelAt(BOX, "upper", 0, 0), { x: 99.5, y: 39.5 });
  assert.deepEqual(pixelAt(BOX, "upper", 1, 1), { x: 199.5, y: 59.5 });
  assert.deepEqual(pixelAt(BOX, "lower", 0, 0), { x: 99.5, y: 59.5 });
  assert.deepEqual(pixelAt(BOX, "lower", 0.5, 1), { x: 149.5, y: 39.5 });
});

test("positions come back from the tangent plane", () => {
  const arcsec = 1 / 3600;
  const wcs = /** @type {[number, number, number, number, number, number, number, number]} */ ([50, 60, 83.6, 22, -arcsec, 0, 0, arcsec]);
  const middle = skyAt(wcs, 50, 60);
  assert.ok(Math.abs(middle.ra - 83.6) < 1e-9 && Math.abs(middle.dec - 22) < 1e-9);
  const { ra, dec } = skyAt(wcs, 49, 61); // a second to the east, one to the north
  assert.ok(Math.abs((ra - 83.6) * Math.cos((22 * Math.PI) / 180) * 3600 - 1) < 1e-4);
  assert.ok(Math.abs((dec - 22) * 3600 - 1) < 1e-4);
  const pole = skyAt([0, 0, 10, 90, -1, 0, 0, 1], 0, 1);
  assert.ok(Math.abs(pole.dec - 89) < 1e-3 && Math.abs(pole.ra - 190) < 1e-9);
});

test("north is up and east at the left where the sky is seen as it is", () => {
  const usual = compassOf([0, 0, 0, 0, -1, 0, 0, 1], "lower");
  assert.deepEqual([usual.north.x + 0, usual.north.y, usual.east.x, usual.east.y + 0], [0, -1, -1, 0]);
  // the same pixels with row 0 at the top: turned over
  const turned = compassOf([0, 0, 0, 0, -1, 0, 0, 1], "upper");
  assert.deepEqual([turned.north.y, turned.east.x], [1, -1]);
  // turned by a right angle: x to the north, y to the east
  const quarter = compassOf([0, 0, 0, 0, 0, 1, 1, 0], "lower");
  assert.deepEqual([quarter.north.x, quarter.east.y], [1, -1]);
});

test("limits stay within what there is, and apart", () => {
  assert.deepEqual(limitsOf(10, 200), { low: 10, high: 200 });
  assert.deepEqual(limitsOf(-40, 400), { low: 0, high: 255 });
  assert.deepEqual(limitsOf(90, 20), { low: 90, high: 92 });
  assert.deepEqual(limitsOf(900, 901), { low: 253, high: 255 });
});

test("a drag to the right darkens, one to the left brightens, and the way back undoes it", () => {
  const { low, high } = draggedLimits({ low: 60, high: 160 }, 160, 0);
  assert.deepEqual([low, high], [110, 210]);
  assert.deepEqual(draggedLimits({ low: 60, high: 160 }, -32, 0), { low: 50, high: 150 });
  assert.deepEqual(draggedLimits({ low: 60, high: 160 }, 0, 0), { low: 60, high: 160 });
  const darker = tableOf({ ...AS_IT_IS, ...draggedLimits(AS_IT_IS, 100, 0) });
  const brighter = tableOf({ ...AS_IT_IS, ...draggedLimits(AS_IT_IS, -100, 0) });
  assert.ok(darker[128] < 128 / 255 && brighter[128] > 128 / 255);
});

test("a drag downwards brings the limits together about their middle, and one upwards apart", () => {
  const near = draggedLimits({ low: 60, high: 160 }, 0, 80);
  assert.ok(near.low > 60 && near.high < 160 && Math.abs(near.low + near.high - 220) <= 1);
  const far = draggedLimits({ low: 60, high: 160 }, 0, -80);
  assert.ok(far.low < 60 && far.high > 160);
  assert.deepEqual(draggedLimits({ low: 60, high: 160 }, 0, 1e6), { low: 110, high: 112 });
  assert.deepEqual(draggedLimits(AS_IT_IS, 0, -1e6), { low: 0, high: 255 });
});

test("red, green and blue are counted, and not how opaque they are", () => {
  const counts = countValues([[1, 2, 3, 255], [1, 1, 9, 7, 255, 0, 0, 7]]);
  assert.deepEqual([counts[0], counts[1], counts[2], counts[3], counts[7], counts[9], counts[255]], [2, 3, 1, 1, 0, 1, 1]);
});

test("near a pole north is another way at each place", () => {
  // the pole lies 0.1 degrees above the middle; a place as far to the right sees it at the upper left
  const wcs = /** @type {[number, number, number, number, number, number, number, number]} */ ([0, 0, 0, 89.9, -0.001, 0, 0, 0.001]);
  const { north, east } = compassOf(wcs, "lower", { x: 100, y: 0 });
  assert.ok(Math.abs(north.x + Math.SQRT1_2) < 1e-3 && Math.abs(north.y + Math.SQRT1_2) < 1e-3);
  assert.ok(Math.abs(east.x + Math.SQRT1_2) < 1e-3 && Math.abs(east.y - Math.SQRT1_2) < 1e-3);
});
