// The search box in the header. In: what is typed, the search among the state's filters. Out: that filter; the cutout itself where there
// is only one; where nothing is found, a note that says what was looked in.

import { nearestOnSky } from "../likeness/few.js";
import { builtIn } from "../likeness/passing.js";
import { QueryError } from "../query/lexer.js";
import { parse } from "../query/parser.js";
import { placeAsked, search } from "../query/search.js";
import { replaceFilter } from "../subset/own.js";
import { on, set, state } from "../state.js";
import { count } from "../subset/bits.js";
import { byId, element } from "../text/element.js";
import { distance } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { select } from "../walk.js";
import { rowsOfPlaces } from "../subset/rows.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { Filter } from "../data/types.d.ts"
 * @import { Filters } from "../subset/subset.js"
 */

const PATIENCE_MS = 300; // between letters
const ALL_SKY = 180; // degrees
const TYPED = "select, textarea, input:not([type=checkbox]), [contenteditable]";

/**
 * What was looked in, for those who found nothing.
 *
 * @param {string} query
 * @param {Columns} columns
 */
export function lookedIn(query, { list, n }) {
  const { type } = parse(query);
  if (type === "one of") return SAY.lookedInRows(n - 1);
  if (type === "circle") return SAY.lookedInPositions;
  const names = list.filter(({ kind, role }) => role !== "label" && (kind === "text" || kind === "category")).map(({ name }) => name);
  return SAY.lookedInTexts(names, list.some(({ role }) => role === "label"));
}

/**
 * Let the sky look at the place that is asked for, whether there is a cutout or not.
 *
 * @param {Filter | null} filter
 */
function seek(filter) {
  const asked = filter?.kind === "search" && filter.query?.startsWith("within(") ? parse(filter.query) : null;
  set({ sought: asked?.type === "circle" ? { ra: asked.ra, dec: asked.dec, radius: asked.radius } : null });
}

class Box {
  /**
   * @param {Columns} columns
   * @param {Filters} filters
   */
  constructor(columns, filters) {
    this.columns = columns;
    this.filters = filters;
    this.place = byId("hd-search-box");
    /** @type {Filter | undefined} */
    this.asked = undefined;
    this.field = element("input", {
      id: "hd-search", type: "search", class: "hd-field", placeholder: SAY.searchExample, "aria-label": SAY.search, title: SAY.searchTitle,
      autocomplete: "off", spellcheck: "false", enterkeyhint: "search", "aria-describedby": "hd-search-note",
    });
    const named = { "aria-label": SAY.search, title: SAY.search };
    this.opener = element("button", { type: "button", id: "hd-search-open", class: "hd-tool", ...named },
      element("i", { class: "hd-i hd-i-search" }));
    this.note = element("p", { id: "hd-search-note", class: "hd-search-note", role: "status" });
    this.place.append(this.opener, element("i", { class: "hd-i hd-i-search hd-search-sign" }), this.field, this.note);
    this.place.hidden = false;
    this.listen();
    on(["filters"], () => this.follow());
    this.follow();
  }

  listen() {
    const { field } = this;
    field.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.ask(), PATIENCE_MS);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.ask();
      else if (event.key === "Escape") this.leave();
      else return;
      event.preventDefault();
    });
    this.opener.addEventListener("click", () => this.open());
    field.addEventListener("blur", () => this.place.classList.toggle("hd-open", field.value !== ""));
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target instanceof Element && event.target.closest(TYPED);
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.open();
    });
  }

  open() {
    this.place.classList.add("hd-open");
    this.field.focus();
    this.field.select();
  }

  // First nothing is looked for any more, then the field is left.
  leave() {
    const isEmpty = !this.field.value;
    this.field.value = "";
    this.ask();
    if (isEmpty) this.field.blur();
  }

  follow() {
    const filter = state.filters.find(({ id }) => id === "search");
    const text = filter && "text" in filter ? filter.text : "";
    if (filter === this.asked) return;
    this.asked = filter;
    if (this.field.value.trim() !== text.trim()) this.field.value = text;
    this.place.classList.toggle("hd-open", text !== "" || document.activeElement === this.field);
    if (!filter) this.say("");
  }

  async ask() {
    clearTimeout(this.waiting);
    const text = this.field.value;
    const filter = search(text, this.columns.list);
    seek(filter);
    try {
      const bits = filter && await this.filters.bitsOf(filter);
      if (this.field.value === text) await this.show(filter, bits); // else there is something newer
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      replaceFilter("search", null);
      this.say(error.message, true);
    }
  }

  /**
   * Select the cutout nearest to a place that was typed, wherever it lies; a circle of some radius is asked for all the same.
   *
   * @param {string} text
   * @returns {Promise<number | null>} how far it is, in degrees; null where no place was typed, or nothing lies anywhere
   */
  async selectNearest(text) {
    const place = placeAsked(text);
    const names = this.columns.list.map(({ name }) => name);
    if (!place || !names.includes(this.columns.builtIn("ra"))) return null;
    const [ra, dec, image, row] = await Promise.all(["ra", "dec", "image", "row"].map((name) => builtIn(this.columns, name)));
    const here = { ra: place[0], dec: place[1], image: NaN };
    const { nearest } = nearestOnSky({ ra, dec, image, row }, here, { radius: ALL_SKY, bits: null, most: 1 });
    if (!nearest.length || this.field.value !== text) return null;
    select(row[nearest[0].place]);
    return nearest[0].separation;
  }

  /**
   * @param {Filter | null} filter
   * @param {Uint32Array | null} bits what it finds without other filters
   */
  async show(filter, bits) {
    const found = bits ? count(bits) : 0;
    this.asked = found && filter ? filter : undefined;
    replaceFilter("search", found ? filter : null);
    if (!filter || !bits) return this.say("");
    const separation = await this.selectNearest(this.field.value);
    if (!found && separation !== null) return this.say(SAY.nearestIs(distance(3600 * separation)));
    if (!found) {
      const { text, query = "" } = /** @type {{ text: string, query?: string }} */ (filter);
      return this.say(SAY.nothingFound(text.trim(), lookedIn(query, this.columns)), true);
    }
    await this.filters.settled;
    const { subset } = state;
    const left = subset?.count ?? 0;
    if (found === 1 || left === 1) select((await rowsOfPlaces(this.columns))(found === 1 || !subset ? bits : subset.bits)[0]);
    return this.say(SAY.found(found, left), left === 0);
  }

  /**
   * @param {string} text
   * @param {boolean} isTrouble
   */
  say(text, isTrouble = false) {
    this.note.textContent = text;
    this.note.classList.toggle("hd-trouble", isTrouble);
  }
}

/**
 * @param {Columns} columns
 * @param {Filters} filters
 */
export const openSearch = (columns, filters) => new Box(columns, filters);
