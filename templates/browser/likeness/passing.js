// Which cutouts may stand beside the selected one. In: a rule, records of single cutouts or columns of all. Out: whether one may, or bits.

import { boxOf, overlap } from "../data/boxes.js";
import { all, not } from "../subset/bits.js";
import { bitsWhere } from "../subset/tell.js";
import { separation, withinCircle } from "../query/sky.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { CutoutRecord } from "../data/records.js"
 * @import { Where } from "../data/types.d.ts"
 *
 * @typedef {{ where: Where, radius: number | null, isSmoothed: boolean }} Rule with the radius in arcseconds
 */

/** @param {CutoutRecord} record */
export const positionOf = ({ columns: { ra, dec }, at }) => ({ ra: ra?.[at] ?? NaN, dec: dec?.[at] ?? NaN });

/**
 * Whether a cutout may stand beside the selected one. Of those whose place on the sky is not known nobody can say that they are near.
 *
 * @param {Rule} rule
 * @param {CutoutRecord} own
 * @returns {(other: CutoutRecord) => boolean}
 */
export function passes({ where: { kind }, radius }, own) {
  if (kind === "image") return (other) => other.image !== own.image;
  if (kind === "overlapping") return (other) => other.image !== own.image || !overlap(boxOf(own), boxOf(other));
  if (kind !== "apart") return () => true;
  const here = positionOf(own);
  return (other) => {
    const { ra, dec } = positionOf(other);
    return !(3600 * separation(ra, dec, here.ra, here.dec) <= (radius ?? 0));
  };
}

/**
 * A column that every page has.
 *
 * @param {Columns} columns
 * @param {string} name
 */
export async function builtIn(columns, name) {
  const { values } = await columns.get(columns.builtIn(name));
  if (!values) throw new TypeError(`${name} is no column of numbers`);
  return values;
}

/**
 * The same of all cutouts at once.
 *
 * @param {Rule} rule
 * @param {CutoutRecord} own
 * @param {Columns} columns
 * @returns {Promise<Uint32Array>} bits by place
 */
export async function allPassing({ where: { kind }, radius }, own, columns) {
  const get = (/** @type {string[]} */ ...names) => Promise.all(names.map((name) => builtIn(columns, name)));
  if (kind === "apart") {
    const [ra, dec] = await get("ra", "dec");
    return not(withinCircle(ra, dec, { ...positionOf(own), radius: (radius ?? 0) / 3600 }), columns.n);
  }
  if (kind === "image") {
    const [image] = await get("image");
    return not(bitsWhere(columns.n, (place) => image[place] === own.image), columns.n);
  }
  if (kind !== "overlapping") return all(columns.n);
  const [image, ...sides] = await get("image", "x0", "x1", "y0", "y1");
  const box = boxOf(own);
  const isOver = (/** @type {number} */ place) => overlap(box, sides.map((side) => side[place]));
  return not(bitsWhere(columns.n, (place) => image[place] === own.image && isOver(place)), columns.n);
}
