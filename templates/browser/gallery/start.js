// With nothing selected: a few cutouts to start from, spread over the map, of the subset where there is one. In: `subset`. Out: tiles,
// whose pictures come when the map is there; a selected or a hovered row.

import { isOddKnown, oddest } from "../likeness/oddest.js";
import { on, state } from "../state.js";
import { places } from "../subset/bits.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { showTab } from "../views/dock.js";
import { paintedCanvas } from "./canvas.js";
import { titleOf } from "./captions.js";
import { doubt, standFor } from "./card.js";
import { gridOf, sharpen } from "./pictures.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Subset } from "../data/types.d.ts"
 */

const [N_START, N_ODD, LEAST_WITH_ODD, MOST_LOOKED_AT] = [15, 3, 30, 20_000];
const CALM_MS = 150; // that a subset stays as it is before its tiles come

/**
 * Places spread evenly over a plane, each as far as possible from those before it (Gonzalez, *Theoretical Computer Science* 38, 1985);
 * of very many, as many at equal steps are looked at.
 *
 * @param {{ x: ArrayLike<number>, y: ArrayLike<number> }} plane by place
 * @param {ArrayLike<number>} among places
 * @param {number} most
 * @param {number} [lookedAt]
 */
export function spread({ x, y }, among, most, lookedAt = MOST_LOOKED_AT) {
  const step = Math.max(1, among.length / lookedAt);
  const sample = Array.from({ length: Math.min(among.length, lookedAt) }, (_, i) => among[Math.floor(i * step)]);
  const distance = new Float64Array(sample.length).fill(Infinity);
  /** @type {number[]} */
  const chosen = [];
  while (chosen.length < Math.min(most, sample.length)) {
    const farthest = distance.reduce((best, far, i) => (far > distance[best] ? i : best), 0);
    const at = sample[farthest];
    chosen.push(at);
    sample.forEach((other, i) => (distance[i] = Math.min(distance[i], (x[other] - x[at]) ** 2 + (y[other] - y[at]) ** 2)));
    distance[farthest] = -1;
  }
  return chosen;
}

/**
 * The rows to start from.
 *
 * @param {Data} data
 * @param {Subset | null} subset
 */
async function rowsFrom(data, subset) {
  if (!subset) return data.start;
  const chosen = spread(await data.whole.map(), places(subset.bits), N_START);
  return Promise.all(chosen.map((place) => data.rowAt(place)));
}

/**
 * Some rows of those that stand apart the most, where there are many.
 *
 * @param {Data} data
 * @param {Subset | null} subset
 */
async function oddRows(data, subset) {
  if ((subset?.count ?? data.n) < LEAST_WITH_ODD || !isOddKnown(data)) return [];
  return Promise.all(Array.from(await oddest(data, subset, N_ODD), (place) => data.rowAt(place)));
}

/**
 * Odd ones among others: one at the end of each line, as long as there are any, so that the first is seen wherever the first line is.
 *
 * @param {number[]} others
 * @param {number[]} odd
 * @param {number} across pictures of a line
 */
export function mixed(others, odd, across) {
  const rows = [...others];
  odd.forEach((row, line) => rows.splice((line + 1) * across - 1, 0, row));
  return rows;
}

/**
 * @param {Data} data
 * @param {number[]} rows
 * @param {number[]} odd which of these are
 * @param {Subset | null} subset
 * @param {Promise<void>} ready when pictures may come
 */
async function showTiles(data, rows, odd, subset, ready) {
  const pictures = rows.map((row) => paintedCanvas(ready.then(() => data.thumbnail(row))));
  const tiles = rows.map((row, i) => {
    const tile = element("button", { type: "button", class: "hd-start", "aria-label": SAY.cutout(row), "data-row": row });
    tile.append(element("div", { class: "hd-picture" }, pictures[i].canvas));
    standFor(tile, row);
    return tile;
  });
  const grid = element("div", { class: "hd-tiles" }, ...tiles.map((tile) => element("div", {}, tile)));
  const { across } = gridOf(tiles.length);
  grid.style.setProperty("--across", String(across));
  grid.style.setProperty("--down", String(Math.ceil(tiles.length / across)));
  const further = subset?.count === 0 ? [] : furtherStarts(data);
  byId("hd-start").replaceChildren(element("p", {}, invitation(data.n, subset), ...further), grid);
  for (const [i, tile] of tiles.entries()) {
    if (!odd.includes(rows[i])) continue;
    tile.classList.add("hd-is-odd");
    tile.querySelector(".hd-picture")?.append(element("span", { class: "hd-odd-mark", title: SAY.oddWords }, SAY.oddMark));
  }
  const cutouts = await Promise.all(rows.map((row) => data.cutout(row)));
  ready.then(() => cutouts.forEach((cutout, i) => sharpen(data, cutout, pictures[i], NaN)));
  const titles = cutouts.map(titleOf);
  const areNamed = new Set(titles).size > titles.length / 2;
  for (const [i, tile] of tiles.entries()) {
    tile.setAttribute("aria-label", `${titles[i]}, ${SAY.cutout(cutouts[i].row)}`);
    tile.title = titles[i];
    tile.querySelector(".hd-picture")?.append(...doubt(cutouts[i]));
    if (areNamed) tile.append(element("span", { dir: "auto" }, titles[i]));
  }
  if (!areNamed) grid.style.setProperty("--lines", "0");
}

/**
 * @param {number} n
 * @param {Subset | null} subset
 */
function invitation(n, subset) {
  if (n < 2) return SAY.alone;
  if (!subset) return SAY.start;
  return subset.count ? SAY.startOfSubset(subset.count, n) : SAY.emptySubset;
}

/**
 * Lists to start from, which tabs have.
 *
 * @param {Data} data
 */
function furtherStarts(data) {
  const tabs = [...(data.clusters.length ? ["clusters"] : []), ...(data.n >= LEAST_WITH_ODD && isOddKnown(data) ? ["odd"] : [])];
  const buttons = tabs.map((id) => {
    const button = element("button", { type: "button", class: "hd-button", "data-tab": id }, SAY.starts[id]);
    button.addEventListener("click", () => showTab(id));
    return button;
  });
  return buttons.length ? [" ", SAY.orStart, ...buttons.flatMap((button) => [" ", button])] : [];
}

/**
 * @param {Data} data
 * @param {Promise<void>} ready when pictures may come
 */
export function openStart(data, ready) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  /** @type {Subset | null | undefined} whose tiles stand there */
  let told;
  async function show() {
    const { subset } = state;
    if (subset === told) return;
    const [rows, odd] = await Promise.all([rowsFrom(data, subset), oddRows(data, subset)]);
    if (subset !== state.subset) return;
    told = subset;
    const others = rows.filter((row) => !odd.includes(row)).slice(0, N_START - odd.length);
    await showTiles(data, mixed(others, odd, gridOf(others.length + odd.length).across), odd, subset, ready);
  }
  on(["subset", "selected"], ({ selected }) => {
    clearTimeout(waiting);
    if (selected === null) waiting = setTimeout(show, CALM_MS);
  });
  show();
}
