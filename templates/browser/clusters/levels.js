// The clusters of a page. In: its index. Out: for each level, coarse to fine, its clusters; which columns are levels.

/**
 * @import { ColumnEntry, Place, Rectangle } from "../data/types.d.ts"
 * @import { PageIndex } from "../wire/types.d.ts"
 *
 * @typedef {object} ClusterParts
 * @property {string} column of its level
 * @property {number} code of its category there
 * @property {string} name that the atlas has
 * @property {string} own name, if nobody had given it another
 * @property {number} size
 * @property {number} medoid the row of the most typical
 * @property {number} spread
 * @property {boolean} isPart of a continuum, rather than a cluster
 * @property {Rectangle} bounds most of it lies within
 *
 * @typedef {Place & ClusterParts} Cluster at the place where its name stands
 *
 * @typedef {{ column: string, clusters: Cluster[] }} Level the largest cluster first
 */

const LEVEL = /^(hd\.)?((coarse|fine) )?cluster$/;

/**
 * Whether a column says of cutouts which cluster they are in.
 *
 * @param {Pick<ColumnEntry, "name" | "role"> | undefined} column
 */
export const isLevel = (column) => column?.role === "built-in" && LEVEL.test(column.name);

/**
 * @param {Pick<PageIndex, "clusters" | "columns">} index
 * @returns {Level[]}
 */
export function levelsOf({ clusters = [], columns }) {
  return clusters.map(({ column, medoid, spread, place, bounds, own = [], parts = [] }) => {
    const categories = columns.find(({ name }) => name === column)?.categories ?? [];
    const ownNames = new Map(own);
    return {
      column,
      clusters: Array.from(medoid, (row, code) => ({
        column, code, name: categories[code].text, own: ownNames.get(code) ?? categories[code].text, size: categories[code].count,
        medoid: row, spread: spread[code], isPart: parts.includes(code), x: place[2 * code], y: place[2 * code + 1],
        bounds: { left: bounds[4 * code], right: bounds[4 * code + 1], bottom: bounds[4 * code + 2], top: bounds[4 * code + 3] },
      })),
    };
  });
}
