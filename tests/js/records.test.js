import assert from "node:assert/strict";
import { test } from "node:test";

import { Columns } from "../../templates/browser/data/columns.js";
import { Images } from "../../templates/browser/data/images.js";
import { Records } from "../../templates/browser/data/records.js";
import { Whole } from "../../templates/browser/data/whole.js";
import { indexWith, inlinePieces } from "./wire.js";

// Six cutouts of two images, in pieces of two along the places 0 to 5; row 5 - place.
const BOXES = [[0, 4, 0, 4], [2, 6, 2, 6], [4, 8, 0, 4], [0, 4, 0, 4], [1, 3, 1, 3], [10, 14, 0, 4]];
const IMAGES = [0, 0, 0, 1, 0, 0];

/** @param {number} number */
function recordPiece(number) {
  const places = [2 * number, 2 * number + 1];
  return {
    row: new Int32Array(places.map((place) => 5 - place)),
    x: new Float32Array(places), y: new Float32Array(places.map((place) => -place)),
    image: new Int32Array(places.map((place) => IMAGES[place])),
    box: new Int32Array(places.flatMap((place) => BOXES[place])),
    ra: new Float64Array(places.map((place) => (place ? 10 + place : NaN))), dec: new Float64Array([1, 2]),
    scale: new Float32Array([3, 3]), sky_x: new Float64Array([4, 5]), sky_y: new Float64Array([6, 7]),
    label: new Int16Array([1, 0, -1, -1, -1, 0, 1, 0, 1, 0]),
    score: new Uint16Array([65535, 13107, 0, 0, 0, 5, 4, 3, 2, 1]),
    depth: 0, neighbors: new Uint16Array(), similarities: new Int16Array(),
    metadata: [
      { name: "z", values: new Float64Array([0.5, NaN]) }, { name: "mag", values: new Float32Array([NaN, 12.3]) },
      { name: "kind", codes: new Int32Array([-1, 0]), texts: ["spiral"] },
    ],
  };
}

function records() {
  const image = { nx: 20, ny: 10, origin: "upper", approximate: false, metadata: [["FILTER", "r"]], url: null };
  const pieces = inlinePieces({
    "records/0": recordPiece(0), "records/1": recordPiece(1), "records/2": recordPiece(2),
    "rows/0": { place: new Int32Array([5, 4, 3]) }, "rows/1": { place: new Int32Array([2, 1, 0]) },
    "images/0": { images: [{ ...image, name: "a.fits", origin: "lower" }] },
    "images/1": { images: [{ ...image, name: "b.jpg", approximate: true }] },
  });
  const index = indexWith({ n: 6, labels: ["cat", "dog"], records: { per_piece: 2 }, rows: { per_piece: 3 } });
  return new Records(index, pieces, new Images(index, pieces), new Columns(index, pieces, new Whole(index, pieces)));
}

test("a cutout is found by its row, with all there is to say of it", async () => {
  assert.deepEqual(await records().cutout(5), {
    row: 5, image: 0, box: [0, 4, 0, 4], name: "a.fits", shownBox: { left: 0, right: 4, bottom: 0, top: 4 }, x: 0, y: -0,
    sky: null, labels: [{ name: "dog", score: 1 }, { name: "cat", score: 0.2 }], metadata: [["z", 0.5], ["FILTER", "r"]],
  });
  const other = await records().cutout(2);
  assert.deepEqual(other.shownBox, { left: 0, right: 4, bottom: 6, top: 10 });
  assert.deepEqual(other.sky, { ra: 13, dec: 2, scale: 3, x: 5, y: 7, approximate: true });
  assert.deepEqual(other.metadata, [["mag", 12.3], ["kind", "spiral"], ["FILTER", "r"]]);
});
