// Lasso and box on the map, circle on the sky, box and lasso on the parent image: buttons in the plots' corners, and the first of each by
// shift alone. In: clicks, strokes, Enter, which is a box around all that is in view, Escape. Out: the choice, and `data-hd-tool` on the
// body as long as a tool is in hand.

import { plotOf } from "../plots/plot.js";
import { foundIn, numbersOf } from "../shapes/drawn.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { chooseShape } from "./chosen.js";
import { howOf, Stroke } from "./stroke.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { How, Place, Shape } from "../data/types.d.ts"
 * @import { Held, Kind } from "./stroke.js"
 *
 * @typedef {{ plot: string, kind: Kind, shape: Shape["kind"] }} Tool
 */

/** @type {Tool[]} */
const TOOLS = [
  { plot: "hd-map", kind: "lasso", shape: "lasso" },
  { plot: "hd-map", kind: "box", shape: "box" },
  { plot: "hd-sky", kind: "circle", shape: "circle" },
  { plot: "hd-image", kind: "box", shape: "image" },
  { plot: "hd-image", kind: "lasso", shape: "imagelasso" },
];
/** @type {How[]} */
const HOWS = ["new", "add", "take"];

/**
 * @typedef {object} InHand
 * @property {Tool} tool
 * @property {Stroke} stroke
 * @property {HTMLElement} button
 * @property {HTMLElement} strip
 * @property {((event: KeyboardEvent) => void) | null} takeView
 */

/** @type {InHand | null} */
let inHand = null;
/** @type {How} what a stroke does without shift or alt */
let how = "new";

export function layDown() {
  if (!inHand) return;
  inHand.stroke.remove();
  inHand.strip.remove();
  inHand.button.setAttribute("aria-pressed", "false");
  delete document.body.dataset.hdTool;
  inHand = null;
}

/**
 * Three buttons that say what a stroke does to the choice; shift and alt do the same.
 *
 * @returns {HTMLElement}
 */
function howStrip() {
  const buttons = HOWS.map((one) => {
    const button = element("button", {
      type: "button", class: "hd-icon", title: SAY.how[one], "aria-label": SAY.how[one], "aria-pressed": String(one === how),
    }, element("i", { class: `hd-i hd-i-${one === "take" ? "less" : one}` }));
    button.addEventListener("click", () => {
      how = one;
      for (const [i, other] of buttons.entries()) other.setAttribute("aria-pressed", String(HOWS[i] === how));
    });
    return button;
  });
  return element("span", { class: "hd-how", role: "group", "aria-label": SAY.howGroup }, ...buttons);
}

/**
 * @param {Data} data
 * @param {Tool} tool
 * @param {HTMLElement} button
 * @returns {Stroke | null}
 */
function takeUp(data, tool, button) {
  const plot = plotOf(tool.plot);
  if (!plot) return null;
  const finish = async (/** @type {Place[]} */ corners, /** @type {Held} */ event) => {
    const does = howOf(event, how);
    const numbers = await numbersOf(tool.shape, data, corners, { scale: plot.scale, skyAt: plot.reactions.skyAt });
    const shape = numbers && { kind: tool.shape, how: does, numbers };
    const bits = shape && await foundIn(data, shape);
    if (!bits) return plot.over.say(SAY.noShape);
    if (!chooseShape(bits, shape, data.n)) plot.over.say(SAY.nothingChosen);
  };
  const stroke = new Stroke(plot, tool.kind, finish);
  how = "new";
  const strip = howStrip();
  button.parentElement?.append(strip);
  button.setAttribute("aria-pressed", "true");
  document.body.dataset.hdTool = `${tool.plot}-${tool.kind}`;
  const takeView = (/** @type {KeyboardEvent} */ event) => {
    const { left, right, bottom, top } = plot.view;
    finish([{ x: left, y: bottom }, { x: right, y: top }], event);
  };
  inHand = { tool, stroke, button, strip, takeView: tool.kind === "box" ? takeView : null };
  if (tool.kind === "box") plot.over.surface.focus({ preventScroll: true });
  plot.over.say(SAY.drawIt[tool.kind]);
  return stroke;
}

/**
 * A drag with shift held is a stroke of a plot's first tool, which is then laid down.
 *
 * @param {Data} data
 * @param {Tool} tool
 * @param {HTMLElement} button
 */
function strokeByShift(data, tool, button) {
  const plot = plotOf(tool.plot);
  plot?.element.addEventListener("pointerdown", (event) => {
    if (!event.shiftKey || event.button || event.pointerType === "touch" || inHand || event.target !== plot.over.surface) return;
    event.stopPropagation();
    const stroke = takeUp(data, tool, button);
    if (!stroke) return;
    stroke.begin(event);
    stroke.canvas.addEventListener("pointerup", (up) => {
      layDown();
      if (up.clientX === event.clientX && up.clientY === event.clientY) plot.receive(plot.event("tap", up));
    }, { once: true });
    stroke.canvas.addEventListener("pointercancel", layDown, { once: true });
  }, { capture: true });
}

/**
 * The place in a plot's corner where its tools stand.
 *
 * @param {HTMLElement} plot
 */
function cornerOf(plot) {
  const panel = /** @type {HTMLElement} */ (plot.parentElement);
  const found = panel.querySelector(":scope > .hd-over-tools");
  if (found) return found;
  const made = element("div", { class: "hd-over hd-over-tools" });
  plot.after(made);
  return made;
}

/**
 * Put a plot's tools into its corner.
 *
 * @param {Data} data
 * @param {string} name of a plot that is drawn
 */
export function openHands(data, name) {
  const tools = TOOLS.filter(({ plot }) => plot === name);
  for (const tool of tools) {
    const title = SAY.toolTitles[`${tool.plot}-${tool.kind}`];
    const button = element("button", {
      type: "button", class: "hd-icon", id: `${tool.plot}-${tool.kind}`, title, "aria-label": title, "aria-pressed": "false",
    }, element("i", { class: `hd-i hd-i-${tool.kind}` }));
    button.addEventListener("click", () => {
      const wasInHand = inHand?.tool === tool;
      layDown();
      if (!wasInHand) takeUp(data, tool, button);
    });
    cornerOf(byId(name)).append(button);
    if (tool === tools[0]) strokeByShift(data, tool, button);
  }
}

/** Escape lays down what is in hand, before it means anything else; Enter takes what is in view of a plot that has the focus. */
export function openChoosing() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !inHand?.takeView || document.activeElement !== plotOf(inHand.tool.plot)?.over.surface) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    inHand.takeView(event);
  }, { capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !inHand || document.querySelector("dialog[open]")) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (!inHand.stroke.drop()) layDown();
  }, { capture: true });
}
