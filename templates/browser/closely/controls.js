// The bar over pictures that are looked at closely. In: clicks, sliders. Out: its elements, and calls to what they are for.

import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { Levels } from "./levels.js";
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
 * @property {(isLimiting: boolean) => void} setLimiting whether drags change the limits
 * @property {() => void} showWhole
 * @property {() => void} choose
 * @property {() => void} close
 */

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
    this.levels = new Levels(({ low, high }) => this.change({ low, high }));
    this.limits = tool(SAY.limits, SAY.limitsWord, () => this.setLimiting(!this.isLimiting));
    this.reset = tool(SAY.resetLimits, "hd-i-undo", () => this.resetLimits());
    this.isLimiting = false;
    this.element = element("div", { class: "hd-closely-bar" },
      this.title, tool(SAY.previous, "hd-i-back", () => actions.step(-1)), tool(SAY.next, "hd-i-forward", () => actions.step(1)),
      this.modes.pair, this.modes.blink, this.modes.all,
      element("span", { class: "hd-limits" }, this.kind, this.levels.element, this.reset), this.limits, this.invert,
      tool(SAY.whole, "hd-i-fit", actions.showWhole), tool(SAY.choose, SAY.chooseWord, actions.choose),
      tool(SAY.close, "hd-i-close", actions.close));
    this.setLimiting(false);
    this.change({});
  }

  resetLimits() {
    const { low, high } = AS_IT_IS;
    this.change({ low, high });
  }

  /** @param {boolean} isLimiting whether drags, and arrow keys, change the limits */
  setLimiting(isLimiting) {
    this.isLimiting = isLimiting;
    this.limits.setAttribute("aria-pressed", String(isLimiting));
    this.actions.setLimiting(isLimiting);
  }

  /** @param {Partial<Stretch>} changes */
  change(changes) {
    this.stretch = { ...this.stretch, ...changes };
    const { kind, low, high, isInverted } = this.stretch;
    this.kind.value = kind;
    this.levels.show(this.stretch);
    this.reset.disabled = low === AS_IT_IS.low && high === AS_IT_IS.high;
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
