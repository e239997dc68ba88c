import assert from "node:assert/strict";
import { test } from "node:test";

import { Columns } from "../../templates/browser/data/columns.js";
import { Images } from "../../templates/browser/data/images.js";
import { Pieces } from "../../templates/browser/wire/pieces.js";
import { Records } from "../../templates/browser/data/records.js";
import { Whole } from "../../templates/browser/data/whole.js";
import { captionsOf } from "../../templates/browser/gallery/captions.js";
import { headOf } from "../../templates/browser/gallery/card.js";
import { mixed, spread } from "../../templates/browser/gallery/start.js";
import { Alike } from "../../templates/browser/likeness/likeness.js";
import { Guests } from "../../templates/browser/guests/guests.js";
import { isOddKnown } from "../../templates/browser/likeness/oddest.js";
import { manner, noteOn, qualifier } from "../../templates/browser/likeness/notes.js";
import { ANYWHERE, arcsecOf, offeredFor, whereOf, whereText, widthOf } from "../../templates/browser/likeness/where.js";
import { none, set, subsetOf } from "../../templates/browser/subset/bits.js";
import { column, indexWith, randomNumbers } from "./wire.js";

/**
 * @import { Cutout, Found, Shown, Where } from "../../templates/browser/data/types.d.ts"
 * @import { Kind } from "../../templates/browser/likeness/where.js"
 */

// A collection without a picture: 300 cutouts of 6 images in one small field around RA 0, some without a position; vectors in a plane.
const [N, DEPTH, NEAR, PIECE] = [300, 9, 60, 32];
const random = randomNumbers(7);
const numbers = (/** @type {(i: number) => number} */ of) => Array.from({ length: N }, (_, i) => of(i));
const ANGLES = numbers(() => 2 * Math.PI * random());
const IMAGE = numbers(() => Math.floor(6 * random()));
const RA = numbers((i) => (i % 17 === 3 ? NaN : (359.999 + 0.002 * random()) % 360));
const DEC = numbers((i) => (i % 17 === 3 ? NaN : 60 + 0.002 * random()));
const BOX = numbers(() => Math.floor(50 * random())).map((x, i) => [x, x + 10, i % 50, (i % 50) + 10]);
const SCALE = 0.1; // arcseconds a pixel
// A place is not a row: row 5 stands at place 294.
const rowAt = (/** @type {number} */ place) => N - 1 - place;
const cosine = (/** @type {number} */ a, /** @type {number} */ b) => Math.cos(ANGLES[a] - ANGLES[b]);
const RANKED = numbers((i) => i).map((row) => (
  numbers((i) => i).filter((other) => other !== row).sort((a, b) => cosine(row, b) - cosine(row, a) || a - b)
));

// Smoothed ones are others: here those of angles that lie closer together.
const smoothedCosine = (/** @type {number} */ a, /** @type {number} */ b) => Math.cos(Math.sin(ANGLES[a]) - Math.sin(ANGLES[b]));
const SMOOTHED = numbers((i) => i).map((row) => (
  numbers((i) => i).filter((other) => other !== row).sort((a, b) => smoothedCosine(row, b) - smoothedCosine(row, a) || a - b)
));

// The angle between two directions by their cross and dot products, which is good at any size.
function apart(/** @type {number} */ a, /** @type {number} */ b) {
  const [u, v] = [a, b].map((row) => {
    const [ra, dec] = [(RA[row] * Math.PI) / 180, (DEC[row] * Math.PI) / 180];
    return [Math.cos(dec) * Math.cos(ra), Math.cos(dec) * Math.sin(ra), Math.sin(dec)];
  });
  const cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  return (Math.atan2(Math.hypot(...cross), u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) * 180 * 3600) / Math.PI;
}

/** @type {Record<Kind, (own: number, other: number, radius: number) => boolean>} */
const RULES = {
  any: () => true,
  image: (own, other) => IMAGE[own] !== IMAGE[other],
  overlapping: (own, other) => {
    const [a, b] = [BOX[own], BOX[other]];
    return IMAGE[own] !== IMAGE[other] || a[1] <= b[0] || b[1] <= a[0] || a[3] <= b[2] || b[3] <= a[2];
  },
  apart: (own, other, radius) => !(apart(own, other) <= radius),
  same: (own, other, radius) => IMAGE[own] !== IMAGE[other] && apart(own, other) <= radius,
};

/**
 * @param {number} depth
 * @param {number[]} places
 */
const neighborColumns = (depth, places, ranked = RANKED, alike = cosine) => ({
  depth, neighbors: Uint16Array.from(places.flatMap((place) => ranked[rowAt(place)].slice(0, depth).map((row) => N - 1 - row))),
  similarities: Int16Array.from(places.flatMap((place) => (
    ranked[rowAt(place)].slice(0, depth).map((row) => Math.round(32767 * alike(rowAt(place), row)))
  ))),
});

const placesIn = (/** @type {number} */ piece) => (
  Array.from({ length: Math.min(PIECE, N - piece * PIECE) }, (_, i) => piece * PIECE + i)
);

/** @param {number} number */
function recordPiece(number) {
  const places = placesIn(number);
  const of = (/** @type {number[]} */ values) => places.map((place) => values[rowAt(place)]);
  return {
    row: Int32Array.from(places, rowAt), x: Float32Array.from(places), y: Float32Array.from(places), image: Int32Array.from(of(IMAGE)),
    box: Int32Array.from(places.flatMap((place) => BOX[rowAt(place)])), ra: Float64Array.from(of(RA)), dec: Float64Array.from(of(DEC)),
    scale: new Float32Array(places.length).fill(SCALE), sky_x: new Float64Array(places.length), sky_y: new Float64Array(places.length),
    metadata: [], ...neighborColumns(DEPTH, places),
  };
}

const byPlace = (/** @type {number[]} */ values) => values.map((_, place) => values[rowAt(place)]);
const COLUMNS = {
  row: Int32Array.from(byPlace(numbers((i) => i))), image: Int32Array.from(byPlace(IMAGE)),
  ra: Float64Array.from(byPlace(RA)), dec: Float64Array.from(byPlace(DEC)),
  ...Object.fromEntries(["x0", "x1", "y0", "y1"].map((name, side) => [name, Int32Array.from(byPlace(BOX.map((box) => box[side])))])),
};

/**
 * @param {{ near?: boolean, served?: boolean | "gone" }} [options]
 */
function world({ near = true, served = false } = {}) {
  const index = indexWith({
    n: N, images: { per_piece: 6 }, records: { per_piece: PIECE }, rows: { per_piece: N }, ...(near ? { near: { per_piece: PIECE } } : {}),
    smoothed: { per_piece: PIECE },
    ...(served ? { cosines: "there/" } : {}),
    columns: Object.keys(COLUMNS).map((name, first) => ({
      name, kind: "number", role: "built-in", by: "place", missing: 0, distinct: N, blocks: { first, count: 1 },
    })),
  });
  /** @type {string[]} */
  const asked = [];
  const travelling = (/** @type {object} */ piece) => Object.fromEntries(
    Object.entries(piece).map(([key, value]) => [key, ArrayBuffer.isView(value) ? column(value) : value]),
  );
  /** @type {Record<string, (number: number) => object>} */
  const makers = {
    records: recordPiece, rows: () => ({ place: Int32Array.from(numbers((row) => N - 1 - row)) }),
    images: () => ({ images: numbers((i) => i).slice(0, 6).map((i) => ({
      name: `${i}.fits`, nx: 60, ny: 60, origin: "lower", approximate: false, metadata: [],
    })) }),
    columns: (number) => ({ values: Object.values(COLUMNS)[number] }),
    near: (number) => neighborColumns(NEAR, placesIn(number)),
    smoothed: (number) => neighborColumns(NEAR, placesIn(number), SMOOTHED, smoothedCosine),
    smoothedcosines: (row) => ({ cosines: Float32Array.from(numbers((other) => (other === row ? NaN : smoothedCosine(row, other)))) }),
    cosines: (row) => ({ cosines: Float32Array.from(numbers((other) => (other === row ? NaN : cosine(row, other)))) }),
  };
  const pieces = new Pieces({
    base: "", complain: () => {}, run: async (address) => {
      const [, kind, number] = /** @type {RegExpExecArray} */ (/data\/(\w+)\/(\d+)\.js$/.exec(address));
      asked.push(address);
      if (kind.endsWith("cosines") && served !== true) throw new Error("no server answers");
      pieces.receive(`${kind}/${number}`, travelling(makers[kind](Number(number))));
    },
  });
  const columns = new Columns(index, pieces, new Whole(index, pieces));
  const records = new Records(index, pieces, new Images(index, pieces), columns);
  const guests = new Guests();
  return { alike: new Alike(index, pieces, records, columns, guests), asked, guests };
}

const subsetOfRows = (/** @type {number[]} */ rows) => {
  const bits = none(N);
  rows.forEach((row) => set(bits, N - 1 - row));
  return subsetOf(bits);
};
const where = (/** @type {Kind} */ kind, /** @type {number | null} */ radius = null) => /** @type {Where} */ ({ kind, radius });
const some = numbers((i) => i).filter((row) => row % 5 === 0);
const rowsOf = (/** @type {Shown} */ { similar }) => similar.map(({ row }) => row);

test("as always, the neighbours of the record come, and nothing else is asked for", async () => {
  const { alike, asked } = world();
  const shown = await alike.shown(5, { where: ANYWHERE, subset: null, isSmoothed: false });
  assert.deepEqual(rowsOf(shown), RANKED[5].slice(0, 9));
  assert.deepEqual(shown.similar.map(({ rank }) => rank), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  shown.similar.forEach(({ row, similarity }) => assert.ok(Math.abs((similarity ?? 9) - cosine(5, row)) < 1e-4));
  assert.ok(!asked.some((address) => /near|cosines|columns/.test(address)));
});

for (const kind of /** @type {Kind[]} */ (["any", "overlapping", "image", "apart"])) {
  for (const subset of [null, some]) {
    test(`those that may stand there are the nearest of all that the page has: ${kind}, ${subset ? "of a subset" : "of all"}`, async () => {
      const { alike } = world();
      for (const row of [0, 5, 77, 122, 299, 3]) {
        const radius = kind === "apart" ? 3 : null;
        const shown = await alike.shown(row, { where: where(kind, radius), subset: subset && subsetOfRows(subset), isSmoothed: false });
        const mayStand = (/** @type {number} */ other) => (!subset || subset.includes(other)) && RULES[kind](row, other, radius ?? 0);
        const depth = kind === "any" && !subset ? DEPTH : NEAR;
        assert.deepEqual(rowsOf(shown), RANKED[row].slice(0, depth).filter(mayStand).slice(0, 9), `row ${row}`);
        assert.equal(shown.found.radius, Number.isNaN(RA[row]) ? null : radius);
        assert.equal(shown.found.among, subset?.length ?? null);
        if (shown.similar.length < 9) assert.equal(shown.found.looked, NEAR);
      }
    });
    test(`a server finds the nearest of all: ${kind}, ${subset ? "of a subset" : "of all"}`, async () => {
      const { alike } = world({ served: true });
      for (const row of [5, 77, 3]) {
        const few = subset && subset.filter((other) => other % 20 === 0);
        const shown = await alike.shown(row, { where: where(kind, 3), subset: few && subsetOfRows(few), isSmoothed: false });
        const mayStand = (/** @type {number} */ other) => (!few || few.includes(other)) && RULES[kind](row, other, 3);
        assert.deepEqual(rowsOf(shown), RANKED[row].filter(mayStand).slice(0, 9), `row ${row}`);
      }
    });
  }
}

test("an image of a visitor has its own neighbours, of all and of a subset, and no server is asked again", async () => {
  const { alike, guests, asked } = world({ served: true });
  const rows = Int32Array.from({ length: 60 }, (_, i) => (7 * i) % N);
  const ranked = (/** @type {Int32Array} */ own) => ({ rows: own, similarities: Float32Array.from(own, (_, i) => 1 - i / 100) });
  const answer = { x: 0, y: 0, nx: 20, ny: 20, picture: "", nearest: ranked(rows), smoothed: ranked(rows.slice().reverse()) };
  const picture = /** @type {HTMLImageElement} */ ({});
  const sky = { ra: 0, dec: 60, scale: SCALE, x: 0, y: 0, approximate: false };
  await guests.add("mine", { ...answer, sky }, picture, async (row) => N - 1 - row);
  const found = async (/** @type {Partial<import("../../templates/browser/data/types.d.ts").Asked>} */ how) => (
    alike.shown(-1, { where: ANYWHERE, subset: null, isSmoothed: false, ...how })
  );
  const shown = await found({});
  assert.deepEqual([shown.cutout.name, rowsOf(shown)], ["mine", [...rows.slice(0, 9)]]);
  assert.ok(Math.abs((shown.similar[3].similarity ?? 9) - 0.97) < 1e-4);
  assert.deepEqual(rowsOf(await found({ isSmoothed: true })), [...rows].reverse().slice(0, 9));
  const ofSome = await found({ subset: subsetOfRows(some) });
  assert.deepEqual(rowsOf(ofSome), [...rows].filter((row) => some.includes(row)).slice(0, 9));
  const far = await found({ subset: subsetOfRows([7, 8, 9, 10, 11]) });
  assert.deepEqual([rowsOf(far), far.found.looked], [[7, 8], 60]);
  // Near it on the sky lie all that lie anywhere here, whatever they are like.
  const near = await found({ where: where("same", 10) });
  assert.equal(near.found.n, RA.filter((ra) => !Number.isNaN(ra)).length);
  assert.ok(!asked.some((address) => address.includes("cosines")));
});

test("by smoothed fingerprints others are similar, and records are not asked for them", async () => {
  const { alike, asked } = world();
  const shown = await alike.shown(5, { where: ANYWHERE, subset: null, isSmoothed: true });
  assert.deepEqual(rowsOf(shown), SMOOTHED[5].slice(0, 9));
  assert.notDeepEqual(rowsOf(shown), RANKED[5].slice(0, 9));
  shown.similar.forEach(({ row, similarity }) => assert.ok(Math.abs((similarity ?? 9) - smoothedCosine(5, row)) < 1e-4));
  assert.equal(shown.found.isSmoothed, true);
  assert.ok(!asked.some((address) => /near|cosines|columns/.test(address)));
});

for (const kind of /** @type {Kind[]} */ (["any", "overlapping", "image", "apart"])) {
  for (const served of [false, true]) {
    test(`by smoothed fingerprints, of a subset and by a rule: ${kind}, ${served ? "served" : "from the page"}`, async () => {
      const { alike, asked } = world({ served });
      const few = served ? some.filter((row) => row % 20 === 0) : some;
      for (const row of [5, 77, 3]) {
        const shown = await alike.shown(row, { where: where(kind, 3), subset: subsetOfRows(few), isSmoothed: true });
        const mayStand = (/** @type {number} */ other) => few.includes(other) && RULES[kind](row, other, 3);
        const ranked = served ? SMOOTHED[row] : SMOOTHED[row].slice(0, NEAR);
        assert.deepEqual(rowsOf(shown), ranked.filter(mayStand).slice(0, 9), `row ${row}`);
      }
      assert.ok(!asked.some((address) => /near|\/cosines/.test(address)));
    });
  }
}

test("at the same place the same lie, with the similarity of smoothed fingerprints", async () => {
  const { alike } = world();
  const asked = { where: where("same", 2), subset: null };
  const [usual, smoothed] = await Promise.all([false, true].map((isSmoothed) => alike.shown(5, { ...asked, isSmoothed })));
  assert.deepEqual(rowsOf(smoothed), rowsOf(usual));
  for (const { row, similarity } of smoothed.similar) {
    const isKnown = SMOOTHED[5].slice(0, NEAR).includes(row);
    assert.ok(isKnown ? Math.abs((similarity ?? 9) - smoothedCosine(5, row)) < 1e-4 : similarity === null);
  }
});

test("where no server answers, what the page has is said to be that", async () => {
  const { alike } = world({ served: "gone" });
  const few = [0, 100, 200];
  const shown = await alike.shown(7, { where: ANYWHERE, subset: subsetOfRows(few), isSmoothed: false });
  assert.deepEqual(rowsOf(shown), RANKED[7].slice(0, NEAR).filter((row) => few.includes(row)));
  assert.equal(shown.found.looked, NEAR);
  const without = await world({ near: false }).alike.shown(7, { where: ANYWHERE, subset: subsetOfRows(few), isSmoothed: false });
  assert.equal(without.found.looked, DEPTH);
});

for (const subset of [null, some]) {
  test(`at the same place lie cutouts of other images, the nearest first: ${subset ? "of a subset" : "of all"}`, async () => {
    const { alike } = world();
    let n = 0;
    for (const radius of [0.3, 1, 2, 648_000]) {
      for (const row of [5, 77, 121, 4]) {
        const shown = await alike.shown(row, { where: where("same", radius), subset: subset && subsetOfRows(subset), isSmoothed: false });
        const there = numbers((i) => i).filter((other) => (!subset || subset.includes(other)) && RULES.same(row, other, radius));
        there.sort((a, b) => apart(row, a) - apart(row, b));
        assert.deepEqual(rowsOf(shown), there.slice(0, 9));
        assert.equal(shown.found.n, there.length);
        for (const { row: other, separation, similarity } of shown.similar) {
          assert.ok(Math.abs(3600 * (separation ?? NaN) - apart(row, other)) < 1e-6);
          assert.equal(similarity !== null, RANKED[row].slice(0, NEAR).includes(other));
        }
        n += there.length;
      }
    }
    assert.ok(n > 30);
  });
}

test("of a cutout without a position nothing is at the same place", async () => {
  const { alike } = world();
  const { similar, found } = await alike.shown(3, { where: where("same"), subset: null, isSmoothed: false });
  assert.deepEqual([similar, found.n], [[], null]);
  assert.equal(noteOn({ n: N, wanted: 9 }, 0, found), "its place on the sky is not known");
});

test("as far as the cutout is wide is near, where nobody says otherwise", async () => {
  const sky = { ra: 0, dec: 0, scale: 0.0523, approximate: false, x: 0, y: 0 };
  assert.equal(widthOf({ box: [0, 10, 0, 30], sky }), 1.6);
  assert.equal(widthOf({ box: [0, 10, 0, 30], sky: { ...sky, scale: NaN } }), 1);
  assert.equal(widthOf({ box: [0, 10, 0, 30], sky: null }), 1);
  const { found } = await world().alike.shown(5, { where: where("apart"), subset: null, isSmoothed: false });
  assert.equal(found.radius, 1);
});

test("radii are arcseconds, or have a unit, or are none", () => {
  const typed = { "5": 5, " 0.25 ": 0.25, ".5": 0.5, "2 arcmin": 120, "2'": 120, "3″": 3, "0.5 deg": 1800, "1e-3": 0.001, "180°": 648_000 };
  for (const [text, arcsec] of Object.entries(typed)) assert.equal(arcsecOf(text), arcsec, text);
  for (const text of ["", "x", "0", "-3", "1e99", "181 deg", "NaN", "Infinity", "5 m", "5,5", "5 5", "<b>", "0x10"]) {
    assert.equal(arcsecOf(text), null, text);
  }
});

test("links name a rule and are not harmed by nonsense", () => {
  /** @type {Kind[]} */
  const offered = ["image", "apart", "same"];
  for (const rule of [where("image"), where("apart"), where("apart", 2.5), where("same", 1e-3), where("same")]) {
    assert.deepEqual(whereOf(whereText(rule) ?? "", offered), rule);
  }
  assert.equal(whereText(ANYWHERE), null);
  for (const text of ["", "any", "overlapping", "image:3", "apart:", "apart:0", "apart:-1", "apart:1:2", "same:x", "__proto__"]) {
    assert.equal(whereOf(text, offered), null, text);
  }
});

test("only what has a meaning is offered", () => {
  const sky = { extent: { left: 0, right: 1, bottom: 2, top: 2 } };
  const data = { n: 30, nImages: 5, canOverlap: true, sky };
  assert.deepEqual(offeredFor(data), ["overlapping", "image", "apart", "same"]);
  assert.deepEqual(offeredFor({ ...data, sky: null }), ["overlapping", "image"]);
  assert.deepEqual(offeredFor({ ...data, nImages: 1 }), ["overlapping", "apart"]);
  assert.deepEqual(offeredFor({ ...data, nImages: 30, canOverlap: false }), ["apart", "same"]);
  assert.deepEqual(offeredFor({ n: 1, nImages: 1, canOverlap: false, sky }), []);
  const nowhere = { extent: { ...sky.extent, right: 0 } };
  assert.deepEqual(offeredFor({ ...data, sky: nowhere }), ["overlapping", "image"]);
});

test("the gallery says how those beside the selected one were found", () => {
  const data = { n: 30, wanted: 9 };
  /** @type {Found} */
  const usual = { where: ANYWHERE, radius: null, among: null, looked: null, n: null, isSmoothed: false };
  const overlapping = { ...usual, where: where("overlapping") };
  const near = { ...usual, radius: 2.5, where: where("apart") };
  const place = { ...usual, radius: 2.5, where: where("same"), n: 12 };
  for (const [shown, found, note] of /** @type {[number, Found, string][]} */ ([
    [9, usual, ""], [9, { ...usual, among: 20, looked: 9 }, ""], [4, usual, "all 4 others"],
    [4, overlapping, "only 4 that do not overlap"], [0, overlapping, "all that are similar overlap"],
    [4, { ...usual, looked: 4 }, "the nearest 4; the page has no more"],
    [4, { ...usual, among: 7, looked: 100 }, "4 of the 100 nearest are in the subset"],
    [1, { ...usual, among: 7, looked: 100 }, "1 of the 100 nearest is in the subset"],
    [0, { ...usual, among: 7, looked: 100 }, "none of the 100 nearest are in the subset"],
    [6, { ...usual, among: 7 }, "only 6 that are in the subset"],
    [2, { ...near, among: 7, looked: 50 }, "2 of the 50 nearest are in the subset and are not within 2.5″"],
    [0, { ...near, where: where("image") }, "none that are of other images"],
    [9, place, "the nearest 9 of 12 within 2.5″"], [3, { ...place, n: 3 }, "3 within 2.5″"],
    [3, { ...place, n: 3, among: 9 }, "3 within 2.5″ in the subset"], [0, { ...place, n: 0 }, "nothing of other images within 2.5″"],
  ])) assert.equal(noteOn(data, shown, found), note);
  assert.match(noteOn({ n: 1, wanted: 9 }, 0, usual), /only one cutout/);
  assert.deepEqual([usual, { ...usual, among: 3 }, place].map(manner), ["similar", "similar, of the subset", "the same place"]);
  assert.deepEqual([usual, { ...usual, among: 3 }, place].map((found) => manner({ ...found, isSmoothed: true })), [
    "similar, smoothed", "similar, smoothed, of the subset", "the same place",
  ]);
  assert.deepEqual([usual, { ...usual, among: 3 }, { ...near, among: 3 }, place].map((found) => qualifier(found, 2)), [
    "", " of the subset", " of the subset that are not within 2.5″", "",
  ]);
});

test("what lies at the same place says how far, and in which image", () => {
  const one = /** @type {Cutout} */ (/** @type {unknown} */ ({ name: "b.fits", labels: [], metadata: [["z", 0.5]] }));
  const similar = [
    { ...one, rank: 1, similarity: 0.91234, separation: 1e-9 },
    { ...one, name: "c.fits", rank: 2, similarity: null, separation: 0.4 / 3600 },
  ];
  const shown = { cutout: one, similar, found: { where: where("same"), radius: 1, among: null, looked: null, n: 2, isSmoothed: false } };
  assert.deepEqual(similar.map(headOf), ["0″", "0.40″"]);
  assert.deepEqual(captionsOf(shown, { caption: "z", color: null }), [["b.fits", "0.5 · similarity 0.912"], ["c.fits", "0.5"]]);
});

test("tiles to start from are spread over the plane of those that are left", () => {
  const [x, y] = [numbers(() => random()), numbers(() => random())];
  const among = numbers((i) => i).filter((place) => place % 3 === 1);
  // Each is as far from those before it as any other, by brute force.
  const chosen = spread({ x, y }, among, 15);
  assert.equal(new Set(chosen).size, 15);
  const far = (/** @type {number} */ place, /** @type {number[]} */ from) => (
    Math.min(...from.map((at) => Math.hypot(x[at] - x[place], y[at] - y[place])))
  );
  for (let i = 1; i < chosen.length; i++) {
    const before = chosen.slice(0, i);
    assert.ok(among.includes(chosen[i]));
    assert.equal(far(chosen[i], before), Math.max(...among.map((place) => far(place, before))));
  }
  assert.deepEqual(spread({ x, y }, [7, 9], 15), [7, 9]);
  assert.deepEqual(spread({ x, y }, [], 15), []);
  assert.equal(new Set(spread({ x, y }, among, 15, 40)).size, 15);
});

test("odd ones stand at the ends of the first lines", () => {
  assert.deepEqual(mixed([1, 2, 3, 4, 5, 6, 7], [90, 91], 3), [1, 2, 90, 3, 4, 91, 5, 6, 7]);
  assert.deepEqual(mixed([1], [90, 91], 3), [1, 90, 91]);
  assert.deepEqual(mixed([1, 2], [], 2), [1, 2]);
});

test("how odd cutouts are is told by our column alone", () => {
  /** @param {{ name: string, role: string }[]} list */
  const known = (list) => isOddKnown(/** @type {any} */ ({ columns: {
    builtIn: (/** @type {string} */ name) => (list.some((one) => one.name === `hd.${name}`) ? `hd.${name}` : name),
    find: (/** @type {string} */ name) => list.find((one) => one.name === name),
  } }));
  const [own, ours] = [{ name: "local isolation", role: "own" }, { name: "hd.local isolation", role: "built-in" }];
  assert.deepEqual([[], [own], [own, ours], [{ ...ours, name: "local isolation" }]].map(known), [false, false, true, true]);
});
