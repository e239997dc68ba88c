// Shapes that are drawn over the plots, each in a few numbers by which the same cutouts are found again. In: a stroke's corners; shapes.
// Out: numbers; bits by place.

import { withinCircle } from "../query/sky.js";
import { all, and, none, not, or } from "../subset/bits.js";
import { separation } from "../sky/sphere.js";
import { boundsOf, inPolygon, inRectangle, middlesOf } from "./inside.js";
import { rounded, simplified } from "./simple.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Numbers } from "../data/column.js"
 * @import { How, Place, Shape } from "../data/types.d.ts"
 * @import { Reactions } from "../plots/plot.js"
 *
 * @typedef {object} Drawn how the plot lies that was drawn over
 * @property {number} scale units a pixel
 * @property {Reactions["skyAt"]} [skyAt]
 *
 * @typedef {object} Kind
 * @property {(data: Data, corners: Place[], plot: Drawn) => number[] | null | Promise<number[] | null>} read what a stroke means, to a
 *   part of a pixel; null for nothing
 * @property {(data: Data, numbers: number[]) => Promise<Uint32Array | null>} find null where numbers mean nothing here
 */

/** The most corners of a lasso. */
export const MOST_CORNERS = 64;

const MOVED = 0.5; // pixels, that a lasso's line may move when corners are left out
const FINE = 0.1; // pixels, that corners may move when they are rounded
const DEGREES = 180 / Math.PI; // a unit of the sky's planes

/**
 * @param {Data} data
 * @param {string[]} names
 * @returns {Promise<Numbers[]>}
 */
async function valuesOf({ columns }, names) {
  const found = await Promise.all(names.map((name) => columns.get(columns.builtIn(name))));
  return found.map(({ values }) => /** @type {Numbers} */ (values));
}

/**
 * The corners of a lasso that matter, x and y in turn.
 *
 * @param {Place[]} corners
 * @param {number} pixel
 */
const lined = (corners, pixel) => (
  simplified(corners, MOVED * pixel, MOST_CORNERS).flatMap(({ x, y }) => [x, y]).map((value) => rounded(value, FINE * pixel))
);

/** @param {number[]} numbers */
const cornersOf = (numbers) => Array.from({ length: numbers.length / 2 }, (_, i) => ({ x: numbers[2 * i], y: numbers[2 * i + 1] }));

/** @type {Kind} x and y of its corners in turn */
const lasso = {
  read: (_, corners, { scale: pixel }) => lined(corners, pixel),
  find: async ({ whole }, numbers) => inPolygon(await whole.map(), cornersOf(numbers)),
};

/**
 * @param {Place[]} corners
 * @param {number} pixel
 */
function boxNumbers(corners, pixel) {
  const { left, right, bottom, top } = boundsOf(corners);
  return [left, right, bottom, top].map((value) => rounded(value, FINE * pixel));
}

/** @type {Kind} left, right, bottom, top on the map */
const box = {
  read: (_, corners, { scale: pixel }) => boxNumbers(corners, pixel),
  find: async ({ whole }, [left, right, bottom, top]) => inRectangle(await whole.map(), { left, right, bottom, top }),
};

/** @type {Kind} right ascension, declination and radius in degrees */
const circle = {
  read: (_, [middle, edge], { scale: pixel, skyAt = () => null }) => {
    const [at, to] = [skyAt(middle.x, middle.y), skyAt(edge.x, edge.y)];
    return at && to && [at.ra, at.dec, separation(at, to)].map((value) => rounded(value, FINE * DEGREES * pixel));
  },
  find: async (data, [ra, dec, radius]) => {
    if (!data.sky) return null;
    const [ras, decs] = await valuesOf(data, ["ra", "dec"]);
    return withinCircle(ras, decs, { ra, dec, radius });
  },
};

/**
 * Where the middles of an image's cutouts lie, in pixels of its array; null where there is no such image.
 *
 * @param {Data} data
 * @param {number} number
 */
async function middles(data, number) {
  if (number >= data.nImages) return null;
  const [image, x0, x1, y0, y1] = await valuesOf(data, ["image", "x0", "x1", "y0", "y1"]);
  return middlesOf({ image, x0, x1, y0, y1 }, number);
}

/**
 * Corners on the parent image that is shown, in pixels of its array, and its number before them.
 *
 * @param {Data} data
 * @param {Place[]} corners
 * @param {(corners: Place[]) => number[]} toNumbers
 */
async function onImage(data, corners, toNumbers) {
  const number = Number(document.getElementById("hd-image")?.dataset.image ?? NaN);
  if (Number.isNaN(number)) return null;
  const { ny, origin } = await data.image(number);
  return [number, ...toNumbers(corners.map(({ x, y }) => ({ x, y: origin === "lower" ? y : ny - y })))];
}

/** @type {Kind} an image's number; left, right, bottom, top in pixels of its array, the bottom towards its first row */
const image = {
  read: (data, corners, { scale: pixel }) => onImage(data, corners, (placed) => boxNumbers(placed, pixel)),
  find: async (data, [number, left, right, bottom, top]) => {
    const plane = await middles(data, number);
    return plane && inRectangle(plane, { left, right, bottom, top });
  },
};

/** @type {Kind} an image's number; x and y of a lasso's corners in turn, in pixels of its array */
const imagelasso = {
  read: (data, corners, { scale: pixel }) => onImage(data, corners, (placed) => lined(placed, pixel)),
  find: async (data, [number, ...numbers]) => {
    const plane = await middles(data, number);
    return plane && inPolygon(plane, cornersOf(numbers));
  },
};

const KINDS = { lasso, box, circle, image, imagelasso };

/**
 * What a stroke over a plot means, in numbers.
 *
 * @param {Shape["kind"]} kind
 * @param {Data} data
 * @param {Place[]} corners in the plot's coordinates
 * @param {Drawn} plot
 */
export const numbersOf = async (kind, data, corners, plot) => KINDS[kind].read(data, corners, plot);

/**
 * The cutouts in a shape.
 *
 * @param {Data} data
 * @param {Shape} shape
 * @returns {Promise<Uint32Array | null>} null where it means nothing here
 */
export const foundIn = (data, { kind, numbers }) => KINDS[kind].find(data, numbers);

/**
 * A choice and a further shape together.
 *
 * @param {Uint32Array | null} before null where nothing is chosen, from which is taken as from all
 * @param {Uint32Array} bits
 * @param {How} how
 * @param {number} n how many cutouts there are
 */
export function combined(before, bits, how, n) {
  if (how === "take") return and(before ?? all(n), not(bits, n));
  return how === "add" && before ? or(before, bits) : bits;
}

/**
 * What shapes choose that are drawn one after another.
 *
 * @param {Data} data
 * @param {Shape[]} shapes
 * @returns {Promise<Uint32Array | null>} null where one of them means nothing here
 */
export async function replayed(data, shapes) {
  /** @type {Uint32Array | null} */
  let bits = null;
  for (const shape of shapes) {
    const found = await foundIn(data, shape);
    if (!found) return null;
    bits = combined(bits, found, shape.how, data.n);
  }
  return bits ?? none(data.n);
}
