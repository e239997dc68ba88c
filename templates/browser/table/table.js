// The subset as a table, which is the map's twin for those who do not see it. In: data, the subset, the selected and the hovered cutout.
// Out: a tab of the dock; a selected or a hovered row. Of a million rows only those that are seen are elements.

import { on, set, state } from "../state.js";
import { onResize } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { addTab } from "../views/dock.js";
import { select } from "../walk.js";
import { bodyRow, cellOf, headRow, makeGrid, paintRow, rowOf } from "./cells.js";
import { fieldsOf, loadField, PICTURE } from "./fields.js";
import { columnMenu, wantedNames } from "./menu.js";
import { movedBy } from "./moves.js";
import { Sorter } from "./sorter.js";
import { Scroll } from "./window.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Numbers } from "../data/column.js"
 * @import { Sort } from "./cells.js"
 * @import { LoadedField } from "./fields.js"
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
    this.fields = fieldsOf(data.columns, data.nImages);
    this.wanted = wantedNames(this.fields);
    this.sorter = new Sorter(data.n);
    this.scroll = new Scroll();
    /** @type {LoadedField[]} */
    this.loaded = [];
    /** @type {Sort | null} */
    this.sort = null;
    /** @type {Int32Array | null} places in the table's order; null for all as they are */
    this.order = null;
    /** @type {Numbers} the row at each place */
    this.rows = new Int32Array();
    /** @type {Cell} the one that the Tab key comes to */
    this.active = { row: -1, column: 0 };
    /** @type {Map<number, HTMLElement>} by their number in the table */
    this.drawn = new Map();
    this.isStale = true;
    /** @type {Promise<void> | null} */
    this.running = null;
    this.resting = 0;
    this.elements = makeGrid(columnMenu(this.fields, this.wanted, () => this.refresh()));
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

  get n() {
    return this.order?.length ?? this.data.n;
  }

  /** @param {number} index of a row of the table */
  placeAt(index) {
    return this.order ? this.order[index] : index;
  }

  /** @param {number} place */
  indexOf(place) {
    return this.order ? this.order.indexOf(place) : place;
  }

  /** Make the table again of what is asked now, if it is seen; what changes while that is done is done once more. */
  refresh() {
    this.isStale = true;
    if (!this.isSeen) return;
    this.running ??= this.run().finally(() => (this.running = null));
  }

  async run() {
    try {
      while (this.isStale) {
        this.isStale = false;
        await this.load();
        await this.arrange();
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

  async load() {
    const { columns } = this.data;
    const wanted = this.fields.filter(({ name }) => this.wanted.has(name));
    const [rows, ...loaded] = await Promise.all([
      columns.get(columns.builtIn("row")),
      ...wanted.map((field) => this.loaded.find(({ name }) => name === field.name) ?? loadField(columns, field)),
    ]);
    this.rows = rows.values ?? this.rows;
    this.loaded = loaded;
  }

  async arrange() {
    const { subset } = state;
    const sort = this.sort && { ...this.sort, column: await this.data.columns.get(this.sort.name) };
    this.order = await this.sorter.order(subset, sort);
  }

  /** Draw all of it. */
  draw() {
    const { n, loaded, elements: { count, empty, grid, head, body } } = this;
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
    head.replaceChildren(headRow(loaded, this.sort));
    this.drawn.clear();
    body.replaceChildren();
    this.resized();
    if (hadFocus) this.focusActive();
  }

  // A scroll is told later than it is done.
  takeScroll() {
    const { scrollTop } = this.elements.grid;
    if (scrollTop !== this.scroll.scrollTop) this.scroll.scrolled(scrollTop);
  }

  /** The rows' height is the style sheet's. */
  resized() {
    this.takeScroll();
    const { grid, head, body } = this.elements;
    const rowHeight = parseFloat(getComputedStyle(grid).getPropertyValue("--row"));
    this.scroll.resize({ n: this.n, rowHeight, viewHeight: Math.max(0, grid.clientHeight - head.offsetHeight) });
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
    if (!this.loaded.length) return; // before it is first seen
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
    const place = this.placeAt(index);
    const row = bodyRow(this.loaded, { place, row: this.rows[place], index });
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
    if (selected === null || !this.isSeen) return;
    const index = this.indexOf(await this.data.placeOf(selected));
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

  /** @param {number} at the number of a column: rising, falling, and as they are */
  sortBy(at) {
    const { name } = this.loaded[at];
    if (name === PICTURE) return;
    const isSorted = this.sort?.name === name;
    this.sort = isSorted && this.sort?.isDescending ? null : { name, isDescending: isSorted };
    this.scroll.goTo(0);
    this.settle();
    this.refresh();
  }

  /** @param {Cell} cell */
  act({ row, column }) {
    if (row < 0) this.sortBy(column);
    else select(this.rows[this.placeAt(row)]);
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
    const size = { rows: this.n, columns: this.loaded.length, page: this.scroll.page };
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
  on(["subset"], () => table.refresh());
  on(["selected"], () => table.revealSelected());
  on(["selected", "hovered"], () => table.mark());
}
