// The map: all cutouts, in their own colours, by their number or by a column; lines from the selected one to its similar ones.
// In: `shown`, `hovered`, the colour menu, the theme. Out: the drawn map; a selected or a hovered row by its plot.

import { LiveDensity } from "../plots/live.js";
import { tilesOf } from "../plots/layer.js";
import { mark, markHovered } from "../plots/marks.js";
import { openPlot } from "../plots/plot.js";
import { Scatter } from "../plots/scatter.js";
import { on, state } from "../state.js";
import { Coloring } from "../text/colors.js";
import { byId, element } from "../text/element.js";
import { isDark, onTheme } from "../theme.js";
import { legendElements } from "./legend.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { ColorChoice, Place, Shown } from "../data/types.d.ts"
 * @import { Plot } from "../plots/plot.js"
 */

const MARGIN = 0.12; // around the whole map, as a part of it

const placeOf = (/** @type {Place} */ { x, y }) => ({ x, y });

/**
 * Fill the menu of colours.
 *
 * @param {Data} data
 */
function openMenu(data) {
  const menu = /** @type {HTMLSelectElement} */ (byId("hd-color"));
  if (data.tiles || data.live) menu.append(element("option", { value: "count" }, "number of cutouts"));
  menu.append(...data.colors.map(({ name }, i) => element("option", { value: i }, name)));
  menu.selectedIndex = 0;
  menu.closest("label")?.toggleAttribute("hidden", menu.options.length < 2);
  return menu;
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

/** @param {Data} data */
export async function openMap(data) {
  const plot = await openPlot("hd-map", byId("hd-map"));
  const menu = openMenu(data);
  const coloring = new Coloring(data.colors, data.palette);
  const choice = () => /** @type {ColorChoice} */ (/^\d+$/.test(menu.value) ? Number(menu.value) : menu.value);
  const { tiles } = data;
  const density = data.live ? new LiveDensity(plot) : undefined;
  const scatter = new Scatter(plot, data.map, {
    colorsOf: (points) => coloring.colorsOf(choice(), points, isDark()),
    column: () => {
      const chosen = choice();
      return typeof chosen === "number" ? chosen : null;
    },
    tiles: () => tiles && tilesOf(tiles, `${data.base}tiles/${choice()}`),
    density,
    thumbnail: data.thumbnail,
    count: byId("hd-map-count"),
  });
  async function paint() {
    byId("hd-legend").replaceChildren(...legendElements(coloring.legend(choice())));
    density?.paint(choice());
    await scatter.paint();
  }
  plot.react({
    rowAt: (x, y) => data.map.nearest(x, y, plot.reach),
    onRanges: () => scatter.update(),
    onScale: () => markWithLines(plot, state.shown),
  });
  on(["shown"], ({ shown }) => markWithLines(plot, shown));
  markHovered(plot, data.cutout, placeOf);
  const showWhole = () => plot.fit(data.map.extent, MARGIN);
  byId("hd-map-fit").addEventListener("click", showWhole);
  onTheme(paint);
  menu.addEventListener("change", paint);
  showWhole();
  await paint();
}
