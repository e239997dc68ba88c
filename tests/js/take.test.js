import assert from "node:assert/strict";
import { test } from "node:test";

import { ColumnData } from "../../templates/browser/data/column.js";
import { state } from "../../templates/browser/state.js";
import { parseTags } from "../../templates/browser/tags/file.js";
import { packed, unpacked } from "../../templates/browser/tags/kept.js";
import { canUndo, placesTagged, replaceTags, tagCounts, tagPlaces, undo } from "../../templates/browser/tags/tags.js";
import { placed } from "../../templates/browser/take/figure.js";
import { fileName, slug } from "../../templates/browser/take/names.js";
import { across, shortened } from "../../templates/browser/take/sheet.js";
import { cellsOf } from "../../templates/browser/take/table.js";
import { asCsv, asEcsv, asVotable, escaped, harmless } from "../../templates/browser/take/tables.js";
import { randomNumbers } from "./wire.js";

/** @import { Cell, Table, TableColumn } from "../../templates/browser/take/table.js" */

/**
 * @param {Record<string, [TableColumn["kind"], Cell[]]>} columns
 * @returns {Table}
 */
const tableOf = (columns) => ({
  places: Int32Array.from(Object.values(columns)[0][1].keys()),
  columns: Object.entries(columns).map(([name, [kind, cells]]) => ({ name, kind, at: (place) => cells[place] })),
});
const HOSTILE = ['a,"b"\nc', "<td>&amp;]]></td>", "=HYPERLINK(1)", null];

test("CSV quotes what needs it, and no text is a formula", () => {
  const table = tableOf({
    "na,me": ["text", HOSTILE], z: ["double", [0.1, Infinity, -1e-7, null]], ok: ["flag", [true, false, null, true]],
  });
  assert.equal([...asCsv(table)].join(""), [
    '"na,me",z,ok', '"a,""b""\nc",0.1,True', "<td>&amp;]]></td>,inf,False", "'=HYPERLINK(1),-1e-7,", ",,True", "",
  ].join("\n"));
  for (const text of ["@SUM(1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1"]) assert.equal(harmless(text), `'${text}`);
  for (const text of ["-27:47:24", "+27d47m24s", "-1.5e-3", "M 31", "a=b", "-"]) assert.equal(harmless(text), text);
});

test("VOTable and ECSV hold any text on their lines", () => {
  const table = tableOf({ "<name>": ["text", [...HOSTILE, "\u0000\ud800x"]], id: ["long", ["9007199254740993", "1", null, "2", "3"]] });
  const xml = [...asVotable(table, "a < b & c")].join("");
  assert.ok(xml.includes("<DESCRIPTION>a &lt; b &amp; c</DESCRIPTION>"));
  assert.ok(xml.includes('name="&lt;name&gt;"'));
  assert.ok(xml.includes("<TD>&lt;td&gt;&amp;amp;]]&gt;&lt;/td&gt;</TD><TD>1</TD>"));
  assert.ok(xml.includes("<TD/><TD>2</TD>") && xml.includes("<TD>  x</TD>"));
  assert.equal(escaped('"\u0001\u{1f30c}'), "&quot; \u{1f30c}");
  const lines = [...asEcsv(table, "two\nlines")].join("").trimEnd().split("\n");
  assert.ok(lines.includes('#   - "two lines"'));
  assert.deepEqual(lines.slice(-5), ['"a,""b"" c",9007199254740993', "<td>&amp;]]></td>,1", "=HYPERLINK(1),", ",2", '"  x",3']);
});

test("columns of the page keep their kinds", () => {
  const kinds = [
    new ColumnData({ name: "a", kind: "number", values: Float32Array.of(0.1, NaN) }),
    new ColumnData({ name: "b", kind: "number", values: Uint8Array.of(3, 4) }),
    new ColumnData({ name: "c", kind: "number", codes: Uint8Array.of(0, 255), texts: ["9007199254740993"] }),
    new ColumnData({ name: "d", kind: "flag", codes: Uint8Array.of(1, 255), texts: ["False", "True"] }),
    new ColumnData({ name: "e", kind: "text", codes: Uint8Array.of(0, 255), texts: ["x"] }),
  ].map(cellsOf);
  assert.deepEqual(kinds.map(({ kind }) => kind), ["double", "int", "long", "flag", "text"]);
  assert.deepEqual(kinds.map(({ at }) => at(0)), [0.1, 3, "9007199254740993", true, "x"]);
  assert.deepEqual(kinds.map(({ at }) => at(1)), [null, 4, null, null, null]);
});

test("names of files say what they hold", () => {
  const day = new Date(2026, 10, 7);
  assert.equal(fileName("Deep field", "subset", 190, "csv", day), "deep-field_subset-190_2026-11-07.csv");
  assert.equal(fileName("../..\\ ", "row 5 and similar", 10, "reg", day), "cutouts_row-5-and-similar-10_2026-11-07.reg");
  assert.equal(slug(`Éta Carinæ ${"x".repeat(99)}`).length, 60);
});

test("figures and sheets are as large as they must be", () => {
  const { high, at } = placed({ x: Float32Array.of(0, 4), y: Float32Array.of(0, 1) }, 224);
  assert.equal(high, 74);
  assert.deepEqual([at(0), at(1)], [{ x: 12, y: 62 }, { x: 212, y: 12 }]);
  assert.equal(across(1), 2);
  assert.equal(across(1000), 24);
  assert.equal(shortened((text) => text.length, "abcdef", 4), "abc…");
});

test("tags are counted, kept and undone, step by step", () => {
  const n = 1000;
  state.tags = null;
  assert.equal(undo(), false);
  assert.equal(tagPlaces([1, 2, 3], 2, n), 3);
  assert.equal(tagPlaces([3, 4], 5, n), 2);
  assert.equal(tagPlaces([3, 4], 5, n), 0);
  assert.deepEqual([...tagCounts(state.tags, n)], [996, 0, 2, 0, 0, 2]);
  assert.deepEqual([...placesTagged(state.tags, 5)], [3, 4]);
  replaceTags(new Uint8Array(n).fill(1, 10, 20));
  undo();
  undo();
  assert.deepEqual([...placesTagged(state.tags, 2)], [1, 2, 3]);
  assert.equal(undo(), true);
  assert.equal(canUndo(), false);
  const random = randomNumbers(3);
  const tags = Uint8Array.from({ length: n }, () => (random() < 0.7 ? 0 : Math.floor(6 * random())));
  assert.deepEqual(unpacked(packed(tags), n), tags);
  assert.deepEqual([...placesTagged(unpacked("9:1;2:x;3:5-2;1:998-2000;4:7", n), 4)], [7]);
});

test("what is no file of tags is refused by its place", () => {
  const entry = { tag: 1, row: 0, file: "a.fits", box: [0, 1, 0, 1] };
  const text = (/** @type {object} */ changes) => JSON.stringify({ format: "hubble-dash tags", version: 1, tags: [entry], ...changes });
  assert.equal(parseTags(text({})).tags.length, 1);
  assert.throws(() => parseTags("{"), /no JSON/);
  assert.throws(() => parseTags(text({ format: "x" })), /no file of tags/);
  assert.throws(() => parseTags(text({ version: 2 })), /version 2/);
  for (const wrong of [{ tag: 6 }, { tag: 1.5 }, { box: [1, 2, 3] }, { file: 3 }, { row: "1" }]) {
    assert.throws(() => parseTags(text({ tags: [entry, { ...entry, ...wrong }] })), /Entry 2/);
  }
});
