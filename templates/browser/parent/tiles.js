// Tiles of parent images. In: which are wanted now. Out: those that are here; a call when one has come, or cannot be had. A few are
// loaded at a time, and what nobody wants any more is not begun. Those used last are kept.

import { Lru } from "../wire/lru.js";

const MOST_PIXELS = 40e6; // that are kept, four bytes each
const AT_ONCE = 4; // that are on their way

export class Tiles {
  /**
   * @param {(number: number) => Promise<HTMLImageElement>} load a tile, decoded
   * @param {number} [mostPixels] that are kept
   */
  constructor(load, mostPixels = MOST_PIXELS) {
    this.load = load;
    /** @type {Lru<HTMLImageElement>} */
    this.kept = new Lru(mostPixels);
    /** @type {Map<number, Promise<HTMLImageElement | null>>} */
    this.loading = new Map();
    /** @type {Set<number>} that cannot be had */
    this.failed = new Set();
    /** @type {number[]} */
    this.wanted = [];
    this.onCome = () => {};
    /** @type {((number: number, error: Error) => void) | null} */
    this.onFail = null;
  }

  /**
   * A tile, if it is here.
   *
   * @param {number} number
   */
  here(number) {
    return this.kept.get(String(number)) ?? null;
  }

  /** @param {number[]} numbers what is wanted from now on, the most important first */
  want(numbers) {
    this.wanted = numbers;
    this.go();
  }

  go() {
    for (const number of this.wanted) {
      if (this.loading.size >= AT_ONCE) return;
      if (!this.here(number) && !this.failed.has(number)) this.bring(number);
    }
  }

  /**
   * A tile for whoever waits for it; null where it cannot be had.
   *
   * @param {number} number
   * @returns {Promise<HTMLImageElement | null>}
   */
  async bring(number) {
    const here = this.here(number);
    if (here) return here;
    const loading = this.loading.get(number) ?? this.load(number).then((image) => {
      this.kept.set(String(number), image, image.naturalWidth * image.naturalHeight);
      return image;
    }, (error) => {
      this.failed.add(number);
      this.onFail?.(number, error);
      return null;
    }).finally(() => {
      this.loading.delete(number);
      this.onCome();
      this.go();
    });
    this.loading.set(number, loading);
    return loading;
  }
}
