// Tags from visit to visit, where the browser keeps anything for the page: by the atlas's identity, so that each has its own. In: `tags`.
// Out: the same at the next visit.

import { remember, remembered } from "../remember.js";
import { on, set, state } from "../state.js";
import { N_TAGS } from "./tags.js";

/** @import { Data } from "../data/data.js" */

const SOON_MS = 400;

/**
 * Runs of places and their tags: `2:17-19,40;3:5`.
 *
 * @param {Uint8Array} tags
 */
export function packed(tags) {
  /** @type {string[][]} */
  const runs = Array.from({ length: N_TAGS + 1 }, () => []);
  for (let place = 0; place < tags.length;) {
    const tag = tags[place];
    const first = place;
    while (place < tags.length && tags[place] === tag) place++;
    if (tag) runs[tag].push(place - 1 === first ? String(first) : `${first}-${place - 1}`);
  }
  return runs.flatMap((own, tag) => (own.length ? [`${tag}:${own.join(",")}`] : [])).join(";");
}

/**
 * @param {string} text nonsense in it is passed over
 * @param {number} n how many cutouts there are
 */
export function unpacked(text, n) {
  const tags = new Uint8Array(n);
  for (const part of text.split(";")) {
    const found = /^([1-5]):([\d,-]+)$/.exec(part);
    if (!found) continue;
    for (const run of found[2].split(",")) {
      const [first, last = first] = run.split("-").map(Number);
      if (Number.isInteger(first) && first <= last && last < n) tags.fill(Number(found[1]), first, last + 1);
    }
  }
  return tags;
}

/**
 * Places are those of this page: a report folder has its cutouts in another order than a page of one file.
 *
 * @param {Data} data
 */
const nameOf = ({ identity, whole }) => `tags.${identity}.${whole.isByRow ? "rows" : "places"}`;

/** @param {Data} data */
export function keepTags(data) {
  const name = nameOf(data);
  const text = remembered(name);
  if (text) set({ tags: unpacked(text, data.n) });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const write = () => {
    clearTimeout(waiting);
    waiting = undefined;
    remember(name, state.tags ? packed(state.tags) : "");
  };
  on(["tags"], () => (waiting ??= setTimeout(write, SOON_MS)));
  addEventListener("pagehide", () => waiting !== undefined && write());
}
