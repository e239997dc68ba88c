// Points of a plane by the pixels of a view. In: places, which of them count, what they are coloured by. Out: how many each pixel has,
// and the sums that its colour needs. Sums are kept from picture to picture: only what has changed is added or taken away. Nothing here
// reaches beyond its arguments: it runs beside the page as well.

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
 * @typedef {object} Layers what the pixels of a view have
 * @property {Uint32Array} bits of the points that count
 * @property {Uint32Array} count how many of these each pixel has
 * @property {Uint32Array[]} sums of red, green and blue, or of numbers and of how many are known; whole ones, so that what was added can
 *   be taken away again
 * @property {number} n points in the view
 */

/**
 * The pixel of every k-th point; -1 where it is not in view, or nowhere.
 *
 * @param {Plane} plane
 * @param {Frame} frame
 * @param {number} step 1 for all points, k for every k-th
 */
export function pixelsOf({ x, y, runs }, { left, top, scale, width, height }, step) {
  const pixels = new Int32Array(Math.ceil(x.length / step));
  const [right, bottom, perUnit] = [left + width * scale, top - height * scale, 1 / scale];
  const { bounds, size } = runs;
  for (let start = 0, run = 0; start < x.length; start += size, run += 4) {
    const stop = Math.min(x.length, start + size);
    const first = Math.ceil(start / step);
    if (bounds[run] > right || bounds[run + 1] < left || bounds[run + 2] > top || bounds[run + 3] < bottom) {
      pixels.fill(-1, first, Math.ceil(stop / step));
      continue;
    }
    for (let i = first, place = i * step; place < stop; place += step, i++) {
      const across = (x[place] - left) * perUnit;
      const down = (top - y[place]) * perUnit;
      pixels[i] = across >= 0 && across < width && down >= 0 && down < height ? (down | 0) * width + (across | 0) : -1;
    }
  }
  return pixels;
}

/**
 * Pixels without points.
 *
 * @param {number} words of bits
 * @param {number} size how many pixels there are
 * @param {Paint["kind"]} kind
 * @returns {Layers}
 */
export function noLayers(words, size, kind) {
  const many = { count: 0, numbers: 2, colors: 3, codes: 3 }[kind];
  const sums = Array.from({ length: many }, () => new Uint32Array(size));
  return { bits: new Uint32Array(words), count: new Uint32Array(size), sums, n: 0 };
}

/**
 * Add points, or take them away.
 *
 * @param {Layers} layers are changed
 * @param {Int32Array} places
 * @param {Int32Array} pixels of each of them
 * @param {number} many of them are there
 * @param {Paint} paint
 * @param {1 | -1} sign
 */
export function addPoints(layers, places, pixels, many, { kind, values = new Uint8Array(), table = new Uint8Array() }, sign) {
  const { count, sums: [first, second, third] } = layers;
  layers.n += sign * many;
  if (kind === "count") {
    for (let i = 0; i < many; i++) count[pixels[i]] += sign;
  } else if (kind === "numbers") {
    for (let i = 0; i < many; i++) {
      const value = values[places[i]];
      count[pixels[i]] += sign;
      if (value === 255) continue;
      first[pixels[i]] += sign * value;
      second[pixels[i]] += sign;
    }
  } else {
    const [colors, codes] = kind === "codes" ? [table, values] : [values, null];
    for (let i = 0; i < many; i++) {
      const pixel = pixels[i];
      const at = 3 * (codes === null ? places[i] : codes[places[i]]);
      count[pixel] += sign;
      first[pixel] += sign * colors[at];
      second[pixel] += sign * colors[at + 1];
      third[pixel] += sign * colors[at + 2];
    }
  }
}

/**
 * How many bits two sets differ by.
 *
 * @param {Uint32Array} a
 * @param {Uint32Array} b
 */
export function differing(a, b) {
  let found = 0;
  for (let i = 0; i < a.length; i++) {
    let word = a[i] ^ b[i];
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    found += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return found;
}

/**
 * Let pixels have other points: those that are new are added, those that are no more are taken away.
 *
 * @param {Layers} layers are changed
 * @param {Uint32Array} bits of the points that count now
 * @param {Int32Array} pixels of all points
 * @param {Paint} paint
 */
export function change(layers, bits, pixels, paint) {
  const block = 2048; // words whose points are dealt with at a time, which the processor's caches hold
  const [places, at] = [new Int32Array(32 * block), new Int32Array(32 * block)];
  const { bits: before } = layers;
  for (let start = 0; start < bits.length; start += block) {
    const stop = Math.min(bits.length, start + block);
    for (const sign of /** @type {const} */ ([1, -1])) {
      let many = 0;
      for (let i = start; i < stop; i++) {
        let word = sign > 0 ? bits[i] & ~before[i] : before[i] & ~bits[i];
        if (word === -1) { // all of them, which is found faster one after another
          for (let place = 32 * i; place < 32 * i + 32; place++) {
            places[many] = place;
            at[many] = pixels[place];
            many += Number(pixels[place] >= 0);
          }
          continue;
        }
        for (; word; word &= word - 1) {
          const place = 32 * i + 31 - Math.clz32(word & -word);
          places[many] = place;
          at[many] = pixels[place];
          many += Number(pixels[place] >= 0);
        }
      }
      addPoints(layers, places, at, many, paint, sign);
    }
  }
  before.set(bits);
}

/**
 * Let pixels that have none have every k-th point.
 *
 * @param {Layers} layers are changed
 * @param {Uint32Array} bits of the points that count
 * @param {Int32Array} pixels of every k-th point
 * @param {number} step
 * @param {Paint} paint
 */
export function addSample(layers, bits, pixels, step, paint) {
  const [places, at] = [new Int32Array(pixels.length), new Int32Array(pixels.length)];
  let many = 0;
  for (let i = 0, place = 0; i < pixels.length; i++, place += step) {
    places[many] = place;
    at[many] = pixels[i];
    many += Number(pixels[i] >= 0) & (bits[place >> 5] >>> (place & 31));
  }
  addPoints(layers, places, at, many, paint, 1);
}
