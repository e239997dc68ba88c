// Lines of equal right ascension and declination, and great circles, as a view shows them. In: a plane of the sky, what is seen of it. Out:
// lines in units of the plane, and what stands at them: right ascensions in hours, declinations in degrees.

import { ALL_SKY } from "../sky/planes.js";
import { FRAMES, RADIAN, fromFrame } from "../sky/sphere.js";

/**
 * @import { Place, Rectangle } from "../data/types.d.ts"
 * @import { SkyPlane } from "../sky/planes.js"
 * @import { Position } from "../sky/sphere.js"
 *
 * @typedef {{ kind: "ra" | "dec" | "galactic" | "ecliptic", text: string, parts: Place[][] }} Line in parts that hang together
 * @typedef {{ ra: number, dec: number }} Steps in degrees
 */

const WANTED = 96; // pixels from line to line at least
const PARTS = 48; // of a line in a field
const ARCSEC = 1 / 3600;
const SEXAGESIMAL = [1, 2, 5, 10, 15, 30];
const DECIMAL = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
// In degrees, rising.
const DEC_STEPS = [
  ...[...DECIMAL, ...SEXAGESIMAL].map((step) => step * ARCSEC), ...SEXAGESIMAL.map((step) => step / 60), ...[1, 2, 5, 10, 15, 30],
];
const RA_STEPS = [
  ...[...DECIMAL, ...SEXAGESIMAL].map((step) => 15 * step * ARCSEC), ...SEXAGESIMAL.map((step) => (15 * step) / 60), 15, 30,
];
const WHOLE = { ra: 30, dec: 30 };
const POLES = [{ ra: 0, dec: 90 }, { ra: 0, dec: -90 }];

/**
 * How far from each other lines stand.
 *
 * @param {number} scale radians a pixel
 * @param {number} dec in the middle of the view
 * @returns {Steps}
 */
export function stepsOf(scale, dec) {
  const least = (WANTED * scale) / RADIAN;
  const first = (/** @type {number[]} */ steps, /** @type {number} */ degrees) => (
    steps.find((step) => step >= degrees) ?? steps[steps.length - 1]
  );
  return { ra: first(RA_STEPS, least / Math.max(1e-9, Math.cos(dec * RADIAN))), dec: first(DEC_STEPS, least) };
}

/**
 * A number in sixtieths, as far as a step asks for them.
 *
 * @param {number} value in units, such as hours
 * @param {number} step the same
 * @param {[unit: string, minute: string, second: string]} signs
 */
function sixtieths(value, step, signs) {
  const seconds = step * 3600;
  const digits = Math.max(0, Math.ceil(-Math.log10(seconds) - 1e-6));
  const total = Math.round(value * 3600 * 10 ** digits);
  const whole = Math.floor(total / 10 ** digits);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const rest = digits ? `.${String(total % 10 ** digits).padStart(digits, "0")}` : "";
  const isTold = [true, seconds < 3600, seconds < 60];
  const parts = [String(Math.floor(whole / 3600)), two(Math.floor(whole / 60) % 60), two(whole % 60) + rest];
  return parts.map((part, i) => (isTold[i] ? part + signs[i] : "")).join("");
}

/**
 * @param {number} ra in degrees
 * @param {number} step
 */
export const raText = (ra, step) => sixtieths((((ra % 360) + 360) % 360) / 15, step / 15, ["h", "m", "s"]).replace(/^24h/, "0h");

/**
 * @param {number} dec in degrees
 * @param {number} step
 */
export const decText = (dec, step) => (
  (dec < 0 ? "\u2212" : dec > 0 ? "+" : "") + sixtieths(Math.abs(dec), step, ["°", "′", "″"])
);

/**
 * The ranges of right ascension and declination that a view of a field shows; right ascensions may lie beyond 0 and 360.
 *
 * @param {SkyPlane & { at: Position }} plane
 * @param {Rectangle} view
 */
export function rangesOf(plane, { left, right, bottom, top }) {
  /** @type {Position[]} */
  const around = [];
  for (let i = 0; i <= PARTS; i++) {
    const [x, y] = [left + ((right - left) * i) / PARTS, bottom + ((top - bottom) * i) / PARTS];
    for (const [px, py] of [[x, bottom], [x, top], [left, y], [right, y]]) around.push(/** @type {Position} */ (plane.unproject(px, py)));
  }
  const [{ ra }] = [/** @type {Position} */ (plane.unproject((left + right) / 2, (bottom + top) / 2))];
  const turns = around.map((position) => ((position.ra - ra + 540) % 360) - 180);
  const decs = around.map(({ dec }) => dec);
  const ranges = { west: ra + Math.min(...turns), east: ra + Math.max(...turns), south: Math.min(...decs), north: Math.max(...decs) };
  for (const pole of POLES) {
    const at = plane.project(pole);
    if (!at || at.x < left || at.x > right || at.y < bottom || at.y > top) continue;
    [ranges.west, ranges.east] = [ra - 180, ra + 180];
    if (pole.dec > 0) ranges.north = 90;
    else ranges.south = -90;
  }
  return ranges;
}

/**
 * A line from place to place, cut where a plane does not show it, or where it leaves the map on one side to enter on the other.
 *
 * @param {SkyPlane} plane
 * @param {Position[]} positions
 */
function partsOf(plane, positions) {
  /** @type {Place[][]} */
  const parts = [];
  /** @type {Place | null} */
  let last = null;
  for (const position of positions) {
    const place = plane.project(position);
    if (place && last && Math.abs(place.x - last.x) < 1) parts[parts.length - 1].push(place);
    else if (place) parts.push([place]);
    last = place;
  }
  return parts.filter(({ length }) => length > 1);
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} parts
 */
const spread = (from, to, parts) => Array.from({ length: parts + 1 }, (_, i) => from + ((to - from) * i) / parts);

/**
 * Multiples of a step.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} step
 */
function multiples(from, to, step) {
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(to / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step);
}

/**
 * The graticule of all of the sky: meridians every two hours but the one at its edge, parallels every 30 degrees.
 *
 * @returns {Line[]}
 */
export function wholeGraticule() {
  const meridian = spread(-90, 90, 90);
  const parallel = spread(-179.999, 180, 180);
  return [
    ...multiples(-150, 150, WHOLE.ra).map((ra) => (
      /** @type {Line} */ ({ kind: "ra", text: raText(ra, WHOLE.ra), parts: partsOf(ALL_SKY, meridian.map((dec) => ({ ra, dec }))) })
    )),
    ...multiples(-60, 60, WHOLE.dec).map((dec) => (
      /** @type {Line} */ ({ kind: "dec", text: decText(dec, WHOLE.dec), parts: partsOf(ALL_SKY, parallel.map((ra) => ({ ra, dec }))) })
    )),
  ];
}

/**
 * The graticule of a field.
 *
 * @param {SkyPlane & { at: Position }} plane
 * @param {Rectangle} view
 * @param {number} scale radians a pixel
 * @returns {Line[]}
 */
export function fieldGraticule(plane, view, scale) {
  const { west, east, south, north } = rangesOf(plane, view);
  const middle = /** @type {Position} */ (plane.unproject((view.left + view.right) / 2, (view.bottom + view.top) / 2));
  const isRound = east - west >= 360; // around a pole
  const steps = stepsOf(scale, isRound ? 90 : middle.dec);
  const meridians = multiples(west, isRound ? east - steps.ra / 2 : east, steps.ra);
  const parallels = multiples(Math.max(-90, south), Math.min(90, north), steps.dec).filter((dec) => Math.abs(dec) < 90 - 1e-9);
  const along = spread(south, north, PARTS);
  const across = spread(west, east, isRound ? 4 * PARTS : PARTS);
  return [
    ...meridians.map((ra) => (
      /** @type {Line} */ ({ kind: "ra", text: raText(ra, steps.ra), parts: partsOf(plane, along.map((dec) => ({ ra, dec }))) })
    )),
    ...parallels.map((dec) => (
      /** @type {Line} */ ({ kind: "dec", text: decText(dec, steps.dec), parts: partsOf(plane, across.map((ra) => ({ ra, dec }))) })
    )),
  ];
}

/**
 * The galactic plane and the ecliptic.
 *
 * @param {SkyPlane} plane
 * @param {{ galactic: string, ecliptic: string }} names
 * @returns {Line[]}
 */
export const greatCircles = (plane, names) => (/** @type {const} */ (["galactic", "ecliptic"])).map((kind) => ({
  kind, text: names[kind], parts: partsOf(plane, spread(0, 360, 360).map((lon) => fromFrame(lon, 0, FRAMES[kind]))),
}));
