// What can be done with a cluster. In: a cluster. Out: its most typical cutout selected and the map flown there; a filter that asks for it;
// places of its most typical cutouts, and of its most unusual ones.

import { isolationOf, largest } from "../likeness/oddest.js";
import { plotOf } from "../plots/plot.js";
import { filterOfColumn, idOf, ofCodes, replaceFilter, wantsMissing } from "../subset/own.js";
import { state } from "../state.js";
import { select } from "../walk.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Codes, Numbers } from "../data/column.js"
 * @import { Cluster } from "./levels.js"
 */

const MARGIN = 0.6; // around most of a cluster, as a part of it
const MOST = 100; // cutouts of a list

/** @param {Cluster} cluster is seen as a whole */
export function flyTo({ bounds }) {
  const camera = plotOf("hd-map")?.camera;
  camera?.flyTo(bounds, MARGIN);
  if (state.shown) camera?.bring(state.shown.cutout);
}

/** @param {Cluster} cluster */
export const selectTypical = ({ medoid }) => select(medoid);

/** @param {Cluster} cluster */
export function visit(cluster) {
  selectTypical(cluster);
  flyTo(cluster);
}

/**
 * The clusters of a level that are asked for.
 *
 * @param {string} column
 */
export function askedOf(column) {
  const filter = filterOfColumn(column);
  return filter?.kind === "codes" && !filter.negated ? filter.codes : [];
}

/**
 * Ask for a cluster as well; no more where that is so already.
 *
 * @param {Cluster} cluster
 */
export function ask({ column, code }) {
  const asked = askedOf(column);
  const codes = asked.includes(code) ? asked.filter((other) => other !== code) : [...asked, code];
  replaceFilter(idOf(column), ofCodes(column, codes, wantsMissing(filterOfColumn(column))));
}

/**
 * Those of a cluster that are most like its most typical one, that one first.
 *
 * @param {Data} data
 * @param {Cluster} cluster
 */
export async function mostTypical(data, { column, code, medoid }) {
  const place = await data.placeOf(medoid);
  const [{ codes }, near] = await Promise.all([data.columns.get(column), data.nearestTo(place)]);
  return [place, ...Array.from(near)].filter((at) => /** @type {Codes} */ (codes)[at] === code).slice(0, MOST);
}

/**
 * Those of a cluster that stand apart the most from what is most like them.
 *
 * @param {Data} data
 * @param {Cluster} cluster
 */
export async function mostUnusual({ columns }, { column, code }) {
  const [{ codes }, { values }] = await Promise.all([columns.get(column), columns.get(isolationOf(columns))]);
  const own = Array.from(/** @type {Codes} */ (codes).keys()).filter((place) => /** @type {Codes} */ (codes)[place] === code);
  return largest(/** @type {Numbers} */ (values), own, MOST);
}
