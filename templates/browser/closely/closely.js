// Looking closely: the selected cutout and a similar one, or all of them, in the whole window at one scale and with one stretch. In:
// `shown`, keys, gestures. Out: the dialog.

import { titleOf } from "../gallery/captions.js";
import { state } from "../state.js";
import { byId, element, onResize } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { select } from "../walk.js";
import { drawn } from "./compass.js";
import { Controls } from "./controls.js";
import { openDrags } from "./drags.js";
import { isGuest } from "../guests/guests.js";
import { cutOf } from "../parent/cut.js";
import { Pane, extentOf } from "./pane.js";
import { AS_IT_IS, draggedLimits, tableText } from "./stretch.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Cutout } from "../data/types.d.ts"
 * @import { Mode } from "./controls.js"
 * @import { Subject } from "./pane.js"
 */

const BLINK_MS = 700;
const STEP = 1.25; // of zoom by a key
const LIMIT_STEP = 16; // pixels of a drag of the limits that an arrow key stands for
/** @type {Record<string, [right: number, down: number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const [FARTHEST, CLOSEST] = [0.5, 64]; // zoom, of what shows the largest picture whole

export class Closely {
  /** @param {Data} data */
  constructor(data) {
    this.data = data;
    this.dialog = /** @type {HTMLDialogElement} */ (byId("hd-closely"));
    this.panes = element("div", { class: "hd-panes" });
    this.tables = ["R", "G", "B"].map((channel) => drawn(`feFunc${channel}`, { type: "table" }));
    this.controls = new Controls({
      step: (by) => this.step(by), setMode: (mode) => this.setMode(mode), setStretch: () => this.stretch(),
      setLimiting: (isLimiting) => this.panes.classList.toggle("hd-limiting", isLimiting),
      showWhole: () => this.showWhole(), choose: () => this.choose(), close: () => this.dialog.close(),
    });
    const filter = drawn("svg", { width: 0, height: 0, "aria-hidden": "true", style: "position: absolute" },
      drawn("filter", { id: "hd-stretch", "color-interpolation-filters": "sRGB" }, drawn("feComponentTransfer", {}, ...this.tables)));
    this.foot = element("p", { class: "hd-closely-foot" });
    this.dialog.append(filter, this.controls.element, this.panes, this.foot);
    this.dialog.addEventListener("keydown", (event) => this.press(event));
    this.dialog.addEventListener("close", () => clearInterval(this.blinking));
    onResize(this.panes, () => this.draw());
    /** @type {Mode} */
    this.mode = "pair";
    this.at = 0;
    this.view = { x: 0, y: 0, zoom: 1 };
    /** @type {Pane[]} */
    this.open = [];
    this.turn = 0;
    this.isFlipped = false;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.blinking = undefined;
    this.limits = AS_IT_IS; // where a drag of them began
    const invert = () => this.controls.change({ isInverted: !this.controls.stretch.isInverted });
    /** @type {Record<string, () => void>} */
    this.actions = {
      ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), Enter: () => this.choose(),
      b: () => this.blink(), n: () => this.setMode(this.mode === "all" ? "pair" : "all"), i: invert,
      l: () => this.controls.setLimiting(!this.controls.isLimiting), r: () => this.controls.resetLimits(),
      0: () => this.showWhole(), "+": () => this.zoom(STEP), "=": () => this.zoom(STEP), "-": () => this.zoom(1 / STEP),
    };
  }

  get similar() {
    return state.shown?.similar ?? [];
  }

  /** @param {number} at which of the similar ones stands at the right */
  async look(at) {
    if (!state.shown) return;
    this.at = Math.max(0, Math.min(at, this.similar.length - 1));
    if (!this.dialog.open) {
      this.dialog.showModal();
      this.dialog.focus();
      this.view = { x: 0, y: 0, zoom: 1 };
      this.mode = "pair";
    }
    await this.show();
  }

  // Puts the cutouts into panes; what comes too late is dropped.
  async show() {
    const { shown } = state;
    if (!shown) return;
    const turn = ++this.turn;
    const own = /** @type {Cutout} */ (shown.cutout);
    const other = this.similar[this.at];
    const cutouts = this.mode === "all" ? [own, ...this.similar] : other ? [own, other] : [own];
    const subjects = await Promise.all(cutouts.map((cutout) => this.subject(cutout)));
    if (turn !== this.turn) return;
    this.layOut(this.mode === "blink" ? 1 : subjects.length);
    this.subjects = subjects;
    this.controls.levels.count(subjects.map(({ part }) => part));
    this.fill();
    const title = this.mode === "all" || !other ? titleOf(own) : SAY.versus(titleOf(own), titleOf(other));
    this.controls.say(title, this.mode);
    this.dialog.dataset.rows = cutouts.map(({ row }) => row).join(" ");
    this.draw();
    await this.sharpen(subjects, turn);
  }

  /**
   * Let what is shown have all pixels of the image, as they come.
   *
   * @param {Subject[]} subjects
   * @param {number} turn
   */
  async sharpen(subjects, turn) {
    const { deep } = this.data;
    if (!deep) return;
    await Promise.all(subjects.map(async (subject) => {
      const part = await cutOf(deep, subject.cutout, subject.parent);
      if (!part || turn !== this.turn) return;
      Object.assign(subject, { part, of: "tiles" });
      this.draw();
    }));
    if (turn === this.turn) this.controls.levels.count(subjects.map(({ part }) => part));
  }

  /** @param {number} n how many panes there are */
  layOut(n) {
    while (this.open.length > n) this.open.pop()?.element.remove();
    while (this.open.length < n) {
      const pane = new Pane();
      this.open.push(pane);
      this.panes.append(pane.element);
      openDrags(pane.element, {
        pan: (right, down) => this.pan(right, down),
        zoom: (factor, right, down) => this.zoom(factor, right, down),
        point: (place, isTouched) => this.point(pane, place, isTouched),
        limits: {
          areMeant: () => this.controls.isLimiting, begin: () => this.beginLimits(),
          drag: (right, down) => this.dragLimits(right, down), reset: () => this.controls.resetLimits(),
        },
      });
    }
    this.panes.classList.toggle("hd-many", n > 2);
    this.panes.style.setProperty("--across", String(n <= 2 ? n : Math.ceil(Math.sqrt(1.8 * n))));
  }

  fill() {
    const subjects = this.subjects ?? [];
    if (this.mode === "blink") this.open[0].show(subjects[this.isFlipped ? subjects.length - 1 : 0]);
    else this.open.forEach((pane, i) => pane.show(subjects[i]));
  }

  /**
   * @param {Cutout} cutout
   * @returns {Promise<Subject>}
   */
  async subject(cutout) {
    const { data } = this;
    const [part, thumbnail, parent] = await Promise.all([
      data.portrait(cutout.row), data.thumbnail(cutout.row), data.image(cutout.image),
    ]);
    const of = isGuest(cutout.row) ? "guest" : part.picture === thumbnail.picture ? "thumbnail" : "preview";
    return { cutout, part, parent, of };
  }

  /** What all panes have in common: one scale on the sky where it is known of all, else in pixels of the originals. */
  get shared() {
    const cutouts = (this.subjects ?? []).map(({ cutout }) => cutout);
    const isOnSky = cutouts.every(({ sky }) => sky && sky.scale > 0);
    const extents = cutouts.map((cutout) => extentOf(cutout, isOnSky));
    const { clientWidth = 1, clientHeight = 1 } = this.open[0]?.element ?? {};
    const fit = Math.min(...extents.map(({ width, height }) => Math.min(clientWidth / width, clientHeight / height)));
    return { x: this.view.x, y: this.view.y, scale: Math.max(1e-9, fit * this.view.zoom), isOnSky };
  }

  draw() {
    if (!this.dialog.open || !this.subjects) return;
    const { shared } = this;
    this.open.forEach((pane) => pane.draw(shared));
    const sources = new Set(this.open.map(({ source }) => source));
    const how = matchMedia("(pointer: coarse)").matches ? SAY.fingersClosely : SAY.keysClosely;
    this.foot.textContent = [...sources, shared.isOnSky ? SAY.oneScaleSky : SAY.oneScalePixels, how].join(" · ");
  }

  beginLimits() {
    this.limits = this.controls.stretch;
  }

  /**
   * @param {number} right pixels since the drag began
   * @param {number} down
   */
  dragLimits(right, down) {
    this.controls.change(draggedLimits(this.limits, right, down));
  }

  stretch() {
    this.tables.forEach((table) => table.setAttribute("tableValues", tableText(this.controls?.stretch ?? AS_IT_IS)));
  }

  /** @param {Mode} mode */
  setMode(mode) {
    clearInterval(this.blinking);
    this.isFlipped = false;
    this.mode = mode;
    if (mode === "blink" && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.blinking = setInterval(() => this.flip(), BLINK_MS);
    }
    this.show();
  }

  flip() {
    this.isFlipped = !this.isFlipped;
    this.fill();
    this.draw();
  }

  // Where nothing may move by itself, each press of the key shows the other one, and after both the pair.
  blink() {
    if (this.mode !== "blink") this.setMode("blink");
    else if (this.blinking === undefined && !this.isFlipped) this.flip();
    else this.setMode("pair");
  }

  /** @param {1 | -1} by */
  step(by) {
    const n = this.similar.length;
    if (!n) return;
    this.at = (this.at + by + n) % n;
    this.show();
  }

  choose() {
    const row = this.similar[this.at]?.row;
    this.dialog.close();
    if (row !== undefined) select(row);
  }

  showWhole() {
    this.view = { x: 0, y: 0, zoom: 1 };
    this.draw();
  }

  /**
   * @param {number} right
   * @param {number} down
   */
  pan(right, down) {
    const { scale } = this.shared;
    this.view = { ...this.view, x: this.view.x - right / scale, y: this.view.y - down / scale };
    this.draw();
  }

  /**
   * @param {number} factor
   * @param {number} [right] of the place that stays, from the middle
   * @param {number} [down]
   */
  zoom(factor, right = 0, down = 0) {
    const before = this.shared.scale;
    const zoom = Math.max(FARTHEST, Math.min(CLOSEST, this.view.zoom * factor));
    const after = (before * zoom) / this.view.zoom;
    this.view = { x: this.view.x + right / before - right / after, y: this.view.y + down / before - down / after, zoom };
    this.draw();
  }

  /**
   * @param {Pane} pane
   * @param {{ clientX: number, clientY: number } | null} place
   * @param {boolean} [isTouched]
   */
  point(pane, place, isTouched = false) {
    const frame = place && pane.frame(this.shared);
    if (!frame || !place) return pane.tell(null);
    const { left, top } = pane.element.getBoundingClientRect();
    const [across, down] = [(place.clientX - left - frame.left) / frame.width, (place.clientY - top - frame.top) / frame.height];
    const isInside = across >= 0 && across < 1 && down >= 0 && down < 1;
    pane.tell(isInside ? { across, down } : null, isTouched);
    pane.mark(this.shared);
  }

  /**
   * What an arrow key does as long as drags change the limits.
   *
   * @param {string} key
   */
  limitStep(key) {
    const arrow = this.controls.isLimiting ? ARROWS[key] : undefined;
    return arrow && (() => {
      this.beginLimits();
      this.dragLimits(LIMIT_STEP * arrow[0], LIMIT_STEP * arrow[1]);
    });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isInField = event.target instanceof Element && event.target.closest("input, select");
    if (isInField || (event.key === "Enter" && event.target instanceof Element && event.target.closest("button"))) return;
    const action = this.limitStep(event.key) ?? this.actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}
