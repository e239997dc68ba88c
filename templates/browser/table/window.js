// Which rows of a long list are seen. In: how many there are, their height, what is scrolled. Out: rows, and where they stand. Browsers
// bear no element higher than some 17 million pixels: of a longer list the scroll bar is scaled, but small steps are as long as ever.

export const MAX_HEIGHT = 15e6; // pixels, of an element

export class Scroll {
  constructor() {
    this.n = 0;
    this.rowHeight = 1;
    this.viewHeight = 0;
    /** What is scrolled of the element. */
    this.scrollTop = 0;
    /** What is scrolled of the list. */
    this.top = 0;
  }

  /** The height of the element. */
  get height() {
    return Math.min(this.n * this.rowHeight, MAX_HEIGHT);
  }

  get maxTop() {
    return Math.max(0, this.n * this.rowHeight - this.viewHeight);
  }

  get maxScrollTop() {
    return Math.max(0, this.height - this.viewHeight);
  }

  /** Pixels of the list that a pixel of the element stands for. */
  get factor() {
    return this.maxScrollTop > 0 ? this.maxTop / this.maxScrollTop : 1;
  }

  /** @param {{ n?: number, rowHeight?: number, viewHeight?: number }} size */
  resize({ n = this.n, rowHeight = this.rowHeight, viewHeight = this.viewHeight }) {
    const first = this.top / this.rowHeight;
    Object.assign(this, { n, rowHeight, viewHeight });
    this.goTo(first * rowHeight);
  }

  /**
   * Scroll the list, and the element with it.
   *
   * @param {number} top
   */
  goTo(top) {
    this.top = Math.max(0, Math.min(top, this.maxTop));
    this.scrollTop = this.top / this.factor;
  }

  /**
   * The element was scrolled: by a step, which is one of the list; farther, or to an end, along the scale.
   *
   * @param {number} scrollTop
   */
  scrolled(scrollTop) {
    const by = scrollTop - this.scrollTop;
    const isEnd = scrollTop <= 0 || scrollTop >= this.maxScrollTop - 1;
    const top = isEnd || Math.abs(by) > this.viewHeight ? scrollTop * this.factor : this.top + by;
    this.scrollTop = scrollTop;
    this.top = scrollTop >= this.maxScrollTop - 1 ? this.maxTop : Math.max(0, Math.min(top, this.maxTop));
  }

  /** The rows that are seen, in whole or in part: from the first on, before the other. */
  get rows() {
    const first = Math.floor(this.top / this.rowHeight);
    return { first, stop: Math.min(this.n, Math.ceil((this.top + this.viewHeight) / this.rowHeight)) };
  }

  /** How many whole rows fit, at least one. */
  get page() {
    return Math.max(1, Math.floor(this.viewHeight / this.rowHeight));
  }

  /**
   * Where a row stands in the element, in pixels from its upper edge.
   *
   * @param {number} row
   */
  offsetOf(row) {
    return Math.round(Math.max(-this.rowHeight, Math.min(this.scrollTop + row * this.rowHeight - this.top, this.height)));
  }

  /** @param {number} row */
  isSeen(row) {
    const start = row * this.rowHeight - this.top;
    return start >= 0 && start + this.rowHeight <= this.viewHeight;
  }

  /**
   * Scroll as little as brings a row into view; to the middle of it where the row is far.
   *
   * @param {number} row
   */
  reveal(row) {
    if (this.isSeen(row)) return;
    const start = row * this.rowHeight;
    const below = start + this.rowHeight - this.viewHeight;
    const isNear = start > this.top - 2 * this.viewHeight && start < this.top + 3 * this.viewHeight;
    if (!isNear) this.goTo(start - (this.viewHeight - this.rowHeight) / 2);
    else this.goTo(start < this.top ? start : below);
  }
}
