import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera } from "../../templates/browser/plots/camera.js";
import { plotActionOf } from "../../templates/browser/plots/keys.js";
import { nextOf, stepFrom } from "../../templates/browser/plots/steps.js";

/**
 * @import { Points } from "../../templates/browser/data/points.js"
 * @import { Figure } from "../../templates/browser/plots/bokeh.d.ts"
 * @import { Plot } from "../../templates/browser/plots/plot.js"
 */

const WHOLE = { left: -10, right: 30, bottom: -5, top: 5 };

/** A figure as Bokeh has it, which tells of its width before it tells of its height. */
function figureOf(/** @type {number} */ width, /** @type {number} */ height) {
  /** @type {Record<string, (() => void)[]>} */
  const slots = { inner_width: [], inner_height: [] };
  const [x_range, y_range] = [0, 1].map(() => ({
    start: 0, end: 1, setv(/** @type {object} */ values) { Object.assign(this, values); },
  }));
  const figure = {
    inner_width: width, inner_height: height, x_range, y_range, document: null,
    properties: Object.fromEntries(Object.keys(slots).map((side) => [
      side, { change: { connect: (/** @type {() => void} */ slot) => slots[side].push(slot) } },
    ])),
    resize(/** @type {number} */ toWidth, /** @type {number} */ toHeight) {
      figure.inner_width = toWidth;
      slots.inner_width.forEach((slot) => slot());
      figure.inner_height = toHeight;
      slots.inner_height.forEach((slot) => slot());
    },
  };
  return figure;
}

function openCamera(width = 400, height = 200) {
  const figure = figureOf(width, height);
  const camera = new Camera(/** @type {Figure} */ (/** @type {unknown} */ (figure)), () => {});
  camera.setWhole(WHOLE, 0.1, 0.001);
  const ranges = () => [figure.x_range.start, figure.x_range.end, figure.y_range.start, figure.y_range.end];
  return { camera, figure, ranges };
}

Object.assign(globalThis, {
  matchMedia: () => ({ matches: true }), // reduced motion
});

test("the whole is shown with a margin, and one scale on both axes", () => {
  const { ranges } = openCamera();
  const [left, right, bottom, top] = ranges();
  assert.deepEqual([left, right, bottom, top].map((value) => Number(value.toFixed(9))), [-12, 32, -11, 11]);
});

test("where all is shown, room is left at the edges; as much of a margin that is wider is enough", () => {
  const { camera, ranges } = openCamera(400, 200);
  camera.setWhole({ left: -5, right: 5, bottom: -5, top: 5 }, 0.1, 0.001);
  const tall = () => ranges()[3] - ranges()[2];
  const pixelOf = (/** @type {number} */ y) => ((ranges()[3] - y) / tall()) * 200;
  assert.equal(tall().toFixed(6), "11.000000");
  camera.leave({ above: 60, below: 20 });
  assert.deepEqual([5, -5].map((y) => Math.round(pixelOf(y))), [60, 180]);
  camera.leave({ above: 2, below: 2 });
  assert.equal(tall().toFixed(6), "11.000000");
  camera.look({ x: 1, y: 1, scale: 0.01 });
  camera.leave({ above: 60, below: 20 });
  assert.deepEqual(camera.at, { x: 1, y: 1, scale: 0.01 });
});

test("ten changes of size and two rotations leave the view as it was", () => {
  for (const isMoved of [false, true]) {
    const { camera, figure, ranges } = openCamera();
    if (isMoved) camera.look({ x: 3, y: 1, scale: 0.02 });
    const before = ranges();
    for (let i = 0; i < 10; i++) figure.resize(150 + 37 * i, 500 - 41 * i);
    for (const [width, height] of [[844, 390], [390, 844], [400, 200]]) figure.resize(width, height);
    assert.deepEqual(ranges(), before);
  }
});

test("a view that was moved keeps its middle and its scale at any size", () => {
  const { camera, figure, ranges } = openCamera();
  camera.look({ x: 3, y: 1, scale: 0.02 });
  figure.resize(100, 300);
  assert.deepEqual(ranges(), [2, 4, -2, 4]);
  assert.equal(camera.fitted, null);
});

test("zooming keeps what is below the pointer, and has limits", () => {
  const { camera } = openCamera();
  const at = { x: 20, y: 3 };
  const pixel = () => (camera.at ? [(at.x - camera.at.x) / camera.at.scale, (at.y - camera.at.y) / camera.at.scale] : []);
  const before = pixel();
  for (let i = 0; i < 200; i++) camera.zoom(0.8, at);
  assert.equal(camera.at?.scale, 0.001);
  pixel().forEach((value, i) => assert.ok(Math.abs(value - before[i]) < 1e-6));
  for (let i = 0; i < 200; i++) camera.zoom(1.25);
  assert.ok(Math.abs((camera.at?.scale ?? 0) - 1.5 * 0.11) < 1e-12);
});

test("a view beyond the limits, as of a larger plot, goes no further and does not jump", () => {
  const { camera, figure } = openCamera();
  camera.zoom(1.5);
  figure.resize(4000, 2000);
  const before = camera.at?.scale;
  camera.zoom(1.2);
  assert.equal(camera.at?.scale, before);
});

test("the middle stays on the plane", () => {
  const { camera } = openCamera();
  camera.pan(1e6, 1e6);
  assert.deepEqual([camera.at?.x, camera.at?.y], [-10, 5]);
});

test("what is selected is brought into view by no more than it takes", () => {
  const { camera, figure, ranges } = openCamera();
  camera.look({ x: 0, y: 0, scale: 0.01 }); // 4 x 2
  camera.bring({ x: 1.9, y: 0.5 });
  assert.deepEqual(ranges(), [-2, 2, -1, 1]);
  camera.bring({ x: 2.6, y: 0.5 });
  assert.deepEqual(ranges().map((value) => Number(value.toFixed(9))), [-1, 3, -1, 1]);
  figure.resize(60, 20); // smaller than the inset
  camera.bring({ x: 20, y: -4 });
  const [left, right, bottom, top] = ranges();
  assert.ok(left < 20 && 20 < right && bottom < -4 && -4 < top);
});

test("what is shown whole does not move for a place in it", () => {
  const { camera } = openCamera();
  camera.bring({ x: 30, y: 5 });
  assert.equal(camera.fitted, camera.whole);
  camera.setWhole(WHOLE, 0.02, 0.001); // so that its corner lies nearer to the edge than anything that is brought into view
  camera.bring({ x: 30, y: 5 });
  assert.equal(camera.fitted, camera.whole);
});

test("keys of a plot zoom, pan, go home, and step where a plot has steps", () => {
  const { camera } = openCamera();
  /** @type {number[][]} */
  const steps = [];
  const onStep = (/** @type {number} */ right, /** @type {number} */ up) => void steps.push([right, up]);
  const press = (/** @type {string} */ key, isShifted = false, reactions = { onStep }) => {
    const action = plotActionOf(/** @type {Plot} */ (/** @type {unknown} */ ({ camera, reactions })), key, isShifted);
    action?.();
    return action !== undefined;
  };
  const scale = camera.at?.scale ?? 0;
  press("+");
  assert.ok((camera.at?.scale ?? 0) < scale);
  ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].forEach((key) => press(key));
  assert.deepEqual(steps, [[-1, 0], [1, 0], [0, 1], [0, -1]]);
  const { x } = camera.at ?? { x: NaN };
  press("ArrowRight", true);
  assert.ok((camera.at?.x ?? 0) > x);
  press("Home");
  assert.equal(camera.fitted, camera.whole);
  for (const key of ["a", "5", "Enter", "Tab", "toString"]) assert.equal(press(key), false);
});

test("a step goes to what lies nearest that way, more ahead than aside", async () => {
  const points = { x: [0, 1, 2, 9, 0, -3], y: [0, 3, 0.5, 0, -4, 0], row: [10, 11, 12, 13, 14, 15], rank: [], tint: [], codes: [] };
  const from = { x: 0, y: 0 };
  assert.equal(nextOf(points, from, { right: 1, up: 0 }).next, 12);
  const all = /** @type {Points} */ (/** @type {unknown} */ ({
    extent: { left: -3, right: 9, bottom: -4, top: 3 },
    async inside(/** @type {typeof WHOLE} */ { left, right, bottom, top }) {
      const kept = points.row.map((_, i) => i).filter((i) => (
        points.x[i] >= left && points.x[i] <= right && points.y[i] >= bottom && points.y[i] <= top
      ));
      const take = (/** @type {number[]} */ column) => kept.map((i) => column[i]);
      return { x: take(points.x), y: take(points.y), row: take(points.row), rank: [], tint: [], codes: [] };
    },
  }));
  const step = (/** @type {number} */ right, /** @type {number} */ up) => stepFrom(all, from, { right, up }, 0.1);
  assert.deepEqual(await Promise.all([step(1, 0), step(-1, 0), step(0, 1), step(0, -1)]), [12, 15, 11, 14]);
  assert.equal(await stepFrom(all, { x: 9, y: 0 }, { right: 1, up: 0 }, 0.1), null);
});
