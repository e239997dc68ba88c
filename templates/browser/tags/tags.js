// Tags: a number from 1 to 5 for cutouts that one wants to find again. In: places and a number. Out: `tags` of the state, by place, and
// steps that can be undone.

import { set, state } from "../state.js";

export const N_TAGS = 5;
const MOST_STEPS = 200; // that can be undone
const MOST_PLACES = 20_000_000; // in all of them together

/** @type {{ places: Int32Array, before: Uint8Array }[]} */
const steps = [];

/**
 * Give cutouts a tag, or none.
 *
 * @param {ArrayLike<number>} places
 * @param {number} tag 1 to 5; 0 for none
 * @param {number} n how many cutouts there are
 * @returns {number} how many have another tag now
 */
export function tagPlaces(places, tag, n) {
  const tags = state.tags ? state.tags.slice() : new Uint8Array(n);
  const changed = Int32Array.from(places).filter((place) => tags[place] !== tag);
  if (!changed.length) return 0;
  keep({ places: changed, before: Uint8Array.from(changed, (place) => tags[place]) });
  for (const place of changed) tags[place] = tag;
  set({ tags });
  return changed.length;
}

/**
 * Let all tags be these, as from a file; can be undone as well.
 *
 * @param {Uint8Array} tags by place
 */
export function replaceTags(tags) {
  const old = state.tags ?? new Uint8Array(tags.length);
  const changed = Int32Array.from(old.keys()).filter((place) => old[place] !== tags[place]);
  if (changed.length) keep({ places: changed, before: Uint8Array.from(changed, (place) => old[place]) });
  set({ tags });
}

/** @param {{ places: Int32Array, before: Uint8Array }} step */
function keep(step) {
  steps.push(step);
  let kept = steps.reduce((sum, { places }) => sum + places.length, 0);
  while (steps.length > 1 && (steps.length > MOST_STEPS || kept > MOST_PLACES)) kept -= steps.shift()?.places.length ?? 0;
}

/** Whether there was something to undo. */
export function undo() {
  const step = steps.pop();
  if (!step || !state.tags) return false;
  const tags = state.tags.slice();
  step.places.forEach((place, i) => (tags[place] = step.before[i]));
  set({ tags });
  return true;
}

export const canUndo = () => steps.length > 0;

/**
 * How many cutouts have no tag, and how many each.
 *
 * @param {Uint8Array | null} tags
 * @param {number} n how many cutouts there are
 */
export function tagCounts(tags, n) {
  const counts = new Uint32Array(N_TAGS + 1);
  if (tags) for (const tag of tags) counts[tag]++;
  else counts[0] = n;
  return counts;
}

/**
 * Cutouts with a tag.
 *
 * @param {Uint8Array | null} tags
 * @param {number} tag
 */
export function placesTagged(tags, tag) {
  const found = new Int32Array(tagCounts(tags, 0)[tag]);
  let at = 0;
  tags?.forEach((one, place) => one === tag && (found[at++] = place));
  return found;
}
