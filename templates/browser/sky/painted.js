// The points of the sky in the colours of the map, on whichever plane it is drawn. In: the state, planes. Out: the drawn points.

import { Coloring } from "../colors/coloring.js";
import { Density } from "../density/density.js";
import { Looks } from "../density/looks.js";
import { Scatter } from "../points/scatter.js";
import { tilesOf } from "../points/layer.js";
import { on, state } from "../state.js";
import { has } from "../subset/bits.js";
import { bitsByRow } from "../subset/subset.js";
import { isDark, onTheme } from "../theme.js";
import { onTabs } from "../views/dock.js";
import { MAX_POINTS } from "../wire/constants.js";
import { FieldPoints, planeOf } from "./field.js";
import { ALL_SKY } from "./planes.js";

/**
 * @import { Numbers } from "../data/column.js"
 * @import { Data } from "../data/data.js"
 * @import { Points } from "../data/points.js"
 * @import { Plot } from "../plots/plot.js"
 * @import { SkyPlane } from "./planes.js"
 */

const DOT = 2; // radius of a dot, in pixels: on the whole sky a field is a speck

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
 * @param {Data} data
 * @param {Plot} plot
 * @param {Points} points all of the sky's
 * @param {() => void} drawn is called when points may have come or gone
 */
export function paintedSky(data, plot, points, drawn) {
  const { skyTiles, palette, columns } = data;
  let plane = ALL_SKY;
  const coloring = new Coloring(data.colors, palette, { tags: () => state.tags, scales: () => state.scales, columns });
  const looks = new Looks(data, coloring);
  /** @type {Awaited<ReturnType<typeof colorsByRow>>} */
  let byRow = new Map();

  async function positions() {
    const [ras, decs] = await Promise.all(["ra", "dec"].map((name) => columns.get(columns.builtIn(name))));
    return { ras: /** @type {Numbers} */ (ras.values), decs: /** @type {Numbers} */ (decs.values) };
  }

  async function allPoints() {
    const { at } = plane;
    if (!at) return data.skyPlane();
    const { ras, decs } = await positions();
    return planeOf(at, ras, decs);
  }

  const scatter = new Scatter(plot, points, {
    tiles: () => (skyTiles && !plane.at ? tilesOf(skyTiles, `${data.base}sky-tiles`) : null),
    own: (layer) => new Density(plot, layer, {
      name: "sky", plane: allPoints, leastReach: DOT, faint: looks.faint, look: () => looks.of(state.color, isDark()),
    }),
    subset: () => state.subset,
    isSeen: () => getComputedStyle(plot.element).visibility !== "hidden",
    strong: async (subset) => {
      const bits = await bitsByRow(subset, columns);
      return (row) => has(bits, row);
    },
    colorsOf: ({ row }) => {
      const colors = row.map((one) => byRow.get(one) ?? [palette.none, coloring.halo(isDark())]);
      return { color: colors.map(([inside]) => inside), line: colors.map(([, around]) => around) };
    },
  });

  async function paint() {
    const { color, scales } = state;
    const found = await colorsByRow(data, coloring);
    if (color !== state.color || scales !== state.scales) return;
    byRow = found;
    await scatter.paint();
    drawn();
  }

  const update = async () => {
    await scatter.update();
    drawn();
  };
  on(["color", "scales"], paint);
  on(["tags"], () => state.color === "tag" && paint());
  on(["subset"], update);
  onTabs(async () => {
    await scatter.catchUp();
    drawn();
  });
  onTheme(paint);
  return {
    paint,
    /** The points that are drawn one by one. */
    get loaded() {
      return scatter.drawn ?? null;
    },
    async move() {
      await scatter.move();
      drawn();
    },
    /** @param {SkyPlane} to */
    async change(to) {
      plane = to;
      await scatter.change(to.at ? new FieldPoints(points, { ...to, at: to.at }) : points);
      drawn();
    },
  };
}
