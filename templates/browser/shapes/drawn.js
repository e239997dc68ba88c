// Shapes that are drawn over the plots, each in a few numbers by which the same cutouts are found again. In: a stroke's corners; shapes.
// Out: numbers; bits by place.

import { withinCircle } from "../query/sky.js";
import { all, and, none, not, or } from "../subset/bits.js";
import { separation } from "../sky/sphere.js";
import { boundsOf, inPolygon, inRectangle, middlesIn } from "./inside.js";
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

/** @type {Kind} x and y of its corners in turn */
const lasso = {
  read: (_, corners, { scale: pixel }) => (
    simplified(corners, MOVED * pixel, MOST_CORNERS).flatMap(({ x, y }) => [x, y]).map((value) => rounded(value, FINE * pixel))
  ),
  find: async ({ whole }, numbers) => {
    const corners = Array.from({ length: numbers.length / 2 }, (_, i) => ({ x: numbers[2 * i], y: numbers[2 * i + 1] }));
    return inPolygon(await whole.map(), corners);
  },
};

/** @type {Kind} left, right, bottom, top on the map */
const box = {
  read: (_, corners, { scale: pixel }) => {
    const { left, right, bottom, top } = boundsOf(corners);
    return [left, right, bottom, top].map((value) => rounded(value, FINE * pixel));
  },
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

/** @type {Kind} an image's number; left, right, bottom, top in pixels of its array, the bottom towards its first row */
const image = {
  read: async (data, corners, { scale: pixel }) => {
    const number = Number(document.getElementById("hd-image")?.dataset.image ?? NaN);
    if (Number.isNaN(number)) return null;
    const { ny, origin } = await data.image(number);
    const { left, right, bottom, top } = boundsOf(corners);
    const lines = origin === "lower" ? [bottom, top] : [ny - top, ny - bottom];
    return [number, ...[left, right, ...lines].map((value) => rounded(value, FINE * pixel))];
  },
  find: async (data, [number, left, right, bottom, top]) => {
    if (number >= data.nImages) return null;
    const [numbers, x0, x1, y0, y1] = await valuesOf(data, ["image", "x0", "x1", "y0", "y1"]);
    return middlesIn({ image: numbers, x0, x1, y0, y1 }, number, { left, right, bottom, top });
  },
};

const KINDS = { lasso, box, circle, image };

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
