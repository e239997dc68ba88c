// A table of cutouts -> CSV, ECSV or VOTable. In: a table, what it holds. Out: the parts of a file, one after another, so that a million
// rows are never one text.

/**
 * @import { Cell, Table, TableColumn } from "./table.js"
 */

const ROWS_A_PART = 2000;
// What XML cannot hold, and ECSV not on one line.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x1f\x7f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
// Spreadsheets take texts that begin so as formulas, those of numbers and positions left aside.
const FORMULA = /^(?:[=@\t\r]|[+-](?![\d.,:;\s°′″'"dhmse+-]*$))/i;

/** @param {string} text */
const inALine = (text) => text.replace(CONTROL, " ");

/** @param {number} value */
const numberText = (value) => (Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf");

/** @param {string} text */
const quotedIfNeeded = (text) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** @param {Cell} cell */
function csvCell(cell) {
  if (cell === null) return "";
  if (typeof cell === "number") return numberText(cell);
  return typeof cell === "boolean" ? (cell ? "True" : "False") : cell;
}

/**
 * A text that no spreadsheet takes as a formula: an apostrophe comes before one that it would.
 *
 * @param {string} text
 */
export const harmless = (text) => (FORMULA.test(text) ? `'${text}` : text);

/**
 * @param {Table} table
 * @param {(columns: TableColumn[], place: number) => string} line
 */
function* linesOf({ places, columns }, line) {
  for (let start = 0; start < places.length; start += ROWS_A_PART) {
    yield Array.from(places.subarray(start, start + ROWS_A_PART), (place) => line(columns, place)).join("");
  }
}

/** @param {Table} table */
export function* asCsv(table) {
  const cell = (/** @type {TableColumn} */ { kind, at }, /** @type {number} */ place) => (
    quotedIfNeeded(kind === "text" ? harmless(csvCell(at(place))) : csvCell(at(place)))
  );
  yield `${table.columns.map(({ name }) => quotedIfNeeded(harmless(name))).join(",")}\n`;
  yield* linesOf(table, (columns, place) => `${columns.map((column) => cell(column, place)).join(",")}\n`);
}

const ECSV_KINDS = { int: "int32", long: "int64", double: "float64", flag: "bool", text: "string" };

/**
 * @param {TableColumn} column
 */
function ecsvHead({ name, kind, unit, ucd, words }) {
  const parts = [`name: ${JSON.stringify(inALine(name))}`, unit && `unit: ${unit}`, `datatype: ${ECSV_KINDS[kind]}`,
    words && `description: ${JSON.stringify(words)}`, ucd && `meta: !!omap [{ucd: ${JSON.stringify(ucd)}}]`];
  return `# - {${parts.filter(Boolean).join(", ")}}`;
}

/**
 * @param {Table} table
 * @param {string} said what it holds
 */
export function* asEcsv(table, said) {
  const { columns } = table;
  yield [
    "# %ECSV 1.0", "# ---", "# delimiter: ','", "# datatype:", ...columns.map(ecsvHead),
    "# meta: !!omap", "# - comments:", `#   - ${JSON.stringify(inALine(said))}`, "# schema: astropy-2.0",
    columns.map(({ name }) => quotedIfNeeded(inALine(name))).join(","), "",
  ].join("\n");
  yield* linesOf(table, (all, place) => `${all.map(({ at }) => quotedIfNeeded(inALine(csvCell(at(place))))).join(",")}\n`);
}

const ESCAPES = new Map([["&", "&amp;"], ["<", "&lt;"], [">", "&gt;"], ['"', "&quot;"]]);

/** @param {string} text */
export const escaped = (text) => inALine(text).replace(/[&<>"]/g, (sign) => ESCAPES.get(sign) ?? sign);

const VOT_KINDS = {
  int: 'datatype="int"', long: 'datatype="long"', double: 'datatype="double"', flag: 'datatype="boolean"',
  text: 'datatype="unicodeChar" arraysize="*"',
};

/** @param {Cell} cell */
function votCell(cell) {
  if (cell === null) return "<TD/>";
  if (typeof cell === "number") return `<TD>${Number.isFinite(cell) ? cell : cell > 0 ? "+Inf" : "-Inf"}</TD>`;
  return typeof cell === "boolean" ? `<TD>${cell ? "T" : "F"}</TD>` : `<TD>${escaped(cell)}</TD>`;
}

/** @param {TableColumn} column */
function votField({ name, kind, unit, ucd, words }) {
  const parts = [`name="${escaped(name)}"`, VOT_KINDS[kind], unit && `unit="${unit}"`, ucd && `ucd="${ucd}"`,
    ucd?.startsWith("pos.eq") && 'ref="icrs"'];
  const start = `    <FIELD ${parts.filter(Boolean).join(" ")}`;
  return words ? `${start}>\n     <DESCRIPTION>${escaped(words)}</DESCRIPTION>\n    </FIELD>` : `${start}/>`;
}

/**
 * VOTable 1.4.
 *
 * @param {Table} table
 * @param {string} said what it holds
 */
export function* asVotable(table, said) {
  yield [
    '<?xml version="1.0" encoding="utf-8"?>', '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">',
    ' <RESOURCE type="results">', '  <COOSYS ID="icrs" system="ICRS"/>',
    `  <TABLE nrows="${table.places.length}">`, `   <DESCRIPTION>${escaped(said)}</DESCRIPTION>`, ...table.columns.map(votField),
    "   <DATA><TABLEDATA>", "",
  ].join("\n");
  yield* linesOf(table, (columns, place) => `<TR>${columns.map(({ at }) => votCell(at(place))).join("")}</TR>\n`);
  yield "   </TABLEDATA></DATA>\n  </TABLE>\n </RESOURCE>\n</VOTABLE>\n";
}
