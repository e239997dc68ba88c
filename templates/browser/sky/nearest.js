// Which cutout is nearest to a place of the sky. In: the pieces of the sky, a position. Out: its row, by the angle on the sphere: across
// 0h, at the poles, and of a million without loading more than a few pieces.

import { ALL_SKY, declinationAt } from "./planes.js";
import { RADIAN, vectorOf } from "./sphere.js";

/**
 * @import { Rectangle } from "../data/types.d.ts"
 * @import { Points } from "../data/points.js"
 * @import { Position } from "./sphere.js"
 *
 * @typedef {{ west: number, east: number, south: number, north: number }} Region of the sky in radians, -π to π; `west` is the lesser
 *   longitude
 */

const SLACK = 1e-9; // radians, for rounding; a fifth of a milliarcsecond
const HALF_TURN = Math.PI;

/**
 * What a rectangle of the map of all of the sky holds at most.
 *
 * @param {Rectangle} box
 * @returns {Region}
 */
export function regionOf({ left, right, bottom, top }) {
  const cosines = [bottom, top].map((y) => Math.sqrt(Math.max(0, 1 - (y * y) / 2)));
  const [least, most] = [Math.min(...cosines), bottom < 0 && top > 0 ? 1 : Math.max(...cosines)];
  const longitudes = [left, right].flatMap((x) => [least, most].map((cosine) => (x ? (-Math.PI * x) / (2 * Math.SQRT2 * cosine) : 0)));
  const held = (/** @type {number} */ longitude) => Math.max(-HALF_TURN, Math.min(HALF_TURN, longitude));
  return {
    west: held(Math.min(...longitudes)), east: held(Math.max(...longitudes)), south: declinationAt(bottom), north: declinationAt(top),
  };
}

/**
 * How far a place is from a region at least, in radians; 0 inside.
 *
 * @param {Region} region
 * @param {Position} at
 */
export function awayFrom({ west, east, south, north }, { ra, dec }) {
  const lat = dec * RADIAN;
  const turn = (/** @type {number} */ from) => ((ra * RADIAN - from) % (2 * HALF_TURN) + 2 * HALF_TURN) % (2 * HALF_TURN);
  if (turn(west) <= east - west) return Math.max(0, south - lat, lat - north);
  const toMeridian = (/** @type {number} */ edge) => {
    const cosine = Math.cos(turn(edge));
    // Where a great circle from the place meets the meridian at right angles, and the ends of the edge.
    const foot = Math.atan2(Math.sin(lat), Math.cos(lat) * cosine);
    const candidates = foot > south && foot < north ? [foot, south, north] : [south, north];
    return Math.min(...candidates.map((on) => {
      const share = Math.sin((on - lat) / 2) ** 2 + Math.cos(on) * Math.cos(lat) * ((1 - cosine) / 2);
      return 2 * Math.asin(Math.min(1, Math.sqrt(share)));
    }));
  };
  return Math.min(toMeridian(west), toMeridian(east));
}

/** @type {WeakMap<object, Float64Array>} of pieces that are here */
const vectors = new WeakMap();

/**
 * The directions of a piece's points, three numbers each.
 *
 * @param {{ x: ArrayLike<number>, y: ArrayLike<number> }} piece
 */
export function vectorsOf({ x, y }) {
  const known = vectors.get(x);
  if (known) return known;
  const found = new Float64Array(3 * x.length);
  for (let i = 0; i < x.length; i++) {
    // Rounding may have put a point beyond the map's edge.
    found.set(vectorOf(ALL_SKY.unproject(x[i], y[i]) ?? { ra: 180, dec: declinationAt(y[i]) / RADIAN }), 3 * i);
  }
  vectors.set(x, found);
  return found;
}

/**
 * The pieces of the sky that may have something within a distance of a place, the nearest first.
 *
 * @param {Points} points
 * @param {Position} at
 * @param {number} radius in radians
 */
export function piecesNear(points, at, radius) {
  return points.numbers.map((number) => ({ number, off: awayFrom(regionOf(points.boundsOf(number)), at) }))
    .filter(({ off }) => off <= radius + SLACK)
    .sort((a, b) => a.off - b.off);
}

/**
 * The cutout nearest to a place on the sphere; exact, since pieces are left out only where they lie farther away.
 *
 * @param {Points} points all of the sky's
 * @param {Position} at
 * @param {number} [radius] within which, in radians
 * @param {(row: number) => boolean} [counts] says which do
 * @returns {Promise<number | null>} its row
 */
export async function nearestOnSky(points, at, radius = HALF_TURN, counts = () => true) {
  const [x, y, z] = vectorOf(at);
  /** @type {number | null} */
  let best = null;
  let least = (2 * Math.sin(Math.min(radius, HALF_TURN) / 2)) ** 2; // of chords, squared
  for (const { number, off } of piecesNear(points, at, radius)) {
    if (2 * Math.sin(Math.max(0, off - SLACK) / 2) > Math.sqrt(least)) break;
    const piece = await points.piece(number);
    const all = vectorsOf(piece);
    for (let i = 0, j = 0; j < all.length; i++, j += 3) {
      const chord = (all[j] - x) ** 2 + (all[j + 1] - y) ** 2 + (all[j + 2] - z) ** 2;
      if (chord <= least && counts(piece.rowAt(i))) [best, least] = [piece.rowAt(i), chord];
    }
  }
  return best;
}
