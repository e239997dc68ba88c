// What a server is asked about an image of a visitor. In: a file. Out: its answer, or why there is none.

import { decode } from "../wire/decode.js";
import { SAY } from "../text/strings.js";
import { MOST_GUEST_BYTES } from "../wire/constants.js";

/** @import { GuestAnswer } from "../wire/types.d.ts" */

/**
 * How a name ends, as far as it says what is inside: `fits.gz` of `a.b.FITS.gz`.
 *
 * @param {string} name
 */
export function suffixOf(name) {
  const found = /(?:\.([a-z0-9]{1,8}))?\.([a-z0-9]{1,8})$/.exec(name.toLowerCase());
  return (found ?? []).slice(1).filter(Boolean).join(".");
}

/**
 * @param {File} file
 * @param {string} base what the server's addresses begin with
 * @returns {Promise<GuestAnswer>}
 * @throws {Error} whose message says why there is no answer
 */
export async function ask(file, base) {
  if (file.size > MOST_GUEST_BYTES) throw new Error(SAY.guestTooLarge(MOST_GUEST_BYTES / 1e6));
  let answer;
  try {
    // As in `likeness/mean.js`: in any other mode the server cannot tell this page from others.
    answer = await fetch(`${base}guest/${suffixOf(file.name)}`, {
      method: "POST", mode: "cors", headers: { "Content-Type": "application/octet-stream" }, body: file,
    });
  } catch {
    throw new Error(SAY.noServer);
  }
  if (answer.ok) return /** @type {GuestAnswer} */ (decode(await answer.json()));
  const isSaid = answer.headers.get("Content-Type")?.startsWith("text/plain");
  throw new Error(isSaid ? (await answer.text()).trim() : SAY.guestTrouble);
}
