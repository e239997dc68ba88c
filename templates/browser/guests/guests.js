// Images that a visitor has brought. In: what the server said of each. Out: cutouts below row 0, which all views take as they take
// others.

/**
 * @import { Cutout, ParentImage, PicturePart } from "../data/types.d.ts"
 * @import { CutoutRecord } from "../data/records.js"
 * @import { GuestAnswer, NearPiece, RankedRows } from "../wire/types.d.ts"
 *
 * @typedef {object} Guest
 * @property {number} row -1, -2 and so on; its image has the same number
 * @property {Cutout} cutout
 * @property {ParentImage} image
 * @property {PicturePart} picture
 * @property {CutoutRecord} record as likenesses take it: with its nearest, and where it lies
 * @property {NearPiece | null} smoothed its nearest by smoothed fingerprints
 */

import { SIMILARITY_STEPS } from "../wire/constants.js";

export const isGuest = (/** @type {number | null} */ row) => row !== null && row < 0;

/**
 * Neighbours as pieces have them.
 *
 * @param {RankedRows} ranked
 * @param {(row: number) => Promise<number>} placeOf
 * @returns {Promise<NearPiece>}
 */
async function nearOf({ rows, similarities }, placeOf) {
  const places = await Promise.all(Array.from(rows, placeOf));
  return {
    depth: places.length, neighbors: Int32Array.from(places),
    similarities: Int16Array.from(similarities, (cosine) => Math.round(cosine * SIMILARITY_STEPS)),
  };
}

export class Guests {
  constructor() {
    /** @type {Map<number, Guest>} by row */
    this.all = new Map();
    this.last = 0; // row that was given away
  }

  /** @param {number} row */
  get(row) {
    const guest = this.all.get(row);
    if (!guest) throw new RangeError(`there is no image of yours ${row}`);
    return guest;
  }

  /** @param {number} row of one that is not wanted any more */
  remove(row) {
    this.all.delete(row);
  }

  /**
   * Take one in.
   *
   * @param {string} name
   * @param {GuestAnswer} answer
   * @param {HTMLImageElement} picture
   * @param {(row: number) => Promise<number>} placeOf
   */
  async add(name, { x, y, nx, ny, sky, nearest, smoothed }, picture, placeOf) {
    const near = await nearOf(nearest, placeOf);
    const smoothedNear = smoothed ? await nearOf(smoothed, placeOf) : null;
    const row = --this.last;
    /** @type {ParentImage} */
    const image = { name, nx, ny, origin: "upper", approximate: sky?.approximate ?? false, metadata: [], url: null };
    const columns = /** @type {any} */ ({ ...near, ...(sky ? { ra: [sky.ra], dec: [sky.dec] } : {}) });
    /** @type {Guest} */
    const guest = {
      row, image, smoothed: smoothedNear,
      cutout: {
        row, image: row, name, x, y, box: [0, nx, 0, ny], shownBox: { left: 0, right: nx, bottom: 0, top: ny }, sky: sky ?? null,
        labels: [], metadata: [],
      },
      picture: { picture, x: 0, y: 0, width: picture.naturalWidth, height: picture.naturalHeight },
      record: { columns, place: row, at: 0, row, image: row, parent: image },
    };
    this.all.set(row, guest);
    return guest;
  }
}
