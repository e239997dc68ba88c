// Bokeh's models, which Python has named. In: names; figures that stand in the page as texts, or those of a server. Out: models, drawn
// when they are first asked for.

/** @import { Figure, Filter, Item, Model } from "./bokeh.d.ts" */

const POLL_MS = 15;

/**
 * @param {string} name
 * @returns {Model | null}
 */
function find(name) {
  for (const document of window.Bokeh?.documents ?? []) {
    const model = document.get_model_by_name(name);
    if (model) return model;
  }
  return null;
}

/**
 * A model that is there as soon as its figure is.
 *
 * @param {string} name
 */
export function findModel(name) {
  const model = find(name);
  if (!model) throw new Error(`the page has no ${name}`);
  return model;
}

/**
 * @param {"IndexFilter"} name
 * @param {object} properties
 * @returns {Filter}
 */
export function makeModel(name, properties) {
  if (!window.Bokeh) throw new Error("Bokeh is not here");
  return new (window.Bokeh.Models.get(name))(properties);
}

/** @type {Record<string, Item> | undefined} the page's own figures by their names; a server draws them itself */
let items;

/**
 * Draw a figure of the page, whose library stands at its end.
 *
 * @param {string} name
 */
async function embed(name) {
  items ??= JSON.parse(document.getElementById("hd-figures")?.textContent ?? "{}");
  const item = items?.[name];
  if (!item) return;
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  await window.Bokeh?.embed.embed_item(item, `${name}-figure`);
}

/**
 * Wait until a figure has its size.
 *
 * @param {Figure} figure
 * @returns {Promise<Figure>}
 */
function sized(figure) {
  return new Promise((resolve) => {
    const look = () => void (figure.inner_width > 0 && figure.inner_height > 0 && resolve(figure));
    for (const side of ["inner_width", "inner_height"]) figure.properties[side].change.connect(look);
    look();
  });
}

/**
 * Draw a figure, or wait until the server has.
 *
 * @param {string} name
 * @returns {Promise<Figure>}
 */
export async function drawnFigure(name) {
  await embed(name);
  for (;;) {
    const figure = /** @type {Figure | null} */ (find(name));
    if (figure) return sized(figure);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
