// The cutouts most like the mean of some, which only a server can find: it has the fingerprints. In: rows. Out: rows.

import { decode } from "../wire/decode.js";

/** @import { LikeAnswer } from "../wire/types.d.ts" */

/**
 * @param {Int32Array} rows those of which the mean is taken
 * @param {number} n how many are wanted
 * @param {string} [base] what the server's addresses begin with; there is no server where it is missing
 * @returns {Promise<Int32Array | null>} the most similar first, without those that were given; null where no server answers
 */
export async function likeMean(rows, n, base) {
  if (base === undefined) return null;
  try {
    // In any other mode a page that sends no referrers says `Origin: null`, by which the server cannot tell it from others.
    const answer = await fetch(`${base}like/${n}`, {
      method: "POST", mode: "cors", headers: { "Content-Type": "application/octet-stream" }, body: new Int32Array(rows),
    });
    return answer.ok ? /** @type {LikeAnswer} */ (decode(await answer.json())).rows : null;
  } catch {
    return null;
  }
}
