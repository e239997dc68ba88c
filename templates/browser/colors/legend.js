// The legend of the map's colours, over the map. In: what it says, clicks. Out: its elements; on phones one line, or all of it; filters of
// categories, and, by `rampLegend.js`, of numbers.

import { on, state } from "../state.js";
import { crossCounts } from "../subset/histogram.js";
import { filterOfColumn, idOf, ofCodes, replaceFilter, wantsMissing } from "../subset/own.js";
import { byId, element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { isDrawable } from "../charts/drawable.js";
import { RampLegend } from "./rampLegend.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { ColorChoice, Filter } from "../data/types.d.ts"
 * @import { Filters } from "../subset/subset.js"
 * @import { ColumnIndex } from "../wire/types.d.ts"
 * @import { Coloring, LegendEntry, Ramp } from "./coloring.js"
 */

/** @param {string[]} colors */
const bar = (colors) => element("span", { class: "hd-ramp", style: `background: linear-gradient(to right, ${colors.join()})` });

/** @param {Ramp} ramp */
function rampElements({ ramp, low, middle, high }) {
  const half = Math.floor(ramp.length / 2);
  const bars = middle === undefined ? [bar(ramp)] : [bar(ramp.slice(0, half + 1)), element("span", {}, middle), bar(ramp.slice(half))];
  return [element("span", {}, low), ...bars, element("span", {}, high)];
}

/**
 * @param {LegendEntry} entry
 * @param {"span" | "button"} tag
 */
const entryElement = (entry, tag) => element(
  tag, { class: "hd-category", ...(tag === "button" ? { type: "button", "aria-pressed": "false", title: SAY.askEntry } : {}) },
  element("i", { style: entry.isHollow ? `border: 1.5px solid ${entry.color}` : `background: ${entry.color}` }),
  `${entry.called ?? entry.text} `,
  element("small", {}, count(entry.count)),
);

export class Legend {
  /**
   * @param {Data} data
   * @param {Filters} filters
   * @param {Coloring} coloring
   */
  constructor(data, filters, coloring) {
    this.data = data;
    this.filters = filters;
    this.coloring = coloring;
    this.element = byId("hd-legend");
    /** @type {RampLegend | null} */
    this.ramp = null;
    /** @type {(() => void)[]} entries that are there, which show what is asked */
    this.followers = [];
    on(["names"], () => this.show());
    on(["filters"], () => this.followers.forEach((follow) => follow()));
    const button = byId("hd-legend-fold");
    button.addEventListener("click", () => {
      const isOpen = this.element.classList.toggle("hd-unfolded");
      button.setAttribute("aria-expanded", String(isOpen));
    });
  }

  /**
   * The column that colours show, where it can be asked for.
   *
   * @param {ColorChoice} choice
   * @returns {ColumnIndex | null}
   */
  columnOf(choice) {
    const found = typeof choice === "number" ? this.data.columns.find(this.data.colors[choice].name) : undefined;
    return found && found.role !== "label" ? found : null;
  }

  /** Say what the colours mean now. */
  show() {
    const { color } = state;
    const parts = this.coloring.legend(color);
    const column = this.columnOf(color);
    const legend = typeof color === "number" ? this.data.colors[color] : undefined;
    const isRamp = legend !== undefined && legend.kind !== "category";
    const canBrush = isRamp && column !== null && column.low !== undefined && isDrawable(column);
    if (canBrush && this.ramp?.column === column) return this.ramp.show(/** @type {Ramp} */ (parts[0]));
    this.followers = [];
    this.ramp = canBrush ? new RampLegend(legend, column, () => crossCounts(this.filters)) : null;
    this.element.classList.toggle("hd-of-numbers", canBrush);
    this.element.replaceChildren(...this.elementsOf(parts, column));
    if (!this.ramp) return undefined;
    const { ramp } = this;
    this.followers.push(() => ramp.follow());
    return ramp.show(/** @type {Ramp} */ (parts[0]));
  }

  /**
   * @param {(Ramp | LegendEntry)[]} parts
   * @param {ColumnIndex | null} column
   */
  elementsOf(parts, column) {
    const entries = parts.filter(/** @returns {part is LegendEntry} */ (part) => "text" in part);
    return parts.flatMap((part) => {
      if ("ramp" in part) return this.ramp ? this.ramp.elements : rampElements(part);
      if (state.color === "tag") return this.tagEntry(part);
      const canAsk = column !== null && (this.ramp !== null || column.categories !== undefined);
      const made = entryElement(part, canAsk ? "button" : "span");
      if (canAsk) this.letAsk(made, column, part, entries);
      return [made];
    });
  }

  /**
   * An entry of the tags, which asks for its own alone.
   *
   * @param {LegendEntry} entry
   */
  tagEntry({ tag = 0, ...entry }) {
    const made = entryElement(entry, "button");
    const name = this.data.columns.builtIn("tag");
    const isIn = () => {
      const filter = filterOfColumn(name);
      return filter?.kind === "range" && !filter.negated && filter.low === tag && filter.high === tag;
    };
    made.addEventListener("click", () => {
      replaceFilter(idOf(name), isIn() ? null : { id: idOf(name), kind: "range", column: name, low: tag, high: tag });
    });
    const follow = () => {
      made.setAttribute("aria-pressed", String(isIn()));
      made.classList.toggle("hd-left-out", filterOfColumn(name) !== undefined && !isIn());
    };
    this.followers.push(follow);
    follow();
    return made;
  }

  /**
   * @param {HTMLElement} button
   * @param {ColumnIndex} column
   * @param {LegendEntry} entry
   * @param {LegendEntry[]} entries
   */
  letAsk(button, column, entry, entries) {
    const { name } = column;
    const [codes, missing] = [codesOf(column, entry, entries), entry.isHollow === true];
    button.addEventListener("click", ({ shiftKey, ctrlKey, metaKey }) => {
      replaceFilter(idOf(name), nextFilter(filterOfColumn(name), name, { codes, missing }, shiftKey || ctrlKey || metaKey));
    });
    const follow = () => {
      const filter = filterOfColumn(name);
      const ticked = filter?.kind === "codes" && !filter.negated ? filter.codes : [];
      const isIn = missing ? wantsMissing(filter) : codes.length > 0 && codes.every((code) => ticked.includes(code));
      button.setAttribute("aria-pressed", String(isIn));
      button.classList.toggle("hd-left-out", filter !== undefined && !isIn);
    };
    this.followers.push(follow);
    follow();
  }
}

/**
 * Codes of the categories that an entry stands for; none of what is missing.
 *
 * @param {ColumnIndex} column
 * @param {LegendEntry} entry
 * @param {LegendEntry[]} entries all of the legend
 */
export function codesOf({ categories = [] }, entry, entries) {
  if (entry.isHollow) return [];
  const named = new Set(entries.filter(({ isHollow, isRest }) => !isHollow && !isRest).map(({ text }) => text));
  const isMeant = (/** @type {string} */ text) => (entry.isRest ? !named.has(text) : text === entry.text);
  return categories.flatMap(({ text }, code) => (isMeant(text) ? code : []));
}

/**
 * The filter after a click: the entry alone, or nothing more where that is so already; with others as well, or without it.
 *
 * @param {Filter | undefined} filter
 * @param {string} name of the column
 * @param {{ codes: number[], missing: boolean }} entry
 * @param {boolean} isAlso
 * @returns {Filter | null}
 */
export function nextFilter(filter, name, { codes, missing }, isAlso) {
  if (filter?.kind === "range" && isAlso && missing) return { ...filter, missing: !filter.missing };
  const had = filter?.kind === "codes" && !filter.negated ? filter.codes : [];
  const hadMissing = wantsMissing(filter);
  const isIn = missing ? hadMissing : codes.every((code) => had.includes(code));
  const isAlone = isIn && filter?.kind !== "range" && had.length === codes.length && hadMissing === missing;
  const others = had.filter((code) => !codes.includes(code));
  if (!isAlso) return isAlone ? null : ofCodes(name, codes, missing);
  return isIn ? ofCodes(name, others, hadMissing && !missing) : ofCodes(name, [...others, ...codes], hadMissing || missing);
}
