// What may be meant by the word that is being written in the query line. In: the line, where the caret is, the columns. Out: the part
// that a choice replaces, and the choices.

import { folded } from "../query/names.js";
import { quoted, written } from "../query/lexer.js";

/**
 * @import { ColumnEntry } from "../data/types.d.ts"
 *
 * @typedef {{ from: number, to: number, choices: string[] }} Completions
 */

const MOST = 8;
const NAME = /(`[^`]*|[\p{L}_][\p{L}\p{N}_.]*)$/u;
const VALUE = /(?:`([^`]+)`|([\p{L}_][\p{L}\p{N}_.]*))\s*(?:==?|!=|(?:not\s+)?in\s*[[(](?:\s*"[^"]*"\s*,)*)\s*("[^"]*)$/iu;
const OPEN_TEXT = /^(?:[^"]|"(?:[^"\\]|\\.)*")*"(?:[^"\\]|\\.)*$/;

/**
 * Those that begin so, then those that contain it; none where it is there already.
 *
 * @param {string[]} texts
 * @param {string} begun
 */
function near(texts, begun) {
  const wanted = folded(begun);
  const starts = texts.filter((text) => folded(text).startsWith(wanted));
  const inside = texts.filter((text) => !folded(text).startsWith(wanted) && folded(text).includes(wanted));
  const found = [...starts, ...inside].slice(0, MOST);
  return found.length === 1 && found[0] === begun ? [] : found;
}

/**
 * @param {string} text of the line
 * @param {number} caret
 * @param {readonly ColumnEntry[]} list own columns first
 * @returns {Completions | null}
 */
export function completions(text, caret, list) {
  const before = text.slice(0, caret);
  const value = VALUE.exec(before);
  if (value) {
    const [, ticked, bare, begun] = value;
    const entry = list.find(({ name }) => name === (ticked ?? bare));
    const texts = entry && "categories" in entry && entry.kind !== "flag" ? (entry.categories ?? []).map((category) => category.text) : [];
    return some(caret - begun.length, caret, near(texts, begun.slice(1)).map(quoted));
  }
  if (OPEN_TEXT.test(before)) return null;
  const [begun] = NAME.exec(before) ?? [];
  if (!begun) return null;
  const bare = begun.replace("`", "");
  const choices = near(list.map(({ name }) => name), bare);
  return some(caret - begun.length, caret, choices.map(written));
}

/**
 * @param {number} from
 * @param {number} to
 * @param {string[]} choices
 * @returns {Completions | null}
 */
const some = (from, to, choices) => (choices.length ? { from, to, choices } : null);
