// The map: all cutouts, in their own colours, by their number or by a column; lines from the selected one to its similar ones.
// In: `shown`, `hovered`, `color`, `scales`, `mapStyle`, links, the theme. Out: the drawn map, and where it looks, in the page's address;
// a selected or a hovered row by its plot.

import { openNames } from "../clusters/names.js";
import { Coloring } from "../colors/coloring.js";
import { Legend } from "../colors/legend.js";
import { openColors } from "../colors/menu.js";
import { Density } from "../density/density.js";
import { Field } from "../density/field.js";
import { Looks } from "../density/looks.js";
import { thread } from "../density/thread.js";
import { edgesOf } from "../faces/edges.js";
import { chooseParts } from "../faces/parts.js";
import { mark, markHovered } from "../plots/marks.js";
import { openPlot } from "../plots/plot.js";
import { stepFrom } from "../plots/steps.js";
import { LiveDensity } from "../points/live.js";
import { tilesOf } from "../points/layer.js";
import { Scatter } from "../points/scatter.js";
import { openStyles } from "../points/style.js";
import { on, state } from "../state.js";
import { has } from "../subset/bits.js";
import { byId } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { isDark, onTheme } from "../theme.js";
import { select } from "../walk.js";
import { MAX_POINTS } from "../wire/constants.js";
import { linkView } from "./looking.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Place, Shown } from "../data/types.d.ts"
 * @import { Box } from "../faces/standing.js"
 * @import { Plot } from "../plots/plot.js"
 * @import { Filters } from "../subset/subset.js"
 */

const MARGIN = 0.12; // around the whole map, as a part of it
// The least view is as wide as so many cutouts are, where they lie four times as close as on the whole, and no more than so much of it.
const [LEAST_CUTOUTS, CROWDED, LEAST_SHARE] = [3, 4, 0.25];
const LEAST_WIDTH = 400; // pixels that it takes
const MOST_PLACES = 4e6; // that are loaded to choose pictures that stand for parts of the map
const [ROOM, MOST_ROOM] = [4, 0.4]; // pixels between the map and what stands over it; of the height that this may take
const MARK_REACH = 8; // pixels from a mark, which lies on pictures

const placeOf = (/** @type {Place} */ { x, y }) => ({ x, y });

/** @param {Data["map"]} map */
function leastScale({ n, extent: { left, right, bottom, top } }) {
  const share = Math.min(LEAST_SHARE, LEAST_CUTOUTS / CROWDED / Math.sqrt(n));
  return (share * Math.max(right - left, top - bottom)) / LEAST_WIDTH;
}

/**
 * @param {Plot} plot
 * @param {Shown | null} shown
 */
function markWithLines(plot, shown) {
  const { own, others } = mark(plot, shown, placeOf);
  const ends = own ? others.map(({ x, y }) => ({ x0: own.x, y0: own.y, x1: x, y1: y })) : [];
  plot.draw("lines", {
    x0: ends.map(({ x0 }) => x0), y0: ends.map(({ y0 }) => y0), x1: ends.map(({ x1 }) => x1), y1: ends.map(({ y1 }) => y1),
  });
}

/**
 * @param {Data} data
 * @param {Plot} plot
 * @param {Coloring} coloring
 * @param {() => Box[]} taken gives what is written over the map
 */
function scatterOf(data, plot, coloring, taken) {
  const { tiles } = data;
  const density = data.live ? new LiveDensity(plot) : undefined;
  const looks = new Looks(data, coloring);
  const look = () => looks.of(state.color, isDark());
  const scatter = new Scatter(plot, data.map, {
    colorsOf: (points) => coloring.paint(state.color, points, isDark()),
    column: () => (typeof state.color === "number" ? state.color : null),
    tiles: () => tiles && !coloring.isOurs(state.color) ? tilesOf(tiles, `${data.base}tiles/${state.color}`) : null,
    density,
    isOurs: () => coloring.isOurs(state.color),
    own: (layer) => new Density(plot, layer, {
      name: "map", plane: data.mapPlane, leastReach: 0, faint: looks.faint, look,
      first: () => (data.first && state.color === "own" ? { ...data.first, url: data.base + data.first.url } : null),
    }),
    subset: () => state.subset,
    strong: async ({ bits }) => (_, place) => has(bits, place),
    thumbnail: data.thumbnail,
    style: () => state.mapStyle,
    field: (layer) => new Field(plot, layer, { name: "map", plane: data.mapPlane, extent: data.map.extent, look }),
    faces: {
      choose: async (window, subset, level) => {
        if (!subset && level < data.medoids.levels) return data.medoids.parts(level, window);
        if (data.n > MOST_PLACES) return null;
        const [plane, asked] = [await data.mapPlane(), { plane: "map", bits: subset && subset.bits, window }];
        if (data.n <= MAX_POINTS) return chooseParts(new Map([["map", plane]]), asked); // which takes a moment
        thread().give("map", plane);
        return thread().ask("chooseParts", asked);
      },
      picture: (place, number) => (number === undefined ? data.thumbnailAt(place) : data.face(number)),
      colors: async () => edgesOf(state.color, await look()),
      taken,
    },
    count: byId("hd-map-count"),
  });
  return { scatter, density };
}

/**
 * Where all of the map is shown, nothing of it lies below its legend and its tools.
 *
 * @param {Plot} plot
 */
function leaveRoom({ camera, element }) {
  const [legend, tools] = [".hd-over-top", ".hd-over-tools"].map((part) => (
    /** @type {HTMLElement} */ (element.parentElement?.querySelector(part))
  ));
  const measure = () => {
    const { clientHeight } = element;
    if (!clientHeight || legend.querySelector(".hd-unfolded")) return; // which is for a moment
    const above = Math.min(MOST_ROOM * clientHeight, legend.offsetTop + legend.offsetHeight + ROOM);
    camera.leave({ above, below: Math.min(MOST_ROOM * clientHeight, clientHeight - tools.offsetTop + ROOM) });
  };
  const observer = new ResizeObserver(measure);
  for (const part of [element, legend, tools]) observer.observe(part);
  measure();
}

/**
 * @param {Data} data
 * @param {Filters} filters
 */
export async function openMap(data, filters) {
  const plot = await openPlot("hd-map", byId("hd-map"), SAY.map);
  const coloring = new Coloring(data.colors, data.palette, {
    tags: () => state.tags, scales: () => state.scales, columns: data.columns,
  });
  /** @type {Box[]} */
  const none = [];
  const { scatter, density } = scatterOf(data, plot, coloring, () => names?.cover ?? none);
  const names = openNames(data, plot, {
    rows: () => (state.mapStyle === "images" && scatter.faces?.rows) || null, changed: () => scatter.faceUp(),
  });
  const legend = new Legend(data, filters, coloring);
  let painted = "";
  async function paint() {
    const { color } = state;
    painted = coloring.keyOf(color);
    legend.show();
    if (color !== "tag" && !coloring.isOurs(color)) density?.paint(color);
    await coloring.load(color);
    await scatter.paint();
  }
  leaveRoom(plot);
  plot.camera.setWhole(data.map.extent, MARGIN, leastScale(data.map));
  openColors(data);
  const { say, isLinked } = linkView(plot, "view");
  plot.react({
    rowAt: async (x, y) => {
      if (names?.isAt(x, y)) return null;
      const { subset, shown } = state;
      const picture = scatter.faces?.at(x, y) ?? null;
      const isMark = shown && [shown.cutout, ...shown.similar].some((one) => Math.hypot(one.x - x, one.y - y) < MARK_REACH * plot.scale);
      if (picture !== null && !isMark) return data.rowAt(picture);
      const row = subset && await data.map.nearest(x, y, plot.reach, (place) => has(subset.bits, place));
      return row ?? data.map.nearest(x, y, plot.reach);
    },
    onRanges: () => {
      say();
      names?.move();
      scatter.move();
    },
    onScale: () => markWithLines(plot, state.shown),
    onStep: async (right, up) => {
      const from = state.selected === null ? plot.camera.at : await data.cutout(state.selected);
      const row = from && await stepFrom(data.map, from, { right, up }, plot.reach);
      if (row !== null) select(row);
    },
  });
  on(["shown"], ({ shown }) => {
    if (shown && !isLinked()) plot.camera.bring(shown.cutout);
    markWithLines(plot, shown);
  });
  on(["subset"], () => scatter.update());
  markHovered(plot, data.cutout, placeOf);
  window.addEventListener("beforeprint", () => scatter.layer.print(true)); // when names are laid out for it
  window.addEventListener("afterprint", () => scatter.layer.print(false));
  openStyles();
  on(["mapStyle"], () => scatter.update());
  byId("hd-map-fit").addEventListener("click", () => plot.camera.showWhole());
  onTheme(paint);
  on(["color"], paint);
  on(["scales"], () => coloring.keyOf(state.color) !== painted && paint());
  on(["tags"], () => state.color === "tag" && paint());
  markWithLines(plot, state.shown);
  await paint();
}
