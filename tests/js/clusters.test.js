import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { words } from "../../templates/browser/asking/chips.js";
import { called, calledIn, nothingIn, rename } from "../../templates/browser/clusters/called.js";
import { givenNames, namesText, packed, unpacked } from "../../templates/browser/clusters/kept.js";
import { coverOf, laidOut, levelAt, linesOf, nextLabel } from "../../templates/browser/clusters/layout.js";
import { isLevel, levelsOf } from "../../templates/browser/clusters/levels.js";
import { usefulColumns } from "../../templates/browser/filters/useful.js";
import { set, state } from "../../templates/browser/state.js";
import { randomNumbers } from "./wire.js";

/**
 * @import { Cluster, Level } from "../../templates/browser/clusters/levels.js"
 * @import { Paper } from "../../templates/browser/clusters/layout.js"
 * @import { ColumnEntry } from "../../templates/browser/data/types.d.ts"
 */

const NOWHERE = { left: 0, right: 0, bottom: 0, top: 0 };
const EVERYWHERE = { left: -Infinity, right: Infinity, bottom: Infinity, top: -Infinity };

/**
 * @param {Partial<Cluster>} parts
 * @returns {Cluster}
 */
const cluster = (parts) => ({
  column: "cluster", code: 0, name: "a", own: parts.name ?? "a", size: 10, medoid: 0, spread: 0.1, isPart: false,
  x: 0, y: 0, bounds: NOWHERE, ...parts,
});

/**
 * @param {Partial<Paper>} [parts]
 * @returns {Paper}
 */
const paper = (parts) => ({
  scale: 1, n: 1000, sizes: [18, 15, 13], least: 24, marks: [], edges: EVERYWHERE, called: (name) => name,
  measure: (text, size) => 0.6 * size * text.length, ...parts,
});

/** @type {Level[]} */
const LEVELS = [
  { column: "coarse cluster", clusters: [cluster({ column: "coarse cluster", name: "spiral" })] },
  { column: "cluster", clusters: [cluster({ name: "spiral" }), cluster({ code: 1, name: "tails", own: "cluster 2" })] },
];

beforeEach(() => set({ names: new Map() }));

test("levels are made of the index, names and sizes of the column's categories", () => {
  const column = /** @type {any} */ ({ name: "cluster", categories: [{ text: "spiral", count: 7 }, { text: "tails", count: 5 }] });
  const [level] = levelsOf({
    columns: [column], clusters: [{
      column: "cluster", medoid: Int32Array.of(3, 9), spread: Float32Array.of(0.25, 0.5), place: Float32Array.of(1, 2, 3, 4),
      bounds: Float32Array.of(0, 2, 1, 3, 2, 4, 3, 5), own: [[1, "cluster 2"]], parts: [1],
    }],
  });
  assert.deepEqual(level.clusters[1], {
    column: "cluster", code: 1, name: "tails", own: "cluster 2", size: 5, medoid: 9, spread: 0.5, isPart: true, x: 3, y: 4,
    bounds: { left: 2, right: 4, bottom: 3, top: 5 },
  });
  assert.equal(level.clusters[0].own, "spiral");
  assert.equal(level.clusters[0].isPart, false);
  assert.deepEqual(levelsOf({ columns: [column] }), []);
});

test("a user's column of the same name is no level", () => {
  assert.ok(isLevel({ name: "fine cluster", role: "built-in" }) && isLevel({ name: "hd.cluster", role: "built-in" }));
  assert.ok(!isLevel({ name: "cluster", role: "own" }) && !isLevel({ name: "image", role: "built-in" }) && !isLevel(undefined));
});

test("coarse names where all is seen, finer ones as one zooms in", () => {
  assert.deepEqual([0.7, 1, 1.5, 1.7, 3.9, 4.1, 900].map((zoom) => levelAt(3, zoom)), [0, 0, 0, 1, 1, 2, 2]);
  assert.deepEqual([1, 2, 9].map((zoom) => levelAt(1, zoom)), [0, 0, 0]);
});

test("lines are short, of even length, three at most, and lose no word that has room", () => {
  assert.deepEqual(linesOf("spiral, space"), ["spiral, space"]);
  assert.deepEqual(linesOf("irregular, ground"), ["irregular,", "ground"]);
  assert.deepEqual(linesOf("galaxies of the Virgo cluster"), ["galaxies of the", "Virgo cluster"]);
  for (const name of ["x".repeat(70), "one two three four five six seven eight nine ten eleven twelve", " a  b ", "🌀".repeat(40)]) {
    const lines = linesOf(name);
    assert.ok(lines.length >= 1 && lines.length <= 3 && lines.every((line) => [...line].length <= 16 && line.trim() === line), name);
  }
});

test("no two names overlap, the largest cluster's is always there, and each scale has the same whatever is seen", () => {
  const random = randomNumbers(5);
  const clusters = Array.from({ length: 150 }, (_, code) => cluster({
    code, name: `cluster ${code}, of some length`, size: 400 - 2 * code, x: 800 * random(), y: 600 * random(),
  }));
  for (const scale of [0.3, 1, 2]) {
    const labels = laidOut(clusters, paper({ scale, n: 4000 }));
    assert.equal(labels[0].cluster, clusters[0]);
    assert.ok(labels.length > 10 && labels.length < 150);
    for (const [i, a] of labels.entries()) {
      assert.ok(a.width >= 24 && a.height >= 24);
      for (const b of labels.slice(i + 1)) {
        assert.ok(Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2);
      }
    }
  }
  const [near, far] = [0.3, 2].map((scale) => laidOut(clusters, paper({ scale, n: 4000 })).length);
  assert.ok(near > far);
});

test("larger clusters have larger names", () => {
  const sizes = [300, 50, 5].map((size) => laidOut([cluster({ size })], paper())[0].size);
  assert.deepEqual(sizes, [18, 15, 13]);
});

test("a name leaves marks free where it can, and keeps within the map", () => {
  const [label] = laidOut([cluster({ x: 40, y: 30 })], paper({ marks: [{ x: 40, y: 30 }] }));
  assert.ok(Math.abs(label.x - 40) >= label.width / 2 + 12 || Math.abs(label.y + 30) >= label.height / 2 + 12);
  const crowd = Array.from({ length: 400 }, (_, i) => ({ x: 8 * (i % 20) - 80, y: 8 * Math.floor(i / 20) - 80 }));
  assert.deepEqual(laidOut([cluster({})], paper({ marks: crowd })).map(({ x, y }) => [x, y + 0]), [[0, 0]]);
  const [edge] = laidOut([cluster({ name: "a long name", x: 1, y: 1 })], paper({ edges: { left: 0, right: 200, top: -100, bottom: 0 } }));
  assert.equal(edge.x, edge.width / 2);
  assert.equal(edge.y, -edge.height / 2);
});

test("arrow keys go to the next name that way, and stay where there is none", () => {
  const clusters = [[0, 0], [300, 10], [150, -200], [0, 200]].map(([x, y], code) => cluster({ code, x, y }));
  const labels = laidOut(clusters, paper());
  const from = (/** @type {number} */ code, /** @type {number[]} */ way) => nextLabel(labels, clusters[code], way)?.cluster.code;
  assert.deepEqual([[1, 0], [0, 1], [0, -1], [-1, 0]].map((way) => from(0, way)), [1, 2, 3, undefined]);
});

test("a cluster gets another name at all levels that call it the same, and its own back", () => {
  const [{ clusters: [spiral] }, { clusters: [, tails] }] = LEVELS;
  assert.equal(rename(LEVELS, spiral, "  grand \n design "), null);
  assert.equal(called("spiral"), "grand design");
  assert.match(rename(LEVELS, tails, "grand design") ?? "", /Another cluster is called grand design/);
  assert.equal(called("tails"), "tails");
  assert.equal(rename(LEVELS, tails, "spiral"), null, "nothing is called so any more");
  assert.match(rename(LEVELS, spiral, "") ?? "", /is called spiral/);
  assert.equal(rename(LEVELS, tails, ""), null);
  assert.equal(rename(LEVELS, spiral, ""), null);
  assert.equal(state.names.size, 0);
  assert.equal(rename(LEVELS, spiral, "🌀".repeat(200)), null);
  assert.equal([...called("spiral")].length, 80);
});

test("names are kept by those that clusters have by themselves; nonsense is passed over", () => {
  const names = new Map([["spiral", "arms"], ["tails", "streams"]]);
  assert.equal(packed(LEVELS, names), '[["spiral","arms"],["cluster 2","streams"]]');
  assert.deepEqual(unpacked(LEVELS, packed(LEVELS, names)), names);
  for (const text of ["", "{}", "[1]", '[["spiral"]]', '[["spiral",5]]', '[["gone","x"]]', '[["spiral"," "]]', '[["spiral","tails"]]']) {
    assert.equal(unpacked(LEVELS, text).size, 0, text);
  }
  assert.equal(unpacked(LEVELS, '[["spiral","x"],["cluster 2","x"]]').size, 1);
  const turned = new Map([["spiral", "tails"], ["tails", "spiral"]]);
  assert.deepEqual(unpacked(LEVELS, packed(LEVELS, turned)), turned);
});

test("the file of names has all that are not those of the clusters themselves", () => {
  assert.deepEqual([...givenNames(LEVELS)], [["cluster 2", "tails"]]);
  set({ names: new Map([["spiral", 'a "b", c']]) });
  assert.equal(namesText(LEVELS), 'cluster,name\r\nspiral,"a ""b"", c"\r\ncluster 2,tails\r\n');
  set({ names: new Map([["tails", "cluster 2"]]) });
  assert.equal(namesText(LEVELS), "cluster,name\r\n");
});

test("chips and legends call clusters as the page does, and none no cluster", () => {
  const entry = /** @type {ColumnEntry} */ (/** @type {unknown} */ (
    { name: "cluster", role: "built-in", kind: "category", categories: [{ text: "spiral", count: 3 }] }
  ));
  set({ names: new Map([["spiral", "arms"]]) });
  const columns = { find: () => entry };
  assert.equal(words({ id: "c", kind: "codes", column: "cluster", codes: [0], missing: true }, columns), "cluster: arms, or no cluster");
  assert.equal(words({ id: "c", kind: "known", column: "cluster", negated: true }, columns), "in no cluster");
  const own = { name: "cluster", role: /** @type {const} */ ("own") };
  assert.deepEqual([calledIn(entry, "spiral"), calledIn(own, "spiral")], ["arms", "spiral"]);
  assert.deepEqual([nothingIn(entry), nothingIn(own)], ["no cluster", "not known"]);
});

test("clusters are worth a chart, also beside many columns of one's own", () => {
  const column = (/** @type {object} */ parts) => /** @type {ColumnEntry} */ ({
    kind: "category", distinct: 5, missing: 0, low: 0, high: 9, categories: [{ text: "a", count: 50 }, { text: "b", count: 50 }], ...parts,
  });
  const many = Array.from({ length: 20 }, (_, i) => column({ name: `c${i}`, role: "own" }));
  const names = usefulColumns([...many, column({ name: "cluster", role: "built-in" })], 100);
  assert.equal(names.length, 12);
  assert.ok(names.includes("cluster"));
  assert.ok(!usefulColumns(many, 100).includes("cluster"));
});

test("among pictures a name stands between two rows of them, and keeps within the map wherever it gives way", () => {
  const rows = { first: -300, pitch: 60 };
  for (const y of [30, 55, -140]) {
    const [label] = laidOut([cluster({ x: 40, y })], paper({ rows }));
    assert.equal(Math.abs((label.y - rows.first) % rows.pitch), 0);
    assert.ok(Math.abs(label.y + y) <= 30);
  }
  const edges = { left: -100, right: 100, top: -60, bottom: 60 };
  const crowded = laidOut([58, 30, 0, -45].map((y, code) => cluster({ code, name: `name ${code}`, x: 0, y })), paper({ edges }));
  assert.ok(crowded.length >= 2);
  for (const { y, height } of crowded) assert.ok(y - height / 2 >= -60 && y + height / 2 <= 60);
});

test("a name covers its text alone, also where more is clicked", () => {
  const label = { cluster: cluster({}), lines: ["one", "two"], size: 16, x: 10, y: 20, width: 50, height: 44 };
  assert.deepEqual(coverOf(label), { left: -18, right: 38, top: -3, bottom: 43 });
  assert.deepEqual(coverOf({ ...label, lines: ["one"], height: 24 }), { left: -18, right: 38, top: 7, bottom: 33 });
});
