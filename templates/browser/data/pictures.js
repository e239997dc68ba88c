// Pictures of cutouts. In: rows. Out: promises of the part of a picture that shows each. Pictures used last are kept.

import { SAY } from "../text/strings.js";
import { Lru } from "../wire/lru.js";

/**
 * @import { PicturePart } from "./types.d.ts"
 * @import { PageIndex } from "../wire/types.d.ts"
 * @import { Pieces } from "../wire/pieces.js"
 * @import { Images } from "./images.js"
 * @import { Records } from "./records.js"
 */

const MAX_PICTURES = 512; // that are kept

/** @param {string} address */
async function decodedImage(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

/**
 * A picture of a server's, which says in words where it has none.
 *
 * @param {string} address
 */
async function servedImage(address) {
  const answer = await fetch(address).catch(() => null);
  if (!answer) throw new Error(SAY.noServer);
  if (!answer.ok) throw new Error(answer.headers.get("Content-Type")?.startsWith("text/plain") ? (await answer.text()).trim() : SAY.noTile);
  const url = URL.createObjectURL(await answer.blob());
  try {
    return await decodedImage(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

export class Pictures {
  /**
   * @param {PageIndex} index
   * @param {Pieces} pieces
   * @param {Records} records
   * @param {Images} images
   */
  constructor(index, pieces, records, images) {
    this.index = index.thumbnails;
    this.tiles = index.deep?.url;
    this.base = index.base;
    this.pieces = pieces;
    this.records = records;
    this.images = images;
    /** @type {Lru<Promise<HTMLImageElement>>} */
    this.kept = new Lru(MAX_PICTURES);
  }

  /**
   * @param {string} name
   * @param {() => string | Promise<string>} [find] its address, where that is another
   */
  picture(name, find = () => name) {
    let picture = this.kept.get(name);
    if (!picture) {
      picture = Promise.resolve(find()).then(decodedImage);
      picture.catch(() => this.kept.delete(name)); // to be tried again
      this.kept.set(name, picture);
    }
    return picture;
  }

  /**
   * A sheet of thumbnails, in the page, beside it, or a piece.
   *
   * @param {number} number
   */
  sheet(number) {
    const { urls, url } = this.index;
    if (urls) return this.picture(urls[number]);
    if (url !== undefined) return this.picture(this.base + url.replace("{piece}", String(number)));
    return this.piece("thumbnails", number);
  }

  /**
   * @param {"thumbnails" | "facesheets"} kind
   * @param {number} number
   */
  piece(kind, number) {
    return this.picture(`${kind}/${number}`, async () => (await this.pieces.once(kind, number)).url);
  }

  /**
   * A tile of a parent image, which whoever asks for it keeps.
   *
   * @param {number} number
   */
  async tile(number) {
    if (this.tiles) return servedImage(this.tiles.replace("{piece}", String(number)));
    return decodedImage((await this.pieces.once("deep", number)).url);
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
   * A picture of a medoid, by its number in the sheets that have these alone.
   *
   * @param {number} number
   */
  face(number) {
    return this.thumbnailBy(number, (sheet) => this.piece("facesheets", sheet));
  }

  /**
   * @param {number} key by which sheets are ordered: a row or a place
   * @param {(sheet: number) => Promise<HTMLImageElement>} [sheet]
   * @returns {Promise<PicturePart>}
   */
  async thumbnailBy(key, sheet = (number) => this.sheet(number)) {
    const { size, columns, rows, pitch = size } = this.index;
    const slot = key % (columns * rows);
    const picture = await sheet(Math.floor(key / (columns * rows)));
    return { picture, x: (slot % columns) * size, y: Math.floor(slot / columns) * pitch, width: size, height: size };
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
