// Where names stand on the map, so that no two overlap: the larger clusters' first. It depends on the scale and on marks, not on which part
// is seen, so that names keep their places while the map is moved. In: clusters, a scale, widths of texts. Out: names in lines and pixels.

/**
 * @import { Place, Rectangle } from "../data/types.d.ts"
 * @import { Rows } from "../faces/faces.js"
 * @import { Box } from "../faces/standing.js"
 * @import { Cluster } from "./levels.js"
 *
 * @typedef {{ cluster: Cluster, lines: string[], size: number, x: number, y: number, width: number, height: number }} Label its middle,
 * in pixels to the right of and below the map's origin
 *
 * @typedef {object} Paper what names are laid out on
 * @property {number} scale units of the map a pixel
 * @property {number} n how many cutouts there are
 * @property {number[]} sizes of text, large to small, in pixels
 * @property {number} least height of a name, which is clicked
 * @property {Place[]} marks that are better left free, on the map
 * @property {Rectangle} edges of the map, in pixels from its origin, y down, which names keep within
 * @property {Rows | null} [rows] of pictures, between which names stand
 * @property {(text: string, size: number) => number} measure
 * @property {(name: string) => string} called
 */

const LEAST_ZOOMS = [1.6, 4]; // of the whole, from which on finer levels are named
const SHARES = [0.12, 0.03]; // of all cutouts, from which on a name has the first size, and the second
const [LETTERS, MOST_LINES, MOST_WORDS] = [16, 3, 24];
const [LINE, PADDING, GAP, MARK] = [1.15, 4, 2, 12]; // of a size; pixels beside a text, between names, and around a mark's middle
const [WRITTEN, AROUND] = [1.25, 3]; // of a size, that a line takes with what is drawn around letters; pixels that are left around

/**
 * Which of so many levels is named.
 *
 * @param {number} n
 * @param {number} zoom 1 where the whole map is seen
 */
export const levelAt = (n, zoom) => Math.min(n - 1, LEAST_ZOOMS.filter((least) => zoom >= least).length);

/** @param {string} text */
const lengthOf = (text) => [...text].length;

/** @param {string[]} lines */
const longest = (lines) => Math.max(...lines.map(lengthOf));

/**
 * Words in so many lines, the longest of which is as short as may be.
 *
 * @param {string[]} words
 * @param {number} n
 * @returns {string[]}
 */
function balanced(words, n) {
  if (n === 1) return [words.join(" ")];
  const tried = Array.from({ length: words.length - n + 1 }, (_, i) => (
    [words.slice(0, i + 1).join(" "), ...balanced(words.slice(i + 1), n - 1)]
  ));
  return tried.reduce((best, lines) => (longest(lines) < longest(best) ? lines : best));
}

/** @param {string} text */
const cut = (text) => (lengthOf(text) > LETTERS ? `${[...text].slice(0, LETTERS - 1).join("").trimEnd()}…` : text);

/**
 * A name in few short lines.
 *
 * @param {string} name
 */
export function linesOf(name) {
  const words = name.split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
  const most = Math.min(MOST_LINES, words.length);
  for (let n = 1; n < most; n++) {
    const lines = balanced(words, n);
    if (longest(lines) <= LETTERS) return lines;
  }
  return balanced(words, Math.max(1, most)).map(cut);
}

/**
 * @param {Label} a
 * @param {Label} b
 */
const overlap = (a, b) => (
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 + GAP && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + GAP
);

/**
 * Where a name may stand: at its place, else below or above, else beside it.
 *
 * @param {Label} label
 */
function* places(label) {
  yield label;
  const [aside, up] = [label.width / 2 + MARK, label.height / 2 + MARK];
  for (const [dx, dy] of [[0, up], [0, -up], [aside, 0], [-aside, 0]]) yield { ...label, x: label.x + dx, y: label.y + dy };
}

/**
 * A middle from which half of a length reaches neither end; the middle of both where there is no room.
 *
 * @param {number} middle
 * @param {number} length
 * @param {number} low
 * @param {number} high
 */
const within = (middle, length, low, high) => (
  high - low < length ? (low + high) / 2 : Math.max(low + length / 2, Math.min(high - length / 2, middle))
);

/**
 * The nearest place between two rows.
 *
 * @param {Rows | null} rows
 * @param {number} y
 */
const between = (rows, y) => (rows ? rows.first + Math.round((y - rows.first) / rows.pitch) * rows.pitch : y);

/**
 * @param {Cluster[]} clusters the largest first
 * @param {Paper} paper
 * @returns {Label[]} of those that have room
 */
export function laidOut(clusters, { scale, n, sizes, least, marks, edges, rows = null, measure, called }) {
  /** @type {Label[]} */
  const found = [];
  const marked = marks.map(({ x, y }) => ({ x: x / scale, y: -y / scale }));
  const isFree = (/** @type {Label} */ label) => found.every((other) => !overlap(label, other));
  const isClear = (/** @type {Label} */ { x, y, width, height }) => (
    marked.every((at) => Math.abs(at.x - x) >= width / 2 + MARK || Math.abs(at.y - y) >= height / 2 + MARK)
  );
  for (const cluster of clusters) {
    const size = sizes[SHARES.filter((share) => cluster.size < share * n).length];
    const lines = linesOf(called(cluster.name));
    const width = Math.max(least, ...lines.map((line) => measure(line, size) + 2 * PADDING));
    const height = Math.max(least, Math.ceil(lines.length * size * LINE));
    const held = (/** @type {Label} */ label) => ({
      ...label, x: within(label.x, width, edges.left, edges.right), y: within(label.y, height, edges.top, edges.bottom),
    });
    const own = held({ cluster, lines, size, x: cluster.x / scale, y: between(rows, -cluster.y / scale), width, height });
    const free = [...places(own)].map(held).filter(isFree);
    const label = free.find(isClear) ?? free[0];
    if (label) found.push(label);
  }
  return found;
}

/**
 * What of the map a name covers: its text, which may be less than what is clicked.
 *
 * @param {Label} label
 * @returns {Box}
 */
export function coverOf({ lines, size, x, y, width, height }) {
  const [wide, high] = [width / 2 + AROUND, Math.min(height, lines.length * size * WRITTEN) / 2 + AROUND];
  return { left: x - wide, right: x + wide, top: y - high, bottom: y + high };
}

/**
 * The next name that way.
 *
 * @param {Label[]} labels
 * @param {Cluster} cluster whose name one comes from
 * @param {number[]} way to the right and down: one of them is 1 or -1, the other 0
 */
export function nextLabel(labels, cluster, [right, down]) {
  const from = labels.find((label) => label.cluster === cluster);
  if (!from) return undefined;
  const far = (/** @type {Label} */ { x, y }) => {
    const [ahead, aside] = [(x - from.x) * right + (y - from.y) * down, Math.abs((x - from.x) * down) + Math.abs((y - from.y) * right)];
    return ahead > 0 && aside <= 2 * ahead ? ahead + 2 * aside : Infinity;
  };
  return labels.filter((label) => far(label) < Infinity).sort((one, other) => far(one) - far(other))[0];
}
