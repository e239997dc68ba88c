// Points of a plane by the pixels of a view. In: places, which of them count, what they are coloured by. Out: how many each pixel has,
// and the sums that its colour needs. Nothing here reaches beyond its arguments: it runs beside the page as well.

/**
 * @typedef {object} Frame what a picture shows
 * @property {number} left in units of the plane
 * @property {number} top
 * @property {number} scale units a pixel
 * @property {number} width in pixels
 * @property {number} height
 *
 * @typedef {{ bounds: ArrayLike<number>, size: number }} Runs bounds (left, right, bottom, top) of `size` points each, run after run
 * @typedef {{ x: Float32Array, y: Float32Array, runs: Runs }} Plane points by place; NaN is nowhere
 * @typedef {{ kind: "count" | "colors" | "codes" | "numbers", values?: Uint8Array, table?: Uint8Array }} Paint
 *   `values` are red, green and blue of each point, or its code; `table` has red, green and blue of each code; of a number the code 255
 *   is missing
 * @typedef {{ count: Uint32Array, sums: Float32Array[], n: number }} Layers `n` points lie in the view
 */

/**
 * The pixels of the points in a view.
 *
 * @param {Plane} plane
 * @param {Uint32Array | null} bits those that count; null for all
 * @param {Frame} frame
 * @param {number} step 1 for all points, k for every k-th
 * @returns {{ places: Int32Array, pixels: Int32Array }}
 */
export function pixelsOf({ x, y, runs }, bits, { left, top, scale, width, height }, step) {
  const most = Math.ceil(x.length / step);
  const [places, pixels] = [new Int32Array(most), new Int32Array(most)];
  const [right, bottom, perUnit] = [left + width * scale, top - height * scale, 1 / scale];
  const { bounds, size } = runs;
  let n = 0;
  for (let start = 0, run = 0; start < x.length; start += size, run += 4) {
    if (bounds[run] > right || bounds[run + 1] < left || bounds[run + 2] > top || bounds[run + 3] < bottom) continue;
    const stop = Math.min(x.length, start + size);
    for (let place = Math.ceil(start / step) * step; place < stop; place += step) {
      if (bits !== null && (bits[place >> 5] & (1 << (place & 31))) === 0) {
        if (step === 1 && bits[place >> 5] === 0) place |= 31; // none of these 32
        continue;
      }
      const across = (x[place] - left) * perUnit;
      const down = (top - y[place]) * perUnit;
      if (!(across >= 0 && across < width && down >= 0 && down < height)) continue; // nor what is nowhere
      places[n] = place;
      pixels[n++] = (down | 0) * width + (across | 0);
    }
  }
  return { places: places.subarray(0, n), pixels: pixels.subarray(0, n) };
}

/**
 * Sums of red, green and blue.
 *
 * @param {Int32Array} pixels
 * @param {Int32Array} places
 * @param {Uint8Array} colors of each point, or of each code
 * @param {Uint8Array | null} codes of each point
 * @param {number} size how many pixels there are
 */
export function colorSums(pixels, places, colors, codes, size) {
  const [red, green, blue] = [new Float32Array(size), new Float32Array(size), new Float32Array(size)];
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i];
    const at = 3 * (codes === null ? places[i] : codes[places[i]]);
    red[pixel] += colors[at];
    green[pixel] += colors[at + 1];
    blue[pixel] += colors[at + 2];
  }
  return [red, green, blue];
}

/**
 * Sums of numbers, and how many are known.
 *
 * @param {Int32Array} pixels
 * @param {Int32Array} places
 * @param {Uint8Array} values
 * @param {number} size how many pixels there are
 */
export function numberSums(pixels, places, values, size) {
  const [sum, known] = [new Float32Array(size), new Float32Array(size)];
  for (let i = 0; i < pixels.length; i++) {
    const value = values[places[i]];
    if (value === 255) continue;
    sum[pixels[i]] += value;
    known[pixels[i]]++;
  }
  return [sum, known];
}

/**
 * Counts, and sums: of red, green and blue, or of numbers and of how many are known.
 *
 * @param {Plane} plane
 * @param {Uint32Array | null} bits
 * @param {Frame} frame
 * @param {Paint} paint
 * @param {number} step
 * @returns {Layers}
 */
export function aggregate(plane, bits, frame, { kind, values = new Uint8Array(), table = new Uint8Array() }, step) {
  const { places, pixels } = pixelsOf(plane, bits, frame, step);
  const size = frame.width * frame.height;
  const count = new Uint32Array(size);
  for (let i = 0; i < pixels.length; i++) count[pixels[i]]++;
  /** @type {Float32Array[]} */
  let sums = [];
  if (kind === "numbers") sums = numberSums(pixels, places, values, size);
  if (kind === "colors") sums = colorSums(pixels, places, values, null, size);
  if (kind === "codes") sums = colorSums(pixels, places, table, values, size);
  return { count, sums, n: pixels.length };
}
