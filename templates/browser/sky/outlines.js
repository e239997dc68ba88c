// Where parent images and cutouts lie on the sky, as polygons. In: pieces of outlines and of boxes. Out: corners, which images lie in a
// view, the boxes of cutouts. Corners are on the plane that touches the sky near an image's middle; what lies between them is straight.

import { RADIAN, positionOf, vectorOf } from "./sphere.js";

/**
 * @import { Place } from "../data/types.d.ts"
 * @import { BoxIndex, OutlinePiece, PageIndex } from "../wire/types.d.ts"
 * @import { Pieces } from "../wire/pieces.js"
 * @import { Position } from "./sphere.js"
 *
 * @typedef {{ image: number, box: ArrayLike<number> }} Boxed a box as ixmin, ixmax, iymin, iymax
 */

const MOST_PIECES = 16; // of boxes, that one view loads
const WHOLE = [0, 0, 1, 0, 1, 1, 0, 1];

export class Outlines {
  /**
   * @param {PageIndex} index
   * @param {Pieces} pieces
   */
  constructor(index, pieces) {
    const { outlines, boxes } = index;
    this.perPiece = outlines?.per_piece ?? 1;
    this.n = outlines ? 1 + boxes.images.reduce((last, image) => Math.max(last, image), -1) : 0;
    /** @type {BoxIndex} */
    this.boxes = boxes;
    this.pieces = pieces;
    /** @type {OutlinePiece[]} */
    this.loaded = [];
    /** Directions of the middles of images, three numbers each, and how far their corners are from them in radians. */
    this.middles = new Float64Array();
    this.radii = new Float64Array();
    /** @type {Promise<void> | undefined} */
    this.loading = undefined;
    /** Boxes by row, of pieces that are here. @type {Map<number, Boxed>} */
    this.boxOf = new Map();
    /** @type {Set<number>} */
    this.known = new Set();
  }

  /** Load all outlines, once. */
  load() {
    this.loading ??= this.loadAll().catch((error) => {
      this.loading = undefined; // to be tried again
      throw error;
    });
    return this.loading;
  }

  async loadAll() {
    const numbers = Array.from({ length: Math.ceil(this.n / this.perPiece) }, (_, number) => number);
    this.loaded = await Promise.all(numbers.map((number) => this.pieces.get("outlines", number)));
    this.middles = new Float64Array(3 * this.n).fill(NaN);
    this.radii = new Float64Array(this.n);
    for (let image = 0; image < this.n; image++) {
      const corners = this.corners(image);
      if (!corners) continue;
      const vectors = corners.map(vectorOf);
      const sum = [0, 1, 2].map((axis) => vectors.reduce((total, vector) => total + vector[axis], 0));
      const length = Math.hypot(...sum);
      this.middles.set(sum.map((part) => part / length), 3 * image);
      const chords = vectors.map((vector) => Math.hypot(...vector.map((part, axis) => part - sum[axis] / length)));
      this.radii[image] = 2 * Math.asin(Math.min(1, Math.max(...chords) / 2));
    }
  }

  /**
   * @param {number} image
   * @returns {{ piece: OutlinePiece, i: number } | null} null where its outline is not known
   */
  find(image) {
    const piece = this.loaded[Math.floor(image / this.perPiece)];
    const i = image % this.perPiece;
    return piece && !Number.isNaN(piece.at[2 * i]) ? { piece, i } : null;
  }

  /** @param {number} image */
  isExact(image) {
    const found = this.find(image);
    return found !== null && found.piece.exact[found.i] === 1;
  }

  /**
   * The corners of a part of an image on the sky, one after another.
   *
   * @param {number} image
   * @param {ArrayLike<number>} [box] of the part; of the whole where there is none
   * @returns {Position[] | null} null where they are not known
   */
  corners(image, box) {
    const found = this.find(image);
    if (!found) return null;
    const { piece: { at, corners, size }, i } = found;
    const [ra, dec] = [at[2 * i], at[2 * i + 1]];
    const [nx, ny] = [size[2 * i], size[2 * i + 1]];
    const shares = box
      ? [box[0] / nx, box[2] / ny, box[1] / nx, box[2] / ny, box[1] / nx, box[3] / ny, box[0] / nx, box[3] / ny] : WHOLE;
    return [0, 2, 4, 6].map((k) => {
      const [u, v] = [shares[k], shares[k + 1]];
      const between = (/** @type {number} */ axis) => {
        const [a, b, c, d] = [0, 2, 4, 6].map((corner) => corners[8 * i + corner + axis]);
        return (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * d + u * c);
      };
      return offPlane(ra, dec, between(0), between(1));
    });
  }

  /**
   * The images that may lie within a distance of a place.
   *
   * @param {Position} at
   * @param {number} radius in radians
   */
  near(at, radius) {
    const [x, y, z] = vectorOf(at);
    const { middles, radii } = this;
    const found = [];
    for (let image = 0, j = 0; image < this.n; image++, j += 3) {
      const chord = Math.hypot(middles[j] - x, middles[j + 1] - y, middles[j + 2] - z);
      if (2 * Math.asin(Math.min(1, chord / 2)) <= radius + radii[image]) found.push(image);
    }
    return found;
  }

  /**
   * Have the boxes of the cutouts of some images at hand, unless they are spread over too many pieces.
   *
   * @param {number[]} images
   * @returns {Promise<boolean>} whether there are boxes that were not there before
   */
  async loadBoxes(images) {
    const { n, per_piece, images: bounds } = this.boxes;
    const numbers = Array.from({ length: Math.ceil(n / per_piece) }, (_, number) => number).filter((number) => (
      images.some((image) => bounds[2 * number] <= image && image <= bounds[2 * number + 1])
    ));
    const missing = numbers.filter((number) => !this.known.has(number));
    if (!missing.length || missing.length > MOST_PIECES) return false;
    for (const number of missing) {
      const { row, image, box } = await this.pieces.get("boxes", number);
      for (let i = 0; i < row.length; i++) this.boxOf.set(row[i], { image: image[i], box: box.subarray(4 * i, 4 * i + 4) });
      this.known.add(number);
    }
    return true;
  }
}

/**
 * The position at a place of the plane that touches the sky at another one.
 *
 * @param {number} ra of where it touches, in degrees
 * @param {number} dec
 * @param {number} east in degrees
 * @param {number} north
 * @returns {Position}
 */
function offPlane(ra, dec, east, north) {
  const [xi, eta] = [east * RADIAN, north * RADIAN];
  const [sin, cos] = [Math.sin(dec * RADIAN), Math.cos(dec * RADIAN)];
  const along = cos - eta * sin;
  const { ra: turn, dec: found } = positionOf([along, xi, sin + eta * cos]);
  return { ra: (ra + turn) % 360, dec: found };
}

/**
 * Whether a polygon holds a place.
 *
 * @param {Place[]} corners
 * @param {Place} place
 */
export function holdsPlace(corners, { x, y }) {
  let isInside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [a, b] = [corners[i], corners[j]];
    if ((a.y > y) !== (b.y > y) && x < a.x + ((y - a.y) * (b.x - a.x)) / (b.y - a.y)) isInside = !isInside;
  }
  return isInside;
}
