// What stands for the coarse parts of the map: the medoids, which Python has found. In: the page's index, pieces. Out: parts of a window;
// where in the sheets of their own each one's picture is.

/**
 * @import { FacePiece, PageIndex } from "../wire/types.d.ts"
 * @import { Pieces } from "../wire/pieces.js"
 * @import { Parts, Window } from "./parts.js"
 */

/**
 * Numbers of the pictures of a level, square by square: they are in the order of places.
 *
 * @param {Int32Array} places -1 of empty ones
 * @param {number} start the number of the first
 */
export function numbersOf(places, start) {
  const numbers = new Map(Array.from(places.filter((place) => place >= 0).sort(), (place, i) => [place, start + i]));
  return Int32Array.from(places, (place) => numbers.get(place) ?? -1);
}

/**
 * The parts of a window.
 *
 * @param {FacePiece} level
 * @param {Window} window
 * @param {number} across squares of the level
 * @param {number | undefined} start the number of its first picture
 * @returns {Parts}
 */
export function partsOf({ place, count, x, y }, { column, row, columns, rows }, across, start) {
  const squares = Array.from({ length: columns * rows }, (_, i) => (row + Math.floor(i / columns)) * across + column + (i % columns));
  const taken = (/** @type {ArrayLike<number>} */ from) => squares.map((square) => from[square]);
  return {
    places: Int32Array.from(taken(place)), counts: Uint32Array.from(taken(count)),
    x: Float32Array.from(taken(x)), y: Float32Array.from(taken(y)),
    numbers: start === undefined ? undefined : Int32Array.from(taken(numbersOf(place, start))),
  };
}

export class Medoids {
  /**
   * @param {Pick<PageIndex, "faces">} index
   * @param {Pieces} pieces
   */
  constructor({ faces }, pieces) {
    this.levels = faces?.levels ?? 0;
    this.starts = faces?.starts;
    this.pieces = pieces;
  }

  /**
   * @param {number} level whose medoids are known
   * @param {Window} window
   */
  async parts(level, window) {
    return partsOf(await this.pieces.get("faces", level), window, 2 ** level, this.starts?.[level]);
  }
}
