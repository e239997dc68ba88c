// The cutouts' boxes in their parent images. In: pieces of boxes. Out: the cutout at a place of an image, and how boxes lie.
// A box is ixmin, ixmax, iymin, iymax in pixels of the parent array, upper bounds exclusive.

/**
 * @import { Rectangle } from "./types.d.ts"
 * @import { PageIndex } from "../wire/types.d.ts"
 * @import { Images } from "./images.js"
 * @import { Pieces } from "../wire/pieces.js"
 * @import { CutoutRecord } from "./records.js"
 *
 * @typedef {ArrayLike<number>} Box
 */

/** @param {CutoutRecord} record */
export const boxOf = ({ columns, at }) => columns.box.subarray(4 * at, 4 * at + 4);

/**
 * @param {Box} a
 * @param {Box} b of the same image
 */
export const overlap = (a, b) => a[0] < b[1] && a[1] > b[0] && a[2] < b[3] && a[3] > b[2];

/**
 * A box as it is shown: x to the right and y up, from the lower left corner of the parent image.
 *
 * @param {Box} box
 * @param {{ ny: number, origin: string }} parent
 * @returns {Rectangle}
 */
export function shownBox({ 0: left, 1: right, 2: low, 3: high }, { ny, origin }) {
  return origin === "lower"
    ? { left, right, bottom: low, top: high }
    : { left, right, bottom: ny - high, top: ny - low };
}

export class Boxes {
  /**
   * @param {PageIndex} index
   * @param {Pieces} pieces
   * @param {Images} images
   */
  constructor(index, pieces, images) {
    this.index = index.boxes;
    this.pieces = pieces;
    this.images = images;
  }

  /**
   * The row at a place of an image: of the cutouts whose box holds it, the one whose centre is nearest for its size.
   *
   * @param {number} image
   * @param {number} x
   * @param {number} y up, as the image is shown
   * @returns {Promise<number | null>}
   */
  async cutoutAt(image, x, y) {
    const { ny, origin } = await this.images.entry(image);
    const line = origin === "lower" ? y : ny - y;
    const holds = (/** @type {Box} */ box) => box[0] <= x && x <= box[1] && box[2] <= line && line <= box[3];
    let best = null;
    let least = Infinity;
    for (const number of this.piecesOf(image, holds)) {
      const piece = await this.pieces.get("boxes", number);
      for (let i = 0; i < piece.row.length; i++) {
        const box = piece.box.subarray(4 * i, 4 * i + 4);
        if (piece.image[i] !== image || !holds(box)) continue;
        const [width, height] = [box[1] - box[0], box[3] - box[2]];
        const off = Math.hypot(x - (box[0] + box[1]) / 2, line - (box[2] + box[3]) / 2) / Math.max(width, height);
        if (off < least) [best, least] = [piece.row[i], off];
      }
    }
    return best;
  }

  /**
   * The pieces that may have boxes of an image with a place in them.
   *
   * @param {number} image
   * @param {(box: Box) => boolean} holds
   */
  piecesOf(image, holds) {
    const { n, per_piece, bounds, images } = this.index;
    const numbers = Array.from({ length: Math.ceil(n / per_piece) }, (_, number) => number);
    return numbers.filter((number) => (
      images[2 * number] <= image && image <= images[2 * number + 1]
      && holds(bounds.subarray(4 * number, 4 * number + 4))
    ));
  }
}
