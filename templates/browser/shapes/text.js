// Shapes as links have them, such as `new:lasso:0.1,2,0.3,2.5,-1,0/take:box:0,1,0,1`. In: shapes; texts from anywhere. Out: texts; shapes
// that mean something, or none.

import { MOST_CORNERS } from "./drawn.js";

/** @import { How, Shape } from "../data/types.d.ts" */

/** The most shapes of a link; each is a pass over all cutouts. */
export const MOST_SHAPES = 40;

const NUMBER = /^-?\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,3})?$/;
const isBox = (/** @type {number[]} */ [left, right, bottom, top]) => left <= right && bottom <= top;

/** @type {Record<Shape["kind"], (numbers: number[]) => boolean>} whether numbers are a shape */
const CHECKS = {
  lasso: (numbers) => numbers.length % 2 === 0 && numbers.length >= 4 && numbers.length <= 2 * MOST_CORNERS,
  box: (numbers) => numbers.length === 4 && isBox(numbers),
  circle: ([ra, dec, radius, ...more]) => (
    !more.length && ra >= 0 && ra <= 360 && Math.abs(dec) <= 90 && radius >= 0 && radius <= 180
  ),
  imagelasso: ([number, ...corners]) => Number.isInteger(number) && number >= 0 && CHECKS.lasso(corners),
  image: ([number, ...sides]) => Number.isInteger(number) && number >= 0 && sides.length === 4 && isBox(sides),
};
/** @type {How[]} */
const HOWS = ["new", "add", "take"];

/** @param {Shape[]} shapes */
export const shapesText = (shapes) => shapes.map(({ how, kind, numbers }) => `${how}:${kind}:${numbers.join(",")}`).join("/");

/**
 * @param {string} text
 * @returns {Shape | null}
 */
function shapeOf(text) {
  const [doing, name, listed, ...more] = text.split(":");
  const how = HOWS.find((one) => one === doing);
  const kind = /** @type {Shape["kind"][]} */ (Object.keys(CHECKS)).find((one) => one === name);
  const parts = (listed ?? "").split(",");
  if (!how || !kind || more.length || !parts.every((part) => NUMBER.test(part))) return null;
  const numbers = parts.map(Number);
  return numbers.every(Number.isFinite) && CHECKS[kind](numbers) ? { kind, how, numbers } : null;
}

/**
 * @param {string} text
 * @returns {Shape[] | null} null where one of them is none
 */
export function shapesOf(text) {
  const parts = text.split("/", MOST_SHAPES + 1);
  const shapes = parts.flatMap((part) => shapeOf(part) ?? []);
  return shapes.length === parts.length && parts.length <= MOST_SHAPES ? shapes : null;
}
