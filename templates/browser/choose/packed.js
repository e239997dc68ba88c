// Rows as a short text, for links. In: rows; texts from anywhere. Out: a text of letters, digits, hyphens and underscores; rows, or none.

const [GAPS, BITS] = ["g", "b"]; // how the bytes behind the first letter are read: from row to row, or a bit for each
const MOST_SHIFT = 35; // bits of a step, which are more than any row needs

/** @param {Uint8Array} bytes */
function written(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text */
function read(text) {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return null;
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/**
 * The steps from row to row, each in as many groups of seven bits as it takes, the lowest first.
 *
 * @param {ArrayLike<number>} rows rising
 */
function gapsOf(rows) {
  const bytes = [];
  for (let i = 0, next = 0; i < rows.length; next = rows[i] + 1, i++) {
    let gap = rows[i] - next;
    for (; gap >= 128; gap >>>= 7) bytes.push((gap & 127) | 128);
    bytes.push(gap);
  }
  return Uint8Array.from(bytes);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} n how many rows there are
 */
function rowsOfGaps(bytes, n) {
  const rows = [];
  let [next, gap, shift] = [0, 0, 0];
  for (const byte of bytes) {
    gap += (byte & 127) * 2 ** shift;
    shift += 7;
    if (gap >= n || shift > MOST_SHIFT) return null;
    if (byte & 128) continue;
    rows.push(next + gap);
    next += gap + 1;
    [gap, shift] = [0, 0];
  }
  return shift === 0 && next <= n ? rows : null;
}

/**
 * @param {ArrayLike<number>} rows
 * @param {number} n how many rows there are
 */
function bitsOf(rows, n) {
  const bytes = new Uint8Array(Math.ceil(n / 8));
  for (let i = 0; i < rows.length; i++) bytes[rows[i] >> 3] |= 1 << (rows[i] & 7);
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} n how many rows there are
 */
function rowsOfBits(bytes, n) {
  if (bytes.length !== Math.ceil(n / 8)) return null;
  const rows = [];
  for (let row = 0; row < 8 * bytes.length; row++) if (bytes[row >> 3] & (1 << (row & 7))) rows.push(row);
  return rows.every((row) => row < n) ? rows : null;
}

/**
 * @param {ArrayLike<number>} rows rising
 * @param {number} n how many rows there are
 */
export function packed(rows, n) {
  const gaps = gapsOf(rows);
  return gaps.length * 8 < n ? GAPS + written(gaps) : BITS + written(bitsOf(rows, n));
}

/**
 * @param {string} text
 * @param {number} n how many rows there are
 * @returns {number[] | null} rising; null where the text means none of them
 */
export function unpacked(text, n) {
  const bytes = read(text.slice(1));
  if (!bytes) return null;
  if (text[0] === GAPS) return rowsOfGaps(bytes, n);
  return text[0] === BITS ? rowsOfBits(bytes, n) : null;
}
