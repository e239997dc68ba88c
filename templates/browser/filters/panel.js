// The filter panel: a chart a column, which filter each other. In: columns, `filters` of the state. Out: counts in the charts, as long as
// the panel is seen; they are counted beside the page, and where several changes come at once only the last is.

import { isDrawable, labelIndex } from "../charts/drawable.js";
import { on, state } from "../state.js";
import { crossCounts, KeptCounts } from "../subset/histogram.js";
import { Latest } from "../latest.js";
import { element } from "../text/element.js";
import { Bars } from "./bars.js";
import { Chooser } from "./chooser.js";
import { Histogram } from "./histogram.js";
import { filterOfColumn } from "../subset/own.js";
import { usefulColumns } from "./useful.js";
import { Words } from "./words.js";

/**
 * @import { Numbers } from "../data/column.js"
 * @import { Columns } from "../data/columns.js"
 * @import { Filters } from "../subset/subset.js"
 * @import { Card } from "./card.js"
 *
 * @typedef {object} Place where the chart of a column stands
 * @property {string} name
 * @property {HTMLElement} element is empty until it is first seen
 * @property {boolean} isSeen
 * @property {Promise<Card>} [card]
 * @property {KeptCounts} counts
 */

export class Panel {
  /**
   * @param {Columns} columns
   * @param {Filters} filters
   */
  constructor(columns, filters) {
    this.columns = columns;
    this.filters = filters;
    /** @type {Map<string, Place>} */
    this.places = new Map();
    this.names = usefulColumns(columns.list, columns.n);
    this.element = element("div", { class: "hd-cards" });
    this.chooser = new Chooser(columns.list, () => this.names, (names) => this.show(names));
    this.isShown = () => false;
    this.counts = new Latest(() => this.countSeen());
    this.observer = new IntersectionObserver((entries) => this.see(entries), { root: this.element, rootMargin: "120px" });
    this.element.addEventListener("hd-recount", () => this.refresh());
    this.stay();
    on(["filters", "tags"], () => this.follow());
    this.show(this.names);
  }

  // What is asked is listed above the charts: when that list comes or goes, the chart below the pointer, or that which has the focus,
  // stays there. Where there is nothing to scroll by, there is room below.
  stay() {
    const cards = this.element;
    let top = NaN;
    new ResizeObserver(() => {
      if (!cards.offsetParent) return; // its tab is not seen
      const by = cards.matches(":hover, :focus-within") ? cards.offsetTop - top || 0 : 0;
      top = cards.offsetTop;
      if (!by) return;
      const [to, height] = [Math.max(0, cards.scrollTop + by), cards.clientHeight];
      cards.style.paddingBottom = `${height}px`;
      cards.style.paddingBottom = `${Math.max(0, 2 * height + to - cards.scrollHeight)}px`;
      cards.scrollTop = to;
    }).observe(cards, { box: "border-box" });
  }

  /** @param {string[]} names */
  show(names) {
    this.names = names;
    const shown = names.map((name) => this.placeOf(name).element);
    this.element.replaceChildren(...shown);
    this.observer.disconnect();
    shown.forEach((place) => this.observer.observe(place));
  }

  /** @param {string} name */
  placeOf(name) {
    let place = this.places.get(name);
    if (!place) {
      place = { name, element: element("div", { class: "hd-place-of-card", "data-name": name }), isSeen: false, counts: this.newCounts() };
      this.places.set(name, place);
    }
    return place;
  }

  newCounts() {
    return new KeptCounts(() => crossCounts(this.filters));
  }

  /** @param {IntersectionObserverEntry[]} entries */
  see(entries) {
    for (const { target, isIntersecting } of entries) {
      const place = this.places.get(/** @type {HTMLElement} */ (target).dataset.name ?? "");
      if (place) place.isSeen = isIntersecting;
    }
    this.refresh();
  }

  /**
   * @param {string} name
   * @returns {Promise<Card>}
   */
  async makeCard(name) {
    const column = this.columns.find(name);
    if (column?.role === "label") {
      const data = await this.columns.get(name);
      return new Histogram(labelIndex(name, /** @type {Numbers} */ (data.values)), data, 1);
    }
    if (!column || !isDrawable(column)) throw new TypeError(`${name} cannot be drawn`);
    if (column.categories) return new Bars(column);
    return column.kind === "text" ? new Words(column, this.columns) : new Histogram(column, await this.columns.get(name));
  }

  // What is asked of a column, in the legend or by a link, is seen in its chart.
  showAsked() {
    const asked = state.filters.flatMap(({ column }) => column ?? []).filter((name) => {
      const found = this.columns.find(name);
      return found && !this.names.includes(name) && (found.role === "label" || isDrawable(found));
    });
    if (!asked.length) return;
    this.show([...new Set([...this.names, ...asked])]);
    this.chooser.show();
  }

  async follow() {
    this.showAsked();
    for (const { card, name } of this.places.values()) if (card) (await card).follow(filterOfColumn(name));
    await this.refresh();
  }

  /** Count what is seen, until there is nothing newer to count. */
  async refresh() {
    if (this.isShown()) await this.counts.want();
  }

  async countSeen() {
    const seen = [...this.places.values()].filter(({ isSeen, name }) => isSeen && this.names.includes(name));
    const counted = await Promise.all(seen.map((place) => this.count(place).catch((error) => this.fail(place, error))));
    counted.forEach((draw) => draw?.()); // all of them in one frame
  }

  /**
   * A column that cannot be read says so in its place, and is tried again when something else is asked.
   *
   * @param {Place} place
   * @param {Error} error
   */
  fail(place, error) {
    if (place.element.dataset.column) throw error; // it was there: this is no trouble of a file
    place.card = undefined;
    place.element.textContent = `${place.name}: ${error.message}`;
  }

  /** @param {Place} place */
  async fill(place) {
    const card = await this.makeCard(place.name);
    place.element.replaceWith(card.element);
    this.observer.unobserve(place.element);
    place.element = card.element;
    card.element.dataset.name = place.name;
    this.observer.observe(card.element);
    card.follow(filterOfColumn(place.name));
    return card;
  }

  /**
   * Count what a chart is to show.
   *
   * @param {Place} place
   * @returns {Promise<(() => void) | undefined>} draws it, where it is not drawn yet
   */
  async count(place) {
    const isFirst = !place.card;
    place.card ??= this.fill(place);
    const card = await place.card;
    const found = card.chart && await place.counts.of(card.chart);
    if (!found) return undefined;
    const draw = () => card.draw(found.counts, found.whole);
    if (!isFirst) return draw;
    draw(); // columns come from the disk one after another
    return undefined;
  }
}
