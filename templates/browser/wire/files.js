// The files that pieces lie in, several one after another. In: addresses. Out: scripts that have run; of a file from a server that gives
// parts, the piece alone.

/** @import { FileIndex } from "./types.d.ts" */

/**
 * Run a script; what a browser does under file:// as well, where it refuses to fetch.
 *
 * @param {string} address
 * @returns {Promise<void>}
 */
export function runScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => {
      script.remove();
      resolve();
    };
    script.onerror = () => {
      script.remove();
      reject(new Error(`${script.src} cannot be read`));
    };
    document.head.append(script);
  });
}

/**
 * Ask a server for some bytes of a file.
 *
 * @param {string} address
 * @param {number} first
 * @param {number | null} last null for the file's end
 * @returns {Promise<string | null>} null where it has no such file, or gives no parts
 */
export async function fetchPart(address, first, last) {
  const answer = await fetch(address, { headers: { Range: `bytes=${first}-${last ?? ""}` } });
  if (answer.status === 206) return answer.text();
  answer.body?.cancel();
  return null;
}

/** Whether the page came from a server, of which one may ask for parts of files. */
export const isFromServer = () => /^https?:$/.test(globalThis.location?.protocol ?? "");

/**
 * Where in its file a piece lies: its first and its last byte; null for the file's end.
 *
 * @param {FileIndex} file
 * @param {number} number
 * @returns {[number, number | null]}
 */
export function bytesOfPiece({ per_file, starts }, number) {
  const next = number + 1;
  const isLast = next % per_file === 0 || next === starts.length;
  return [starts[number], isLast ? null : starts[next] - 2]; // a line's end lies between
}

/**
 * What a line of such a file hands over.
 *
 * @param {string} line
 * @param {string} key of the piece
 * @returns {unknown} nothing where it is another line
 */
export function pieceOf(line, key) {
  const start = `hubbleDash.piece("${key}",`;
  return line.startsWith(start) && line.endsWith(");") ? JSON.parse(line.slice(start.length, -2)) : undefined;
}
