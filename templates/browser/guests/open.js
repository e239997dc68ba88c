// Images that a visitor brings, where a server compares them. In: files. Out: guests, one after the other, the first of them selected.

import { state } from "../state.js";
import { waiting } from "../text/busy.js";
import { byId } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { admit, expel, reset, select } from "../walk.js";
import { ask } from "./ask.js";
import { letBring } from "./bring.js";
import { Strip } from "./strip.js";

/** @import { Data } from "../data/data.js" */

const MOST_AT_ONCE = 24;

/** @param {string} address */
async function decodedPicture(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture;
}

/**
 * @param {Data} data
 * @param {string} base what the server's addresses begin with
 */
function openGuests(data, base) {
  const strip = new Strip(remove);
  /** One file after the other, also of those that come while others are read. */
  let queue = Promise.resolve();

  /** @param {number} row */
  function remove(row) {
    const { name } = data.guests.get(row).cutout;
    const beside = strip.remove(row);
    if (state.selected === row && beside) select(Number(beside.dataset.row));
    else if (state.selected === row) reset();
    expel(row);
    data.guests.remove(row);
    strip.say(beside ? SAY.guestRemoved(name) : "");
  }

  /** @param {File} file */
  async function take(file) {
    const answer = await ask(file, base);
    const guest = await data.guests.add(file.name || SAY.pasted, answer, await decodedPicture(answer.picture), data.placeOf);
    admit(guest.row);
    strip.add(guest);
    return guest.row;
  }

  /** @param {File[]} files */
  async function takeAll(files) {
    const some = files.slice(0, MOST_AT_ONCE);
    const wrong = files.length > some.length ? [SAY.guestsLeftOut(MOST_AT_ONCE, files.length)] : [];
    let isFirst = true;
    for (const [i, file] of some.entries()) {
      strip.say([SAY.readingGuest(file.name || SAY.pasted, i + 1, some.length), ...wrong].join(" "));
      try {
        const row = await take(file);
        if (isFirst) select(row);
        isFirst = false;
      } catch (error) {
        wrong.push(SAY.guestWrong(file.name || SAY.pasted, /** @type {Error} */ (error).message));
      }
    }
    strip.say(wrong.join(" "));
  }

  letBring((files) => {
    queue = queue.then(() => waiting(byId("hd-gallery"), SAY.reading, takeAll(files)));
  });
}

/**
 * Let visitors bring images, where the page says that its server takes them.
 *
 * @param {Data} data
 */
export function openGuestsIfServed(data) {
  const { hdGuests } = document.body.dataset;
  if (hdGuests !== undefined && data.server !== undefined) openGuests(data, data.server);
}
