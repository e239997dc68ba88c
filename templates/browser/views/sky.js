// The sky: all positions in the colours of the map, the selected one and its similar ones strong; zooms from the whole sky to the
// field. In: `shown`, `hovered`, `color`, `scales`, links, the theme, the pointer's place. Out: the drawn sky and a readout, and where it
// looks, in the page's address; a selected or a hovered row by its plot.

import { MAX_POINTS } from "../wire/constants.js";
import { Density } from "../density/density.js";
import { Looks } from "../density/looks.js";
import { tilesOf } from "../points/layer.js";
import { mark, markHovered } from "../plots/marks.js";
import { openPlot } from "../plots/plot.js";
import { Scatter } from "../points/scatter.js";
import { stepFrom } from "../plots/steps.js";
import { on, state } from "../state.js";
import { has } from "../subset/bits.js";
import { bitsByRow } from "../subset/subset.js";
import { bitsOnSky, tellSubset } from "../subset/tell.js";
import { Coloring } from "../colors/coloring.js";
import { byId, element } from "../text/element.js";
import { angle, position } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { isDark, onTheme } from "../theme.js";
import { onHome, select } from "../walk.js";
import { onTabs } from "./dock.js";
import { linkView } from "./looking.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Points } from "../data/points.js"
 * @import { Cutout, Shown, SkyPlace } from "../data/types.d.ts"
 * @import { Plot } from "../plots/plot.js"
 */

// The plane that Mollweide's projection fills: an ellipse in this rectangle.
const WHOLE = { left: -2 * Math.SQRT2, right: 2 * Math.SQRT2, bottom: -Math.SQRT2, top: Math.SQRT2 };
const [WHOLE_MARGIN, FIELD_MARGIN] = [0.14, 0.35]; // around them, as a part of them
const DOT = 2; // radius of a dot, in pixels: on the whole sky a field is a speck
const LEAST_FIELD = 3e-6; // half of its side in the plane; about half an arcsecond
const LEAST_WIDTH = 400; // pixels that it takes
const ALL_SKY_DEG = 300; // from this width on the readout says how the sky lies
const NEAR_DEG = 20; // similar ones that are no farther from the selected one make a field

/**
 * The sky's place at a place of the plane, in degrees, or none (Snyder, *Map Projections*, 1987, page 251).
 *
 * @param {number} x
 * @param {number} y
 */
export function unproject(x, y) {
  const theta = Math.asin(y / Math.SQRT2);
  const longitude = (-Math.PI * x) / (2 * Math.SQRT2 * Math.cos(theta));
  if (!(Math.abs(longitude) <= Math.PI)) return null;
  const dec = Math.asin((2 * theta + Math.sin(2 * theta)) / Math.PI);
  return { ra: ((longitude * 180) / Math.PI + 360) % 360, dec: (dec * 180) / Math.PI };
}

/**
 * The angle between two places of the sky, in degrees (by haversines, which hold for small ones).
 *
 * @param {{ ra: number, dec: number }} a
 * @param {{ ra: number, dec: number }} b
 */
export function separation(a, b) {
  const [ra, dec, decA, decB] = [b.ra - a.ra, b.dec - a.dec, a.dec, b.dec].map((deg) => (deg * Math.PI) / 180);
  const share = Math.sin(dec / 2) ** 2 + Math.cos(decA) * Math.cos(decB) * Math.sin(ra / 2) ** 2;
  return (2 * Math.asin(Math.min(1, Math.sqrt(share))) * 180) / Math.PI;
}

/**
 * The rectangle that holds the selected cutout and those similar ones that have a place, if they are near each other on the sky and
 * on its map, which is cut open somewhere.
 *
 * @param {Shown | null} shown
 */
export function fieldOf(shown) {
  const own = shown?.cutout.sky;
  if (!shown || !own) return null;
  /** @type {SkyPlace[]} */
  const places = [own, ...shown.similar.flatMap(({ sky }) => sky ?? [])];
  if (places.some((place) => separation(own, place) > NEAR_DEG || Math.abs(place.x - own.x) > Math.SQRT2)) return null;
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  return {
    left: Math.min(...xs) - LEAST_FIELD, right: Math.max(...xs) + LEAST_FIELD,
    bottom: Math.min(...ys) - LEAST_FIELD, top: Math.max(...ys) + LEAST_FIELD,
  };
}

const placeOf = (/** @type {Cutout} */ { sky }) => sky;

/**
 * The colours of the map by row, where all of its points are here; else each is like all others.
 *
 * @param {Data} data
 * @param {Coloring} coloring
 */
async function colorsByRow(data, coloring) {
  /** @type {Map<number, [inside: string, around: string]>} */
  const byRow = new Map();
  if (data.n > MAX_POINTS) return byRow;
  const points = await data.map.inside(data.map.extent, typeof state.color === "number" ? state.color : null);
  await coloring.load(state.color);
  const { color, line } = coloring.paint(state.color, points, isDark());
  points.row.forEach((row, i) => byRow.set(row, [color[i], line[i]]));
  return byRow;
}

/**
 * Let the sky's points have the colours of the map, and its labels the page's below them.
 *
 * @param {Data} data
 * @param {Plot} plot
 * @param {Points} points
 */
function paintedScatter(data, plot, points) {
  const { skyTiles, palette } = data;
  const coloring = new Coloring(data.colors, palette, { tags: () => state.tags, scales: () => state.scales, columns: data.columns });
  const looks = new Looks(data, coloring);
  /** @type {Awaited<ReturnType<typeof colorsByRow>>} */
  let byRow = new Map();
  const scatter = new Scatter(plot, points, {
    tiles: () => skyTiles && tilesOf(skyTiles, `${data.base}sky-tiles`),
    own: (layer) => new Density(plot, layer, {
      name: "sky", plane: data.skyPlane, leastReach: DOT, faint: looks.faint, look: () => looks.of(state.color, isDark()),
    }),
    subset: () => state.subset,
    isSeen: () => getComputedStyle(plot.element).visibility !== "hidden",
    strong: async (subset) => {
      const bits = await bitsByRow(subset, data.columns);
      return (row) => has(bits, row);
    },
    colorsOf: ({ row }) => {
      const colors = row.map((one) => byRow.get(one) ?? [palette.none, coloring.halo(isDark())]);
      return { color: colors.map(([inside]) => inside), line: colors.map(([, around]) => around) };
    },
  });
  async function paint() {
    const { color, scales } = state;
    const back = { value: coloring.halo(isDark()) };
    for (const part of ["hours", "plane"]) plot.renderer(`${part}-renderer`).glyph.background_fill_color = back;
    const found = await colorsByRow(data, coloring);
    if (color !== state.color || scales !== state.scales) return;
    byRow = found;
    await scatter.paint();
  }
  on(["color", "scales"], paint);
  on(["tags"], () => state.color === "tag" && paint());
  on(["subset"], () => scatter.update());
  onTabs(() => scatter.catchUp());
  onTheme(paint);
  return { scatter, paint };
}

/** Say below the image why there is no sky. */
export function sayNoSky() {
  byId("hd-image").after(element("p", { class: "hd-why" }, SAY.noSky));
}

/**
 * @param {Data} data
 * @param {Points} points
 */
export async function openSky(data, points) {
  const plot = await openPlot("hd-sky", byId("hd-sky"), SAY.sky);
  const { camera } = plot;
  const readout = byId("hd-sky-readout");
  const button = byId("hd-sky-zoom");
  camera.setWhole(WHOLE, WHOLE_MARGIN, (2 * LEAST_FIELD) / LEAST_WIDTH);
  const { scatter, paint } = paintedScatter(data, plot, points);
  tellSubset(byId("hd-sky-count"), () => bitsOnSky(data.columns));
  const { say, isLinked } = linkView(plot, "sky");
  // Whether the field is followed from cutout to cutout; until somebody moves the view.
  let isFollowing = false;

  function idle() {
    const across = (plot.scale * plot.figure.inner_width * 180) / (2 * Math.SQRT2);
    readout.textContent = across > ALL_SKY_DEG ? SAY.skyReadout : `${angle(across)} across`;
  }

  function look() {
    const { shown } = state;
    const field = fieldOf(shown);
    isFollowing &&= camera.fitted !== null;
    if (isFollowing && field) camera.fit({ bounds: field, margin: FIELD_MARGIN });
    else if (isFollowing) camera.showWhole();
    else if (shown?.cutout.sky && !isLinked()) camera.bring(shown.cutout.sky);
    button.hidden = !field;
    mark(plot, shown, placeOf);
    idle();
  }

  function showWhole() {
    isFollowing = false;
    camera.showWhole();
  }

  plot.react({
    rowAt: (x, y) => points.nearest(x, y, plot.reach),
    onRanges: () => {
      say();
      scatter.move();
      idle();
    },
    onScale: () => mark(plot, state.shown, placeOf),
    onMove: (pointer) => {
      const at = pointer && unproject(pointer.x, pointer.y);
      if (at) readout.textContent = position(at.ra, at.dec);
      else idle();
    },
    onStep: async (right, up) => {
      const own = state.selected === null ? null : await data.cutout(state.selected);
      const from = own?.sky ?? camera.at;
      const row = from && await stepFrom(points, from, { right, up }, plot.reach);
      if (row !== null) select(row);
    },
  });
  button.addEventListener("click", () => {
    isFollowing = true;
    camera.showWhole();
    look();
  });
  byId("hd-sky-fit").addEventListener("click", showWhole);
  onHome(showWhole);
  on(["shown"], look);
  markHovered(plot, data.cutout, placeOf);
  look();
  await paint();
}
