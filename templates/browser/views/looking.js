// Where a plot looks, in links. In: a plot, links. Out: a part of the address, and the plot's view.

import { viewOf, viewText } from "../link.js";
import { on } from "../state.js";
import { onLink, sayInLink } from "../walk.js";

/**
 * @import { Plot } from "../plots/plot.js"
 * @import { View } from "../plots/view.js"
 *
 * @typedef {object} Words how a view stands in links
 * @property {(view: View) => string | null} write
 * @property {(text: string) => View | null | Promise<View | null>} read null where there is nothing to look at
 */

/**
 * Let the address say where a plot looks, and the plot look where links say.
 *
 * @param {Plot} plot
 * @param {string} name of the part
 * @param {Words} [words]
 */
export function linkView({ camera }, name, { write, read } = { write: viewText, read: viewOf }) {
  let isLinked = false;
  const isWhole = () => !camera.at || (camera.fitted !== null && camera.fitted === camera.whole);
  const say = () => sayInLink(name, isWhole() ? null : write(/** @type {View} */ (camera.at)));
  onLink(name, async (text) => {
    isLinked = text !== null;
    const view = text === null ? null : await read(text);
    isLinked &&= view !== null;
    if (view) camera.look(camera.bearable(view));
    else if (text === null) camera.showWhole();
    say();
  });
  on(["selected"], () => (isLinked = false));
  return {
    /** Say where it looks now. */
    say,
    /** Whether it looks where a link said, so that it need not go to what is selected. */
    isLinked: () => isLinked,
  };
}
