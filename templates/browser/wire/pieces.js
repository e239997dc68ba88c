// The pieces of the page's data. In: the pieces that stand in the page, or scripts beside it or from the server, each of which
// hands its pieces over by calling `window.hubbleDash.piece`. Out: promises of decoded pieces; those used last are kept, and as they
// travel those that came in the same file.

import { bytesOf, decode } from "./decode.js";
import { bytesOfPiece, fetchPart, isFromServer, pieceOf, runScript } from "./files.js";
import { Lru } from "./lru.js";

/** @import { FileIndex, PieceKinds } from "./types.d.ts" */

const MAX_BYTES = 48e6; // of pieces that are kept, and of those that only came along

export class Pieces {
  /**
   * @param {object} options
   * @param {string} options.base what the addresses of pieces begin with
   * @param {Record<string, unknown>} [options.inline] all pieces as they travel, where they stand in the page
   * @param {Record<string, FileIndex>} [options.files] kinds of pieces that have several in a file
   * @param {(text: string) => void} options.complain says what went wrong
   * @param {(address: string) => Promise<void>} [options.run] runs a script
   * @param {typeof fetchPart | null} [options.part] asks for a part of a file, where it can be asked for
   * @param {number} [options.maxBytes] of pieces that are kept
   */
  constructor({ base, inline, files = {}, complain, run = runScript, part = isFromServer() ? fetchPart : null, maxBytes = MAX_BYTES }) {
    this.base = base;
    this.inline = inline;
    this.files = files;
    this.part = part;
    /** @type {Map<string, unknown>} those of them that were asked for, decoded */
    this.decoded = new Map();
    this.complain = complain;
    this.run = run;
    /** @type {Lru<Promise<any>>} */
    this.kept = new Lru(maxBytes);
    /** @type {Map<string, Promise<any>>} on their way */
    this.loading = new Map();
    /** @type {Map<string, Promise<void>>} scripts that run, by their addresses */
    this.running = new Map();
    /** @type {Lru<unknown>} handed over, and not taken yet */
    this.arrived = new Lru(maxBytes);
  }

  /**
   * Take what a script hands over. What is waited for stays until it is taken.
   *
   * @param {string} key
   * @param {unknown} value
   */
  receive(key, value) {
    this.arrived.set(key, value, this.loading.has(key) ? 0 : bytesOf(value));
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
    const loading = this.load(kind, number);
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
    return this.inline ? this.get(kind, number) : this.load(kind, number);
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

  /**
   * @param {string} kind
   * @param {number} number
   * @returns {Promise<any>}
   */
  load(kind, number) {
    const key = `${kind}/${number}`;
    const loading = this.loading.get(key) ?? this.bring(kind, number).then(() => this.taken(key)).catch((error) => {
      this.kept.delete(key);
      this.complain(`${error.message}. The page needs the files beside it: copy the whole folder.`);
      throw error;
    }).finally(() => this.loading.delete(key));
    this.loading.set(key, loading);
    return loading;
  }

  /**
   * See that a piece arrives.
   *
   * @param {string} kind
   * @param {number} number
   */
  async bring(kind, number) {
    const key = `${kind}/${number}`;
    if (this.arrived.get(key)) return;
    const file = this.files[kind];
    const address = `${this.base}data/${kind}/${file ? Math.floor(number / file.per_file) : number}.js`;
    if (!file || !await this.fetched(address, file, number, key)) await this.runOnce(address);
  }

  /**
   * Ask a server for a piece alone; of one that gives no parts only once.
   *
   * @param {string} address
   * @param {FileIndex} file
   * @param {number} number
   * @param {string} key
   */
  async fetched(address, file, number, key) {
    const line = await this.part?.(address, ...bytesOfPiece(file, number)).catch(() => null);
    const piece = line && pieceOf(line, key);
    if (piece) this.receive(key, piece);
    else this.part = null;
    return Boolean(piece);
  }

  /**
   * Run a script, for all who wait for one of its pieces.
   *
   * @param {string} address
   */
  runOnce(address) {
    const running = this.running.get(address) ?? this.run(address).finally(() => this.running.delete(address));
    this.running.set(address, running);
    return running;
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
