// Counts and sums of pixels -> a picture of density, as Datashader's in Python: dots where points are few, shades that are used alike,
// opacity by shade. Nothing here reaches beyond its arguments and `aggregate.js`: it runs beside the page as well.

import { aggregate } from "./aggregate.js";

/**
 * @import { Frame, Paint } from "./aggregate.js"
 *
 * @typedef {{ ramp: number[], none: number[] }} Ramp red, green and blue of each of its steps, and of what is not known
 * @typedef {object} Asked
 * @property {string} plane the key of the plane
 * @property {Uint32Array | null} bits
 * @property {Frame} frame
 * @property {Paint["kind"]} kind
 * @property {string} [values] the key of the values that it is painted by
 * @property {Uint8Array} [table]
 * @property {Ramp} ramp of counts or numbers
 * @property {number} leastReach radius of a point's dot at least
 * @property {number[]} alphas opacity of the sparsest and of the densest pixels, 0 to 255
 * @property {number} step
 */

/**
 * The pixels that are not empty.
 *
 * @param {Uint32Array} count
 */
export function filledOf(count) {
  const filled = new Int32Array(count.length);
  let n = 0;
  for (let pixel = 0; pixel < count.length; pixel++) if (count[pixel] > 0) filled[n++] = pixel;
  return filled.subarray(0, n);
}

/**
 * The radius of a point's dot: larger where points are few in the blocks of 8 x 8 pixels that have any.
 *
 * @param {Int32Array} filled
 * @param {number} width
 * @param {number} height
 * @param {number} n points
 */
export function reachOf(filled, width, height, n) {
  const [dense, sparse, across] = [0.25, 0.02, Math.ceil(width / 8)];
  const occupied = new Uint8Array(across * Math.ceil(height / 8));
  let blocks = 0;
  for (let i = 0; i < filled.length; i++) {
    const pixel = filled[i];
    const row = Math.floor(pixel / width);
    const block = (row >> 3) * across + ((pixel - row * width) >> 3);
    blocks += 1 - occupied[block];
    occupied[block] = 1;
  }
  const density = n / Math.max(1, 64 * blocks);
  return density > dense ? 0 : density > sparse ? 1 : 2;
}

/**
 * Make each pixel a dot, adding up where dots meet.
 *
 * @template {Uint32Array | Float32Array} Layer
 * @param {Layer} layer
 * @param {Int32Array} filled pixels that are not empty
 * @param {number} width
 * @param {number} reach
 * @returns {Layer}
 */
export function asDots(layer, filled, width, reach) {
  const Made = /** @type {new (n: number) => Layer} */ (layer.constructor);
  const out = new Made(layer.length);
  for (let down = -reach; down <= reach; down++) {
    for (let over = -reach; over <= reach; over++) {
      if (down * down + over * over > (reach + 0.5) ** 2) continue;
      for (let i = 0; i < filled.length; i++) {
        const column = (filled[i] % width) + over;
        const pixel = filled[i] + down * width + over;
        if (column >= 0 && column < width && pixel >= 0 && pixel < layer.length) out[pixel] += layer[filled[i]];
      }
    }
  }
  return out;
}

/**
 * A shade from 1 to `shades` for each count, so that all are used alike; 0 for none.
 *
 * @param {Uint32Array} count
 * @param {number} shades
 */
export function equalised(count, shades) {
  const most = 65535;
  const counted = new Uint32Array(most + 1);
  for (let pixel = 0; pixel < count.length; pixel++) counted[Math.min(count[pixel], most)]++;
  const total = Math.max(1, count.length - counted[0]);
  const table = new Uint8Array(most + 1);
  let below = 0;
  for (let points = 1; points <= most; points++) {
    below += counted[points];
    table[points] = Math.min(shades, Math.max(1, Math.ceil((below / total) * shades)));
  }
  return table;
}

/**
 * Draw points.
 *
 * @param {Map<string, any>} held planes and values
 * @param {Asked} asked
 * @returns {{ pixels: Uint8ClampedArray, n: number }} red, green, blue and opacity, row after row from the top; `n` points are in view
 */
export function drawDensity(held, { plane, bits, frame, kind, values, table, leastReach, ramp: { ramp, none }, alphas, step }) {
  const shades = 12;
  const paint = { kind, values: values === undefined ? undefined : held.get(values), table };
  const { count: counted, sums: added, n } = aggregate(held.get(plane), bits, frame, paint, step);
  const hit = filledOf(counted);
  const reach = Math.max(leastReach, reachOf(hit, frame.width, frame.height, n));
  const dots = (/** @type {any} */ layer) => (reach ? asDots(layer, hit, frame.width, reach) : layer);
  const [count, sums] = [dots(counted), added.map(dots)];
  const shadeOf = equalised(count, shades);
  const pixels = new Uint8ClampedArray(4 * count.length);
  const steps = ramp.length / 3 - 1;
  const filled = reach ? filledOf(count) : hit;
  const [red, green, blue] = sums;
  for (let i = 0; i < filled.length; i++) {
    const pixel = filled[i];
    const share = (shadeOf[Math.min(count[pixel], 65535)] - 1) / (shades - 1);
    const at = 4 * pixel;
    if (kind === "colors" || kind === "codes") {
      const each = 1 / count[pixel];
      pixels[at] = red[pixel] * each;
      pixels[at + 1] = green[pixel] * each;
      pixels[at + 2] = blue[pixel] * each;
    } else {
      const isKnown = kind === "count" || sums[1][pixel] > 0;
      const value = kind === "count" ? share : sums[0][pixel] / sums[1][pixel] / 254;
      const start = isKnown ? 3 * Math.round(value * steps) : 0;
      for (let channel = 0; channel < 3; channel++) pixels[at + channel] = (isKnown ? ramp : none)[start + channel];
    }
    pixels[at + 3] = alphas[0] + (alphas[1] - alphas[0]) * share;
  }
  return { pixels, n };
}
