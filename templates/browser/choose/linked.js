// The choice in links: the shapes that made it, of however many cutouts it is; where it was not drawn, its rows. In: `filters` of the
// state, links. Out: the part `chosen` of the address, and the choice.

import { replayed } from "../shapes/drawn.js";
import { MOST_SHAPES, shapesOf, shapesText } from "../shapes/text.js";
import { on, state } from "../state.js";
import { rowsOfPlaces } from "../subset/rows.js";
import { count, has, none, set, setAll } from "../subset/bits.js";
import { replaceFilter } from "../subset/own.js";
import { SAY } from "../text/strings.js";
import { missInLink, onHome, onLink, sayInLink } from "../walk.js";
import { choice, chosen, CHOSEN, drawnChoice, isDrawn, standsAlone } from "./chosen.js";
import { packed, unpacked } from "./packed.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Numbers } from "../data/column.js"
 * @import { Places } from "./chosen.js"
 */

const LONGEST = 8000; // of a part of an address, which mail and chats still bear

const ROWS = /^(not:)?rows:(.*)$/;

/**
 * A choice that was not drawn, as links have it.
 *
 * @param {Data} data
 * @param {Places} filter
 */
async function rowsText(data, { bits, negated }) {
  const rowsOf = await rowsOfPlaces(data.columns);
  return `${negated ? "not:" : ""}rows:${packed(rowsOf(bits), data.n)}`;
}

/**
 * The choice that a link says, by rows or by shapes.
 *
 * @param {Data} data
 * @param {string} text
 * @returns {Promise<Places | null>} null where it means nothing here
 */
async function choiceOf(data, text) {
  const [, not, code] = ROWS.exec(text) ?? [];
  if (code === undefined) {
    const shapes = shapesOf(text);
    const bits = shapes && await replayed(data, shapes);
    return shapes && bits && count(bits) ? drawnChoice(bits, shapes) : null;
  }
  const rows = unpacked(code, data.n);
  if (!rows?.length) return null;
  const isWanted = setAll(none(data.n), rows);
  const { values } = await data.columns.get(data.columns.builtIn("row"));
  const bits = none(data.n);
  for (let place = 0; place < data.n; place++) if (has(isWanted, /** @type {Numbers} */ (values)[place])) set(bits, place);
  return { ...choice(bits, SAY.chosenRows(rows.length)), ...(not ? { negated: true } : {}) };
}

/**
 * @param {Data} data
 * @param {(text: string) => void} complain says that a link's choice means nothing here
 */
export function openChosenLink(data, complain) {
  /** @type {{ before: ReturnType<typeof chosen> } | null} the choice that is there as long as a link's is not */
  let loading = null;

  /**
   * @param {string | null} text null where it cannot be said
   * @param {string} why
   */
  function tell(text, why) {
    const isShort = text !== null && text.length <= LONGEST;
    sayInLink("chosen", isShort ? text : null);
    missInLink("chosen", isShort ? null : why);
  }

  async function say() {
    const filter = state.filters.find(standsAlone);
    if (!filter) {
      sayInLink("chosen", null);
      missInLink("chosen", null);
    } else if (isDrawn(filter)) tell(filter.shapes.length <= MOST_SHAPES ? shapesText(filter.shapes) : null, SAY.tooManyShapes);
    else {
      const text = await rowsText(data, filter);
      if (filter === state.filters.find(standsAlone)) tell(text, SAY.tooLongChoice);
    }
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
      if (state.filters.some(standsAlone)) replaceFilter(CHOSEN, null);
      return;
    }
    const mine = { before: chosen() };
    loading = mine;
    const found = await choiceOf(data, text);
    if (loading !== mine) return;
    loading = null;
    if (found) return replaceFilter(CHOSEN, found);
    say();
    complain(SAY.noChoice);
  });
}
