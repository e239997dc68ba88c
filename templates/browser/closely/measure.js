// What is measured on pictures that are looked at closely. In: boxes, scales, an image's place on the sky. Out: a scale bar's length,
// pixels and positions below the pointer, where north and east are.

/**
 * @import { Cutout } from "../data/types.d.ts"
 * @import { ImageEntry } from "../wire/types.d.ts"
 *
 * @typedef {NonNullable<ImageEntry["wcs"]>} Wcs
 */

const [ARCMIN, DEGREE] = [60, 3600]; // arcseconds
const STEPS = [1, 2, 5];
const SEXAGESIMAL = [1, 2, 5, 10, 20, 30]; // of arcminutes
const radians = (/** @type {number} */ deg) => (deg * Math.PI) / 180;
const degrees = (/** @type {number} */ rad) => (rad * 180) / Math.PI;

/** @param {number} most */
function roundBelow(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return power * (Math.max(...STEPS.filter((step) => step === 1 || step * power <= most * (1 + 1e-9))));
}

/**
 * The longest round length that fits: in pixels, or in arcseconds, arcminutes or degrees.
 *
 * @param {number} most in units
 * @param {boolean} isOnSky whether units are arcseconds; else they are pixels
 */
export function barOf(most, isOnSky) {
  if (!isOnSky) return barIn(most, 1, "px");
  if (most >= DEGREE) return barIn(most, DEGREE, "°");
  if (most < ARCMIN) return barIn(most, 1, "″");
  const minutes = Math.max(...SEXAGESIMAL.filter((step) => step * ARCMIN <= most));
  return { length: minutes * ARCMIN, text: `${minutes}′` };
}

/**
 * @param {number} most
 * @param {number} unit
 * @param {string} sign
 */
function barIn(most, unit, sign) {
  const round = Number(roundBelow(most / unit).toPrecision(3));
  return { length: round * unit, text: `${round}${sign === "px" ? "\u2009px" : sign}` };
}

/**
 * The pixel of the parent array, from 0, at a place of a cutout's picture.
 *
 * @param {Cutout} cutout
 * @param {"lower" | "upper"} origin
 * @param {number} across as a part of the width
 * @param {number} down as a part of the height
 */
export function pixelAt({ box: [ixmin, ixmax, iymin, iymax] }, origin, across, down) {
  const up = origin === "lower" ? 1 - down : down;
  return { x: ixmin + across * (ixmax - ixmin) - 0.5, y: iymin + up * (iymax - iymin) - 0.5 };
}

/**
 * The sky's place at a pixel, in degrees: from a tangent plane back to the sphere.
 *
 * @param {Wcs} wcs
 * @param {number} x
 * @param {number} y
 */
export function skyAt([x0, y0, ra0, dec0, cd11, cd12, cd21, cd22], x, y) {
  const [dx, dy] = [x - x0, y - y0];
  const [xi, eta] = [radians(cd11 * dx + cd12 * dy), radians(cd21 * dx + cd22 * dy)];
  const dec = radians(dec0);
  const along = Math.cos(dec) - eta * Math.sin(dec);
  return {
    ra: (ra0 + degrees(Math.atan2(xi, along)) + 360) % 360,
    dec: degrees(Math.atan2(Math.sin(dec) + eta * Math.cos(dec), Math.hypot(xi, along))),
  };
}

/**
 * Where north and east point on the screen, as unit vectors with x to the right and y down.
 *
 * @param {Wcs} wcs
 * @param {"lower" | "upper"} origin
 * @param {{ x: number, y: number }} [place] in pixels; meridians turn from place to place, most of all near a pole
 */
export function compassOf(wcs, origin, place = { x: wcs[0], y: wcs[1] }) {
  const [x0, y0, ra0, dec0, cd11, cd12, cd21, cd22] = wcs;
  const [dx, dy] = [place.x - x0, place.y - y0];
  const [xi, eta] = [radians(cd11 * dx + cd12 * dy), radians(cd21 * dx + cd22 * dy)];
  const { ra, dec } = skyAt(wcs, place.x, place.y);
  const [turn, lat, lat0] = [ra - ra0, dec, dec0].map(radians);
  const toNorth = [-Math.sin(lat) * Math.cos(turn), -Math.sin(lat) * Math.sin(turn), Math.cos(lat)];
  const toEast = [-Math.sin(turn), Math.cos(turn), 0];

  // A step on the sphere, seen on the plane and then in pixels. The sphere's axes: x to the middle's meridian, z to the pole.
  const onScreen = (/** @type {number[]} */ [a, b, c]) => {
    const away = a * Math.cos(lat0) + c * Math.sin(lat0);
    const [east, north] = [b - xi * away, c * Math.cos(lat0) - a * Math.sin(lat0) - eta * away];
    const sign = cd11 * cd22 < cd12 * cd21 ? -1 : 1;
    const [x, y] = [sign * (cd22 * east - cd12 * north), sign * (cd11 * north - cd21 * east)];
    const length = Math.hypot(x, y);
    return { x: x / length, y: ((origin === "lower" ? -1 : 1) * y) / length };
  };
  return { north: onScreen(toNorth), east: onScreen(toEast) };
}
