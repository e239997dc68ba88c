// Sets of cutouts by place, a bit each: bit p of word p >> 5. In: places, or other sets. Out: sets, and what is in them.

/** @import { Subset } from "../data/types.d.ts" */

/** @param {number} n how many places there are */
export function none(n) {
  return new Uint32Array(Math.ceil(n / 32));
}

/** @param {number} n how many places there are */
export function all(n) {
  const bits = none(n).fill(0xffffffff);
  if (n % 32) bits[bits.length - 1] = 2 ** (n % 32) - 1;
  return bits;
}

/**
 * @param {Uint32Array} bits
 * @param {number} place
 */
export const has = (bits, place) => (bits[place >> 5] >>> (place & 31)) % 2 === 1;

/**
 * Put a place into a set.
 *
 * @param {Uint32Array} bits is changed
 * @param {number} place
 */
export function set(bits, place) {
  bits[place >> 5] |= 1 << (place & 31);
}

/**
 * Put places into a set.
 *
 * @param {Uint32Array} bits is changed
 * @param {ArrayLike<number>} wanted places
 */
export function setAll(bits, wanted) {
  for (let i = 0; i < wanted.length; i++) set(bits, wanted[i]);
  return bits;
}

/**
 * @param {Uint32Array} a
 * @param {Uint32Array} b
 */
export const and = (a, b) => a.map((word, i) => word & b[i]);

/**
 * @param {Uint32Array} a
 * @param {Uint32Array} b
 */
export const or = (a, b) => a.map((word, i) => word | b[i]);

/**
 * @param {Uint32Array} bits
 * @param {number} n how many places there are
 */
export function not(bits, n) {
  const whole = all(n);
  return bits.map((word, i) => ~word & whole[i]);
}

/** @param {Uint32Array} bits */
export function count(bits) {
  let found = 0;
  for (let word of bits) {
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    found += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return found;
}

/** @param {Uint32Array} bits */
export function places(bits) {
  const found = new Int32Array(count(bits));
  let at = 0;
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i]; word; word &= word - 1) found[at++] = 32 * i + 31 - Math.clz32(word & -word);
  }
  return found;
}

/**
 * @param {Uint32Array} bits
 * @returns {Subset}
 */
export const subsetOf = (bits) => ({ bits, count: count(bits) });
