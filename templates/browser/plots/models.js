// Bokeh's models, which Python has named. In: names. Out: models.

/** @import { Figure, Filter, Model } from "./bokeh.d.ts" */

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

/**
 * Wait until Bokeh has drawn a figure for the first time.
 *
 * @param {string} name
 * @returns {Promise<Figure>}
 */
export async function drawnFigure(name) {
  for (;;) {
    const figure = /** @type {Figure | null} */ (find(name));
    if (figure && figure.inner_width > 0 && figure.inner_height > 0) return figure;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
