import assert from "node:assert/strict";
import { test } from "node:test";

import { choice, chooseShape, isDrawn } from "../../templates/browser/choose/chosen.js";
import { openChosenLink } from "../../templates/browser/choose/linked.js";
import { foundIn, numbersOf, replayed } from "../../templates/browser/shapes/drawn.js";
import { rounded, simplified } from "../../templates/browser/shapes/simple.js";
import { MOST_SHAPES, shapesOf, shapesText } from "../../templates/browser/shapes/text.js";
import { set, state } from "../../templates/browser/state.js";
import { count, none, places, setAll } from "../../templates/browser/subset/bits.js";
import { replaceFilter } from "../../templates/browser/subset/own.js";
import { ALL_SKY } from "../../templates/browser/sky/planes.js";
import { linkNow, missedInLink, startWalk } from "../../templates/browser/walk.js";
import { openBrowser } from "./browser.js";
import { randomNumbers } from "./wire.js";

/**
 * @import { Data } from "../../templates/browser/data/data.js"
 * @import { How, Place, Shape } from "../../templates/browser/data/types.d.ts"
 */

const N = 5000;
const random = randomNumbers(5);
const between = (/** @type {number} */ low, /** @type {number} */ high) => low + (high - low) * random();
const numbers = (/** @type {number} */ low, /** @type {number} */ high) => Float64Array.from({ length: N }, () => between(low, high));
const x0 = Int32Array.from(numbers(0, 900));
const y0 = Int32Array.from(numbers(0, 900));
/** @type {Record<string, ArrayLike<number>>} */
const VALUES = {
  ra: numbers(0, 360), dec: numbers(-90, 90), image: Int32Array.from(numbers(0, 3)),
  row: Int32Array.from({ length: N }, (_, place) => (place * 2003) % N),
  x0, x1: x0.map((x) => x + 20), y0, y1: y0.map((y) => y + 20),
};
const map = { x: Float32Array.from(numbers(-2, 2)), y: Float32Array.from(numbers(-2, 2)) };
const data = /** @type {Data} */ (/** @type {unknown} */ ({
  n: N, nImages: 3, sky: {}, whole: { map: async () => map }, image: async () => ({ ny: 1000, origin: "upper" }),
  columns: { builtIn: (/** @type {string} */ name) => name, get: async (/** @type {string} */ name) => ({ values: VALUES[name] }) },
}));

/** A lasso of a hand: wobbly, of very many corners. */
const hand = (/** @type {number} */ n, /** @type {number} */ wobbles) => Array.from({ length: n }, (_, i) => {
  const turn = (2 * Math.PI * i) / n;
  const far = 1 + 0.2 * Math.sin(wobbles * turn) + 0.002 * random();
  return { x: far * Math.cos(turn), y: far * Math.sin(turn) };
});

/**
 * How far a place is from a closed line, by very many places on it.
 *
 * @param {Place} place
 * @param {Place[]} corners
 */
const away = ({ x, y }, corners) => Math.min(...corners.flatMap((from, i) => {
  const to = corners[(i + 1) % corners.length];
  const at = (/** @type {number} */ share) => [from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)];
  return Array.from({ length: 51 }, (_, k) => at(k / 50)).map(([nearX, nearY]) => Math.sqrt((nearX - x) ** 2 + (nearY - y) ** 2));
}));

test("a lasso keeps the corners that matter, and no more than so many", () => {
  const corners = hand(300, 3);
  const kept = simplified(corners, 0.01, 64);
  assert.ok(kept.length < 50, `${kept.length}`);
  assert.ok(kept.every((corner) => corners.includes(corner)));
  assert.ok(Math.max(...corners.map((corner) => away(corner, kept))) < 0.011);
  const many = hand(3000, 40);
  assert.ok(simplified(many, 0.001, 1e9).length > 64);
  assert.ok(simplified(many, 0.001, 64).length <= 64);
  const square = [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 1, y: 1 }, { x: 0, y: 1 }];
  assert.deepEqual(simplified(square, 0.1, 64), square);
  assert.deepEqual(simplified([{ x: 1, y: 1 }, { x: 1, y: 1 }, { x: 1, y: 1 }], 0.1, 64).length, 1);
});

test("numbers keep the digits that tell them from those a step away", () => {
  assert.deepEqual([rounded(1.23456, 0.01), rounded(-1.23456e-4, 3e-6), rounded(1234.5, 20)], [1.23, -0.000123, 1235]);
  assert.ok(Object.is(rounded(-0.001, 0.1), 0));
});

/** @returns {Promise<Shape>} one that is drawn, with its numbers */
async function anyShape() {
  const kind = /** @type {Shape["kind"][]} */ (["lasso", "box", "circle", "image"])[Math.floor(4 * random())];
  const how = /** @type {How[]} */ (["new", "add", "add", "take"])[Math.floor(4 * random())];
  const [size, x, y] = kind === "image" ? [1000, 0, 0] : [1, between(-1.5, 1), between(-1, 0.5)];
  const place = () => ({ x: x + size * random(), y: y + size * random() });
  const corners = kind === "lasso" ? hand(200, 5).map((one) => ({ x: one.x + x, y: one.y + y })) : [place(), place()];
  const found = await numbersOf(kind, data, corners, { scale: 0.003 * size, skyAt: ALL_SKY.unproject });
  return { kind, how, numbers: /** @type {number[]} */ (found) };
}

test("what was drawn, added and taken away is the same when a link draws it again", async () => {
  Object.assign(globalThis, { document: { getElementById: () => ({ dataset: { image: "1" } }) } });
  for (let round = 0; round < 30; round++) {
    set({ filters: [] });
    for (let i = 0; i < 6; i++) {
      const shape = await anyShape();
      chooseShape(/** @type {Uint32Array} */ (await foundIn(data, shape)), shape, N);
    }
    const drawn = state.filters.find(isDrawn);
    if (!drawn) continue;
    const text = shapesText(drawn.shapes);
    const again = shapesOf(text);
    assert.deepEqual(again, drawn.shapes);
    assert.deepEqual(await replayed(data, again ?? []), drawn.bits, text);
    assert.ok(count(drawn.bits) > 0 && text.length < 6000);
  }
});

test("a box on an image whose first row is above counts from there; what means nothing here finds nothing", async () => {
  const found = await numbersOf("image", data, [{ x: 100.04, y: 900 }, { x: 300, y: 750 }], { scale: 1 });
  assert.deepEqual(found, [1, 100, 300, 100, 250]);
  const bits = await foundIn(data, { kind: "image", how: "new", numbers: /** @type {number[]} */ (found) });
  const expected = Array.from({ length: N }, (_, i) => i).filter((i) => (
    VALUES.image[i] === 1 && x0[i] + 10 >= 100 && x0[i] + 10 <= 300 && y0[i] + 10 >= 100 && y0[i] + 10 <= 250
  ));
  assert.deepEqual([...places(/** @type {Uint32Array} */ (bits))], expected);
  assert.equal(await foundIn(data, { kind: "image", how: "new", numbers: [3, 0, 9, 0, 9] }), null);
  const noSky = /** @type {Data} */ ({ ...data, sky: null });
  assert.equal(await replayed(noSky, [{ kind: "circle", how: "new", numbers: [1, 2, 3] }]), null);
  assert.equal(await numbersOf("circle", data, [{ x: 9, y: 9 }, { x: 0, y: 0 }], { scale: 1, skyAt: ALL_SKY.unproject }), null);
});

test("nonsense is no shape", () => {
  const good = "new:box:0,1,-0.5,1e-7";
  assert.deepEqual(shapesOf(good), [{ how: "new", kind: "box", numbers: [0, 1, -0.5, 1e-7] }]);
  for (const wrong of [
    "", "/", "new", "new:box", "new:box:", "new:box:0,1,0", "new:box:0,1,0,1,2", "new:box:1,0,0,1", "new:box:0,1,0,x", "new:box:0,1,0,",
    "new:box:0,1,0,1e999", "new:box:0,1,0,NaN", "new:box:0,1,0,Infinity", "new:box:0,1,0, 1", "old:box:0,1,0,1", "new:star:0,1,0,1",
    "new:__proto__:0,1,0,1", "new:toString:0,1,0,1", "new:box:0,1,0,1:9", "new:lasso:0,1", "new:lasso:0,1,2,3,4", "new:circle:1,2",
    "new:circle:361,2,3", "new:circle:1,91,3", "new:circle:1,2,-3", "new:circle:1,2,3,4", "new:image:0.5,0,1,0,1", "new:image:-1,0,1,0,1",
    "new:image:0,0,1,0", `${good}/`, `${good}/add`, `${good}//${good}`, Array(MOST_SHAPES + 1).fill(good).join("/"),
    `new:lasso:${Array(130).fill(1)}`,
  ]) assert.equal(shapesOf(wrong), null, wrong);
  assert.equal(shapesOf(Array(MOST_SHAPES).fill(good).join("/"))?.length, MOST_SHAPES);
  assert.equal(shapesOf(`new:lasso:${Array(128).fill(1)}`)?.length, 1);
});

test("a link has the choice by its shapes, follows others, and bears nonsense", async () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const text = "new:box:-1,1,-1,1/take:box:0,1,0,1";
  const shapes = shapesOf(text) ?? [];
  const wanted = await replayed(data, shapes);
  /** @type {string[]} */
  const complaints = [];
  const query = { id: "query", kind: /** @type {const} */ ("query"), text: "z > 1" };
  set({ filters: [] });
  const browser = openBrowser(`#chosen=${text}`);
  startWalk(N);
  openChosenLink(data, (said) => complaints.push(said));
  set({ filters: [query] }); // as another part of the link does in the meantime
  assert.match(linkNow(), /#chosen=new:box/);
  await settled();
  const [, drawn] = state.filters;
  assert.ok(isDrawn(drawn));
  assert.deepEqual([drawn.bits, drawn.label], [wanted, `chosen: ${count(drawn.bits)}`.replace(/(\d)(\d{3})$/, "$1,$2")]);
  assert.equal(linkNow(), `file:///page.html#chosen=${text}`);
  for (const wrong of ["new:box:1", "new:image:7,0,1,0,1", "new:box:50,51,0,1"]) {
    browser.paste(`#chosen=${wrong}`);
    await settled();
    assert.equal(complaints.length, 1, wrong);
    complaints.length = 0;
    assert.deepEqual([state.filters.length, state.filters[1], linkNow()], [2, drawn, `file:///page.html#chosen=${text}`]);
  }
  browser.paste("#chosen=new:circle:10,20,30");
  await settled();
  assert.match(/** @type {{ label?: string }} */ (state.filters[1]).label ?? "", /^circle: \d+$/);
  replaceFilter("chosen", null);
  assert.deepEqual([state.filters, linkNow()], [[query], "file:///page.html#"]);
  // What was not drawn, and what is of too many shapes, cannot stand there.
  const bits = /** @type {Uint32Array} */ (wanted);
  set({ filters: [choice(setAll(none(N), [3, 5]), "odd: 2")] }); // a query says its rows
  assert.deepEqual([linkNow(), missedInLink().length], ["file:///page.html#", 0]);
  chooseShape(bits, { ...shapes[0], how: "add" }, N);
  assert.equal(state.filters.some(isDrawn), false);
  set({ filters: [{ ...drawn, shapes: Array(MOST_SHAPES + 1).fill(shapes[0]) }] });
  assert.deepEqual([linkNow(), missedInLink()], ["file:///page.html#", ["the choice, which is of too many shapes"]]);
  set({ filters: [] });
  assert.deepEqual(missedInLink(), []);
  await staysInLinks(browser);
});

/**
 * A choice of many rows that was not drawn is in links by its rows.
 *
 * @param {ReturnType<typeof openBrowser>} browser
 */
async function staysInLinks({ paste }) {
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const bits = setAll(none(N), Array.from({ length: 900 }, (_, i) => 5 * i));
  for (const negated of [undefined, true]) {
    set({ filters: [{ ...choice(bits, "like these"), negated }] });
    await settled();
    const link = linkNow();
    assert.match(link, negated ? /#chosen=not:rows:[gb][\w-]+$/ : /#chosen=rows:[gb][\w-]+$/);
    set({ filters: [] });
    assert.equal(linkNow(), "file:///page.html#");
    paste(link.slice(link.indexOf("#")));
    await settled();
    const [again] = state.filters;
    assert.ok(again.kind === "places");
    assert.deepEqual([again.bits, again.label, again.negated], [bits, "900 chosen", negated]);
    await settled();
    assert.equal(linkNow(), link);
  }
}
