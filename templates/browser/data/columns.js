// Columns of all cutouts by place: the user's own, those that each page has, and labels as scores. In: the index, pieces, columns that the
// page makes. Out: what columns there are, and promises of whole ones, which are loaded when they are first asked for.

import { ColumnData } from "./column.js";
import { Lru } from "../wire/lru.js";
import { N_LABELS, SCORE_STEPS } from "../wire/constants.js";

/**
 * @import { ColumnEntry } from "./types.d.ts"
 * @import { ColumnIndex, PageIndex, PartIndex } from "../wire/types.d.ts"
 * @import { Codes, Numbers, Values } from "./column.js"
 * @import { Pieces } from "../wire/pieces.js"
 * @import { Whole } from "./whole.js"
 */

const MAX_BYTES = 512e6; // of columns that are kept
const LIVE = ["tag"]; // what columns that the page makes are called: no label is

/**
 * Blocks one after another; a single one is taken as it is.
 *
 * @template {Values} Block
 * @param {Block[]} blocks
 * @returns {Block}
 */
export function joined(blocks) {
  if (blocks.length === 1) return blocks[0];
  const Made = /** @type {new (n: number) => Block} */ (blocks[0]?.constructor ?? Float32Array);
  const whole = new Made(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}

/**
 * For each cutout the value of its image.
 *
 * @template {Values} Block
 * @param {Block} values by image
 * @param {ArrayLike<number>} images by place
 * @returns {Block}
 */
export function spread(values, images) {
  const Made = /** @type {new (n: number) => Block} */ (values.constructor);
  const whole = new Made(images.length);
  for (let place = 0; place < images.length; place++) whole[place] = values[images[place]];
  return whole;
}

export class Columns {
  /**
   * @param {PageIndex} index
   * @param {Pieces} pieces
   * @param {Whole} whole
   */
  constructor(index, pieces, whole) {
    this.n = index.n;
    this.pieces = pieces;
    this.whole = whole;
    const taken = new Set([...index.columns.map(({ name }) => name), ...LIVE]);
    /** @type {Map<string, number>} codes of labels by the names of their columns */
    this.labels = new Map(index.labels.map((label, code) => [taken.has(label) ? `label.${label}` : label, code]));
    const labels = Array.from(this.labels.keys(), (name) => (
      { name, kind: /** @type {const} */ ("number"), role: /** @type {const} */ ("label") }
    ));
    /** @type {ColumnEntry[]} the user's own first, labels last */
    this.list = [...index.columns, ...labels];
    /** @type {Lru<Promise<ColumnData>>} */
    this.kept = new Lru(MAX_BYTES);
    /** @type {Map<string, () => ColumnData>} those that the page makes */
    this.live = new Map();
  }

  /**
   * Add a column that the page makes, which may be another one each time that it is asked for.
   *
   * @param {ColumnIndex} entry
   * @param {() => ColumnData} make
   * @returns {string} what it is called here
   */
  addLive(entry, make) {
    if (this.find(entry.name)) entry.name = `hd.${entry.name}`;
    const nLabels = this.labels.size;
    this.list.splice(this.list.length - nLabels, 0, entry);
    this.live.set(entry.name, make);
    return entry.name;
  }

  /** @param {string} name */
  isLive(name) {
    return this.live.has(name);
  }

  /**
   * What a column that each page has is called here: where the user has one of its name there stands `hd.` before it.
   *
   * @param {string} name
   */
  builtIn(name) {
    const displaced = `hd.${name}`;
    return this.find(displaced)?.role === "built-in" ? displaced : name;
  }

  /**
   * @param {string} name
   * @returns {ColumnEntry | undefined}
   */
  find(name) {
    return this.list.find((column) => column.name === name);
  }

  /**
   * A whole column.
   *
   * @param {string} name
   * @returns {Promise<ColumnData>}
   */
  async get(name) {
    const kept = this.live.get(name)?.() ?? this.kept.get(name);
    if (kept) return kept;
    const entry = this.find(name);
    if (!entry) throw new RangeError(`there is no column ${name}`);
    const loading = entry.role === "label" ? this.scores(entry) : this.load(entry);
    this.kept.set(name, loading, 0); // until it is here
    try {
      const column = await loading;
      this.kept.set(name, loading, column.bytes);
      return column;
    } catch (error) {
      this.kept.delete(name);
      throw error;
    }
  }

  /**
   * @param {ColumnIndex} entry
   * @returns {Promise<ColumnData>}
   */
  async load({ name, kind, by, blocks, categories, texts }) {
    const [parts, told] = await Promise.all([this.parts("columns", blocks), this.parts("texts", texts)]);
    const whole = async (/** @type {"values" | "codes"} */ of) => {
      const found = parts.flatMap((part) => part[of] ?? []);
      if (!found.length) return undefined;
      return by === "image" ? spread(joined(found), await this.imageAt()) : joined(found);
    };
    const [values, codes] = [await whole("values"), await whole("codes")];
    return new ColumnData({
      name, kind, values, codes: /** @type {Codes | undefined} */ (codes),
      texts: categories ? categories.map(({ text }) => text) : told.flatMap((part) => part.texts),
    });
  }

  /**
   * @template {"columns" | "texts"} Kind
   * @param {Kind} kind
   * @param {PartIndex} [part]
   */
  parts(kind, { first, count } = { first: 0, count: 0 }) {
    return Promise.all(Array.from({ length: count }, (_, i) => this.pieces.once(kind, first + i)));
  }

  /** The image of each cutout. */
  async imageAt() {
    const { values } = await this.get(this.builtIn("image"));
    return /** @type {Numbers} */ (values);
  }

  /**
   * The scores of a label; 0 where it is not among a cutout's best.
   *
   * @param {ColumnEntry} entry
   */
  async scores({ name }) {
    const code = this.labels.get(name);
    const { label, score } = await this.whole.labels();
    const values = new Float32Array(this.n);
    for (let i = 0; i < label.length; i++) {
      if (label[i] === code) values[Math.floor(i / N_LABELS)] = score[i] / SCORE_STEPS;
    }
    return new ColumnData({ name, kind: "number", values });
  }
}
