// The points of the sky on a plane that touches it. In: all of the sky's points, such a plane. Out: what `Points` gives of its own plane:
// which points lie in a rectangle; and all points at once, by place, for their density.

import { piecesNear, vectorsOf } from "./nearest.js";
import { FARTHEST } from "./planes.js";
import { RADIAN, separation, vectorOf } from "./sphere.js";

/**
 * @import { PointColumns, Rectangle } from "../data/types.d.ts"
 * @import { Points } from "../data/points.js"
 * @import { Plane } from "../density/aggregate.js"
 * @import { SkyPlane } from "./planes.js"
 * @import { Position } from "./sphere.js"
 */

const WIDE = 1.5; // half of a rectangle in units of the plane, from which on all pieces are looked at

/**
 * The places on a tangent plane of directions; NaN of those that it does not show.
 *
 * @param {Position} at where it touches
 * @param {number} n
 * @param {(i: number) => [number, number, number]} vectorAt
 */
function projected(at, n, vectorAt) {
  const [a, d] = [at.ra * RADIAN, at.dec * RADIAN];
  const [east, north] = [[-Math.sin(a), Math.cos(a)], [-Math.sin(d) * Math.cos(a), -Math.sin(d) * Math.sin(a), Math.cos(d)]];
  const middle = vectorOf(at);
  const least = 1 / Math.hypot(1, FARTHEST);
  const [xs, ys] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    const [x, y, z] = vectorAt(i);
    const along = x * middle[0] + y * middle[1] + z * middle[2];
    const isShown = along >= least;
    xs[i] = isShown ? -(x * east[0] + y * east[1]) / along : NaN;
    ys[i] = isShown ? (x * north[0] + y * north[1] + z * north[2]) / along : NaN;
  }
  return { xs, ys };
}

export class FieldPoints {
  /**
   * @param {Points} points all of the sky's
   * @param {SkyPlane & { at: Position }} plane
   */
  constructor(points, plane) {
    this.points = points;
    this.plane = plane;
    this.n = points.n;
    this.extent = { left: -FARTHEST, right: FARTHEST, bottom: -FARTHEST, top: FARTHEST };
  }

  /**
   * The pieces that may have points of a rectangle.
   *
   * @param {Rectangle} box
   */
  piecesIn({ left, right, bottom, top }) {
    const [x, y] = [(left + right) / 2, (bottom + top) / 2];
    const middle = this.plane.unproject(x, y);
    if (!middle || Math.hypot(right - x, top - y) > WIDE) return this.points.numbers;
    const corners = [[left, bottom], [left, top], [right, bottom], [right, top]].flatMap(([cx, cy]) => this.plane.unproject(cx, cy) ?? []);
    const radius = Math.max(...corners.map((corner) => separation(middle, corner))) * RADIAN;
    return piecesNear(this.points, middle, radius).map(({ number }) => number);
  }

  /**
   * How many points a rectangle holds: at least and at most, without loading any.
   *
   * @param {Rectangle} box
   */
  count(box) {
    return { least: 0, most: this.piecesIn(box).reduce((sum, number) => sum + this.points.sizeOf(number), 0) };
  }

  /**
   * How many it holds, counted one by one.
   *
   * @param {Rectangle} box
   */
  async counted(box) {
    const n = (await this.inside(box)).row.length;
    return { least: n, most: n };
  }

  /**
   * All points of a rectangle.
   *
   * @param {Rectangle} box
   * @returns {Promise<PointColumns>}
   */
  async inside(box) {
    const numbers = this.piecesIn(box);
    /** @type {PointColumns} */
    const found = { x: [], y: [], row: [], rank: [], tint: [], codes: [] };
    for (const piece of await Promise.all(numbers.map((number) => this.points.piece(number)))) {
      const all = vectorsOf(piece);
      const { xs, ys } = projected(this.plane.at, piece.x.length, (i) => [all[3 * i], all[3 * i + 1], all[3 * i + 2]]);
      for (let i = 0; i < xs.length; i++) {
        if (!(xs[i] >= box.left && xs[i] <= box.right && ys[i] >= box.bottom && ys[i] <= box.top)) continue;
        found.x.push(xs[i]);
        found.y.push(ys[i]);
        found.row.push(piece.rowAt(i));
        found.rank.push(piece.first + i);
      }
    }
    return found;
  }
}

/**
 * Positions of all cutouts on a tangent plane, as the density of many is drawn.
 *
 * @param {Position} at where it touches
 * @param {ArrayLike<number>} ras in degrees; NaN where not known
 * @param {ArrayLike<number>} decs
 * @returns {Plane}
 */
export function planeOf(at, ras, decs) {
  const { xs, ys } = projected(at, ras.length, (i) => vectorOf({ ra: ras[i], dec: decs[i] }));
  const bounds = [-FARTHEST, FARTHEST, -FARTHEST, FARTHEST];
  return { x: Float32Array.from(xs), y: Float32Array.from(ys), runs: { bounds, size: ras.length } };
}
