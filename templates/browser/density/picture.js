// Counts and sums of pixels -> a picture of density, as Datashader's in Python: dots where points are few, shades that are used alike,
// opacity by shade. What was drawn last is kept, so that of a subset only what has changed is counted. Nothing here reaches beyond its
// arguments, `aggregate.js` and `bits.js`: it runs beside the page as well.

import { all } from "../subset/bits.js";
import { addSample, change, differing, noLayers, pixelsOf } from "./aggregate.js";

/**
 * @import { Frame, Layers, Paint, Plane } from "./aggregate.js"
 *
 * @typedef {{ ramp: number[], none: number[] }} Ramp red, green and blue of each of its steps, and of what is not known
 * @typedef {object} Asked
 * @property {string} plane the key of the plane
 * @property {Uint32Array | null} bits null for all
 * @property {Frame} frame
 * @property {Paint["kind"]} kind
 * @property {string} name of the look: the same values and table have the same
 * @property {string} [values] the key of the values that it is painted by
 * @property {Uint8Array} [table]
 * @property {Ramp} ramp of counts or numbers
 * @property {number} leastReach radius of a point's dot at least
 * @property {number[]} alphas opacity of the sparsest and of the densest pixels, 0 to 255
 * @property {number} most points that may be counted; of more, every k-th is
 * @property {boolean} isKept whether the next picture may begin with this one's counts
 *
 * @typedef {{ frame: Frame, plane: Plane, pixels: Int32Array }} Seen the pixels of all points
 * @typedef {{ seen: Seen, name: string, values: Uint8Array | undefined, layers: Layers }} Counted
 *
 * @typedef {object} Drawn
 * @property {Uint8ClampedArray<ArrayBuffer>} pixels red, green, blue and opacity, row after row from the top
 * @property {number} n points in view, of which every k-th was counted
 * @property {number} step that k
 * @property {number} counted points that it took
 * @property {number} ms that it took
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
 * @param {Uint32Array[]} layers
 * @param {Int32Array} filled pixels that are not empty
 * @param {number} width
 * @param {number} reach
 */
export function asDots(layers, filled, width, reach) {
  const made = layers.map(({ length }) => new Uint32Array(length));
  const { length } = layers[0];
  for (let down = -reach; down <= reach; down++) {
    for (let over = -reach; over <= reach; over++) {
      if (down * down + over * over > (reach + 0.5) ** 2) continue;
      for (let i = 0; i < filled.length; i++) {
        const column = (filled[i] % width) + over;
        const pixel = filled[i] + down * width + over;
        if (column < 0 || column >= width || pixel < 0 || pixel >= length) continue;
        for (let layer = 0; layer < layers.length; layer++) made[layer][pixel] += layers[layer][filled[i]];
      }
    }
  }
  return made;
}

/**
 * How much of each pixel dots cover, 0 to 255, so that they are round.
 *
 * @param {Int32Array} filled pixels in whose middles dots are
 * @param {number} width
 * @param {number} size how many pixels there are
 * @param {number} reach
 */
export function coverOf(filled, width, size, reach) {
  const cover = new Uint8Array(size);
  for (let down = -reach; down <= reach; down++) {
    for (let over = -reach; over <= reach; over++) {
      const part = Math.round(255 * Math.max(0, Math.min(1, reach + 1 - Math.sqrt(down * down + over * over))));
      for (let i = 0; i < filled.length; i++) {
        const column = (filled[i] % width) + over;
        const pixel = filled[i] + down * width + over;
        if (column >= 0 && column < width && pixel >= 0 && pixel < size && cover[pixel] < part) cover[pixel] = part;
      }
    }
  }
  return cover;
}

/**
 * A shade from 1 to `shades` for each count, so that all are used alike; 0 for none.
 *
 * @param {Uint32Array} count
 * @param {Int32Array} filled pixels that are not empty
 * @param {number} shades
 */
export function equalised(count, filled, shades) {
  const most = 65535;
  const counted = new Uint32Array(most + 1);
  for (let i = 0; i < filled.length; i++) counted[Math.min(count[filled[i]], most)]++;
  const table = new Uint8Array(most + 1).fill(shades, 1);
  for (let points = 1, below = 0; points <= most && below < filled.length; points++) {
    below += counted[points];
    table[points] = Math.min(shades, Math.max(1, Math.ceil((below / filled.length) * shades)));
  }
  return table;
}

/**
 * Counts and sums as a picture.
 *
 * @param {Layers} layers
 * @param {Asked} asked
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function pictureOf({ count: counted, sums: added, n }, { frame: { width, height }, kind, leastReach, ramp, alphas }) {
  const shades = 12;
  const hit = filledOf(counted);
  const reach = Math.max(leastReach, reachOf(hit, width, height, n));
  const [count, ...sums] = reach ? asDots([counted, ...added], hit, width, reach) : [counted, ...added];
  const filled = reach ? filledOf(count) : hit;
  const shadeOf = equalised(count, filled, shades);
  const cover = reach ? coverOf(hit, width, count.length, reach) : null;
  const opacity = Array.from({ length: shades + 1 }, (_, shade) => alphas[0] + ((alphas[1] - alphas[0]) * (shade - 1)) / (shades - 1));
  const colors = Int32Array.from({ length: ramp.ramp.length / 3 }, (_, i) => (
    ramp.ramp[3 * i] | (ramp.ramp[3 * i + 1] << 8) | (ramp.ramp[3 * i + 2] << 16)
  ));
  const none = ramp.none[0] | (ramp.none[1] << 8) | (ramp.none[2] << 16);
  const steps = colors.length - 1;
  const pixels = new Uint8ClampedArray(4 * count.length);
  const words = new Int32Array(pixels.buffer); // red is the lowest byte, on all machines that have browsers
  for (let i = 0; i < filled.length; i++) {
    const pixel = filled[i];
    const shade = shadeOf[Math.min(count[pixel], 65535)];
    let color = none;
    if (kind === "count") color = colors[Math.round(((shade - 1) / (shades - 1)) * steps)];
    else if (kind === "numbers") {
      if (sums[1][pixel]) color = colors[Math.round((sums[0][pixel] / sums[1][pixel] / 254) * steps)];
    } else {
      const each = 1 / count[pixel];
      color = (sums[0][pixel] * each + 0.5) | ((sums[1][pixel] * each + 0.5) << 8) | ((sums[2][pixel] * each + 0.5) << 16);
    }
    words[pixel] = color | (Math.round(opacity[shade] * (cover ? cover[pixel] / 255 : 1)) << 24);
  }
  return pixels;
}

/**
 * What the pixels of a view have of all points, where the last picture of the plane had the same view.
 *
 * @param {Map<string, any>} held planes, values, and what was drawn last
 * @param {Asked} asked
 * @returns {Seen | null}
 */
export function seenBefore(held, { plane, frame }) {
  /** @type {Seen | undefined} */
  const seen = held.get(`seen ${plane}`);
  const isSame = seen && seen.plane === held.get(plane) && JSON.stringify(seen.frame) === JSON.stringify(frame);
  return isSame ? seen : null;
}

/**
 * Draw points.
 *
 * @param {Map<string, any>} held planes, values, and what was drawn last
 * @param {Asked} asked
 * @returns {Drawn}
 */
export function drawDensity(held, asked) {
  const begin = performance.now();
  const { frame, kind, name, table } = asked;
  const plane = held.get(asked.plane);
  const values = asked.values === undefined ? undefined : held.get(asked.values);
  const bits = asked.bits ?? all(plane.x.length);
  const size = frame.width * frame.height;
  let seen = seenBefore(held, asked);
  /** @type {Counted | undefined} */
  const last = held.get(`counted ${asked.plane}`);
  const isLast = last && last.seen === seen && last.name === name && last.values === values;
  const before = isLast ? last.layers : noLayers(bits.length, size, kind);
  const counted = (seen ? 0 : plane.x.length) + differing(bits, before.bits);
  const step = Math.max(1, Math.ceil(counted / asked.most));
  const paint = { kind, values, table };
  let layers = before;
  if (step > 1) {
    layers = noLayers(0, size, kind);
    addSample(layers, bits, pixelsOf(plane, frame, step), step, paint);
  } else {
    seen ??= { frame, plane, pixels: pixelsOf(plane, frame, 1) };
    held.set(`seen ${asked.plane}`, seen);
    change(layers, bits, seen.pixels, paint);
    if (asked.isKept) held.set(`counted ${asked.plane}`, { seen, name, values, layers });
  }
  const pixels = pictureOf(layers, asked);
  return { pixels, n: layers.n, step, counted: counted / step, ms: performance.now() - begin };
}
