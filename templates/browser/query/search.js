// The search box's text -> a filter that asks it in the query language: a row, a circle on the sky, or a text to look for.

import { quoted } from "./lexer.js";
import { parsePlace } from "./sky.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 * @import { Entry } from "./names.js"
 */

/**
 * The place that a text means which says no radius, in degrees; null where it means anything else.
 *
 * @param {string} text
 */
export const placeAsked = (text) => (CIRCLE.test(text) ? null : parsePlace(text));

/** The radius of a place without one. */
const RADIUS = "2 arcmin";
const ROW = /^\s*(?:rows?\s*[=:#]?|#)\s*([0-9]{1,15}(?:\s*,\s*[0-9]{1,15})*)\s*$/i;
const CIRCLE = /^(.*?)[\s,;]+r\s*=\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*(deg|arcmin|arcsec|[°′″'"dms])?\s*$/is;
const UNITS = new Map([
  ["°", "deg"], ["d", "deg"], ["′", "arcmin"], ["'", "arcmin"], ["m", "arcmin"], ["″", "arcsec"], ['"', "arcsec"], ["s", "arcsec"],
]);

/**
 * What the text of the search box asks for.
 *
 * @param {string} text such as `row 17`, `53.16 -27.79 r=2 arcmin`, `03:32:38 -27:47:24` or `NGC 1300`
 * @param {readonly Entry[]} list all columns
 * @returns {Filter | null} null for a blank text
 */
export function search(text, list) {
  if (!text.trim()) return null;
  return { id: "search", kind: "search", text, query: rowQuery(text, list) ?? circleQuery(text) ?? quoted(text.trim()) };
}

/**
 * @param {string} text
 * @param {readonly Entry[]} list
 */
function rowQuery(text, list) {
  const rows = ROW.exec(text)?.[1];
  if (!rows) return null;
  const name = list.some((column) => column.name === "hd.row") ? "hd.row" : "row";
  return `${name} in [${rows.replace(/\s/g, "").replaceAll(",", ", ")}]`;
}

/**
 * A circle around a place; a radius without a unit is in arcminutes.
 *
 * @param {string} text
 */
function circleQuery(text) {
  const found = CIRCLE.exec(text);
  const place = parsePlace(found ? found[1] : text);
  if (!place) return null;
  const [ra, dec] = place.map((angle) => Number(angle.toFixed(7)));
  const unit = (found?.[3] ?? "arcmin").toLowerCase();
  const radius = found && Number(found[2]) > 0 ? `${found[2]} ${UNITS.get(unit) ?? unit}` : RADIUS;
  return `within(${ra}, ${dec}, ${radius})`;
}
