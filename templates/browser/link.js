// A link is a view: the page's address after `#`, such as `#row=100&color=type&view=0.5,-2,0.01`. In: such texts, from anywhere.
// Out: their parts, by name, and texts of parts. Nonsense has no parts, and nothing here ever throws.

/**
 * @import { View } from "./plots/view.js"
 *
 * @typedef {Map<string, string>} Link
 */

const DIGITS = 7; // of the numbers of a view

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // a % that means nothing
  }
}

// What means nothing in a fragment is left as it is, for those who read it.
const encoded = (/** @type {string} */ text) => (
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\uFFFD")).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/")
);

/**
 * A name among others in a part of a link, where `:` and `;` stand between them.
 *
 * @param {string} name
 */
export const escaped = (name) => name.replace(/[%:;]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

/** @param {string} text */
export const unescaped = (text) => text.replace(/%(25|3a|3b)/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));

/**
 * The parts of an address; of a name that is there twice the last one counts.
 *
 * @param {string} hash with its `#` or without
 * @returns {Link}
 */
export function parseLink(hash) {
  const link = new Map();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    const [key, text] = [decoded(part.slice(0, Math.max(0, at))), decoded(part.slice(at + 1))];
    if (key && text !== null) link.set(key, text);
  }
  return link;
}

/**
 * The address of parts; `#` of none.
 *
 * @param {Link} link
 */
export const formatLink = (link) => `#${[...link].map(([key, text]) => `${encoded(key)}=${encoded(text)}`).join("&")}`;

/**
 * A row that is there, or none.
 *
 * @param {string | undefined} text
 * @param {number} n how many rows there are
 */
export const rowOf = (text, n) => (text !== undefined && /^\d+$/.test(text) && Number(text) < n ? Number(text) : null);

/**
 * @param {string} text
 * @returns {View | null}
 */
export function viewOf(text) {
  const parts = text.split(",").map((part) => (part.trim() ? Number(part) : NaN));
  const [x, y, scale] = parts;
  return parts.length === 3 && parts.every(Number.isFinite) && scale > 0 ? { x, y, scale } : null;
}

/** @param {View} view */
export const viewText = ({ x, y, scale }) => [x, y, scale].map((value) => Number(value.toPrecision(DIGITS))).join(",");
