// A contact sheet that scrolls: pictures of as many cutouts as one likes, of which only those in view are there. In: places. Out:
// elements; a selected or a hovered row.

import { standFor } from "../gallery/card.js";
import { paintedCanvas } from "../gallery/canvas.js";
import { on, state } from "../state.js";
import { tagColor } from "../colors/ramps.js";
import { element, markCurrent, onResize } from "../text/element.js";
import { SAY } from "../text/strings.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Numbers } from "../data/column.js"
 */

const [SIDE, GAP] = [88, 4];
const BEYOND = 2; // rows above and below the view

/**
 * Which pictures stand in a view.
 *
 * @param {{ n: number, width: number, height: number, top: number }} view
 */
export function inView({ n, width, height, top }) {
  const across = Math.max(1, Math.floor((width + GAP) / (SIDE + GAP)));
  const step = Math.max(SIDE + GAP, (width + GAP) / across); // that fills the width
  const first = Math.max(0, Math.floor(top / step) - BEYOND);
  const last = Math.ceil((top + height) / step) + BEYOND;
  return { across, step, first: Math.min(n, first * across), stop: Math.min(n, last * across), height: Math.ceil(n / across) * step };
}

export class Contact {
  /** @param {Data} data */
  constructor(data) {
    this.data = data;
    this.inner = element("div", { class: "hd-contact-all" });
    this.element = element("div", { class: "hd-contact", tabindex: 0, role: "group", "aria-label": SAY.contactSheet }, this.inner);
    /** @type {ArrayLike<number>} */
    this.places = [];
    /** @type {Map<number, HTMLButtonElement>} by place in the list */
    this.made = new Map();
    /** @type {Numbers | null} the row at each place */
    this.rows = null;
    this.element.addEventListener("scroll", () => this.draw());
    onResize(this.element, () => this.draw());
    on(["tags", "selected"], () => this.mark());
  }

  /** @param {ArrayLike<number>} places */
  async show(places) {
    const { columns } = this.data;
    this.rows ??= /** @type {Numbers} */ ((await columns.get(columns.builtIn("row"))).values);
    this.places = places;
    this.made.forEach((button) => button.remove());
    this.made.clear();
    this.element.scrollTop = 0;
    this.draw();
  }

  draw() {
    const { element: { clientWidth: width, clientHeight: height, scrollTop: top }, places: { length: n }, made } = this;
    if (!width || !this.rows) return;
    const { across, step, first, stop, height: whole } = inView({ n, width, height, top });
    this.inner.style.height = `${whole}px`;
    this.inner.style.setProperty("--side", `${step - GAP}px`);
    for (const [i, button] of made) {
      if (i >= first && i < stop) continue;
      button.remove();
      made.delete(i);
    }
    for (let i = first; i < stop; i++) {
      const button = made.get(i) ?? this.make(i);
      button.style.transform = `translate(${(i % across) * step}px, ${Math.floor(i / across) * step}px)`;
    }
    this.mark();
  }

  /** @param {number} i */
  make(i) {
    const row = /** @type {Numbers} */ (this.rows)[this.places[i]];
    const { canvas, painted } = paintedCanvas(this.data.thumbnail(row));
    painted.catch(() => {}); // what could not be loaded was told
    const name = SAY.cutout(row);
    const button = element(
      "button", { type: "button", class: "hd-contact-one", title: name, "aria-label": name, "data-row": row }, canvas,
    );
    standFor(button, row);
    this.made.set(i, button);
    this.inner.append(button);
    return button;
  }

  mark() {
    for (const [i, button] of this.made) {
      const tag = state.tags?.[this.places[i]] ?? 0;
      button.classList.toggle("hd-tagged", tag > 0);
      button.style.setProperty("--tag", tag ? tagColor(this.data.palette, tag) : "");
      markCurrent(button, Number(button.dataset.row) === state.selected);
    }
  }
}
