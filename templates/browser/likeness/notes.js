// What is said of the cutouts beside the selected one: how they were found, and why they are not more. In: how they were found. Out: texts.

import { distance } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { MEASURING } from "./where.js";

/** @import { Found } from "../data/types.d.ts" */

/**
 * What those that are shown have in common, as the predicate of one or of several.
 *
 * @param {Found} found
 * @param {number} n how many they are
 */
function predicate({ where: { kind }, radius, among }, n) {
  const are = n === 1 ? SAY.is : SAY.are;
  const rules = [...(among === null ? [] : [are.subset]), ...(kind === "any" ? [] : [are[kind]])];
  return SAY.both(rules.map((rule) => rule(distance(radius ?? 0))));
}

/**
 * Why there are fewer than wanted; at the same place, how many there are.
 *
 * @param {{ n: number, wanted: number }} data
 * @param {number} shown how many
 * @param {Found} found
 */
export function noteOn({ n, wanted }, shown, found) {
  if (n === 1) return SAY.aloneNote;
  const { where: { kind }, among, looked } = found;
  if (MEASURING.includes(kind) && found.radius === null) return SAY.placeUnknown;
  if (kind === "same") return placeNote(shown, found);
  if (shown >= wanted) return "";
  const isFree = kind === "any" && among === null;
  if (looked !== null) return isFree ? SAY.keptNearest(shown) : SAY.ofNearest(shown, looked, predicate(found, shown));
  if (isFree) return SAY.allOthers(shown);
  if (!shown && kind === "overlapping" && among === null) return SAY.allOverlap;
  return SAY.onlyThose(shown, predicate(found, shown));
}

/**
 * @param {number} shown
 * @param {Found} found
 */
function placeNote(shown, { n, radius, among }) {
  const all = n ?? shown;
  const where = [SAY.within(distance(radius ?? 0)), ...(among === null ? [] : [SAY.inSubset])].join(" ");
  return shown < all ? SAY.nearestOf(shown, all, where) : SAY.atPlace(shown, where);
}

/**
 * How the similar ones were found, in the words of a name; nothing where that is as always.
 *
 * @param {Found} found
 */
export function manner({ where: { kind }, among, isSmoothed }) {
  const isAlike = isSmoothed && kind !== "same";
  return [SAY.manners[kind], isAlike ? SAY.smoothed : "", among === null ? "" : SAY.ofSubset].filter(Boolean).join(", ");
}

/**
 * Which similar ones these are, behind the words "similar cutouts"; nothing where they are of all.
 *
 * @param {Found} found
 * @param {number} n how many they are
 */
export function qualifier({ where: { kind }, radius, among }, n) {
  const rule = (n === 1 ? SAY.is : SAY.are)[kind];
  return [among === null ? "" : ` ${SAY.ofSubset}`, rule ? ` ${SAY.that(rule(distance(radius ?? 0)))}` : ""].join("");
}

/** @param {Found} found */
export const heading = ({ where: { kind } }) => (kind === "same" ? SAY.samePlace : SAY.mostSimilar);
