// The page's one state. In: changes, from any view. Out: a call to all who listen to what has changed.
// `shown`, the selected cutout and its similar ones, is derived here; `subset` is derived of `filters` in `subset/subset.js`.

import { ANYWHERE } from "./likeness/where.js";

/**
 * @import { Asked, ColorChoice, Filter, MapStyle, Scales, Shown, Subset, Where } from "./data/types.d.ts"
 *
 * @typedef {object} Pointed the cutout below the pointer on a plot, and where the pointer is in the window, in pixels
 * @property {number} row
 * @property {number} clientX
 * @property {number} clientY
 *
 * @typedef {object} State
 * @property {number | null} selected a row
 * @property {number | null} hovered a row
 * @property {Pointed | null} pointed
 * @property {Where} where similar cutouts may lie
 * @property {"all" | "subset"} among which they are looked for
 * @property {boolean} isSmoothed whether fingerprints are compared that are smoothed by their nearest
 * @property {{ ra: number, dec: number, radius: number } | null} sought the place on the sky that was asked for last, in degrees
 * @property {ColorChoice} color what points are coloured by
 * @property {MapStyle} mapStyle how the map shows cutouts
 * @property {Scales} scales what was chosen of columns' scales
 * @property {Shown | null} shown
 * @property {Filter[]} filters what is asked of cutouts
 * @property {Subset | null} subset those that pass; null for all
 * @property {Uint8Array | null} tags by place, 1 to 5; 0 for none
 * @property {ReadonlyMap<string, string>} names of clusters that were given here, by those that the atlas has
 *
 * @typedef {(state: State) => void} Listener
 */

/** @type {State} */
export const state = {
  selected: null, hovered: null, pointed: null, where: ANYWHERE, among: "all", isSmoothed: false, sought: null, color: "own",
  mapStyle: "images", scales: new Map(), shown: null, filters: [], subset: null, tags: null, names: new Map(),
};

/** @type {{ keys: (keyof State)[], listener: Listener }[]} */
const listeners = [];

/**
 * Change some of the state; those who listen to what is not the same any more are called.
 *
 * @param {Partial<State>} changes
 */
export function set(changes) {
  const names = /** @type {(keyof State)[]} */ (Object.keys(changes));
  const changed = names.filter((key) => state[key] !== changes[key]);
  if (!changed.length) return;
  Object.assign(state, changes);
  for (const { keys, listener } of listeners) {
    if (keys.some((key) => changed.includes(key))) listener(state);
  }
}

/**
 * Listen to some of the state.
 *
 * @param {(keyof State)[]} keys
 * @param {Listener} listener
 */
export function on(keys, listener) {
  listeners.push({ keys, listener });
}

/**
 * @param {Asked} a
 * @param {Asked} b
 */
const isSame = (a, b) => a.where === b.where && a.subset === b.subset && a.isSmoothed === b.isSmoothed;

/**
 * Let `shown` follow `selected`, where similar cutouts may lie, by what they are similar, and the subset where they are of it; an answer
 * that comes too late is dropped.
 *
 * @param {(row: number, asked: Asked) => Promise<Shown>} find
 */
export function deriveShown(find) {
  /** @type {{ row: number, asked: Asked } | null} */
  let last = null;
  on(["selected", "where", "among", "subset", "isSmoothed"], async ({ selected, where, among, subset: now, isSmoothed }) => {
    const asked = { where, subset: among === "subset" ? now : null, isSmoothed };
    if (last && last.row === selected && isSame(last.asked, asked)) return;
    const latest = selected === null ? null : { row: selected, asked };
    last = latest;
    if (!latest) return set({ shown: null });
    const shown = await find(latest.row, latest.asked);
    if (last === latest) set({ shown });
  });
}
