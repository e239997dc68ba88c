// The choice in links: the shapes that made it, of however many cutouts it is. In: `filters` of the state, links. Out: the part `chosen` of
// the address, and the choice.

import { replayed } from "../shapes/drawn.js";
import { MOST_SHAPES, shapesOf, shapesText } from "../shapes/text.js";
import { on, state } from "../state.js";
import { count } from "../subset/bits.js";
import { replaceFilter } from "../subset/own.js";
import { SAY } from "../text/strings.js";
import { missInLink, onHome, onLink, sayInLink } from "../walk.js";
import { chosen, CHOSEN, drawnChoice, isDrawn } from "./chosen.js";

/** @import { Data } from "../data/data.js" */

const LONGEST = 8000; // of a part of an address, which mail and chats still bear

/**
 * @param {Data} data
 * @param {(text: string) => void} complain says that a link's choice means nothing here
 */
export function openChosenLink(data, complain) {
  /** @type {{ before: ReturnType<typeof chosen> } | null} the choice that is there as long as a link's is not */
  let loading = null;

  function say() {
    const drawn = state.filters.find(isDrawn);
    const text = drawn ? shapesText(drawn.shapes) : null;
    const isShort = text !== null && text.length <= LONGEST && drawn !== undefined && drawn.shapes.length <= MOST_SHAPES;
    sayInLink("chosen", isShort ? text : null);
    missInLink("chosen", drawn && !isShort ? SAY.tooManyShapes : null);
  }

  on(["filters"], () => {
    if (loading && loading.before === chosen()) return; // what the link says stays until it is here
    loading = null;
    say();
  });
  onHome(() => {
    loading = null;
    say();
  });
  onLink("chosen", async (text) => {
    if (text === null) {
      loading = null;
      if (state.filters.some(isDrawn)) replaceFilter(CHOSEN, null);
      return;
    }
    const mine = { before: chosen() };
    loading = mine;
    const shapes = shapesOf(text);
    const bits = shapes && await replayed(data, shapes);
    if (loading !== mine) return;
    loading = null;
    if (shapes && bits && count(bits)) return replaceFilter(CHOSEN, drawnChoice(bits, shapes));
    say();
    complain(SAY.noChoice);
  });
}
