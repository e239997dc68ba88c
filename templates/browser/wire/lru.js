// In: values with a key and a weight. Out: those that were used last, as far as their weight fits.

/** @template Value */
export class Lru {
  /** @param {number} capacity the greatest weight that is kept */
  constructor(capacity) {
    this.capacity = capacity;
    this.weight = 0;
    /** @type {Map<string, { value: Value, weight: number }>} the least recently used first */
    this.entries = new Map();
  }

  /**
   * @param {string} key
   * @returns {Value | undefined}
   */
  get(key) {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /**
   * Keep a value. What weighs nothing, as its weight is not known yet, never goes to make room for others.
   *
   * @param {string} key
   * @param {Value} value
   * @param {number} [weight]
   */
  set(key, value, weight = 1) {
    this.delete(key);
    this.entries.set(key, { value, weight });
    this.weight += weight;
    for (const [old, entry] of this.entries) {
      if (this.weight <= this.capacity) break;
      if (old !== key && entry.weight) this.delete(old);
    }
  }

  /** @param {string} key */
  delete(key) {
    this.weight -= this.entries.get(key)?.weight ?? 0;
    this.entries.delete(key);
  }
}
