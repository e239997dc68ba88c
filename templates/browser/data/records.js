// What there is to say of cutouts. In: pieces of records. Out: promises of cutouts.
// A `row` is a cutout's number in the atlas, a `place` its rank in the order of the pieces.

import { boxOf, shownBox } from "./boxes.js";
import { numberAt } from "../wire/decode.js";
import { N_LABELS, SCORE_STEPS } from "../wire/constants.js";

/**
 * @import { Cutout, Label, SkyPlace } from "./types.d.ts"
 * @import { Fact, ImageEntry, PageIndex, RecordPiece } from "../wire/types.d.ts"
 * @import { Columns } from "./columns.js"
 * @import { Images } from "./images.js"
 * @import { Pieces } from "../wire/pieces.js"
 *
 * @typedef {object} CutoutRecord a cutout's place in its piece
 * @property {RecordPiece} columns
 * @property {number} place
 * @property {number} at
 * @property {number} row
 * @property {number} image
 * @property {ImageEntry} parent
 */

/**
 * @param {CutoutRecord} record
 * @returns {SkyPlace | null}
 */
function skyPlace({ columns, at, parent }) {
  const { ra, dec, scale, sky_x, sky_y } = columns;
  if (!ra || !dec || !scale || !sky_x || !sky_y || Number.isNaN(ra[at])) return null;
  return {
    ra: ra[at], dec: dec[at], scale: scale[at], x: sky_x[at], y: sky_y[at], approximate: parent.approximate,
  };
}

/**
 * @param {CutoutRecord} record
 * @param {string[]} names
 * @returns {Label[]}
 */
function labelsOf({ columns: { label, score }, at }, names) {
  if (!label || !score) return [];
  const found = [];
  for (let i = N_LABELS * at; i < N_LABELS * (at + 1); i++) {
    if (label[i] >= 0) found.push({ name: names[label[i]], score: score[i] / SCORE_STEPS });
  }
  return found;
}

/**
 * The facts of a cutout that stand in its record.
 *
 * @param {CutoutRecord} record
 */
const factsOf = ({ columns, at }) => columns.metadata.map(({ name, values, codes, texts }) => (
  /** @type {[string, number | string | undefined]} */ ([name, values ? numberAt(values, at) : texts?.[codes?.[at] ?? -1]])
));

const isKnown = (/** @type {[string, unknown]} */ [, value]) => value !== undefined && !Number.isNaN(value);

export class Records {
  /**
   * @param {PageIndex} index
   * @param {Pieces} pieces
   * @param {Images} images
   * @param {Columns} columns
   */
  constructor(index, pieces, images, columns) {
    this.index = index;
    this.pieces = pieces;
    this.images = images;
    this.columns = columns;
    /** Columns that say in a page that carries all pieces what records say elsewhere. */
    this.own = index.rows ? [] : index.columns.filter(({ role, by }) => role === "own" && by === "place");
  }

  /** @param {number} row */
  async placeOf(row) {
    const { rows } = this.index;
    if (!rows) return row;
    const { place } = await this.pieces.get("rows", Math.floor(row / rows.per_piece));
    return place[row % rows.per_piece];
  }

  /**
   * @param {number} place
   * @returns {Promise<CutoutRecord>}
   */
  async recordAt(place) {
    const { per_piece } = this.index.records;
    const columns = await this.pieces.get("records", Math.floor(place / per_piece));
    const at = place % per_piece;
    const image = columns.image[at];
    return { columns, place, at, row: columns.row ? columns.row[at] : place, image, parent: await this.images.entry(image) };
  }

  /** @param {number} place */
  async rowAt(place) {
    return (await this.recordAt(place)).row;
  }

  /**
   * What the user's tables say of a cutout and of its image.
   *
   * @param {CutoutRecord} record
   * @returns {Promise<Fact[]>}
   */
  async metadataOf(record) {
    const columns = await Promise.all(this.own.map(({ name }) => this.columns.get(name)));
    const own = columns.map((column) => (
      /** @type {[string, number | string | undefined]} */ ([column.name, column.factAt(record.row)])
    ));
    return /** @type {Fact[]} */ ([...factsOf(record), ...own, ...record.parent.metadata].filter(isKnown));
  }

  /** @param {number} row */
  async recordOf(row) {
    return this.recordAt(await this.placeOf(row));
  }

  /** @param {number} row */
  async cutout(row) {
    return this.describe(await this.recordOf(row));
  }

  /**
   * Where a cutout lies.
   *
   * @param {number} row
   */
  async box(row) {
    const record = await this.recordOf(row);
    return { image: record.image, shownBox: shownBox(boxOf(record), record.parent) };
  }

  /**
   * @param {CutoutRecord} record
   * @returns {Promise<Cutout>}
   */
  async describe(record) {
    const { columns, at, row, image, parent } = record;
    const [ixmin, ixmax, iymin, iymax] = boxOf(record);
    const box = /** @type {Cutout["box"]} */ ([ixmin, ixmax, iymin, iymax]);
    return {
      row, image, box, name: parent.name, shownBox: shownBox(box, parent), x: columns.x[at], y: columns.y[at],
      sky: skyPlace(record), labels: labelsOf(record, this.index.labels),
      metadata: await this.metadataOf(record),
    };
  }

  /**
   * The places of all neighbours that are here.
   *
   * @param {number} place
   */
  async neighborsAt(place) {
    const { columns: { depth, neighbors }, at } = await this.recordAt(place);
    return neighbors.subarray(at * depth, (at + 1) * depth);
  }
}
