// The map: all cutouts, in their own colours, by their number or by a column; lines from the selected one to its similar ones.
// In: `shown`, `hovered`, `color`, links, the theme. Out: the drawn map, and where it looks, in the page's address; `color`; a selected
// or a hovered row by its plot.

import { MAX_POINTS } from "../wire/constants.js";
import { Density } from "../density/density.js";
import { Looks } from "../density/looks.js";
import { LiveDensity } from "../points/live.js";
import { tilesOf } from "../points/layer.js";
import { mark, markHovered } from "../plots/marks.js";
import { openPlot } from "../plots/plot.js";
import { Scatter } from "../points/scatter.js";
import { stepFrom } from "../plots/steps.js";
import { viewOf, viewText } from "../link.js";
import { on, set, state } from "../state.js";
import { has } from "../subset/bits.js";
import { choiceOf, choiceText, Coloring, firstColor } from "../text/colors.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { isDark, onTheme } from "../theme.js";
import { onHome, onLink, sayInLink, select } from "../walk.js";
import { legendElements, openLegend } from "./legend.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { ColorChoice, Place, Shown } from "../data/types.d.ts"
 * @import { Plot } from "../plots/plot.js"
 */

const MARGIN = 0.12; // around the whole map, as a part of it
// The least view is as wide as so many cutouts are, where they lie four times as close as on the whole, and no more than so much of it.
const [LEAST_CUTOUTS, CROWDED, LEAST_SHARE] = [3, 4, 0.25];
const MANY_OF_ONE = 8; // cutouts of an image, as the page's frame has it: of more they are parts of one, no collection
const LEAST_WIDTH = 400; // pixels that it takes

const placeOf = (/** @type {Place} */ { x, y }) => ({ x, y });

/** @param {Data["map"]} map */
function leastScale({ n, extent: { left, right, bottom, top } }) {
  const share = Math.min(LEAST_SHARE, LEAST_CUTOUTS / CROWDED / Math.sqrt(n));
  return (share * Math.max(right - left, top - bottom)) / LEAST_WIDTH;
}

/**
 * Fill the menu of colours; it and links set the colour, which the address follows.
 *
 * @param {Data} data
 */
function openColor(data) {
  const menu = /** @type {HTMLSelectElement} */ (byId("hd-color"));
  const hasCount = data.n > MAX_POINTS || data.live;
  const isCollection = data.n <= MAX_POINTS && data.n < MANY_OF_ONE * data.nImages;
  const first = isCollection ? firstColor(data.colors, (name) => data.columns.find(name)?.role === "own", data.n) : "own";
  if (hasCount) menu.append(element("option", { value: "count" }, "number of cutouts"));
  menu.append(...data.colors.map(({ name }, i) => element("option", { value: i }, name)));
  const ofTags = element("option", { value: "tag" }, SAY.tag);
  menu.append(ofTags);
  const offerTags = () => {
    ofTags.hidden = !state.tags?.some((tag) => tag > 0) && state.color !== "tag";
    menu.closest("label")?.toggleAttribute("hidden", [...menu.options].filter(({ hidden }) => !hidden).length < 2);
  };
  on(["tags", "color"], offerTags);
  offerTags();
  menu.addEventListener("change", () => {
    set({ color: /** @type {ColorChoice} */ (/^\d+$/.test(menu.value) ? Number(menu.value) : menu.value) });
  });
  const show = () => {
    menu.value = String(state.color);
    sayInLink("color", state.color === first ? null : choiceText(state.color, data.colors));
  };
  on(["color"], show);
  onLink("color", (text) => {
    const choice = choiceOf(text, data.colors);
    if (choice !== null && (choice !== "count" || hasCount)) set({ color: choice });
    show();
  });
  onHome(() => set({ color: first }));
  set({ color: first });
}

/**
 * Let the address say where the map looks, and the map look where links say.
 *
 * @param {Plot} plot
 */
function linkView({ camera }) {
  let isLinked = false;
  const say = () => sayInLink("view", camera.fitted || !camera.at ? null : viewText(camera.at));
  onLink("view", (text) => {
    const view = viewOf(text);
    isLinked = view !== null;
    if (view) camera.look(camera.bearable(view));
    say();
  });
  on(["selected"], () => (isLinked = false));
  return { say, isLinked: () => isLinked };
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
 */
function scatterOf(data, plot, coloring) {
  const { tiles } = data;
  const density = data.live ? new LiveDensity(plot) : undefined;
  const looks = new Looks(data, coloring);
  const scatter = new Scatter(plot, data.map, {
    colorsOf: (points) => coloring.paint(state.color, points, isDark(), state.isStraight),
    column: () => (typeof state.color === "number" ? state.color : null),
    tiles: () => tiles && state.color !== "tag" ? tilesOf(tiles, `${data.base}tiles/${state.color}`) : null,
    density,
    isOurs: () => state.color === "tag",
    own: (layer) => new Density(plot, layer, {
      name: "map", plane: data.mapPlane, leastReach: 0, faint: looks.faint, look: () => looks.of(state.color, isDark()),
      first: () => (data.first && state.color === "own" ? { ...data.first, url: data.base + data.first.url } : null),
    }),
    subset: () => state.subset,
    strong: async ({ bits }) => (_, place) => has(bits, place),
    thumbnail: data.thumbnail,
    count: byId("hd-map-count"),
  });
  return { scatter, density };
}

/** @param {Data} data */
export async function openMap(data) {
  const plot = await openPlot("hd-map", byId("hd-map"), SAY.map);
  const coloring = new Coloring(data.colors, data.palette, () => state.tags);
  const { scatter, density } = scatterOf(data, plot, coloring);
  const canBend = data.n <= MAX_POINTS; // densities have one kind of ramp
  async function paint() {
    const column = typeof state.color === "number" ? data.columns.find(data.colors[state.color].name) : undefined;
    byId("hd-legend").replaceChildren(...legendElements(coloring.legend(state.color, state.isStraight), canBend, column));
    if (state.color !== "tag") density?.paint(state.color);
    await scatter.paint();
  }
  plot.camera.setWhole(data.map.extent, MARGIN, leastScale(data.map));
  openColor(data);
  openLegend();
  const { say, isLinked } = linkView(plot);
  plot.react({
    rowAt: async (x, y) => {
      const { subset } = state;
      const row = subset && await data.map.nearest(x, y, plot.reach, (place) => has(subset.bits, place));
      return row ?? data.map.nearest(x, y, plot.reach);
    },
    onRanges: () => {
      say();
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
  byId("hd-map-fit").addEventListener("click", () => plot.camera.showWhole());
  onTheme(paint);
  on(["color", "isStraight"], paint);
  on(["tags"], () => state.color === "tag" && paint());
  markWithLines(plot, state.shown);
  await paint();
}
