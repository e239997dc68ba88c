import assert from "node:assert/strict";
import { test } from "node:test";

import { Boxes, overlap, shownBox } from "../../templates/browser/data/boxes.js";
import { Images } from "../../templates/browser/data/images.js";
import { indexWith, inlinePieces, randomNumbers } from "./wire.js";

test("boxes overlap where they share a pixel", () => {
  const box = [10, 14, 10, 14];
  for (const [x, y] of [[-3, 0], [3, 3], [0, -3], [0, 0]]) assert.equal(overlap(box, [10 + x, 14 + x, 10 + y, 14 + y]), true);
  for (const [x, y] of [[-4, 0], [4, 0], [0, -4], [0, 4]]) assert.equal(overlap(box, [10 + x, 14 + x, 10 + y, 14 + y]), false);
  assert.equal(overlap(box, [11, 12, 11, 12]), true);
});

test("row 0 is at the bottom or at the top", () => {
  assert.deepEqual(shownBox([1, 3, 2, 6], { ny: 10, origin: "lower" }), { left: 1, right: 3, bottom: 2, top: 6 });
  assert.deepEqual(shownBox([1, 3, 2, 6], { ny: 10, origin: "upper" }), { left: 1, right: 3, bottom: 4, top: 8 });
});

const random = randomNumbers(5);
const N = 90;
const NY = 100;
const boxes = Array.from({ length: N }, (_, i) => {
  const [x, y, side] = [Math.floor(80 * random()), Math.floor(80 * random()), 4 + Math.floor(16 * random())];
  return { row: (7 * i) % N, image: Math.floor(i / 30), box: [x, x + side, y, y + side] };
});

/** @param {"lower" | "upper"} origin */
function made(origin) {
  /** @type {Record<string, unknown>} */
  const inline = {};
  /** @type {number[]} */
  const bounds = [];
  /** @type {number[]} */
  const images = [];
  const perPiece = 8;
  for (let number = 0; number * perPiece < N; number++) {
    const part = boxes.slice(number * perPiece, (number + 1) * perPiece);
    inline[`boxes/${number}`] = {
      row: new Int32Array(part.map(({ row }) => row)), image: new Int32Array(part.map(({ image }) => image)),
      box: new Int32Array(part.flatMap(({ box }) => box)),
    };
    const side = (/** @type {number} */ i) => part.map(({ box }) => box[i]);
    bounds.push(Math.min(...side(0)), Math.max(...side(1)), Math.min(...side(2)), Math.max(...side(3)));
    images.push(part[0].image, part[part.length - 1].image);
  }
  inline["images/0"] = { images: [0, 1, 2].map(() => ({ ny: NY, origin })) };
  const index = indexWith({
    boxes: { n: N, per_piece: perPiece, bounds: new Int32Array(bounds), images: new Int32Array(images) }, images: { per_piece: 3 },
  });
  const pieces = inlinePieces(inline);
  return new Boxes(index, pieces, new Images(index, pieces));
}

for (const origin of /** @type {const} */ (["lower", "upper"])) {
  test(`the cutout at a place is the one that brute force finds, row 0 ${origin}`, async () => {
    let hits = 0;
    for (let i = 0; i < 80; i++) {
      const [image, x, y] = [i % 3, 100 * random(), NY * random()];
      const line = origin === "lower" ? y : NY - y;
      const here = boxes.filter(({ image: own, box: [a, b, c, d] }) => own === image && a <= x && x <= b && c <= line && line <= d);
      const off = here.map(({ box: [a, b, c, d] }) => Math.hypot(x - (a + b) / 2, line - (c + d) / 2) / (b - a));
      const expected = here.length ? here[off.indexOf(Math.min(...off))].row : null;
      assert.equal(await made(origin).cutoutAt(image, x, y), expected);
      hits += here.length ? 1 : 0;
    }
    assert.ok(hits > 20);
  });
}
