// Names of clusters, written on the map: coarse ones where all of it is seen, finer ones as one zooms in. In: the plot's view, `names`,
// `shown`, `filters`, links, clicks, keys. Out: buttons over the map; the cluster that is meant is shown, asked for, or renamed.

import { seenFrom } from "../plots/view.js";
import { on, state } from "../state.js";
import { element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { called } from "./called.js";
import { coverOf, laidOut, levelAt, nextLabel } from "./layout.js";
import { openRename } from "./rename.js";
import { openSwitch } from "./switch.js";
import { ask, askedOf, flyTo, selectTypical } from "./visit.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Place } from "../data/types.d.ts"
 * @import { Rows } from "../faces/faces.js"
 * @import { Box } from "../faces/standing.js"
 * @import { Plot } from "../plots/plot.js"
 * @import { Room } from "../plots/view.js"
 * @import { Cluster } from "./levels.js"
 * @import { Label } from "./layout.js"
 *
 * @typedef {{ label: Label, button: HTMLButtonElement }} Written
 *
 * @typedef {object} Options
 * @property {() => Rows | null} rows gives where rows of pictures lie, if there are any
 * @property {() => void} changed is called when names stand elsewhere, or are others
 */

const [SIZES, SMALL_SIZES, SMALL] = [[18, 15, 13], [15, 13, 12], 500]; // of text; of maps that are less wide, in pixels
const [TARGET, FINGER] = [24, 44]; // pixels that a name is high, at least
const SLOP = 3; // pixels that a click may be off from where the button was pressed
const TWICE_MS = 250; // within which a second click renames
const ON_PAPER = 0.75; // of the size on the screen

export class Names {
  /**
   * @param {Data} data
   * @param {Plot} plot
   * @param {Options} options
   */
  constructor(data, plot, options) {
    this.data = data;
    this.plot = plot;
    this.options = options;
    this.layer = element("div", { class: "hd-names", role: "group", "aria-label": SAY.clusterNames });
    plot.over.surface.append(this.layer);
    /** @type {Map<string, Written>} those that are laid out, by column and code */
    this.written = new Map();
    this.scale = NaN; // that they are laid out for
    this.width = NaN;
    /** @type {Room | null} */
    this.room = null;
    /** @type {Box[]} what of the map they cover */
    this.cover = [];
    /** @type {Place} what the layer's corner lies at */
    this.origin = { x: 0, y: 0 };
    this.larger = 1; // on paper, where the map is smaller
    this.isShown = true;
    this.context = element("canvas").getContext("2d");
    this.font = getComputedStyle(document.body).fontFamily;
    openSwitch((isShown) => {
      this.isShown = isShown;
      this.lay();
    });
    this.listen();
  }

  listen() {
    /** @type {{ clientX: number, clientY: number }} */
    let pressed = { clientX: 0, clientY: 0 };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let flying;
    this.layer.addEventListener("pointerdown", ({ clientX, clientY }) => (pressed = { clientX, clientY }));
    this.layer.addEventListener("click", (event) => {
      const { clientX, clientY, detail, shiftKey } = event;
      const cluster = this.meant(event);
      if (!cluster || (detail && Math.hypot(clientX - pressed.clientX, clientY - pressed.clientY) > SLOP)) return;
      clearTimeout(flying);
      if (detail > 1) return this.rename(cluster);
      if (shiftKey) return ask(cluster);
      selectTypical(cluster);
      flying = setTimeout(() => flyTo(cluster), detail ? TWICE_MS : 0);
    });
    this.layer.addEventListener("keydown", (event) => this.press(event));
    on(["names", "shown", "mapStyle"], () => this.lay());
    on(["filters"], () => this.mark());
    window.addEventListener("beforeprint", () => this.print(true));
    window.addEventListener("afterprint", () => this.print(false));
  }

  /**
   * @param {Event} event
   * @returns {Cluster | undefined}
   */
  meant({ target }) {
    return [...this.written.values()].find(({ button }) => target instanceof Node && button.contains(target))?.label.cluster;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const cluster = this.meant(event);
    if (!cluster || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "F2") this.rename(cluster);
    else if (event.key === "Enter" && event.shiftKey) ask(cluster);
    else if (way) this.step(cluster, way);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * To the next name that way.
   *
   * @param {Cluster} cluster
   * @param {number[]} way
   */
  step(cluster, way) {
    const seen = [...this.written.values()].filter(({ button }) => !button.hidden);
    const next = nextLabel(seen.map(({ label }) => label), cluster, way);
    if (!next) return;
    for (const { label, button } of seen) button.tabIndex = label === next ? 0 : -1;
    this.written.get(keyOf(next.cluster))?.button.focus();
  }

  /** @param {Cluster} cluster */
  rename(cluster) {
    const { plot } = this;
    const at = plot.pixel(cluster.x, cluster.y);
    openRename(this.data.clusters, cluster, (form) => {
      plot.element.append(form);
      const [x, y] = [[at.x, plot.element.clientWidth, form.offsetWidth], [at.y, plot.element.clientHeight, form.offsetHeight]].map(
        ([middle, whole, own]) => Math.max(8, Math.min(whole - own - 8, middle - own / 2)),
      );
      form.style.transform = `translate(${x}px, ${y}px)`;
    }, () => this.written.get(keyOf(cluster))?.button.focus());
  }

  /** @param {boolean} isPaper */
  print(isPaper) {
    const { clientWidth: width, clientHeight: height } = this.plot.element;
    const [across, down] = state.selected === null ? [700, 400] : [250, 230]; // as the style sheet of paper has it
    this.larger = isPaper ? ON_PAPER / Math.min(1, across / width, down / height) : 1;
    this.lay();
  }

  /**
   * @param {string} text
   * @param {number} size
   */
  measure(text, size) {
    if (!this.context) return text.length * size;
    this.context.font = `600 ${size}px ${this.font}`;
    return this.context.measureText(text).width;
  }

  /** Names of clusters where the plot looks now. */
  labels() {
    const { plot: { camera, element: { clientWidth } }, data: { clusters, n }, larger } = this;
    if (!camera.at || !camera.whole || !this.isShown) return [];
    const { scale } = camera.at;
    const { room } = camera;
    const whole = camera.around(camera.whole);
    const { left, right, bottom, top } = seenFrom(whole, camera.size);
    const { shown } = state;
    return laidOut(clusters[levelAt(clusters.length, whole.scale / scale)].clusters, {
      scale, n, called, measure: (text, size) => this.measure(text, size),
      edges: { left: left / scale, right: right / scale, top: room.above - top / scale, bottom: -bottom / scale - room.below },
      sizes: (clientWidth < SMALL ? SMALL_SIZES : SIZES).map((size) => size * larger),
      least: matchMedia("(pointer: coarse)").matches ? FINGER : TARGET,
      marks: shown ? [shown.cutout, ...shown.similar] : [],
      rows: this.options.rows(),
    });
  }

  /** After a change of the view: where the scale is the same, all names move alike. */
  move() {
    const { camera: { at, room }, element: { clientWidth } } = this.plot;
    if (!at) return;
    if (Math.abs(at.scale - this.scale) < 1e-6 * at.scale && clientWidth === this.width && room === this.room) this.shift();
    else this.lay();
  }

  lay() {
    const { camera: { at, room }, element: { clientWidth }, over: { surface } } = this.plot;
    if (!at) return;
    [this.scale, this.width, this.room, this.origin] = [at.scale, clientWidth, room, { x: at.x, y: at.y }];
    const before = this.written;
    this.written = new Map(this.labels().map((label) => {
      const key = keyOf(label.cluster);
      return [key, { label, button: before.get(key)?.button ?? this.make(label.cluster) }];
    }));
    for (const [key, { button }] of before) {
      if (this.written.has(key)) continue;
      if (button === document.activeElement) surface.focus();
      button.remove();
    }
    for (const { label, button } of this.written.values()) this.write(label, button);
    this.cover = Array.from(this.written.values(), ({ label }) => coverOf(label));
    this.mark();
    this.shift();
    this.options.changed();
  }

  /** @param {Cluster} cluster */
  make({ column, code }) {
    const button = element("button", { type: "button", class: "hd-name", tabindex: -1, "data-column": column, "data-code": code });
    this.layer.append(button);
    return button;
  }

  /**
   * @param {Label} label
   * @param {HTMLButtonElement} button
   */
  write({ cluster, lines, size, x, y, width, height }, button) {
    const { origin, scale } = this;
    const text = lines.join("\n");
    if (button.textContent !== text) button.textContent = text;
    button.title = SAY.clusterTitle(called(cluster.name), count(cluster.size), cluster.isPart);
    button.setAttribute("aria-label", button.title);
    Object.assign(button.style, {
      width: `${width}px`, height: `${height}px`, fontSize: `${size}px`,
      transform: `translate(${x - origin.x / scale - width / 2}px, ${y + origin.y / scale - height / 2}px)`,
    });
  }

  // The layer goes along, and what is not seen is not reached.
  shift() {
    const { plot, origin, scale } = this;
    const corner = plot.pixel(origin.x, origin.y);
    this.layer.style.transform = `translate(${corner.x}px, ${corner.y}px)`;
    const { clientWidth, clientHeight } = plot.element;
    const isSeen = (/** @type {Label} */ { x, y, width, height }) => {
      const [left, top] = [corner.x + x - origin.x / scale, corner.y + y + origin.y / scale];
      return left > -width / 2 && left < clientWidth + width / 2 && top > -height / 2 && top < clientHeight + height / 2;
    };
    for (const { label, button } of this.written.values()) {
      const isOut = !isSeen(label);
      if (button.hidden !== isOut) button.hidden = isOut;
    }
    this.stop();
  }

  // One of those that are seen is a stop of the Tab key: the last that was, else the first.
  stop() {
    const buttons = Array.from(this.written.values(), ({ button }) => button).filter(({ hidden }) => !hidden);
    const stop = buttons.find(({ tabIndex }) => tabIndex === 0) ?? buttons[0];
    for (const { button } of this.written.values()) {
      const tabIndex = button === stop ? 0 : -1;
      if (button.tabIndex !== tabIndex) button.tabIndex = tabIndex;
    }
  }

  // Those that are left out are faint.
  mark() {
    for (const { label: { cluster: { column, code } }, button } of this.written.values()) {
      const asked = askedOf(column);
      button.classList.toggle("hd-left-out", asked.length > 0 && !asked.includes(code));
    }
  }

  /**
   * Whether a name is written at a place of the map.
   *
   * @param {number} x
   * @param {number} y
   */
  isAt(x, y) {
    const { scale } = this;
    return [...this.written.values()].some(({ label }) => (
      Math.abs(x / scale - label.x) <= label.width / 2 && Math.abs(-y / scale - label.y) <= label.height / 2
    ));
  }
}

/** @param {Cluster} cluster */
const keyOf = ({ column, code }) => `${column} ${code}`;

/**
 * @param {Data} data
 * @param {Plot} plot
 * @param {Options} options
 * @returns {Names | null} null where there are no clusters
 */
export const openNames = (data, plot, options) => (data.clusters.length ? new Names(data, plot, options) : null);
