// Lasso and box on the map, circle on the sky, box on the parent image: buttons in the plots' corners, and the first of each by shift
// alone. In: clicks, strokes, Escape. Out: the choice, and `data-hd-tool` on the body as long as a tool is in hand.

import { plotOf } from "../plots/plot.js";
import { withinCircle } from "../query/sky.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { separation, unproject } from "../views/sky.js";
import { chooseShape } from "./chosen.js";
import { boundsOf, inPolygon, inRectangle, middlesIn } from "./shapes.js";
import { howOf, Stroke } from "./stroke.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Numbers } from "../data/column.js"
 * @import { Place } from "../data/types.d.ts"
 * @import { How } from "./chosen.js"
 * @import { Kind } from "./stroke.js"
 *
 * @typedef {(data: Data, corners: Place[]) => Promise<Uint32Array | null>} Find null where the shape means nothing
 * @typedef {{ plot: string, kind: Kind, find: Find }} Tool
 */

/** @type {Find} */
const onMap = async (data, corners) => inPolygon(await data.whole.map(), corners);

/** @type {Find} */
const inMapBox = async (data, corners) => inRectangle(await data.whole.map(), boundsOf(corners));

/** @type {Find} */
async function onSky({ columns }, [middle, edge]) {
  const [at, to] = [unproject(middle.x, middle.y), unproject(edge.x, edge.y)];
  if (!at || !to) return null;
  const [ra, dec] = await Promise.all(["ra", "dec"].map((name) => columns.get(columns.builtIn(name))));
  if (!ra.values || !dec.values) return null;
  return withinCircle(ra.values, dec.values, { ...at, radius: separation(at, to) });
}

/** @type {Find} */
async function onImage(data, corners) {
  const number = Number(document.getElementById("hd-image")?.dataset.image ?? NaN);
  if (Number.isNaN(number)) return null;
  const names = ["image", "x0", "x1", "y0", "y1"];
  const found = await Promise.all(names.map((name) => data.columns.get(data.columns.builtIn(name))));
  const [image, x0, x1, y0, y1] = found.map(({ values }) => /** @type {Numbers} */ (values));
  const { ny, origin } = await data.image(number);
  const { left, right, bottom, top } = boundsOf(corners);
  const lines = origin === "lower" ? { bottom, top } : { bottom: ny - top, top: ny - bottom };
  return middlesIn({ image, x0, x1, y0, y1 }, number, { left, right, ...lines });
}

/** @type {Tool[]} */
const TOOLS = [
  { plot: "hd-map", kind: "lasso", find: onMap },
  { plot: "hd-map", kind: "box", find: inMapBox },
  { plot: "hd-sky", kind: "circle", find: onSky },
  { plot: "hd-image", kind: "box", find: onImage },
];
/** @type {How[]} */
const HOWS = ["new", "add", "take"];

/** @type {{ tool: Tool, stroke: Stroke, button: HTMLElement, strip: HTMLElement } | null} */
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
  const stroke = new Stroke(plot, tool.kind, async (corners, event) => {
    const bits = await tool.find(data, corners);
    if (!bits) return plot.over.say(SAY.noShape);
    const found = chooseShape(bits, SAY.tools[tool.kind], howOf(event, how), data.n);
    if (!found) plot.over.say(SAY.nothingChosen);
  });
  how = "new";
  const strip = howStrip();
  button.parentElement?.append(strip);
  button.setAttribute("aria-pressed", "true");
  document.body.dataset.hdTool = `${tool.plot}-${tool.kind}`;
  inHand = { tool, stroke, button, strip };
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

/** @param {Data} data */
export function openChoosing(data) {
  for (const tool of TOOLS) {
    const plot = document.getElementById(tool.plot);
    if (!plot) continue;
    const title = SAY.toolTitles[`${tool.plot}-${tool.kind}`];
    const button = element("button", {
      type: "button", class: "hd-icon", id: `${tool.plot}-${tool.kind}`, title, "aria-label": title, "aria-pressed": "false",
    }, element("i", { class: `hd-i hd-i-${tool.kind}` }));
    button.addEventListener("click", () => {
      const wasInHand = inHand?.tool === tool;
      layDown();
      if (!wasInHand) takeUp(data, tool, button);
    });
    cornerOf(plot).append(button);
    if (TOOLS.find((one) => one.plot === tool.plot) === tool) strokeByShift(data, tool, button);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !inHand || document.querySelector("dialog[open]")) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (!inHand.stroke.drop()) layDown();
  }, { capture: true });
}
