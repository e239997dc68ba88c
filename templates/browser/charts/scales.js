// What was chosen of columns' scales: the curve of their charts and colours, and how far colours reach. In: clicks, links. Out: `scales` of
// the state, and the part `scale` of the address.

import { escaped, unescaped } from "../link.js";
import { on, set, state } from "../state.js";
import { onHome, onLink, sayInLink } from "../walk.js";

/**
 * @import { Curve, Scale, Scales } from "../data/types.d.ts"
 *
 * @typedef {object} Known what is used of `data.columns`
 * @property {(name: string) => unknown} find
 */

const CURVES = new Set(["linear", "asinh", "log"]);
const ALL = "all";

/** @type {Scales} */
const NONE = new Map();

/**
 * The same scales but for one column's.
 *
 * @param {Scales} scales
 * @param {string} name of the column
 * @param {Scale} changes
 * @returns {Scales}
 */
export const scaled = (scales, name, changes) => new Map([...scales, [name, { ...scales.get(name), ...changes }]]);

/**
 * Scales as links have them: `z:log;EXPTIME:linear,all`.
 *
 * @param {Scales} scales
 * @returns {string | null} null where nothing was chosen
 */
export function scalesText(scales) {
  return Array.from(scales).flatMap(([name, { curve, isWide }]) => {
    const said = [curve, isWide && ALL].filter(Boolean).join();
    return said ? `${escaped(name)}:${said}` : [];
  }).join(";") || null;
}

/**
 * @param {string} text nonsense in it is passed over
 * @param {Known} columns
 * @returns {Scales}
 */
export function scalesOf(text, columns) {
  /** @type {Map<string, Scale>} */
  const found = new Map();
  for (const part of text.split(";")) {
    const [written, said = "", ...rest] = part.split(":");
    const name = unescaped(written);
    const words = said.split(",");
    const curve = /** @type {Curve | undefined} */ (words.find((word) => CURVES.has(word)));
    const isWide = words.includes(ALL);
    if (rest.length || !columns.find(name) || !(curve || isWide)) continue;
    found.set(name, { ...(curve ? { curve } : {}), ...(isWide ? { isWide } : {}) });
  }
  return found;
}

/** @param {Known} columns */
export function openScales(columns) {
  on(["scales"], ({ scales }) => sayInLink("scale", scalesText(scales)));
  onLink("scale", (text) => {
    set({ scales: text === null ? NONE : scalesOf(text, columns) });
    sayInLink("scale", scalesText(state.scales));
  });
  onHome(() => set({ scales: NONE }));
}
