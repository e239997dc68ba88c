// The subset as a table, which is the map's twin for those who do not see it. In: data, the subset, the selected and the hovered cutout,
// links. Out: a tab of the dock; a selected or a hovered row. Of a million rows only those that are seen are elements.

import { on, set, state } from "../state.js";
import { isGuest } from "../guests/guests.js";
import { waiting } from "../text/busy.js";
import { onResize } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { addTab } from "../views/dock.js";
import { onLink, sayInLink, select } from "../walk.js";
import { bodyRow, cellOf, headRow, makeGrid, paintRow, rowOf } from "./cells.js";
import { columnsOf, columnsText, Contents, sortOf, sortText } from "./contents.js";
import { PICTURE } from "./fields.js";
import { ColumnMenu, usualNames } from "./menu.js";
import { movedBy } from "./moves.js";
import { Scroll } from "./window.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Cell } from "./moves.js"
 */

const REST_MS = 80; // without a scroll, until pictures are asked for

class Table {
  /**
   * @param {Data} data
   * @param {(text: string) => void} complain says what went wrong
   */
  constructor(data, complain) {
    this.data = data;
    this.complain = complain;
    this.contents = new Contents(data);
    this.scroll = new Scroll();
    /** @type {Cell} the one that the Tab key comes to */
    this.active = { row: -1, column: 0 };
    /** @type {Map<number, HTMLElement>} by their number in the table */
    this.drawn = new Map();
    this.isStale = true;
    /** @type {Promise<void> | null} */
    this.running = null;
    this.resting = 0;
    this.menu = new ColumnMenu(this.contents.fields, (names) => this.choose(names));
    this.elements = makeGrid(this.menu.element);
    this.listen(this.elements);
  }

  /** @param {ReturnType<typeof makeGrid>} elements */
  listen({ grid, body }) {
    grid.addEventListener("scroll", () => this.scrolled());
    grid.addEventListener("click", (event) => this.clicked(event));
    grid.addEventListener("keydown", (event) => this.pressed(event));
    grid.addEventListener("focusin", ({ target }) => this.focused(target));
    body.addEventListener("pointerover", ({ target }) => set({ hovered: rowOf(target) }));
    body.addEventListener("pointerleave", () => set({ hovered: null }));
    onResize(grid, () => this.resized());
  }

  get isSeen() {
    return this.elements.panel.classList.contains("hd-on");
  }

  /** Make the table again of what is asked now, if it is seen; what changes while that is done is done once more. */
  refresh() {
    this.isStale = true;
    if (!this.isSeen) return;
    this.running ??= waiting(this.elements.panel, SAY.loading, this.run()).finally(() => (this.running = null));
  }

  async run() {
    try {
      while (this.isStale) {
        this.isStale = false;
        await this.contents.load();
      }
      this.draw();
    } catch (error) {
      this.complain(/** @type {Error} */ (error).message);
    }
  }

  async show() {
    if (this.isStale) this.refresh();
    await this.running;
    await this.revealSelected();
  }

  /** Draw all of it. */
  draw() {
    const { contents: { n, loaded, sort }, elements: { count, empty, grid, head, body } } = this;
    count.textContent = n === this.data.n ? SAY.rows(n) : SAY.shown(n, this.data.n);
    empty.hidden = n > 0;
    grid.setAttribute("aria-rowcount", String(n + 1));
    grid.setAttribute("aria-colcount", String(loaded.length));
    grid.style.setProperty("--fields", loaded.map(({ width, name }) => (
      name === PICTURE ? `${width}px` : `minmax(${width}px, ${width}fr)`
    )).join(" "));
    grid.style.setProperty("--least", `${loaded.reduce((sum, { width }) => sum + width, 0)}px`);
    this.active = { row: Math.min(this.active.row, n - 1), column: Math.min(this.active.column, loaded.length - 1) };
    const hadFocus = grid.contains(document.activeElement);
    head.replaceChildren(headRow(loaded, sort));
    this.drawn.clear();
    body.replaceChildren();
    this.resized();
    if (hadFocus) this.focusActive();
  }

  // A scroll is told later than it is done.
  takeScroll() {
    if (this.elements.grid.scrollTop !== this.scroll.scrollTop) this.scroll.scrolled(this.elements.grid.scrollTop);
  }

  /** The rows' height is the style sheet's. */
  resized() {
    this.takeScroll();
    const { grid, head, body } = this.elements;
    const rowHeight = parseFloat(getComputedStyle(grid).getPropertyValue("--row"));
    this.scroll.resize({ n: this.contents.n, rowHeight, viewHeight: Math.max(0, grid.clientHeight - head.offsetHeight) });
    body.style.height = `${this.scroll.height}px`;
    this.settle();
  }

  scrolled() {
    this.takeScroll();
    this.drawRows();
  }

  /** Let the scroll bar stand where the list is. */
  settle() {
    this.elements.grid.scrollTop = this.scroll.scrollTop;
    this.scroll.scrollTop = this.elements.grid.scrollTop;
    this.drawRows();
  }

  /** Draw the rows that are seen; the one with the focus stays as long as it has it. */
  drawRows() {
    if (!this.contents.loaded.length) return; // before it is first seen
    const { first, stop } = this.scroll.rows;
    const kept = this.drawn.get(this.active.row)?.contains(document.activeElement) ? this.active.row : -1;
    for (const [index, row] of this.drawn) {
      if ((index >= first && index < stop) || index === kept) continue;
      row.remove();
      this.drawn.delete(index);
    }
    for (let index = first; index < stop; index++) {
      if (!this.drawn.has(index)) this.addRow(index);
    }
    for (const [index, row] of this.drawn) row.style.top = `${this.scroll.offsetOf(index)}px`;
    this.mark();
    clearTimeout(this.resting);
    this.resting = window.setTimeout(() => this.rest(), REST_MS);
  }

  /** @param {number} index */
  addRow(index) {
    const { contents } = this;
    const row = bodyRow(contents.loaded, { place: contents.placeAt(index), row: contents.rowAt(index), index });
    // In the order in which they are read.
    const next = [...this.elements.body.children].find((other) => Number(/** @type {HTMLElement} */ (other).dataset.index) > index);
    this.elements.body.insertBefore(row, next ?? null);
    this.drawn.set(index, row);
  }

  rest() {
    this.takeScroll();
    if (Math.abs(this.scroll.top / this.scroll.factor - this.scroll.scrollTop) > 1) {
      this.scroll.goTo(this.scroll.top);
      this.settle();
    }
    for (const row of this.drawn.values()) paintRow(row, () => this.data.thumbnail(Number(row.dataset.row)));
  }

  /** Mark what is selected, hovered, and where the Tab key comes to. */
  mark() {
    for (const row of this.drawn.values()) {
      row.setAttribute("aria-selected", String(Number(row.dataset.row) === state.selected));
      row.classList.toggle("hd-hovered", Number(row.dataset.row) === state.hovered);
    }
    for (const cell of this.elements.grid.querySelectorAll('[tabindex="0"]')) cell.setAttribute("tabindex", "-1");
    const { first, stop } = this.scroll.rows;
    const isDrawn = this.active.row < 0 || this.drawn.has(this.active.row);
    if (!isDrawn) this.active.row = Math.min(first, stop - 1);
    this.cellAt(this.active)?.setAttribute("tabindex", "0");
  }

  /** @param {Cell} cell */
  cellAt({ row, column }) {
    const within = row < 0 ? this.elements.head : this.drawn.get(row);
    return /** @type {HTMLElement | null | undefined} */ (within?.querySelector(`[data-column="${column}"]`));
  }

  async revealSelected() {
    const { selected } = state;
    if (selected === null || isGuest(selected) || !this.isSeen) return;
    const index = this.contents.indexOf(await this.data.placeOf(selected));
    if (selected !== state.selected || index < 0) return;
    if (!this.elements.grid.contains(document.activeElement)) this.active.row = index;
    this.reveal(index);
  }

  /** @param {number} index */
  reveal(index) {
    if (index < 0) return;
    this.scroll.reveal(index);
    this.settle();
  }

  focusActive() {
    this.reveal(this.active.row);
    this.cellAt(this.active)?.focus({ preventScroll: true });
    this.cellAt(this.active)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {number} at the number of a column */
  sortBy(at) {
    const { name } = this.contents.loaded[at];
    if (name === PICTURE) return;
    this.contents.sortBy(name);
    sayInLink("sort", sortText(this.contents.sort));
    this.rearrange();
  }

  /** Show the beginning of another order. */
  rearrange() {
    this.scroll.goTo(0);
    this.settle();
    this.refresh();
  }

  /** @param {Set<string>} names of columns */
  choose(names) {
    const { contents } = this;
    contents.wanted = names;
    const [text, usual] = [names, usualNames(contents.fields)].map((some) => columnsText(some, contents.fields));
    sayInLink("columns", text === usual ? null : text);
    this.menu.follow(names);
    this.refresh();
  }

  /** Follow links; nonsense in them changes nothing. */
  followLinks() {
    const { contents, contents: { fields } } = this;
    onLink("columns", (text) => this.choose(columnsOf(text, fields) ?? contents.wanted));
    onLink("sort", (text) => {
      contents.sort = text === null ? null : sortOf(text, fields) ?? contents.sort;
      sayInLink("sort", sortText(contents.sort));
      this.rearrange();
    });
    this.choose(contents.wanted);
  }

  /** @param {Cell} cell */
  act({ row, column }) {
    if (row < 0) this.sortBy(column);
    else select(this.contents.rowAt(row));
  }

  /** @param {MouseEvent} event */
  clicked({ target, detail }) {
    const cell = cellOf(target);
    if (cell && detail < 2) this.act(cell);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.altKey || event.metaKey) return;
    const isHead = this.active.row < 0;
    const size = { rows: this.contents.n, columns: this.contents.loaded.length, page: this.scroll.page };
    const to = movedBy(this.active, event.key, size);
    if (!to && event.key !== "Enter" && !(event.key === " " && isHead)) return;
    event.preventDefault();
    event.stopPropagation(); // the page's keys mean something else
    if (!to) return this.act(this.active);
    this.active = to;
    this.focusActive();
  }

  /** @param {EventTarget | null} target */
  focused(target) {
    const cell = cellOf(target);
    if (!cell) return;
    this.active = cell;
    set({ hovered: rowOf(target) });
    this.mark();
  }
}

/**
 * @param {Data} data
 * @param {(text: string) => void} complain says what went wrong
 */
export function openTable(data, complain) {
  const table = new Table(data, complain);
  const { panel, tools } = table.elements;
  addTab({ id: "table", title: SAY.tableTab, element: panel, tools, onShow: () => table.show() });
  table.followLinks();
  on(["subset"], () => table.refresh());
  on(["names"], () => table.refresh());
  on(["tags"], () => table.contents.has(data.columns.builtIn("tag")) && table.refresh());
  on(["selected"], () => table.revealSelected());
  on(["selected", "hovered"], () => table.mark());
}
