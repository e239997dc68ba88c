// The map as a figure for a paper, on white: points in the page's colours, the subset strong, a legend, a line below. In: points, colours,
// a legend. Out: SVG, or a PNG drawn of it.

import { MISSING, NUMBER_STEPS } from "../wire/constants.js";
import { called } from "../clusters/called.js";
import { laidOut } from "../clusters/layout.js";
import { pngOf } from "./sheet.js";
import { escaped } from "./tables.js";

/**
 * @import { Plane } from "../data/whole.js"
 * @import { Look } from "../density/looks.js"
 * @import { Cluster } from "../clusters/levels.js"
 * @import { LegendEntry, Ramp } from "../colors/coloring.js"
 *
 * @typedef {object} Figure
 * @property {string} title
 * @property {string} note stands below
 * @property {Plane} plane
 * @property {(place: number) => string} colorOf gives "#rrggbb"
 * @property {(place: number) => boolean} isStrong
 * @property {(LegendEntry | Ramp)[]} legend
 * @property {string} legendTitle
 * @property {Cluster[]} named clusters, whose names stand on the map
 */

// A column and a half of a journal, in points; text as small as journals bear.
const [WIDTH, MARGIN, LEGEND, NOTE] = [396, 12, 84, 24];
const FONT = "Helvetica, Arial, 'DejaVu Sans', sans-serif";
const DOTS_PER_INCH = 300;
const [NAME_SIZES, LETTER] = [[10, 9, 8], 0.6]; // of names on the map, and how wide a letter is, of a size
const FAINT = "#d9dde5"; // what is not in the subset
/** Points beyond which a vector figure is too large to be of use. */
export const MOST_VECTORS = 50_000;

/** @param {ArrayLike<number>} rgb */
const hex = (rgb) => `#${Array.from(rgb, (channel) => channel.toString(16).padStart(2, "0")).join("")}`;

/**
 * The colour of each place, as the density of the map has it.
 *
 * @param {Look} look
 * @returns {(place: number) => string}
 */
export function colorsOf({ kind, values = new Uint8Array(), table, ramp: { ramp, none } }) {
  if (kind === "colors") return (place) => hex(values.subarray(3 * place, 3 * place + 3));
  const last = ramp.length / 3 - 1;
  const ofCode = Array.from({ length: 256 }, (_, code) => {
    if (table) return hex(table.slice(3 * code, 3 * code + 3));
    const at = 3 * Math.round((Math.min(code, NUMBER_STEPS) / NUMBER_STEPS) * last);
    return hex(code === MISSING ? none : ramp.slice(at, at + 3));
  });
  return (place) => ofCode[values[place]];
}

/**
 * Where points stand: the whole map, with equal scales, as wide as may be.
 *
 * @param {Plane} plane
 * @param {number} wide
 */
export function placed({ x, y }, wide) {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    if (x[i] < left) left = x[i];
    if (x[i] > right) right = x[i];
    if (y[i] < bottom) bottom = y[i];
    if (y[i] > top) top = y[i];
  }
  const inside = wide - 2 * MARGIN;
  const scale = Math.min(inside / (right - left || 1), inside / (top - bottom || 1));
  const high = (top - bottom) * scale + 2 * MARGIN;
  const [middleX, middleY] = [(left + right) / 2, (bottom + top) / 2];
  const corner = { x: wide / 2 - middleX * scale, y: high / 2 + middleY * scale }; // of where x and y are 0
  const at = (/** @type {number} */ place) => ({ x: corner.x + x[place] * scale, y: corner.y - y[place] * scale });
  return { high, at, corner, scale };
}

/** @param {number} n */
const radiusOf = (n) => Math.max(0.5, Math.min(2.5, 30 / Math.sqrt(n)));

/** @param {Figure} figure */
const mapWidth = ({ legend }) => (legend.length ? WIDTH - LEGEND - MARGIN : WIDTH);

/**
 * Where points stand and how they are painted, the faint ones first.
 *
 * @param {Figure} figure
 */
function* painted(figure) {
  const { plane, colorOf, isStrong } = figure;
  const { at } = placed(plane, mapWidth(figure));
  for (const strong of [false, true]) {
    for (let place = 0; place < plane.x.length; place++) {
      if (isStrong(place) === strong) yield { ...at(place), color: strong ? colorOf(place) : FAINT };
    }
  }
}

/** @param {Figure} figure */
function dots(figure) {
  const radius = radiusOf(figure.plane.x.length).toFixed(2);
  return Array.from(painted(figure), ({ x, y, color }) => (
    `<circle cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="${radius}" fill="${color}"/>`
  )).join("\n");
}

/**
 * Names of clusters, with white around them.
 *
 * @param {Figure} figure
 */
function namesOf(figure) {
  const { named, plane } = figure;
  if (!named.length) return "";
  const wide = mapWidth(figure);
  const { corner, scale, high } = placed(plane, wide);
  const labels = laidOut(named, {
    scale: 1 / scale, n: plane.x.length, sizes: NAME_SIZES, least: 0, marks: [], measure: (text, size) => LETTER * size * [...text].length,
    called, edges: { left: -corner.x, right: wide - corner.x, top: -corner.y, bottom: high - corner.y },
  });
  const texts = labels.map(({ lines, size, x, y }) => {
    const middle = (corner.x + x).toFixed(2);
    const first = corner.y + y + (0.35 - (lines.length - 1) / 2) * size;
    const line = (/** @type {string} */ text, /** @type {number} */ i) => (
      `<tspan x="${middle}" y="${(first + i * size).toFixed(2)}">${escaped(text)}</tspan>`
    );
    return `<text font-size="${size}">${lines.map(line).join("")}</text>`;
  }).join("\n");
  return [
    `<g font-weight="bold" text-anchor="middle" fill="#161e2e">`,
    `<g stroke="#fff" stroke-width="2.5" stroke-linejoin="round">`, texts, "</g>", texts, "</g>",
  ].join("\n");
}

/**
 * @param {Figure} figure
 */
function legendOf({ legend, legendTitle }) {
  const x = WIDTH - LEGEND - 4;
  const parts = [`<text x="${x}" y="20" font-weight="bold">${escaped(legendTitle)}</text>`];
  let y = 36;
  for (const [i, entry] of legend.entries()) {
    if ("ramp" in entry) {
      const stops = entry.ramp.map((color, at) => `<stop offset="${at / (entry.ramp.length - 1)}" stop-color="${color}"/>`).join("");
      parts.push(
        `<linearGradient id="ramp${i}">${stops}</linearGradient>`,
        `<rect x="${x}" y="${y - 8}" width="${LEGEND - 4}" height="8" fill="url(#ramp${i})"/>`,
        `<text x="${x}" y="${y + 10}">${escaped(entry.low)}</text>`,
        `<text x="${x + LEGEND - 4}" y="${y + 10}" text-anchor="end">${escaped(entry.high)}</text>`,
      );
      y += 26;
    } else {
      parts.push(`<circle cx="${x + 3}" cy="${y - 2.5}" r="3" fill="${entry.color}" stroke="#556178" stroke-width="0.3"/>`,
        `<text x="${x + 10}" y="${y}">${escaped(cut(entry.called ?? entry.text))} ${entry.count}</text>`);
      y += 12;
    }
  }
  return { text: legend.length ? parts.join("\n") : "", height: y };
}

/** @param {string} text */
const cut = (text) => ([...text].length > 14 ? `${[...text].slice(0, 13).join("")}…` : text);

/**
 * @param {Figure} figure
 * @param {string} drawn the points
 */
function framed(figure, drawn) {
  const { text, height: legendHeight } = legendOf(figure);
  const high = Math.ceil(Math.max(placed(figure.plane, mapWidth(figure)).high, legendHeight)) + NOTE;
  return {
    width: WIDTH, height: high,
    text: [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}pt" height="${high}pt" viewBox="0 0 ${WIDTH} ${high}"`,
      ` font-family="${FONT}" font-size="8">`,
      `<title>${escaped(figure.title)}</title>`, `<rect width="${WIDTH}" height="${high}" fill="#fff"/>`, drawn, namesOf(figure),
      `<g fill="#161e2e">`, text,
      `<text x="${MARGIN}" y="${high - 10}" font-size="7" fill="#556178">${escaped(figure.note)}</text></g>`, "</svg>", "",
    ].join("\n"),
  };
}

/**
 * The same points as a picture, where there are too many to be drawn one by one.
 *
 * @param {Figure} figure
 */
function raster(figure) {
  const canvas = document.createElement("canvas");
  const scale = DOTS_PER_INCH / 72;
  const wide = mapWidth(figure);
  canvas.width = Math.round(wide * scale);
  canvas.height = Math.round(placed(figure.plane, wide).high * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const size = 2 * radiusOf(figure.plane.x.length) * scale;
  for (const { x, y, color } of painted(figure)) {
    context.fillStyle = color;
    context.fillRect(x * scale - size / 2, y * scale - size / 2, size, size);
  }
  return `<image width="${wide}" height="${canvas.height / scale}" href="${canvas.toDataURL("image/png")}"/>`;
}

/** @param {Figure} figure */
export function asSvg(figure) {
  const isMany = figure.plane.x.length > MOST_VECTORS;
  return framed(figure, isMany ? raster(figure) : dots(figure));
}

/**
 * @param {Figure} figure
 * @returns {Promise<Blob>}
 */
export async function asPng(figure) {
  const { text, width, height } = asSvg(figure);
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  const scale = DOTS_PER_INCH / 72;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return pngOf(canvas);
}
