import assert from "node:assert/strict";
import { test } from "node:test";

import { suffixOf } from "../../templates/browser/guests/ask.js";
import { Guests, isGuest } from "../../templates/browser/guests/guests.js";

/** @import { GuestAnswer } from "../../templates/browser/wire/types.d.ts" */

/** @type {GuestAnswer} */
const ANSWER = {
  x: 1.5, y: -2, nx: 300, ny: 200, picture: "data:,",
  nearest: { rows: Int32Array.of(40, 7), similarities: Float32Array.of(0.9, -0.25) },
  sky: { ra: 10, dec: -60, scale: 0.05, x: 0.1, y: -1, approximate: true },
};
const picture = /** @type {HTMLImageElement} */ ({ naturalWidth: 30, naturalHeight: 20 });

test("an image of a visitor is a cutout below row 0, whose nearest are known by their places", async () => {
  const guests = new Guests();
  await guests.add("a.png", ANSWER, picture, async (row) => 100 - row);
  const { sky, ...elsewhere } = ANSWER;
  await guests.add("b.png", elsewhere, picture, async (row) => row);
  assert.deepEqual([...guests.all.values()].map(({ row, cutout, image }) => [row, cutout.row, cutout.image, image.name]), [
    [-1, -1, -1, "a.png"], [-2, -2, -2, "b.png"],
  ]);
  const { cutout, record, image } = guests.get(-1);
  assert.deepEqual([cutout.x, cutout.y, cutout.sky, image.nx, image.ny, image.approximate], [1.5, -2, sky, 300, 200, true]);
  assert.deepEqual([...record.columns.neighbors], [60, 93]);
  assert.deepEqual([...record.columns.similarities], [29490, -8192]);
  assert.deepEqual(guests.get(-1).picture, { picture, x: 0, y: 0, width: 30, height: 20 });
  assert.equal(guests.get(-2).cutout.sky, null);
  assert.throws(() => guests.get(-3), RangeError);
  // One that is taken away is there no more, and its row is nobody else's.
  guests.remove(-1);
  assert.throws(() => guests.get(-1), RangeError);
  assert.equal((await guests.add("c.png", ANSWER, picture, async (row) => row)).row, -3);
  assert.equal(guests.get(-2).cutout.name, "b.png");
  assert.deepEqual([-1, 0, null].map(isGuest), [true, false, false]);
});

test("the end of a name says what is inside, and nothing else travels", () => {
  const names = ["a.FITS.gz", "m 51.png", "../../x.fit", "none", "a.b.c.jpeg", "a.verylongsuffix", "ü.ä", "photo.heic"];
  assert.deepEqual(names.map(suffixOf), ["fits.gz", "png", "fit", "", "c.jpeg", "", "", "heic"]);
});
