// The cutouts shown beside the selected one. In: a row, where they may lie and among which; neighbours that the page has, or a server that
// compares all. Out: the most similar ones that may be shown, or those at the same place, and how they were found.

import { isGuest } from "../guests/guests.js";
import { SIMILARITY_STEPS } from "../wire/constants.js";
import { and, has } from "../subset/bits.js";
import { mostSimilar, nearestOnSky } from "./few.js";
import { allPassing, builtIn, passes, positionOf } from "./passing.js";
import { radiusFor } from "./where.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { Pieces } from "../wire/pieces.js"
 * @import { CutoutRecord, Records } from "../data/records.js"
 * @import { Guests } from "../guests/guests.js"
 * @import { Asked, Shown, SimilarCutout } from "../data/types.d.ts"
 * @import { NearPiece, PageIndex } from "../wire/types.d.ts"
 * @import { Rule } from "./passing.js"
 *
 * @typedef {object} Ranking cutouts by how similar they are, the most similar first
 * @property {ArrayLike<number>} places
 * @property {(i: number) => number} similarity
 * @property {number | null} looked how many of the nearest these are; null where none that may be shown is left out
 */

export class Alike {
  /**
   * @param {PageIndex} index
   * @param {Pieces} pieces
   * @param {Records} records
   * @param {Columns} columns
   * @param {Guests} guests
   */
  constructor(index, pieces, records, columns, guests) {
    this.index = index;
    this.pieces = pieces;
    this.records = records;
    this.columns = columns;
    this.guests = guests;
  }

  /**
   * A cutout and those that stand beside it.
   *
   * @param {number} row
   * @param {Asked} asked
   * @returns {Promise<Shown>}
   */
  async shown(row, { where, subset, isSmoothed }) {
    const guest = isGuest(row) ? this.guests.get(row) : null;
    const own = guest?.record ?? await this.records.recordOf(row);
    const cutout = guest?.cutout ?? await this.records.describe(own);
    const rule = { where, radius: cutout.sky ? radiusFor(where, cutout) : null, isSmoothed };
    const bits = subset?.bits ?? null;
    const { similar, ...found } = where.kind === "same" ? await this.atPlace(own, rule, bits) : await this.nearest(own, rule, bits);
    return { cutout, similar, found: { ...rule, ...found, among: subset?.count ?? null } };
  }

  /**
   * The most similar ones that may be shown: of the neighbours of its record, else of all that the page has, else of all cutouts, where
   * a server compares them. By smoothed fingerprints, records have none.
   *
   * @param {CutoutRecord} own
   * @param {Rule} rule
   * @param {Uint32Array | null} bits of those that may be shown
   */
  async nearest(own, rule, bits) {
    const isAny = rule.where.kind === "any" && !bits;
    const ownSources = rule.isSmoothed ? [this.smoothed] : [this.inRecord, this.near];
    const sources = isAny ? ownSources.slice(0, 1) : [...ownSources, this.compared];
    /** @type {{ similar: SimilarCutout[], looked: number | null, n: number | null }} */
    let best = { similar: [], looked: 0, n: null };
    for (const source of sources) {
      const ranking = await source.call(this, own, rule, bits);
      if (!ranking) continue;
      best = { similar: await this.pick(own, rule, bits, ranking), looked: ranking.looked, n: null };
      if (ranking.looked === null || best.similar.length === this.index.similar) break;
    }
    return best;
  }

  /**
   * The places of all neighbours that the page has of a cutout, nearest first.
   *
   * @param {number} place
   */
  async nearestTo(place) {
    const own = await this.records.recordAt(place);
    const { places } = await this.near(own) ?? await this.inRecord(own);
    return places;
  }

  /**
   * @param {CutoutRecord} own
   * @returns {Promise<Ranking>}
   */
  async inRecord(own) {
    return this.ranking(own.columns, own.at);
  }

  /**
   * @param {CutoutRecord} own
   * @returns {Promise<Ranking | null>}
   */
  async near(own) {
    return this.kept("near", own);
  }

  /**
   * @param {CutoutRecord} own
   * @returns {Promise<Ranking | null>}
   */
  async smoothed(own) {
    return this.kept("smoothed", own);
  }

  /**
   * Neighbours that have pieces of their own.
   *
   * @param {"near" | "smoothed"} kind
   * @param {CutoutRecord} own
   * @returns {Promise<Ranking | null>} null where the page has no such pieces
   */
  async kept(kind, { row, place }) {
    if (isGuest(row)) {
      const { smoothed } = this.guests.get(row);
      return kind === "smoothed" && smoothed ? this.ranking(smoothed, 0) : null;
    }
    const part = this.index[kind];
    if (!part) return null;
    const piece = await this.pieces.get(kind, Math.floor(place / part.per_piece));
    return this.ranking(piece, place % part.per_piece);
  }

  /**
   * @param {NearPiece} piece
   * @param {number} at
   * @returns {Ranking}
   */
  ranking({ depth, neighbors, similarities }, at) {
    const first = at * depth;
    return {
      places: neighbors.subarray(first, first + depth), similarity: (i) => similarities[first + i] / SIMILARITY_STEPS,
      looked: depth < this.index.n - 1 ? depth : null,
    };
  }

  /**
   * @param {CutoutRecord} own
   * @param {Rule} rule
   * @param {Uint32Array | null} bits
   * @returns {Promise<Ranking | null>} null where no server answers
   */
  async compared(own, rule, bits) {
    if (isGuest(own.row)) return null;
    const piece = await this.pieces.served(rule.isSmoothed ? "smoothedcosines" : "cosines", own.row, this.index.cosines);
    if (!piece) return null;
    const [rows, passing] = await Promise.all([builtIn(this.columns, "row"), allPassing(rule, own, this.columns)]);
    const found = mostSimilar(piece.cosines, rows, bits ? and(bits, passing) : passing, this.index.similar);
    return { places: found.map(({ place }) => place), similarity: (i) => found[i].similarity, looked: null };
  }

  /**
   * The first of a ranking that may be shown. Their records may lie in as many pieces, which are asked for together.
   *
   * @param {CutoutRecord} own
   * @param {Rule} rule
   * @param {Uint32Array | null} bits
   * @param {Ranking} ranking
   */
  async pick(own, rule, bits, { places, similarity }) {
    const wanted = this.index.similar;
    const mayPass = passes(rule, own);
    const left = Array.from(places, (_, i) => i).filter((i) => !bits || has(bits, places[i]));
    /** @type {SimilarCutout[]} */
    const found = [];
    for (let from = 0; from < left.length && found.length < wanted; from += wanted) {
      const some = left.slice(from, from + wanted);
      const records = await Promise.all(some.map((i) => this.records.recordAt(places[i])));
      const passing = some.flatMap((i, k) => (mayPass(records[k]) ? [{ record: records[k], similarity: similarity(i) }] : []));
      for (const { record, ...likeness } of passing.slice(0, wanted - found.length)) {
        found.push({ ...await this.records.describe(record), rank: found.length + 1, ...likeness });
      }
    }
    return found;
  }

  /**
   * Those of other images that lie at the same place of the sky, the nearest first. How similar they are is known of neighbours alone.
   *
   * @param {CutoutRecord} own
   * @param {Rule} rule
   * @param {Uint32Array | null} bits
   */
  async atPlace(own, { radius, isSmoothed }, bits) {
    const here = { ...positionOf(own), image: own.image };
    if (Number.isNaN(here.ra)) return { similar: [], looked: null, n: null };
    const [ra, dec, image, row] = await Promise.all(["ra", "dec", "image", "row"].map((name) => builtIn(this.columns, name)));
    const { count, nearest } = nearestOnSky({ ra, dec, image, row }, here, {
      radius: (radius ?? 0) / 3600, bits, most: this.index.similar,
    });
    const { places, similarity } = (isSmoothed ? await this.smoothed(own) : await this.near(own)) ?? await this.inRecord(own);
    const ranks = new Map(Array.from(places, (place, i) => [place, i]));
    const similar = await Promise.all(nearest.map(async ({ place, separation }, i) => {
      const at = ranks.get(place);
      const cutout = await this.records.describe(await this.records.recordAt(place));
      return { ...cutout, rank: i + 1, similarity: at === undefined ? null : similarity(at), separation };
    }));
    return { similar, looked: null, n: count };
  }
}
