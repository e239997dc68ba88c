// Bars over an axis that are brushed by pointer or keys: in the filter panel, and in the map's legend. In: an axis, counts, what is asked
// of the column. Out: its filter, the same wherever it is brushed.

import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { filterOfColumn, idOf, onlyMissing, replaceFilter, wantsMissing } from "../subset/own.js";
import { dragTo, moveEnd, startDrag } from "./brush.js";

/**
 * @import { Filter } from "../data/types.d.ts"
 * @import { Axis, Range } from "./axis.js"
 * @import { Drag, Span } from "./brush.js"
 *
 * @typedef {{ range: Range, span: Span }} Brush what is asked, and where it lies on the axis
 */

const NEAR_PX = { mouse: 6, touch: 22 };
const CLICK_PX = 3;
const FAINT_AT_MOST = 4; // times as high as what is left, so that few of many are seen
const SVG = "http://www.w3.org/2000/svg";

/** @param {string} kind */
function path(kind) {
  const made = document.createElementNS(SVG, "path");
  made.setAttribute("class", kind);
  return made;
}

/**
 * Bars as a path in a box of a bin's width and 1 high; bars of some are seen.
 *
 * @param {ArrayLike<number>} counts
 * @param {number} most
 * @param {(bin: number) => boolean} isIn
 */
function bars(counts, most, isIn) {
  let found = "";
  for (let bin = 0; bin < counts.length; bin++) {
    if (!counts[bin] || !isIn(bin)) continue;
    const height = Math.min(1, Math.max(0.04, counts[bin] / most));
    found += `M${bin + 0.06} 1V${(1 - height).toFixed(3)}H${bin + 0.94}V1Z`;
  }
  return found;
}

/**
 * The elements of a brush over bars.
 *
 * @param {string} name of the column
 */
function makeBrush(name) {
  const paths = { whole: path("hd-count-whole"), out: path("hd-count-out"), in: path("hd-count-bar") };
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(...Object.values(paths));
  const band = element("div", { class: "hd-band" });
  const ends = [SAY.from(name), SAY.to(name)].map((label) => element("div", {
    class: "hd-end", role: "slider", tabindex: 0, "aria-label": label, "aria-orientation": "horizontal",
  }));
  const brush = element("div", { class: "hd-brush" }, band, ...ends);
  brush.prepend(svg);
  return { brush, svg, paths, band, ends };
}

export class Brushed {
  /**
   * @param {string} name of the column
   * @param {Axis} axis
   * @param {number} [nLow] bins at the lower end that are not what heights are measured by
   */
  constructor(name, axis, nLow = 0) {
    this.name = name;
    this.axis = axis;
    this.nLow = nLow;
    /** @type {Span | null} */
    this.span = null;
    /** @type {Brush | null} as the column's filter has it */
    this.asked = null;
    /** @type {[Uint32Array, Uint32Array] | null} */
    this.counts = null;
    /** @type {number | undefined} of the frame that will ask */
    this.next = undefined;
    this.parts = makeBrush(name);
    this.element = this.parts.brush;
    this.listen();
    this.sayEnds();
  }

  get chart() {
    return { column: this.name, bins: this.axis.bins };
  }

  /** @param {Axis} axis whose counts are still to come */
  setAxis(axis) {
    this.axis = axis;
    this.follow(filterOfColumn(this.name));
  }

  listen() {
    const { brush, ends } = this.parts;
    /** @type {(Drag & { x: number, moved: boolean }) | null} */
    let drag = null;
    const at = (/** @type {PointerEvent} */ { clientX }) => {
      const { left, width } = brush.getBoundingClientRect();
      return (clientX - left) / width;
    };
    brush.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const near = (event.pointerType === "mouse" ? NEAR_PX.mouse : NEAR_PX.touch) / brush.clientWidth;
      drag = { ...startDrag(this.span, at(event), near), x: event.clientX, moved: false };
      brush.setPointerCapture(event.pointerId);
      event.preventDefault(); // no text is marked
    });
    brush.addEventListener("pointermove", (event) => {
      if (!drag) return;
      drag.moved ||= Math.abs(event.clientX - drag.x) > CLICK_PX;
      if (drag.moved) this.askSoon(dragTo(drag, at(event)));
    });
    brush.addEventListener("pointerup", () => {
      if (drag && !drag.moved && drag.part === "new") this.ask(null);
      drag = null;
    });
    brush.addEventListener("pointercancel", () => (drag = null));
    brush.addEventListener("dblclick", () => this.ask(null));
    ends.forEach((end, i) => end.addEventListener("keydown", (event) => this.key(event, /** @type {0 | 1} */ (i))));
  }

  /**
   * @param {KeyboardEvent} event
   * @param {0 | 1} end
   */
  key(event, end) {
    const now = this.span ?? /** @type {Span} */ ([0, 1]);
    const step = 1 / Math.max(20, this.axis.bins.n);
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -5 * step, PageUp: 5 * step }[event.key];
    const isClear = event.key === "Delete" || event.key === "Backspace" || (event.key === "Escape" && this.span);
    if (by) this.ask(this.stepped(now, end, by));
    else if (event.key === "Home" || event.key === "End") this.ask(moveEnd(now, end, Number(event.key === "End")));
    else if (isClear) this.ask(null);
    else return;
    event.preventDefault();
    event.stopPropagation(); // the page's arrows mean something else
  }

  /**
   * The brush after steps of an end, as many as it takes to mean something else.
   *
   * @param {Span} now
   * @param {0 | 1} end
   * @param {number} by
   */
  stepped(now, end, by) {
    const meant = JSON.stringify(this.axis.range(now));
    for (let to = now[end] + by; to > -1 && to < 2; to += by) {
      const span = moveEnd(now, end, to);
      if (JSON.stringify(this.axis.range(span)) !== meant) return span;
    }
    return now;
  }

  /**
   * A drag asks once a frame.
   *
   * @param {Span} span
   */
  askSoon(span) {
    this.next ??= requestAnimationFrame(() => {
      this.next = undefined;
      this.ask(this.wanted ?? null);
    });
    this.wanted = span;
    this.showSpan(span);
  }

  /** @param {Span | null} span */
  ask(span) {
    this.wanted = span;
    const range = span && this.axis.range(span, this.asked);
    const missing = wantsMissing(filterOfColumn(this.name)) ? { missing: true } : {};
    /** @type {Filter | null} */
    const filter = range && { id: idOf(this.name), kind: "range", column: this.name, ...range, ...missing };
    replaceFilter(idOf(this.name), filter ?? (missing.missing ? onlyMissing(this.name) : null));
  }

  /** @param {Filter | undefined} filter */
  follow(filter) {
    const range = filter?.kind === "range" && !filter.negated ? { low: filter.low, high: filter.high } : null;
    this.asked = range && { range, span: this.axis.span(range) };
    this.showSpan(this.asked && this.asked.span);
    this.sayEnds();
  }

  sayEnds() {
    const { least, most } = this.axis;
    const { low, high } = this.asked?.range ?? { low: null, high: null };
    [low ?? least, high ?? most].forEach((value, i) => {
      const end = this.parts.ends[i];
      end.setAttribute("aria-valuemin", String(least));
      end.setAttribute("aria-valuemax", String(most));
      end.setAttribute("aria-valuenow", String(value));
      end.setAttribute("aria-valuetext", this.axis.text(value));
    });
  }

  /** @param {Span | null} span */
  showSpan(span) {
    this.span = span;
    const { brush, band, ends } = this.parts;
    brush.classList.toggle("hd-brushed", span !== null);
    const [low, high] = span ?? [0, 1];
    band.style.left = `${100 * low}%`;
    band.style.right = `${100 * (1 - high)}%`;
    ends[0].style.left = `${100 * low}%`;
    ends[1].style.left = `${100 * high}%`;
    this.drawBars();
  }

  /**
   * @param {Uint32Array} counts
   * @param {Uint32Array} whole
   */
  draw(counts, whole) {
    this.counts = [counts, whole];
    this.drawBars();
  }

  drawBars() {
    const [counts, whole] = this.counts ?? [];
    if (!counts || !whole || counts.length !== this.axis.bins.n) return;
    const { n } = this.axis.bins;
    const [some, all] = [counts, whole].map((each) => each.subarray(this.nLow).reduce((a, b) => Math.max(a, b), 1));
    const most = Math.min(all, FAINT_AT_MOST * some);
    const [low, high] = this.span ?? [0, 1];
    const isIn = (/** @type {number} */ bin) => (bin + 0.5) / n >= low && (bin + 0.5) / n <= high;
    this.parts.svg.setAttribute("viewBox", `0 0 ${n} 1`);
    this.parts.paths.whole.setAttribute("d", bars(whole, most, () => true));
    this.parts.paths.out.setAttribute("d", bars(counts, most, (bin) => !isIn(bin)));
    this.parts.paths.in.setAttribute("d", bars(counts, most, isIn));
  }
}
