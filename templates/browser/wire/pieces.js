// The pieces of the page's data. In: the pieces that stand in the page, or scripts beside it or from the server, each of which
// hands its piece over by calling `window.hubbleDash.piece`. Out: promises of decoded pieces; those used last are kept.

import { bytesOf, decode } from "./decode.js";
import { Lru } from "./lru.js";

/** @import { PieceKinds } from "./types.d.ts" */

const MAX_BYTES = 48e6; // of pieces that are kept

/**
 * Run a script; what a browser does under file:// as well, where it refuses to fetch.
 *
 * @param {string} address
 * @returns {Promise<void>}
 */
function runScript(address) {
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

export class Pieces {
  /**
   * @param {object} options
   * @param {string} options.base what the addresses of pieces begin with
   * @param {Record<string, unknown>} [options.inline] all pieces as they travel, where they stand in the page
   * @param {(text: string) => void} options.complain says what went wrong
   * @param {(address: string) => Promise<void>} [options.run] runs a script
   * @param {number} [options.maxBytes] of pieces that are kept
   */
  constructor({ base, inline, complain, run = runScript, maxBytes = MAX_BYTES }) {
    this.base = base;
    this.inline = inline;
    /** @type {Map<string, unknown>} those of them that were asked for, decoded */
    this.decoded = new Map();
    this.complain = complain;
    this.run = run;
    /** @type {Lru<Promise<any>>} */
    this.kept = new Lru(maxBytes);
    /** @type {Map<string, unknown>} handed over, and not taken yet */
    this.arrived = new Map();
  }

  /**
   * Take what a piece's script hands over.
   *
   * @param {string} key
   * @param {unknown} value
   */
  receive(key, value) {
    this.arrived.set(key, value);
  }

  /**
   * @template {keyof PieceKinds} Kind
   * @param {Kind} kind
   * @param {number} number
   * @returns {Promise<PieceKinds[Kind]>}
   */
  async get(kind, number) {
    const key = `${kind}/${number}`;
    if (this.inline) return /** @type {PieceKinds[Kind]} */ (this.standing(key, this.inline));
    const kept = this.kept.get(key);
    if (kept) return kept;
    const loading = this.load(key);
    this.kept.set(key, loading, 0); // until it is here
    const piece = await loading;
    this.kept.set(key, loading, bytesOf(piece));
    return piece;
  }

  /**
   * A piece that stands in the page; it is decoded when it is first asked for, and its text goes.
   *
   * @param {string} key
   * @param {Record<string, unknown>} inline
   */
  standing(key, inline) {
    if (!this.decoded.has(key)) {
      this.decoded.set(key, decode(inline[key]));
      delete inline[key];
    }
    return this.decoded.get(key);
  }

  /**
   * A piece that is not kept here, since whoever asks for it keeps what it makes of it.
   *
   * @template {keyof PieceKinds} Kind
   * @param {Kind} kind
   * @param {number} number
   * @returns {Promise<PieceKinds[Kind]>}
   */
  async once(kind, number) {
    return this.inline ? this.get(kind, number) : this.load(`${kind}/${number}`);
  }

  /**
   * A piece that only a server makes.
   *
   * @template {keyof PieceKinds} Kind
   * @param {Kind} kind
   * @param {number} number
   * @param {string} [base] what its address begins with; there is no server where it is missing
   * @returns {Promise<PieceKinds[Kind] | null>} null where no server answers
   */
  async served(kind, number, base) {
    if (base === undefined) return null;
    const key = `${kind}/${number}`;
    const kept = this.kept.get(key);
    if (kept) return kept;
    try {
      await this.run(`${base}data/${key}.js`);
    } catch {
      return null;
    }
    const piece = this.taken(key);
    this.kept.set(key, Promise.resolve(piece), bytesOf(piece));
    return piece;
  }

  /** @param {string} key */
  async load(key) {
    try {
      await this.run(`${this.base}data/${key}.js`);
    } catch (error) {
      this.kept.delete(key);
      this.complain(`${/** @type {Error} */ (error).message}. The page needs the files beside it: copy the whole folder.`);
      throw error;
    }
    return this.taken(key);
  }

  /**
   * What has arrived, decoded.
   *
   * @param {string} key
   * @returns {any}
   */
  taken(key) {
    const piece = decode(this.arrived.get(key));
    this.arrived.delete(key);
    return piece;
  }
}
