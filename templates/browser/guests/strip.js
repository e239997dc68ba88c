// The images that a visitor has brought, in a strip above the gallery and on the map where they belong. In: guests, `selected`. Out:
// one of them as the selected cutout.

import { plotOf } from "../plots/plot.js";
import { paintedCanvas } from "../gallery/canvas.js";
import { on, state } from "../state.js";
import { byId, element, markCurrent } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { select } from "../walk.js";

/** @import { Guest } from "./guests.js" */

/**
 * @param {Guest} guest
 * @param {string} kind
 */
function buttonOf({ row, cutout, picture }, kind) {
  const title = SAY.guest(cutout.name);
  const { canvas } = paintedCanvas(Promise.resolve(picture));
  const button = element("button", { type: "button", class: kind, "data-row": row, title, "aria-label": title }, canvas);
  button.addEventListener("click", () => select(row));
  return button;
}

/** Marks on the map: small pictures, which stay where they belong as its view moves. */
class Marks {
  constructor() {
    this.place = element("div", { class: "hd-guest-marks" });
    /** @type {{ guest: Guest, mark: HTMLElement }[]} */
    this.all = [];
  }

  /** @param {Guest} guest */
  add(guest) {
    const plot = plotOf("hd-map");
    if (!plot) return;
    if (!this.place.isConnected) {
      plot.element.append(this.place);
      plot.onMoved(() => this.follow());
    }
    const mark = buttonOf(guest, "hd-guest-mark");
    mark.tabIndex = -1; // the strip has it
    this.all.push({ guest, mark });
    this.place.append(mark);
    this.follow();
  }

  /** @param {number} row */
  remove(row) {
    this.all.find(({ guest }) => guest.row === row)?.mark.remove();
    this.all = this.all.filter(({ guest }) => guest.row !== row);
  }

  follow() {
    const plot = plotOf("hd-map");
    for (const { guest: { cutout }, mark } of plot ? this.all : []) {
      const { x, y } = /** @type {NonNullable<typeof plot>} */ (plot).pixel(cutout.x, cutout.y);
      mark.style.translate = `${x}px ${y}px`;
    }
  }
}

export class Strip {
  /** @param {(row: number) => void} remove one of them */
  constructor(remove) {
    this.note = element("p", { class: "hd-guest-note", role: "status" });
    this.list = element("div", { class: "hd-guest-list", role: "group", "aria-label": SAY.guests });
    const cross = element("i", { class: "hd-i hd-i-close" });
    this.remover = element("button", { type: "button", id: "hd-guest-remove", class: "hd-tool" }, cross);
    this.element = element("div", { id: "hd-guests", class: "hd-guests" }, this.list, this.remover, this.note);
    this.element.hidden = this.remover.hidden = true;
    this.remover.addEventListener("click", () => state.selected !== null && remove(state.selected));
    this.list.addEventListener("keydown", ({ key, target }) => {
      const row = target instanceof HTMLElement && key === "Delete" ? target.dataset.row : undefined;
      if (row !== undefined) remove(Number(row));
    });
    this.marks = new Marks();
    byId("hd-gallery").prepend(this.element);
    on(["selected"], () => this.mark());
  }

  /** @param {Guest} guest */
  add(guest) {
    this.list.append(buttonOf(guest, "hd-guest"));
    this.marks.add(guest);
    this.element.hidden = false;
  }

  /**
   * Take one away.
   *
   * @param {number} row
   * @returns {HTMLElement | null} the one beside it
   */
  remove(row) {
    const button = this.list.querySelector(`[data-row="${row}"]`);
    const beside = /** @type {HTMLElement | null} */ (button?.nextElementSibling ?? button?.previousElementSibling ?? null);
    button?.remove();
    this.marks.remove(row);
    (beside ?? byId("hd-guest-open")).focus();
    return beside;
  }

  mark() {
    for (const button of document.querySelectorAll(".hd-guest, .hd-guest-mark")) {
      markCurrent(button, /** @type {HTMLElement} */ (button).dataset.row === String(state.selected));
    }
    const current = this.list.querySelector("[aria-current]");
    this.remover.hidden = !current;
    const title = current ? SAY.removeGuest(current.getAttribute("title") ?? "") : "";
    this.remover.title = title;
    this.remover.setAttribute("aria-label", title);
  }

  /** @param {string} text */
  say(text) {
    this.note.textContent = text;
    this.note.hidden = text === "";
    this.element.hidden = text === "" && !this.list.childElementCount;
  }
}
