// A contact sheet: pictures in a grid with captions below them, as a PNG. In: places, their pictures and captions. Out: a blob.

import { SAY } from "../text/strings.js";

/**
 * @import { PicturePart } from "../data/types.d.ts"
 *
 * @typedef {{ lines: string[], picture: Promise<PicturePart> }} Entry
 */

/** Of more, the first are taken: browsers draw no larger canvas. */
export const MOST = 1000;
const [PICTURE, GAP, LINE, HEAD] = [160, 12, 16, 48];
const FONT = '"Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';

/**
 * A text that is no wider than a picture.
 *
 * @param {(text: string) => number} widthOf
 * @param {string} text
 * @param {number} most
 */
export function shortened(widthOf, text, most) {
  if (widthOf(text) <= most) return text;
  const letters = [...text];
  let kept = letters.length;
  while (kept > 1 && widthOf(`${letters.slice(0, kept).join("")}…`) > most) kept--;
  return `${letters.slice(0, kept).join("")}…`;
}

/**
 * So many columns that the sheet is about as wide as high.
 *
 * @param {number} n
 */
export const across = (n) => Math.max(1, Math.min(24, Math.ceil(Math.sqrt(n * 1.3))));

/**
 * @param {string} title
 * @param {Entry[]} entries
 * @returns {Promise<Blob>}
 */
export async function contactSheet(title, entries) {
  const columns = across(entries.length);
  const lines = Math.max(0, ...entries.map(({ lines: own }) => own.length));
  const cell = PICTURE + GAP;
  const down = PICTURE + lines * LINE + GAP;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(480, columns * cell + GAP);
  canvas.height = HEAD + Math.ceil(entries.length / columns) * down + GAP;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#161e2e";
  context.font = `600 18px ${FONT}`;
  context.fillText(shortened((text) => context.measureText(text).width, title, canvas.width - 2 * GAP), GAP, 30);
  for (const [i, { lines: own, picture }] of entries.entries()) {
    const [x, y] = [GAP + (i % columns) * cell, HEAD + Math.floor(i / columns) * down];
    drawPicture(context, await picture, x, y);
    caption(context, own, x, y + PICTURE);
  }
  return pngOf(canvas);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {PicturePart} part
 * @param {number} x
 * @param {number} y
 */
function drawPicture(context, part, x, y) {
  const scale = PICTURE / Math.max(part.width, part.height);
  const [width, height] = [part.width * scale, part.height * scale];
  const [left, top] = [x + (PICTURE - width) / 2, y + (PICTURE - height) / 2];
  context.imageSmoothingQuality = "high";
  context.drawImage(part.picture, part.x, part.y, part.width, part.height, left, top, width, height);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} lines
 * @param {number} x
 * @param {number} y
 */
function caption(context, lines, x, y) {
  context.font = `12px ${FONT}`;
  for (const [i, text] of lines.entries()) {
    context.fillStyle = i ? "#556178" : "#161e2e";
    context.fillText(shortened((one) => context.measureText(one).width, text, PICTURE), x, y + (i + 1) * LINE - 2);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
export function pngOf(canvas) {
  return new Promise((resolve, reject) => {
    try {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(SAY.tooLarge))), "image/png");
    } catch {
      reject(new Error(SAY.picturesKept)); // of files beside the page, which a page from a disk may show and not read
    }
  });
}
