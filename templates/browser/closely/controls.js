// The bar over pictures that are looked at closely. In: clicks, sliders. Out: its elements, and calls to what they are for.

import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { AS_IT_IS } from "./stretch.js";

/**
 * @import { Stretch } from "./stretch.js"
 *
 * @typedef {"pair" | "all" | "blink"} Mode
 *
 * @typedef {object} Actions
 * @property {(by: 1 | -1) => void} step
 * @property {(mode: Mode) => void} setMode
 * @property {(stretch: Stretch) => void} setStretch
 * @property {() => void} showWhole
 * @property {() => void} choose
 * @property {() => void} close
 */

const LEAST_RANGE = 2; // between the limits

/**
 * @param {string} title
 * @param {string} icon a name, or a word where there is none
 * @param {() => void} act
 */
function tool(title, icon, act) {
  const isWord = !icon.startsWith("hd-i");
  const made = element("button", { type: "button", class: "hd-tool", title, "aria-label": title.replace(/ \(.*/, "") },
    isWord ? icon : element("i", { class: `hd-i ${icon}` }));
  made.addEventListener("click", act);
  return made;
}

/**
 * @param {string} name
 * @param {number} value
 */
const slider = (name, value) => element("input", { type: "range", min: 0, max: 255, value, "aria-label": name, title: name });

export class Controls {
  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.stretch = AS_IT_IS;
    this.title = element("h2", { id: "hd-closely-title" });
    this.modes = {
      pair: tool(SAY.pair, SAY.pair, () => actions.setMode("pair")),
      blink: tool(SAY.blink, SAY.blinkWord, () => actions.setMode("blink")),
      all: tool(`${SAY.all} (n)`, SAY.all, () => actions.setMode("all")),
    };
    this.invert = tool(SAY.invert, SAY.invertWord, () => this.change({ isInverted: !this.stretch.isInverted }));
    this.kind = element("select", { "aria-label": SAY.stretch }, ...Object.entries(SAY.stretches).map(([value, word]) => (
      element("option", { value }, word)
    )));
    this.kind.addEventListener("change", () => this.change({ kind: /** @type {Stretch["kind"]} */ (this.kind.value) }));
    this.low = slider(SAY.low, AS_IT_IS.low);
    this.high = slider(SAY.high, AS_IT_IS.high);
    this.low.addEventListener("input", () => this.change({ low: Math.min(Number(this.low.value), this.stretch.high - LEAST_RANGE) }));
    this.high.addEventListener("input", () => this.change({ high: Math.max(Number(this.high.value), this.stretch.low + LEAST_RANGE) }));
    this.element = element("div", { class: "hd-closely-bar" },
      this.title, tool(SAY.previous, "hd-i-back", () => actions.step(-1)), tool(SAY.next, "hd-i-forward", () => actions.step(1)),
      this.modes.pair, this.modes.blink, this.modes.all,
      element("span", { class: "hd-limits" }, this.kind, this.low, this.high), this.invert,
      tool(SAY.whole, "hd-i-fit", actions.showWhole), tool(SAY.choose, SAY.chooseWord, actions.choose),
      tool(SAY.close, "hd-i-close", actions.close));
  }

  /** @param {Partial<Stretch>} changes */
  change(changes) {
    this.stretch = { ...this.stretch, ...changes };
    const { kind, low, high, isInverted } = this.stretch;
    this.kind.value = kind;
    this.low.value = String(low);
    this.high.value = String(high);
    this.invert.setAttribute("aria-pressed", String(isInverted));
    this.actions.setStretch(this.stretch);
  }

  /**
   * @param {string} title
   * @param {Mode} mode
   */
  say(title, mode) {
    this.title.textContent = title;
    for (const [name, button] of Object.entries(this.modes)) button.setAttribute("aria-pressed", String(name === mode));
  }
}
