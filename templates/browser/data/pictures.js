// Pictures of cutouts. In: rows. Out: promises of the part of a picture that shows each. Pictures used last are kept.

import { Lru } from "../wire/lru.js";

/**
 * @import { PicturePart } from "./types.d.ts"
 * @import { PageIndex } from "../wire/types.d.ts"
 * @import { Images } from "./images.js"
 * @import { Records } from "./records.js"
 */

const MAX_PICTURES = 256; // that are kept

/** @param {string} address */
async function decodedImage(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

export class Pictures {
  /**
   * @param {PageIndex} index
   * @param {Records} records
   * @param {Images} images
   */
  constructor(index, records, images) {
    this.index = index.thumbnails;
    this.base = index.base;
    this.records = records;
    this.images = images;
    /** @type {Lru<Promise<HTMLImageElement>>} */
    this.kept = new Lru(MAX_PICTURES);
  }

  /** @param {string} address */
  picture(address) {
    let picture = this.kept.get(address);
    if (!picture) {
      picture = decodedImage(address);
      this.kept.set(address, picture);
    }
    return picture;
  }

  /**
   * @param {number} row
   * @returns {Promise<PicturePart>}
   */
  async thumbnail(row) {
    return this.thumbnailBy(this.index.by === "row" ? row : await this.records.placeOf(row));
  }

  /**
   * @param {number} place
   * @returns {Promise<PicturePart>}
   */
  async thumbnailAt(place) {
    return this.thumbnailBy(this.index.by === "row" ? await this.records.rowAt(place) : place);
  }

  /**
   * @param {number} key a row or a place, by which sheets are ordered
   * @returns {Promise<PicturePart>}
   */
  async thumbnailBy(key) {
    const { size, columns, rows, urls, url = "" } = this.index;
    const number = Math.floor(key / (columns * rows));
    const slot = key % (columns * rows);
    const picture = await this.picture(urls ? urls[number] : this.base + url.replace("{piece}", String(number)));
    return { picture, x: (slot % columns) * size, y: Math.floor(slot / columns) * size, width: size, height: size };
  }

  /**
   * The sharpest there is of a cutout: its part of the parent image's picture where that has more pixels.
   *
   * @param {number} row
   * @returns {Promise<PicturePart>}
   */
  async portrait(row) {
    const box = await this.records.box(row);
    const [small, { nx, ny, url }] = await Promise.all([this.thumbnail(row), this.images.image(box.image)]);
    if (!url) return small;
    const picture = await this.picture(url);
    const scale = picture.naturalWidth / nx;
    const { left, right, bottom, top } = box.shownBox;
    const part = {
      picture, x: left * scale, y: (ny - top) * scale, width: (right - left) * scale, height: (top - bottom) * scale,
    };
    return Math.max(part.width, part.height) > small.width ? part : small;
  }
}
