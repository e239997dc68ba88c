// Planes that the sky is drawn on: all of it in Mollweide's projection, or a field on the plane that touches the sphere in its middle.
// In: positions, places. Out: places of positions, and back. North is up and east at the left; a unit is a radian, on the map of all of
// the sky by area.

import { RADIAN } from "./sphere.js";

/**
 * @import { Place } from "../data/types.d.ts"
 * @import { Position } from "./sphere.js"
 *
 * @typedef {object} SkyPlane
 * @property {Position | null} at where it touches the sphere; null of all of the sky
 * @property {(position: Position) => Place | null} project null of what it does not show
 * @property {(x: number, y: number) => Position | null} unproject null beside the sky
 */

const POLAR = 60; // degrees, beyond which Newton's method starts from the series about the pole
const STEPS = 12; // some 6 reach double precision
const LEAST_ALONG = 0.09; // cosine of the angle from its middle that a tangent plane shows

/** How far from its middle a tangent plane goes, in its units. */
export const FARTHEST = Math.sqrt(1 / LEAST_ALONG ** 2 - 1);

const clamped = (/** @type {number} */ share) => Math.max(-1, Math.min(1, share));

/**
 * The angle whose sine is how high a declination lies on the map, by Newton's method (Snyder, *Map Projections*, 1987, equations 31-1 to
 * 31-3). `hubble_dash/viewer/planes/mollweide.py` is the same in Python.
 *
 * @param {number} dec in degrees
 */
function auxiliary(dec) {
  const target = Math.PI * Math.sin(dec * RADIAN);
  const polar = Math.cbrt(0.75 * Math.PI * ((90 - Math.abs(dec)) * RADIAN) ** 2);
  let twice = Math.abs(dec) > POLAR ? Math.sign(dec) * (Math.PI - 2 * polar) : 2 * dec * RADIAN;
  for (let i = 0; i < STEPS; i++) {
    const step = (twice + Math.sin(twice) - target) / (1 + Math.cos(twice));
    if (Number.isFinite(step)) twice -= step; // at the pole the derivative vanishes
  }
  return twice / 2;
}

/**
 * The declination at a height of the map, in radians.
 *
 * @param {number} y
 */
export function declinationAt(y) {
  const theta = Math.asin(clamped(y / Math.SQRT2));
  return Math.asin(clamped((2 * theta + Math.sin(2 * theta)) / Math.PI));
}

/** @type {SkyPlane} */
export const ALL_SKY = {
  at: null,
  project({ ra, dec }) {
    const theta = auxiliary(dec);
    const longitude = ((((ra + 180) % 360) + 360) % 360 - 180) * RADIAN;
    return { x: (-2 * Math.SQRT2 * longitude * Math.cos(theta)) / Math.PI, y: Math.SQRT2 * Math.sin(theta) };
  },
  unproject(x, y) {
    const longitude = (-Math.PI * x) / (2 * Math.SQRT2 * Math.cos(Math.asin(y / Math.SQRT2)));
    if (!(Math.abs(longitude) <= Math.PI)) return null;
    return { ra: (longitude / RADIAN + 360) % 360, dec: declinationAt(y) / RADIAN };
  },
};

/**
 * The plane that touches the sphere at a position.
 *
 * @param {Position} at
 * @returns {SkyPlane}
 */
export function tangentPlane(at) {
  const [sin0, cos0] = [Math.sin(at.dec * RADIAN), Math.cos(at.dec * RADIAN)];
  return {
    at,
    project({ ra, dec }) {
      const [turn, sin, cos] = [(ra - at.ra) * RADIAN, Math.sin(dec * RADIAN), Math.cos(dec * RADIAN)];
      const along = sin0 * sin + cos0 * cos * Math.cos(turn);
      if (along < LEAST_ALONG) return null;
      return { x: (-cos * Math.sin(turn)) / along, y: (cos0 * sin - sin0 * cos * Math.cos(turn)) / along };
    },
    unproject(x, y) {
      const along = cos0 - y * sin0;
      return {
        ra: (at.ra + Math.atan2(-x, along) / RADIAN + 360) % 360,
        dec: Math.atan2(sin0 + y * cos0, Math.hypot(x, along)) / RADIAN,
      };
    },
  };
}
