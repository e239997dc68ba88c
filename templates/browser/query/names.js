// A name in a query -> the column that it means, or what it may have meant. `hubble_dash/query/columns.py` is the same in Python.

import { QueryError, written } from "./lexer.js";

/**
 * @import { Name } from "./tree.d.ts"
 *
 * @typedef {{ name: string, kind: string, role: "own" | "built-in" | "label" }} Entry what there is to say of a column before it is loaded
 */

// Names that are suggested, and columns that are listed.
const SUGGESTED = 3;
const LISTED = 8;

/**
 * A text without what is upper case in it, accents in one form.
 *
 * @param {string} text
 */
export const folded = (text) => text.normalize("NFC").toLowerCase();

/**
 * Find a column: exactly, else in any case where only one is called so.
 *
 * @param {Name} name
 * @param {readonly Entry[]} list
 */
export function findName({ name, at, length }, list) {
  if (list.some((column) => column.name === name)) return name;
  const wanted = folded(name);
  const alike = list.map((column) => column.name).filter((other) => folded(other) === wanted);
  if (alike.length === 1) return alike[0];
  const message = alike.length ? `${joined(alike)} differ only in case; write one of them as it is` : unknown(name, list);
  throw new QueryError(message, at, length);
}

/**
 * @param {string} name
 * @param {readonly Entry[]} list
 */
function unknown(name, list) {
  const said = `there is no column ${written(name)}`;
  const near = nearest(folded(name), list);
  if (near.length) return `${said}; did you mean ${joined(near)}?`;
  const columns = list.filter(({ role }) => role !== "label").map((column) => written(column.name));
  const more = columns.length > LISTED ? ", ..." : "";
  return `${said} (a text stands in quotes); there are ${columns.slice(0, LISTED).join(", ")}${more}`;
}

/**
 * The names that a few letters turn into this one, or that it is a part of.
 *
 * @param {string} wanted
 * @param {readonly Entry[]} list
 */
function nearest(wanted, list) {
  const letters = [...wanted];
  const most = Math.max(1, Math.floor(letters.length / 3));
  /** @type {[number, string][]} */
  const found = [];
  for (const { name } of list) {
    const other = [...folded(name)];
    if (letters.length > 2 && folded(name).includes(wanted)) found.push([most, name]);
    else if (Math.abs(other.length - letters.length) <= most) {
      const n = edits(letters, other);
      if (n <= most) found.push([n, name]);
    }
  }
  found.sort(([n, name], [m, other]) => n - m || (name < other ? -1 : 1));
  return found.slice(0, SUGGESTED).map(([, name]) => name);
}

/**
 * The letters to put in, take out or change (Levenshtein's distance).
 *
 * @param {string[]} one
 * @param {string[]} other
 */
function edits(one, other) {
  const row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (const [i, letter] of one.entries()) {
    let before = row[0];
    row[0] = i + 1;
    for (let j = 1; j <= other.length; j++) {
      const changed = before + (letter === other[j - 1] ? 0 : 1);
      before = row[j];
      row[j] = Math.min(row[j] + 1, row[j - 1] + 1, changed);
    }
  }
  return row[other.length];
}

/** @param {string[]} names */
function joined(names) {
  const most = names.map(written);
  const last = most.pop();
  return most.length ? `${most.join(", ")} or ${last}` : last;
}
