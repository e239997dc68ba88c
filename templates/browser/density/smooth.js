// Points of a plane -> a smooth field of how many lie there, its picture, and few lines of equal density. In: places, which of them
// count, a frame of coarse cells. What a density is compared with, and the narrowest kernel, are those of the whole plane, so that a drag
// moves no line. Nothing here reaches beyond its arguments, `aggregate.js` and `contours.js`: it runs beside the page as well.

import { addPoints, pixelsOf } from "./aggregate.js";
import { contoursOf } from "./contours.js";

/**
 * @import { Frame, Paint, Plane } from "./aggregate.js"
 * @import { Lines } from "./contours.js"
 * @import { Ramp } from "./picture.js"
 *
 * @typedef {object} Measure what densities are compared with; these are numbers of points per unit of the plane's area
 * @property {number} low of the outermost line: nineteen of twenty points lie where it is denser
 * @property {number} high one of twenty does
 * @property {number} factor from line to line
 * @property {number} wide the standard deviation of the kernel where the whole plane is seen, in units of the plane
 * @property {number} narrow the least one
 *
 * @typedef {object} AskedField
 * @property {string} plane its key
 * @property {Uint32Array | null} bits null for all
 * @property {Frame} frame whose pixels are the field's cells
 * @property {number} sigma the kernel's standard deviation, in cells
 * @property {Measure} measure
 * @property {Paint["kind"]} kind
 * @property {string} [values] the key of the values that it is painted by
 * @property {Uint8Array} [table]
 * @property {Ramp} ramp
 *
 * @typedef {Lines & { pixels: Uint8ClampedArray<ArrayBuffer>, n: number }} Field
 */

/**
 * The mean of 2 r + 1 cells around each, row by row; turned, so that twice of it is the mean of squares. Beyond the field there is nothing.
 *
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} width of `from`
 * @param {number} r
 */
export function boxBlur(from, to, width, r) {
  const height = from.length / width;
  const share = 1 / (2 * r + 1);
  for (let row = 0; row < height; row++) {
    const start = row * width;
    let sum = 0;
    for (let column = -r; column < width; column++) {
      if (column + r < width) sum += from[start + column + r];
      if (column - r - 1 >= 0) sum -= from[start + column - r - 1];
      if (column >= 0) to[column * height + row] = Math.max(0, sum) * share;
    }
  }
}

/**
 * A field smoothed by a Gaussian kernel, as by three boxes, whose sides are two odd numbers (Kovesi 2010).
 *
 * @param {Float32Array} field row after row
 * @param {number} width
 * @param {number} sigma its standard deviation, in cells
 */
export function blurred(field, width, sigma) {
  const boxes = 3;
  const ideal = Math.sqrt((12 * sigma * sigma) / boxes + 1);
  const lower = Math.max(1, 2 * Math.floor((ideal - 1) / 2) + 1);
  const nLower = Math.round((12 * sigma * sigma - boxes * (lower * lower + 4 * lower + 3)) / (-4 * lower - 4));
  const [now, turned] = [Float32Array.from(field), new Float32Array(field.length)];
  for (let box = 0; box < boxes; box++) {
    const r = ((box < nLower ? lower : lower + 2) - 1) / 2;
    boxBlur(now, turned, width, r);
    boxBlur(turned, now, field.length / width, r);
  }
  return now;
}

/**
 * How many points each cell of a frame has, and the sums that its colour needs.
 *
 * @param {Plane} plane
 * @param {Uint32Array | null} bits
 * @param {Frame} frame
 * @param {Paint} paint
 */
export function countsIn(plane, bits, frame, paint) {
  const pixels = pixelsOf(plane, frame, 1);
  const places = new Int32Array(pixels.length);
  let many = 0;
  for (let place = 0; place < pixels.length; place++) {
    if (pixels[place] < 0 || (bits && !((bits[place >> 5] >>> (place & 31)) & 1))) continue;
    places[many] = place;
    pixels[many++] = pixels[place];
  }
  const size = frame.width * frame.height;
  const nSums = { count: 0, numbers: 2, colors: 3, codes: 3 }[paint.kind];
  const layers = {
    bits: new Uint32Array(), n: 0, count: new Uint32Array(size), sums: Array.from({ length: nSums }, () => new Uint32Array(size)),
  };
  addPoints(layers, places, pixels, many, paint, 1);
  return layers;
}

/**
 * What the densities of a plane are compared with.
 *
 * @param {Map<string, any>} held planes
 * @param {{ plane: string, bits: Uint32Array | null, left: number, top: number, side: number }} asked a square that has all points
 * @returns {Measure}
 */
export function measureField(held, { plane, bits, left, top, side }) {
  const across = 256;
  // A third of Silverman's rule (1986) of points that spread over a quarter of the square: maps have many clusters.
  const [share, wider] = [1 / 12, 1.25];
  const [within, leastFactor, steps] = [20, 1.3, 5];
  const scale = side / across;
  const { count, n } = countsIn(held.get(plane), bits, { left, top, scale, width: across, height: across }, { kind: "count" });
  const wide = share * side * Math.max(1, n) ** (-1 / 6);
  const field = blurred(Float32Array.from(count), across, Math.max(1, wide / scale));
  const order = Array.from(count.keys()).filter((cell) => count[cell] > 0).sort((a, b) => field[a] - field[b]);
  const quantile = (/** @type {number} */ part) => {
    let below = 0;
    for (const cell of order) {
      below += count[cell];
      if (below >= part * n) return field[cell] / (scale * scale);
    }
    return 1 / (side * side);
  };
  const [low, middle, high] = [0.05, 0.5, 0.95].map(quantile);
  const top95 = Math.max(high, low * leastFactor ** steps);
  // As wide as it takes that twenty points lie within it, where density is in the middle.
  const narrow = Math.min(wide / wider, Math.sqrt(within / (2 * Math.PI * middle)));
  return { low, high: top95, factor: (top95 / low) ** (1 / steps), wide, narrow };
}

/**
 * The picture of a field: colours are means, opacity grows with the logarithm of the density.
 *
 * @param {Float32Array} density
 * @param {Float32Array[]} sums
 * @param {AskedField} asked
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function shadedField(density, sums, { measure: { low, high }, kind, ramp: { ramp, none } }) {
  const [outside, faint, strong] = [0.25, 36, 214]; // of the outermost line's density, where the picture ends; opacities
  const steps = ramp.length / 3 - 1;
  const pixels = new Uint8ClampedArray(4 * density.length);
  const onRamp = (/** @type {number} */ share, /** @type {number} */ channel) => {
    const at = Math.max(0, Math.min(1, share)) * steps;
    const step = Math.min(Math.floor(at), Math.max(0, steps - 1));
    const [a, b] = [ramp[3 * step + channel], ramp[3 * Math.min(step + 1, steps) + channel]];
    return a + (b - a) * (at - step);
  };
  for (let cell = 0; cell < density.length; cell++) {
    const value = density[cell];
    if (!(value > outside * low)) continue;
    const share = Math.log(value / low) / Math.log(high / low);
    for (let channel = 0; channel < 3; channel++) {
      let color = none[channel];
      if (kind === "count") color = onRamp(share, channel);
      else if (kind === "numbers") {
        if (sums[1][cell] > 0) color = onRamp(sums[0][cell] / sums[1][cell] / 254, channel);
      } else color = sums[channel][cell] / sums[3][cell];
      pixels[4 * cell + channel] = color;
    }
    const edge = Math.min(1, (value / low - outside) / (1 - outside));
    pixels[4 * cell + 3] = edge * (faint + (strong - faint) * Math.max(0, Math.min(1, share)));
  }
  return pixels;
}

/**
 * Draw a field.
 *
 * @param {Map<string, any>} held planes and values
 * @param {AskedField} asked
 * @returns {Field}
 */
export function drawField(held, asked) {
  const { frame, sigma, measure: { low, factor }, kind, table } = asked;
  const values = asked.values === undefined ? undefined : held.get(asked.values);
  const { count, sums, n } = countsIn(held.get(asked.plane), asked.bits, frame, { kind, values, table });
  const [smooth, ...smoothSums] = [count, ...sums].map((layer) => blurred(Float32Array.from(layer), frame.width, sigma));
  const area = frame.scale * frame.scale;
  const density = smooth.map((value) => value / area);
  const most = density.reduce((a, b) => Math.max(a, b), 0);
  const levels = [];
  const mostLines = 12;
  for (let level = low; level < most && levels.length < mostLines; level *= factor) levels.push(level);
  const pixels = shadedField(density, [...smoothSums, smooth].slice(0, 4), asked);
  return { pixels, ...contoursOf(density, frame.width, levels), n };
}
