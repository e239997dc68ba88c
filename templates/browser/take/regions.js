// Cutouts -> regions for DS9 and for CARTA (CRTF), as `hubble-dash select --format reg` writes them: on the sky a circle as wide as the
// shorter side, since nobody knows how boxes are turned there; without a position a box in pixels of the image that is named above it.

/**
 * @import { ImageEntry } from "../wire/types.d.ts"
 * @import { Cell, Table } from "./table.js"
 *
 * @typedef {{ row: number, ra: number, dec: number, radius: number }} OnSky in degrees, and arcseconds; NaN where not known
 * @typedef {{ row: number, image: number, x: number, y: number, width: number, height: number }} OnImage in pixels as DS9 counts them
 * @typedef {{ sky: OnSky[], images: Map<number, { name: string, boxes: OnImage[] }> }} Regions
 */

/** @param {string} text */
const inALine = (text) => text.replace(/[{}\r\n]/g, (sign) => ({ "{": "(", "}": ")" })[sign] ?? " ");

/**
 * @param {Cell | undefined} cell
 */
const numberOf = (cell) => (typeof cell === "number" ? cell : NaN);

/**
 * @param {Table} table
 * @param {(number: number) => Promise<ImageEntry>} imageOf
 * @returns {Promise<Regions>}
 */
export async function regionsOf({ places, columns }, imageOf) {
  const at = new Map(columns.map((column) => [column.name, column.at]));
  const value = (/** @type {string} */ name, /** @type {number} */ place) => numberOf(at.get(name)?.(place));
  /** @type {Regions} */
  const found = { sky: [], images: new Map() };
  for (const place of places) {
    const [row, image, x0, x1, y0, y1] = ["row", "image", "ixmin", "ixmax", "iymin", "iymax"].map((name) => value(name, place));
    const [ra, dec, scale] = ["ra_deg", "dec_deg", "pixel_scale_arcsec"].map((name) => value(name, place));
    if (!Number.isNaN(ra) && !Number.isNaN(dec)) {
      found.sky.push({ row, ra, dec, radius: (Math.min(x1 - x0, y1 - y0) * scale) / 2 });
      continue;
    }
    const { name, ny, origin } = await imageOf(image);
    const [low, high] = origin === "upper" ? [ny - y1, ny - y0] : [y0, y1];
    const own = found.images.get(image) ?? { name, boxes: [] };
    own.boxes.push({ row, image, x: (x0 + x1 + 1) / 2, y: (low + high + 1) / 2, width: x1 - x0, height: y1 - y0 });
    found.images.set(image, own);
  }
  found.images = new Map([...found.images].sort(([a], [b]) => a - b));
  return found;
}

/** @param {number} value */
const signed = (value) => `${value < 0 ? "" : "+"}${value.toFixed(7)}`;

/**
 * @param {Regions} regions
 * @param {string} said what it holds
 */
export function asDs9({ sky, images }, said) {
  const circles = sky.map(({ row, ra, dec, radius }) => (
    radius > 0
      ? `circle(${ra.toFixed(7)},${signed(dec)},${radius.toFixed(3)}") # text={row ${row}}`
      : `point(${ra.toFixed(7)},${signed(dec)}) # point=cross text={row ${row}}`
  ));
  const boxes = [...images.values()].flatMap(({ name, boxes: own }) => [
    `# image: ${inALine(name)}`, "image",
    ...own.map(({ row, x, y, width, height }) => `box(${x.toFixed(1)},${y.toFixed(1)},${width},${height},0) # text={row ${row}}`),
  ]);
  return [
    "# Region file format: DS9 version 4.1", `# ${inALine(said)}`, ...(circles.length ? ["icrs", ...circles] : []),
    ...(boxes.length ? ["# without a position: boxes in pixels of the image that is named above them", ...boxes] : []), "",
  ].join("\n");
}

/**
 * CASA's region text format, version 0; its pixels are counted from 0.
 *
 * @param {Regions} regions
 * @param {string} said what it holds
 */
export function asCrtf({ sky, images }, said) {
  const circles = sky.map(({ row, ra, dec, radius }) => {
    const at = `[${ra.toFixed(7)}deg, ${dec.toFixed(7)}deg]`;
    const shape = radius > 0 ? `circle [${at}, ${radius.toFixed(3)}arcsec]` : `symbol [${at}, +]`;
    return `${shape}, coord=ICRS, label="row ${row}"`;
  });
  const boxes = [...images.values()].flatMap(({ name, boxes: own }) => [
    `# image: ${inALine(name)}`,
    ...own.map(({ row, x, y, width, height }) => (
      `centerbox [[${(x - 1).toFixed(1)}pix, ${(y - 1).toFixed(1)}pix], [${width}pix, ${height}pix]], label="row ${row}"`
    )),
  ]);
  return ["#CRTFv0", `# ${inALine(said)}`, ...circles, ...boxes, ""].join("\n");
}

/**
 * Names of image files, each once, in the order of the atlas.
 *
 * @param {Table} table
 */
export function asList({ places, columns }) {
  const [image, file] = ["image", "file"].map((name) => columns.find((column) => column.name === name));
  /** @type {Map<number, string>} */
  const names = new Map();
  for (const place of places) names.set(numberOf(image?.at(place)), String(file?.at(place) ?? ""));
  const inOrder = [...names].sort(([a], [b]) => a - b).map(([, name]) => name);
  return [...new Set(inOrder)].map((name) => `${name}\n`).join("");
}
