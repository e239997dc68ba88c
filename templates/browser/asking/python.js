// What the page shows, as lines of Python that find the same. In: filters, the cutouts beside the selected one. Out: a button that copies
// them.

import { isGuest } from "../guests/guests.js";
import { ANYWHERE } from "../likeness/where.js";
import { written } from "../query/lexer.js";
import { on, state } from "../state.js";
import { copyWith } from "../text/copy.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { asPython, asQuery } from "./asQuery.js";
import { rowsReader } from "../subset/rows.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { Shown } from "../data/types.d.ts"
 */

const FEW = 9;

/**
 * Whether those beside the selected one are others than as always.
 *
 * @param {Shown | null} shown
 * @returns {shown is Shown}
 */
const isOwn = (shown) => (
  shown !== null && !isGuest(shown.cutout.row)
  && (shown.found.where.kind !== ANYWHERE.kind || shown.found.among !== null || shown.found.isSmoothed)
);

/**
 * A line that finds those beside the selected one.
 *
 * @param {Shown} shown
 * @param {string} query that means the subset
 * @param {Pick<Columns, "builtIn">} columns
 */
export function similarAsPython({ cutout: { row, image, sky }, similar, found }, query, columns) {
  const { where: { kind }, radius, among, isSmoothed } = found;
  const other = `${written(columns.builtIn("image"))} != ${image}`;
  const near = sky && radius !== null ? `within(${sky.ra}, ${sky.dec}, ${radius} arcsec)` : null;
  const rules = { any: [], overlapping: [], image: [other], apart: near ? [`not ${near}`] : [], same: near ? [near, other] : [] };
  const own = rules[kind];
  const subset = among !== null && query ? [own.length ? `(${query})` : query] : [];
  const meant = [...subset, ...own].join(" and ");
  if (kind === "same") return own.length ? asPython(meant) : "";
  const options = [
    ...(kind === "overlapping" ? ["leave_out_overlapping=True"] : []), ...(meant ? [`among=${asPython(meant)}`] : []),
    ...(isSmoothed ? ["refine=True"] : []),
  ];
  return `atlas.similar(${[row, `n=${Math.max(similar.length, FEW)}`, ...options].join(", ")})`;
}

/** @param {Columns} columns */
async function lines(columns) {
  const { filters, shown } = state;
  const query = asQuery(filters, columns, await rowsReader(columns, filters));
  return [query && asPython(query), isOwn(shown) ? similarAsPython(shown, query, columns) : ""].filter(Boolean).join("\n");
}

/** @param {Columns} columns */
export function pythonButton(columns) {
  const button = element("button", { type: "button", id: "hd-python", class: "hd-over-word", title: SAY.pythonTitle }, SAY.python);
  button.addEventListener("click", async () => copyWith(button, await lines(columns)));
  const follow = () => (button.hidden = !state.filters.length && !isOwn(state.shown));
  on(["filters", "shown"], follow);
  follow();
  return button;
}
