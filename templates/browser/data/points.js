// The points of a plane, the map or the sky, in pieces that lie together on it. In: pieces. Out: which points lie in a
// rectangle, and which one is nearest to a place.

/**
 * @import { PointColumns, Rectangle } from "./types.d.ts"
 * @import { PlaneIndex } from "../wire/types.d.ts"
 * @import { Pieces } from "../wire/pieces.js"
 */

export class Points {
  /**
   * @param {"map" | "sky"} kind
   * @param {PlaneIndex} index
   * @param {Pieces} pieces
   */
  constructor(kind, index, pieces) {
    const [left, right, bottom, top] = index.extent;
    this.kind = kind;
    this.n = index.n;
    this.perPiece = index.per_piece;
    this.bounds = index.bounds;
    this.extent = { left, right, bottom, top };
    this.numbers = Array.from({ length: Math.ceil(this.n / this.perPiece) }, (_, number) => number);
    this.pieces = pieces;
  }

  /**
   * The bounds of a piece.
   *
   * @param {number} number
   * @returns {Rectangle}
   */
  boundsOf(number) {
    const [left, right, bottom, top] = this.bounds.subarray(4 * number, 4 * number + 4);
    return { left, right, bottom, top };
  }

  /** @param {number} number */
  sizeOf(number) {
    return Math.min(this.perPiece, this.n - number * this.perPiece);
  }

  /**
   * How many points a rectangle holds: at least and at most, without loading any.
   *
   * @param {Rectangle} box
   */
  count(box) {
    let [least, most] = [0, 0];
    for (const number of this.numbers) {
      const bounds = this.boundsOf(number);
      if (!meets(bounds, box)) continue;
      most += this.sizeOf(number);
      if (liesIn(bounds, box)) least += this.sizeOf(number);
    }
    return { least, most };
  }

  /**
   * How many it holds, counted one by one.
   *
   * @param {Rectangle} box
   */
  async counted(box) {
    let n = 0;
    for (const number of this.numbers.filter((one) => meets(this.boundsOf(one), box))) {
      const { x, y } = await this.piece(number);
      for (let i = 0; i < x.length; i++) {
        if (x[i] >= box.left && x[i] <= box.right && y[i] >= box.bottom && y[i] <= box.top) n++;
      }
    }
    return { least: n, most: n };
  }

  /**
   * A piece, with the row of each of its points.
   *
   * @param {number} number
   */
  async piece(number) {
    const { x, y, row, ...others } = await this.pieces.get(this.kind, number);
    const { tint, colors } = "tint" in others ? others : { tint: undefined, colors: undefined };
    const first = number * this.perPiece;
    const rowAt = (/** @type {number} */ i) => (row ? row[i] : first + i);
    return { x, y, tint, colors, rowAt, first };
  }

  /**
   * All points of a rectangle; with tint and with the codes of a colour column where the pieces have them.
   *
   * @param {Rectangle} box
   * @param {number | null} [column]
   * @returns {Promise<PointColumns>}
   */
  async inside(box, column = null) {
    const numbers = this.numbers.filter((number) => meets(this.boundsOf(number), box));
    /** @type {PointColumns} */
    const found = { x: [], y: [], row: [], rank: [], tint: [], codes: [] };
    for (const { x, y, tint, colors, rowAt, first } of await Promise.all(numbers.map((number) => this.piece(number)))) {
      const codes = column === null ? null : colors?.[column];
      for (let i = 0; i < x.length; i++) {
        if (x[i] < box.left || x[i] > box.right || y[i] < box.bottom || y[i] > box.top) continue;
        found.x.push(x[i]);
        found.y.push(y[i]);
        found.row.push(rowAt(i));
        found.rank.push(first + i);
        if (tint) found.tint.push(tint[3 * i], tint[3 * i + 1], tint[3 * i + 2]);
        if (codes) found.codes.push(codes[i]);
      }
    }
    return found;
  }

  /**
   * The row nearest to a place, if within reach; exact, since pieces are left out only where they lie farther away.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   * @param {(rank: number) => boolean} [counts] says which points count, by their rank in the order of the pieces
   * @returns {Promise<number | null>}
   */
  async nearest(x, y, reach, counts = () => true) {
    const order = this.numbers.map((number) => ({ number, off: away(this.boundsOf(number), x, y) }))
      .filter(({ off }) => off <= reach)
      .sort((a, b) => a.off - b.off);
    let best = null;
    let least = reach;
    for (const { number, off } of order) {
      if (off > least) break;
      const piece = await this.piece(number);
      for (let i = 0; i < piece.x.length; i++) {
        const distance = Math.hypot(piece.x[i] - x, piece.y[i] - y);
        if (distance <= least && counts(piece.first + i)) [best, least] = [piece.rowAt(i), distance];
      }
    }
    return best;
  }
}

/**
 * @param {Rectangle} a
 * @param {Rectangle} b
 */
const meets = (a, b) => a.left <= b.right && a.right >= b.left && a.bottom <= b.top && a.top >= b.bottom;

/**
 * @param {Rectangle} a
 * @param {Rectangle} b
 */
const liesIn = (a, b) => a.left >= b.left && a.right <= b.right && a.bottom >= b.bottom && a.top <= b.top;

/**
 * How far a place is from a rectangle; 0 inside.
 *
 * @param {Rectangle} box
 * @param {number} x
 * @param {number} y
 */
const away = ({ left, right, bottom, top }, x, y) => Math.hypot(Math.max(left - x, 0, x - right), Math.max(bottom - y, 0, y - top));
