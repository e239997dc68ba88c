// Arrows to north and east. In: their directions on the screen. Out: a drawing.

import { SAY } from "../text/strings.js";

/** @typedef {{ x: number, y: number }} Vector with y down */

const [SIZE, LENGTH, LETTER] = [72, 22, 30];

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 */
export function drawn(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/**
 * @param {Vector} to
 * @param {string} letter
 */
function arrow({ x, y }, letter) {
  const middle = SIZE / 2;
  const tip = [middle + LENGTH * x, middle + LENGTH * y];
  const wing = (/** @type {number} */ side) => `${tip[0] - 6 * x - side * 3.5 * y} ${tip[1] - 6 * y + side * 3.5 * x}`;
  return [
    drawn("path", { d: `M${middle} ${middle}L${tip.join(" ")}M${wing(1)}L${tip.join(" ")}L${wing(-1)}` }),
    drawn("text", { x: middle + LETTER * x, y: middle + LETTER * y }, letter),
  ];
}

/** @param {{ north: Vector, east: Vector }} directions */
export function compassElement({ north, east }) {
  const size = `0 0 ${SIZE} ${SIZE}`;
  return drawn("svg", { viewBox: size, role: "img", "aria-label": SAY.compass }, ...arrow(north, "N"), ...arrow(east, "E"));
}
