import assert from "node:assert/strict";
import { test } from "node:test";

import { Points } from "../../templates/browser/data/points.js";
import { FieldPoints, planeOf } from "../../templates/browser/sky/field.js";
import { awayFrom, nearestOnSky, regionOf } from "../../templates/browser/sky/nearest.js";
import { Outlines, holdsPlace } from "../../templates/browser/sky/outlines.js";
import { ALL_SKY, tangentPlane } from "../../templates/browser/sky/planes.js";
import { digitsOf } from "../../templates/browser/sky/readout.js";
import { RADIAN, positionOf, separation, vectorOf } from "../../templates/browser/sky/sphere.js";
import { boxAround, edgePlaces, overlaps, placeAlong } from "../../templates/browser/skychart/labels.js";
import {
  decText, fieldGraticule, greatCircles, raText, rangesOf, stepsOf, wholeGraticule,
} from "../../templates/browser/skychart/graticule.js";
import { indexWith, inlinePieces, randomNumbers } from "./wire.js";

/**
 * @import { Place } from "../../templates/browser/data/types.d.ts"
 * @import { Position } from "../../templates/browser/sky/sphere.js"
 */

const random = randomNumbers(7);
const anywhere = () => ({ ra: 360 * random(), dec: Math.asin(2 * random() - 1) / RADIAN });
/** Places about the seam, the poles and a field of arcseconds, where the map and the sphere disagree most. */
const PLACES = [
  ...Array.from({ length: 300 }, anywhere),
  ...Array.from({ length: 60 }, () => ({ ra: (359.9 + 0.2 * random()) % 360, dec: -30 + 0.2 * random() })),
  ...Array.from({ length: 60 }, () => ({ ra: 360 * random(), dec: 89.9 + 0.1 * random() })),
  ...Array.from({ length: 60 }, () => ({ ra: 179.95 + 0.1 * random(), dec: -89 + 20 * random() })),
  ...Array.from({ length: 60 }, () => ({ ra: 150 + 1e-4 * random(), dec: 2 + 1e-4 * random() })),
  { ra: 180, dec: 10 }, { ra: 0, dec: 90 }, { ra: 77, dec: -90 },
];
const PER_PIECE = 16;

function skyPoints() {
  const places = PLACES.map((position, row) => ({ row, .../** @type {Place} */ (ALL_SKY.project(position)) }));
  places.sort((a, b) => Math.floor(4 * a.x) - Math.floor(4 * b.x) || a.y - b.y); // so that pieces lie together
  /** @type {Record<string, unknown>} */
  const inline = {};
  const bounds = [];
  for (let number = 0; number * PER_PIECE < places.length; number++) {
    const part = places.slice(number * PER_PIECE, (number + 1) * PER_PIECE);
    const [xs, ys] = [part.map(({ x }) => x), part.map(({ y }) => y)];
    inline[`sky/${number}`] = { x: new Float64Array(xs), y: new Float64Array(ys), row: new Int32Array(part.map(({ row }) => row)) };
    bounds.push(Math.min(...xs) - 1e-6, Math.max(...xs) + 1e-6, Math.min(...ys) - 1e-6, Math.max(...ys) + 1e-6);
  }
  const index = { n: places.length, per_piece: PER_PIECE, extent: /** @type {[number, number, number, number]} */ ([-3, 3, -2, 2]) };
  const pieces = inlinePieces(inline);
  return { points: new Points("sky", { ...index, bounds: new Float32Array(bounds) }, pieces), pieces };
}

const ASKED = [
  ...Array.from({ length: 150 }, anywhere), ...PLACES.slice(-40),
  { ra: 359.999, dec: -29.9 }, { ra: 0.001, dec: -29.9 }, { ra: 12, dec: 89.99 }, { ra: 200, dec: 90 }, { ra: 180, dec: -89.9 },
];

test("the nearest is that of all on the sphere, across 0h and 12h and at the poles", async () => {
  const { points } = skyPoints();
  for (const at of ASKED) {
    const found = await nearestOnSky(points, at);
    const least = Math.min(...PLACES.map((place) => separation(at, place)));
    assert.ok(found !== null && separation(at, PLACES[found]) <= least + 1e-9, JSON.stringify(at));
  }
});

test("the nearest is one that counts and lies within the radius", async () => {
  const { points } = skyPoints();
  const counts = (/** @type {number} */ row) => row % 3 === 0;
  for (const at of ASKED.slice(0, 60)) {
    const radius = 0.2 * random();
    const near = PLACES.flatMap((place, row) => (counts(row) && separation(at, place) * RADIAN <= radius ? separation(at, place) : []));
    const found = await nearestOnSky(points, at, radius, counts);
    if (!near.length) assert.equal(found, null);
    else assert.ok(found !== null && counts(found) && Math.abs(separation(at, PLACES[found]) - Math.min(...near)) < 1e-9);
  }
});

test("of many pieces few are looked at", async () => {
  const { points } = skyPoints();
  let loaded = 0;
  const piece = points.piece.bind(points);
  points.piece = (number) => {
    loaded++;
    return piece(number);
  };
  await nearestOnSky(points, PLACES[10]);
  assert.ok(loaded <= points.numbers.length / 4, `${loaded} of ${points.numbers.length}`);
});

test("a region is never farther than what it holds", () => {
  for (let round = 0; round < 2000; round++) {
    const [left, bottom] = [-2.8 + 5.6 * random(), -1.4 + 2.8 * random()];
    const box = { left, right: left + random(), bottom, top: Math.min(Math.SQRT2, bottom + random()) };
    const inside = ALL_SKY.unproject(box.left + (box.right - box.left) * random(), box.bottom + (box.top - box.bottom) * random());
    if (!inside) continue;
    const at = anywhere();
    assert.ok(awayFrom(regionOf(box), at) <= separation(at, inside) * RADIAN + 1e-9);
    assert.ok(awayFrom(regionOf(box), inside) < 1e-9);
  }
});

test("planes give back what they show", () => {
  for (const at of [{ ra: 53.16, dec: -27.79 }, { ra: 0.001, dec: 5 }, { ra: 31, dec: 90 }, { ra: 200, dec: -89.97 }]) {
    const plane = tangentPlane(at);
    for (let round = 0; round < 40; round++) {
      const [x, y] = [0.6 * (random() - 0.5), 0.6 * (random() - 0.5)];
      const back = plane.project(/** @type {Position} */ (plane.unproject(x, y)));
      assert.ok(back && Math.hypot(back.x - x, back.y - y) < 1e-12);
    }
    assert.equal(plane.project({ ra: at.ra + 180, dec: -at.dec }), null);
  }
  for (const [x, y] of [[3, 0], [0, 1.5], [2.5, 1]]) assert.equal(ALL_SKY.unproject(x, y), null);
});

test("a field has the points that its plane shows in a rectangle", async () => {
  const { points } = skyPoints();
  for (const at of [PLACES[3], { ra: 0, dec: -29.9 }, { ra: 20, dec: 89.98 }, { ra: 150, dec: 2 }]) {
    const plane = tangentPlane(at);
    const field = new FieldPoints(points, { ...plane, at });
    for (const half of [0.0001, 0.02, 0.4, 6]) {
      const box = { left: -half, right: half, bottom: -half / 2, top: half };
      const found = await field.inside(box);
      const expected = PLACES.flatMap((place, row) => {
        const { x, y } = plane.project(place) ?? { x: NaN, y: NaN };
        return x >= box.left && x <= box.right && y >= box.bottom && y <= box.top ? [{ row, x, y }] : [];
      });
      assert.deepEqual([...found.row].sort((a, b) => a - b), expected.map(({ row }) => row));
      for (const { row, x, y } of expected) {
        const i = found.row.indexOf(row);
        assert.ok(Math.hypot(found.x[i] - x, found.y[i] - y) < 1e-8 * (1 + Math.hypot(x, y) ** 2)); // near a pole, milliarcseconds
      }
      assert.ok(field.count(box).most >= expected.length);
      assert.equal((await field.counted(box)).most, expected.length);
    }
  }
});

test("the density of a field knows places by place", () => {
  const at = { ra: 150, dec: 2 };
  const { x, y } = planeOf(at, [150, 150.001, NaN, 330], [2.001, 2, NaN, -2]);
  assert.ok(Math.abs(y[0] / RADIAN - 0.001) < 1e-6 && Math.abs(x[0]) < 1e-9);
  assert.ok(x[1] < 0 && Math.abs(x[1] / RADIAN + 0.001 * Math.cos(2 * RADIAN)) < 1e-6); // east is at the left
  assert.ok([2, 3].every((i) => Number.isNaN(x[i]) && Number.isNaN(y[i])));
});

test("directions go there and back", () => {
  for (const at of PLACES.slice(0, 50)) {
    const back = positionOf(vectorOf(at));
    assert.ok(separation(at, back) < 1e-9);
  }
});

test("steps of the graticule are round, and names say as much as they ask for", () => {
  const [arcsec, pixel] = [RADIAN / 3600, 0.05];
  assert.deepEqual(stepsOf(0.3 * RADIAN, 0), { ra: 30, dec: 30 });
  assert.ok(stepsOf(pixel * arcsec, -27.8).dec * 3600 === 5);
  assert.equal(Math.round((stepsOf(pixel * arcsec, -27.8).ra / 15) * 3600 * 10) / 10, 0.5);
  assert.equal(stepsOf(arcsec, 90).ra, 30);
  assert.deepEqual([raText(45, 15), raText(53.125, 0.125), raText(-0.25 / 60, 0.25 / 60), raText(15 * (1.5 / 3600), 15 * (0.5 / 3600))], [
    "3h", "3h32m30s", "23h59m59s", "0h00m01.5s",
  ]);
  assert.deepEqual([raText(360, 15), raText(359.999999, 15), raText(45, 0.25)], ["0h", "0h", "3h00m"]);
  assert.deepEqual([decText(-30, 10), decText(0, 30), decText(54.35, 1 / 60), decText(-0.5 / 3600, 0.1 / 3600)], [
    "\u221230°", "0°", "+54°21′", "\u22120°00′00.5″",
  ]);
});

test("a field knows what it shows, across 0h and around a pole", () => {
  const half = 0.01;
  const view = { left: -half, right: half, bottom: -half, top: half };
  const seam = rangesOf({ ...tangentPlane({ ra: 0.1, dec: 0 }), at: { ra: 0.1, dec: 0 } }, view);
  assert.ok(Math.abs(seam.east - seam.west - (2 * half) / RADIAN) < 1e-3 && seam.west < 0 && seam.east < 1);
  const pole = rangesOf({ ...tangentPlane({ ra: 40, dec: 89.9 }), at: { ra: 40, dec: 89.9 } }, view);
  assert.ok(pole.north === 90 && pole.east - pole.west === 360 && pole.south < 89.5 && pole.south > 88.9);
});

test("lines of a field lie where they say", () => {
  for (const at of [{ ra: 0.1, dec: -30 }, { ra: 210, dec: 89.9 }, { ra: 53, dec: -27 }]) {
    const plane = { ...tangentPlane(at), at };
    const lines = fieldGraticule(plane, { left: -0.005, right: 0.005, bottom: -0.004, top: 0.004 }, 2e-5);
    const kinds = lines.map(({ kind }) => kind);
    assert.ok(kinds.includes("ra") && kinds.includes("dec") && lines.length < 40, `${lines.length}`);
    for (const { kind, parts } of lines) {
      const on = parts.flat().map(({ x, y }) => /** @type {Position} */ (plane.unproject(x, y)));
      const wide = on.filter(({ dec }) => dec < 90 - 1e-6).map((position) => (kind === "dec" ? position.dec : position.ra));
      const turns = wide.map((value) => ((value - wide[0] + 540) % 360) - 180);
      assert.ok(Math.max(...turns.map(Math.abs)) < 1e-6, `${kind} ${JSON.stringify(at)}`);
    }
  }
});

test("of all of the sky there are meridians every two hours, and circles that are cut at its edge", () => {
  const texts = wholeGraticule().map(({ text }) => text);
  assert.deepEqual(texts.slice(0, 3), ["14h", "16h", "18h"]);
  assert.deepEqual(texts.slice(-5), ["\u221260°", "\u221230°", "0°", "+30°", "+60°"]);
  for (const { parts } of greatCircles(ALL_SKY, { galactic: "g", ecliptic: "e" })) {
    for (const part of parts) part.slice(1).forEach((place, i) => assert.ok(Math.hypot(place.x - part[i].x, place.y - part[i].y) < 0.1));
  }
});

test("names stand at the edges, or along a line where they cover the fewest points", () => {
  const size = { width: 400, height: 300 };
  assert.deepEqual(edgePlaces([[{ x: 100, y: -50 }, { x: 100, y: 350 }]], "ra", 40, size), [{ x: 100, y: 12 }, { x: 100, y: 288 }]);
  assert.equal(edgePlaces([[{ x: -5, y: 80 }, { x: 500, y: 80 }]], "dec", 40, size)[0].x, 32);
  const circle = Array.from({ length: 60 }, (_, i) => ({ x: 200 + 50 * Math.cos(i / 9), y: 150 + 50 * Math.sin(i / 9) }));
  assert.ok(Math.abs(edgePlaces([circle], "dec", 40, size)[0].y - 200) < 1);
  const line = [[{ x: -1000, y: 150 }, { x: 2000, y: 150 }]];
  assert.equal(placeAlong(line, 60, size, [], [])?.x, 120);
  assert.equal(placeAlong(line, 60, size, [], [{ x: 118, y: 150 }, { x: 280, y: 152 }])?.x, 80);
  assert.equal(placeAlong(line, 60, size, [boxAround({ x: 120, y: 150 }, 60)], [])?.x, 280);
  assert.equal(placeAlong(line, 300, size, [], []), null);
  assert.equal(placeAlong([[{ x: 0, y: -9 }, { x: 400, y: -9 }]], 60, size, [], []), null);
  assert.ok(overlaps(boxAround({ x: 0, y: 0 }, 10), boxAround({ x: 12, y: 3 }, 10)));
});

test("a readout has as many digits as a pixel tells", () => {
  const arcsec = RADIAN / 3600;
  assert.deepEqual([100, 20, 1, 0.5, 0.04, 1e-9].map((pixel) => digitsOf(pixel * arcsec)), [-1, 0, 0, 1, 2, 3]);
});

test("an outline has the corners of its image, a box what lies between them", async () => {
  const degree = 1 / 3600;
  const arcsec = [[50, -25], [-50, -25], [-50, 25], [50, 25]].flat();
  const pieces = inlinePieces({
    "outlines/0": {
      at: new Float64Array([10, 89.5, NaN, NaN]), size: new Int32Array([100, 50, 10, 10]), exact: new Uint8Array([1, 0]),
      corners: new Float32Array([...arcsec.map((value) => value * degree), ...Array(8).fill(NaN)]),
    },
    "boxes/0": { row: new Int32Array([4, 2]), image: new Int32Array([0, 1]), box: new Int32Array([0, 10, 0, 10, 1, 2, 3, 4]) },
  });
  const boxes = { n: 2, per_piece: 9, bounds: new Int32Array([0, 10, 0, 10]), images: new Int32Array([0, 1]) };
  const outlines = new Outlines(indexWith({ n: 5, boxes, outlines: { per_piece: 9 } }), pieces);
  assert.equal(outlines.corners(0), null); // not loaded
  await outlines.load();
  const corners = outlines.corners(0);
  assert.ok(corners && separation(corners[0], { ra: 10, dec: 89.5 }) * 3600 - Math.hypot(50, 25) < 1e-3);
  const part = outlines.corners(0, [40, 60, 20, 30]);
  const plane = tangentPlane({ ra: 10, dec: 89.5 });
  const places = part?.map((corner) => plane.project(corner)).map((place) => [place?.x ?? NaN, place?.y ?? NaN].map((value) => (
    Math.round((value / RADIAN) * 3600 * 1000) / 1000
  )));
  assert.deepEqual(places, [[-10, -5], [10, -5], [10, 5], [-10, 5]]);
  assert.deepEqual([outlines.corners(1), outlines.isExact(0), outlines.isExact(1)], [null, true, false]);
  assert.deepEqual(outlines.near({ ra: 10, dec: 89.6 }, 0.09 * RADIAN), [0]);
  assert.deepEqual(outlines.near({ ra: 10, dec: 89.6 }, 0.08 * RADIAN), []);
  assert.equal(await outlines.loadBoxes([0]), true);
  assert.equal(await outlines.loadBoxes([0]), false);
  assert.equal(outlines.boxOf.get(4)?.image, 0);
  assert.ok(holdsPlace([{ x: 0, y: 0 }, { x: 4, y: 1 }, { x: 3, y: 4 }], { x: 2.5, y: 2 }));
  assert.ok(!holdsPlace([{ x: 0, y: 0 }, { x: 4, y: 1 }, { x: 3, y: 4 }], { x: 1, y: 2 }));
});
