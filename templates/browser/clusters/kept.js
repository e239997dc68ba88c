// Names of clusters from visit to visit, where the browser keeps anything for the page, and as a file that `--cluster-names` takes. Both
// go by the names that clusters have by themselves, which outlast another build. In: `names`. Out: the same at the next visit; CSV.

import { remember, remembered } from "../remember.js";
import { on, set, state } from "../state.js";
import { called, tidied } from "./called.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Level } from "./levels.js"
 */

/** @param {Level[]} levels */
const all = (levels) => levels.flatMap(({ clusters }) => clusters);

/**
 * Own names with others, as they are kept.
 *
 * @param {Level[]} levels
 * @param {ReadonlyMap<string, string>} names
 */
export const packed = (levels, names) => (
  JSON.stringify([...new Map(all(levels).flatMap(({ name, own }) => (names.has(name) ? [[own, names.get(name)]] : [])))])
);

/**
 * @param {Level[]} levels
 * @param {string} text nonsense in it is passed over, as is a name that two would have
 * @returns {Map<string, string>}
 */
export function unpacked(levels, text) {
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @type {unknown} */
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    return names;
  }
  for (const pair of Array.isArray(said) ? said : []) {
    if (!Array.isArray(pair) || typeof pair[1] !== "string") continue;
    const cluster = all(levels).find(({ own }) => own === pair[0]);
    const name = tidied(pair[1]);
    if (cluster && name) names.set(cluster.name, name);
  }
  const isTaken = (/** @type {string} */ wanted, /** @type {string} */ by) => (
    all(levels).some(({ name }) => name !== by && (names.get(name) ?? name) === wanted)
  );
  for (const [given, name] of [...names]) if (isTaken(name, given)) names.delete(given);
  return names;
}

/** @param {string} text */
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** @param {Level[]} levels @returns {Map<string, string>} what is called otherwise than by itself */
export const givenNames = (levels) => new Map(all(levels).flatMap((cluster) => (
  called(cluster.name) === cluster.own ? [] : [[cluster.own, called(cluster.name)]]
)));

/**
 * All names that differ from those that clusters have by themselves.
 *
 * @param {Level[]} levels
 */
export const namesText = (levels) => (
  [["cluster", "name"], ...givenNames(levels)].map((row) => `${row.map(quoted).join(",")}\r\n`).join("")
);

/** @param {Data} data */
export function keepNames({ identity, clusters }) {
  if (!clusters.length) return;
  const name = `names.${identity}`;
  const text = remembered(name);
  if (text) set({ names: unpacked(clusters, text) });
  on(["names"], () => remember(name, state.names.size ? packed(clusters, state.names) : ""));
}
