// Where similar cutouts may lie: anywhere, apart from the selected one, or at its very place in other images. In: links, what is typed,
// a cutout. Out: the rule, as text and back, and how far is near.

/**
 * @import { Cutout, Rectangle, Where } from "../data/types.d.ts"
 *
 * @typedef {Where["kind"]} Kind
 */

/** @type {Where} */
export const ANYWHERE = { kind: "any", radius: null };

/** The kinds that measure a distance on the sky. */
export const MEASURING = /** @type {Kind[]} */ (["apart", "same"]);

const MOST_ARCSEC = 648_000; // half around the sky
const LEAST_ARCSEC = 1e-6;
const UNKNOWN_ARCSEC = 1; // where it is not known how large a cutout is
const TYPED = /^\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)\s*(deg|arcmin|arcsec|[°′″'"])?\s*$/i;
const ARCSEC = new Map([["deg", 3600], ["°", 3600], ["arcmin", 60], ["′", 60], ["'", 60]]);

/**
 * A radius as people type it.
 *
 * @param {string} text arcseconds unless it has a unit
 * @returns {number | null} arcseconds; null if it is none
 */
export function arcsecOf(text) {
  const found = TYPED.exec(text);
  if (!found) return null;
  const value = Number((Number(found[1]) * (ARCSEC.get((found[2] ?? "").toLowerCase()) ?? 1)).toPrecision(12));
  return value >= LEAST_ARCSEC && value <= MOST_ARCSEC ? value : null;
}

/**
 * A rule as links have it, such as `apart:5`; nothing for anywhere.
 *
 * @param {Where} where
 */
export function whereText({ kind, radius }) {
  if (kind === "any") return null;
  return radius === null || !MEASURING.includes(kind) ? kind : `${kind}:${radius}`;
}

/**
 * The rule that a link names.
 *
 * @param {string} text
 * @param {Kind[]} offered what has a meaning here
 * @returns {Where | null} null for what means nothing here
 */
export function whereOf(text, offered) {
  const [name, typed, ...more] = text.split(":");
  const kind = offered.find((one) => one === name);
  if (!kind || more.length) return null;
  if (typed === undefined) return { kind, radius: null };
  const radius = MEASURING.includes(kind) ? arcsecOf(typed) : null;
  return radius === null ? null : { kind, radius };
}

/**
 * The rules that have a meaning for a collection: where all are said to lie at one place, none that measures.
 *
 * @param {{ n: number, nImages: number, canOverlap: boolean, sky: { extent: Rectangle } | null }} data
 * @returns {Kind[]}
 */
export function offeredFor({ n, nImages, canOverlap, sky }) {
  const areApart = sky !== null && (sky.extent.right > sky.extent.left || sky.extent.top > sky.extent.bottom);
  /** @type {[Kind, boolean][]} */
  const rules = [
    ["overlapping", canOverlap], ["image", nImages > 1 && nImages < n],
    ["apart", areApart && n > 1], ["same", areApart && nImages > 1],
  ];
  return rules.flatMap(([kind, isMeant]) => (isMeant ? kind : []));
}

/**
 * How far is near, where nobody has said so: as far as the cutout is wide, to two digits.
 *
 * @param {Pick<Cutout, "box" | "sky">} cutout
 * @returns {number} arcseconds
 */
export function widthOf({ box: [ixmin, ixmax, iymin, iymax], sky }) {
  const width = Math.max(ixmax - ixmin, iymax - iymin) * (sky?.scale ?? NaN);
  return width >= LEAST_ARCSEC ? Math.min(MOST_ARCSEC, Number(width.toPrecision(2))) : UNKNOWN_ARCSEC;
}

/**
 * How far is near under a rule.
 *
 * @param {Where} where
 * @param {Pick<Cutout, "box" | "sky">} cutout
 * @returns {number | null} arcseconds; null where no distance counts
 */
export const radiusFor = ({ kind, radius }, cutout) => (MEASURING.includes(kind) ? radius ?? widthOf(cutout) : null);
