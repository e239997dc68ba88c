// The parent images. In: pieces. Out: what is known of an image, and the address of its picture.

/**
 * @import { ParentImage } from "./types.d.ts"
 * @import { ImageEntry, PageIndex } from "../wire/types.d.ts"
 * @import { Pieces } from "../wire/pieces.js"
 */

export class Images {
  /**
   * @param {PageIndex} index
   * @param {Pieces} pieces
   */
  constructor(index, pieces) {
    this.perPiece = index.images.per_piece;
    this.pieces = pieces;
  }

  /**
   * @param {number} number
   * @returns {Promise<ImageEntry>}
   */
  async entry(number) {
    const { images } = await this.pieces.get("images", Math.floor(number / this.perPiece));
    return images[number % this.perPiece];
  }

  /**
   * An image with the address of its picture, which stands in a piece of its own where there are many.
   *
   * @param {number} number
   * @returns {Promise<ParentImage>}
   */
  async image(number) {
    const entry = await this.entry(number);
    if (entry.url !== undefined) return { ...entry, url: entry.url };
    if (entry.preview === undefined) return { ...entry, url: null };
    const { urls } = await this.pieces.get("previews", entry.preview);
    return { ...entry, url: urls[number] };
  }
}
