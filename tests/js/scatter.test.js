import assert from "node:assert/strict";
import { test } from "node:test";

import { Panel } from "../../templates/browser/filters/panel.js";
import { Layer } from "../../templates/browser/points/layer.js";
import { FEW_POINTS, Scatter } from "../../templates/browser/points/scatter.js";
import { MAX_POINTS } from "../../templates/browser/wire/constants.js";

let frames = 0;
Object.assign(globalThis, {
  document: { createElement: () => ({ setAttribute: () => {}, append: () => {} }) },
  window: { addEventListener: () => {} },
  requestAnimationFrame: () => ++frames,
});

/** As much of a plot as its layer and its points need. */
const plot = /** @type {any} */ ({
  element: { prepend: () => {} }, camera: { at: { x: 0, y: 0, scale: 1 } }, view: { left: 0, right: 1, bottom: 0, top: 1 },
  over: { sayEmpty: () => {} }, setReach: () => {}, draw: () => {}, renderer: () => ({ glyph: {} }),
});

test("a layer is drawn again only where it has something else to show", () => {
  const layer = new Layer(plot);
  const tiles = /** @type {any} */ ({});
  const thumbnails = /** @type {any[]} */ ([{}]);
  const isDrawn = (/** @type {Parameters<Layer["show"]>} */ ...shown) => {
    layer.waiting = null;
    const before = frames;
    layer.show(...shown);
    return frames > before;
  };
  assert.deepEqual(
    [isDrawn(null, []), isDrawn(tiles, []), isDrawn(tiles, []), isDrawn(tiles, thumbnails), isDrawn(tiles, thumbnails), isDrawn(null, [])],
    [false, true, false, true, true, true],
  );
});

test("a plot that is not seen is drawn when it comes to be seen, and once", async () => {
  /** @type {unknown[]} */
  const shown = [];
  let isSeen = false;
  const subset = { bits: new Uint32Array(1), count: 0 };
  const points = /** @type {any} */ ({ n: 1e6, count: () => ({ least: 1e6, most: 1e6 }) });
  const scatter = new Scatter(plot, points, {
    isSeen: () => isSeen, subset: () => subset, own: () => /** @type {any} */ ({ show: (/** @type {unknown} */ one) => shown.push(one) }),
  });
  await scatter.update();
  await scatter.move();
  await scatter.catchUp();
  assert.deepEqual(shown, []);
  isSeen = true;
  await scatter.catchUp();
  await scatter.catchUp();
  assert.deepEqual(shown, [subset]);
  await scatter.update();
  assert.equal(shown.length, 2);
});

test("of more points than Bokeh draws at once the page shows the density itself, until one zooms in", async () => {
  /** @type {string[]} */
  const drawn = [];
  const own = () => /** @type {any} */ ({});
  const many = FEW_POINTS + 1;
  for (const [n, inView] of [[FEW_POINTS, FEW_POINTS], [many, many], [many, 20], [MAX_POINTS + 1, many]]) {
    const about = { least: inView, most: inView };
    const points = /** @type {any} */ ({ n, count: () => (n > MAX_POINTS ? about : { least: 0, most: n }), counted: async () => about });
    const scatter = new Scatter(plot, points, { own });
    Object.assign(scatter, { drawDensity: () => drawn.push("density"), drawExact: () => drawn.push("points") });
    await scatter.update();
  }
  assert.deepEqual(drawn, ["points", "density", "points", "points"]);
});

test("charts are drawn together, when all of them are counted", async () => {
  /** @type {string[]} */
  const done = [];
  const names = ["a", "b", "c"];
  const places = new Map(names.map((name) => [name, { name, isSeen: true }]));
  const count = async (/** @type {{ name: string }} */ { name }) => {
    for (let turn = names.indexOf(name); turn < names.length; turn++) await null; // the last is counted first
    done.push(`count ${name}`);
    return name === "b" ? undefined : () => void done.push(`draw ${name}`); // it shows already what it is to show
  };
  await Panel.prototype.countSeen.call(/** @type {any} */ ({ places, names, count }));
  assert.deepEqual(done, ["count c", "count b", "count a", "draw a", "draw c"]);
});
