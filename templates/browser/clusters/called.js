// What clusters are called: by the atlas, and by who reads the page. In: `names` of the state, new names. Out: `names`, and words.

import { set, state } from "../state.js";
import { SAY } from "../text/strings.js";
import { isLevel } from "./levels.js";

/**
 * @import { ColumnEntry } from "../data/types.d.ts"
 * @import { Cluster, Level } from "./levels.js"
 */

export const MOST_LETTERS = 80; // of a name

/**
 * What a cluster is called in the page, by the name that the atlas has.
 *
 * @param {string} name
 */
export const called = (name) => state.names.get(name) ?? name;

/**
 * What a value of a column is called; all but names of clusters stay as they are.
 *
 * @param {Pick<ColumnEntry, "name" | "role"> | undefined} column
 * @param {string} text
 */
export const calledIn = (column, text) => (isLevel(column) ? called(text) : text);

/**
 * What it is called that a column says nothing.
 *
 * @param {Pick<ColumnEntry, "name" | "role"> | undefined} column
 */
export const nothingIn = (column) => (isLevel(column) ? SAY.noCluster : SAY.notKnown);

/** @param {string} text */
export const tidied = (text) => [...text.replace(/\s+/g, " ").trim()].slice(0, MOST_LETTERS).join("").trim();

/**
 * Give a cluster a name, and all that the atlas calls the same; none gives it back the atlas's.
 *
 * @param {Level[]} levels
 * @param {Cluster} cluster
 * @param {string} text
 * @returns {string | null} why not, if it cannot be called so
 */
export function rename(levels, { name }, text) {
  const wanted = tidied(text) || name;
  const others = levels.flatMap(({ clusters }) => clusters).filter((other) => other.name !== name);
  if (others.some((other) => called(other.name) === wanted)) return SAY.nameTaken(wanted);
  if (wanted === called(name)) return null;
  const names = new Map(state.names);
  if (wanted === name) names.delete(name);
  else names.set(name, wanted);
  set({ names });
  return null;
}
