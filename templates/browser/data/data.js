// All that a page knows. In: its index, and its pieces. Out: one object for all views. Whatever concerns cutouts is answered by
// promises, so that a million of them need not be here.

import { Boxes } from "./boxes.js";
import { Columns } from "./columns.js";
import { Images } from "./images.js";
import { Pictures } from "./pictures.js";
import { Points } from "./points.js";
import { Records } from "./records.js";
import { Whole } from "./whole.js";
import { levelsOf } from "../clusters/levels.js";
import { Medoids } from "../faces/medoids.js";
import { Guests, isGuest } from "../guests/guests.js";
import { Alike } from "../likeness/likeness.js";
import { likeMean } from "../likeness/mean.js";
import { Tiles } from "../parent/tiles.js";
import { Outlines } from "../sky/outlines.js";

/**
 * @import { Asked } from "./types.d.ts"
 * @import { PageIndex } from "../wire/types.d.ts"
 * @import { Pieces } from "../wire/pieces.js"
 *
 * @typedef {ReturnType<typeof makeData>} Data
 */

/**
 * @param {PageIndex} index
 * @param {Pieces} pieces
 */
export function makeData(index, pieces) {
  const images = new Images(index, pieces);
  const whole = new Whole(index, pieces);
  const columns = new Columns(index, pieces, whole);
  const records = new Records(index, pieces, images, columns);
  const boxes = new Boxes(index, pieces, images);
  const guests = new Guests();
  const alike = new Alike(index, pieces, records, columns, guests);
  const pictures = new Pictures(index, pieces, records, images);
  return {
    n: index.n,
    /** How many similar cutouts are shown. */
    wanted: index.similar,
    start: index.start,
    notes: index.notes,
    identity: index.identity,
    labels: index.labels,
    provenance: index.provenance,
    methods: index.methods,
    canOverlap: index.can_overlap,
    nImages: 1 + index.boxes.images.reduce((last, image) => Math.max(last, image), 0),
    clusters: levelsOf(index),
    colors: index.colors,
    palette: index.palette,
    base: index.base,
    /** Whether all of it stands in the page, so that nothing has to be loaded. */
    isWhole: pieces.inline !== undefined,
    first: index.first ?? null,
    tiles: index.tiles ?? null,
    skyTiles: index.sky_tiles ?? null,
    live: index.live ?? false,
    /** Tiles of parent images; null where previews are all there is. */
    deep: index.deep ? { ...index.deep, tiles: new Tiles((number) => pictures.tile(number)) } : null,
    columns,
    whole,
    /** The same one each time. */
    mapPlane: () => whole.once("map's plane", async () => {
      const { x, y } = await whole.map();
      return { x, y, runs: { bounds: index.map.bounds, size: index.map.per_piece } };
    }),
    skyPlane: async () => ({ ...await whole.sky(), runs: { bounds: index.sky?.extent ?? [], size: index.n } }),
    map: new Points("map", index.map, pieces),
    sky: index.sky ? new Points("sky", index.sky, pieces) : null,
    /** Where parent images and cutouts lie on the sky. */
    outlines: new Outlines(index, pieces),
    /** Images that a visitor has brought: cutouts below row 0, whose images have the same numbers. */
    guests,
    cutout: async (/** @type {number} */ row) => (isGuest(row) ? guests.get(row).cutout : records.cutout(row)),
    image: async (/** @type {number} */ number) => (isGuest(number) ? guests.get(number).image : images.image(number)),
    neighborsAt: (/** @type {number} */ place) => records.neighborsAt(place),
    /** Places of all neighbours that the page has of a cutout, nearest first. */
    nearestTo: (/** @type {number} */ place) => alike.nearestTo(place),
    placeOf: (/** @type {number} */ row) => records.placeOf(row),
    rowAt: (/** @type {number} */ place) => records.rowAt(place),
    cutoutAt: (/** @type {number} */ image, /** @type {number} */ x, /** @type {number} */ y) => boxes.cutoutAt(image, x, y),
    thumbnail: async (/** @type {number} */ row) => (isGuest(row) ? guests.get(row).picture : pictures.thumbnail(row)),
    medoids: new Medoids(index, pieces),
    /** The picture of one of these, by its number. */
    face: (/** @type {number} */ number) => pictures.face(number),
    thumbnailAt: (/** @type {number} */ place) => pictures.thumbnailAt(place),
    /** The preview of a parent image by its address, decoded. */
    picture: (/** @type {string} */ address) => pictures.picture(address),
    portrait: async (/** @type {number} */ row) => (isGuest(row) ? guests.get(row).picture : pictures.portrait(row)),
    /** A cutout and those that stand beside it. */
    shown: (/** @type {number} */ row, /** @type {Asked} */ asked) => alike.shown(row, asked),
    /** Whether there are neighbours by smoothed fingerprints. */
    hasSmoothed: index.smoothed !== undefined,
    /** Whether there is a server that compares cutouts with all. */
    isCompared: index.cosines !== undefined,
    /** What the addresses of that server begin with. */
    server: index.cosines,
    /** Rows of those most like the mean of some; null where no server answers. */
    likeMean: (/** @type {Int32Array} */ rows, /** @type {number} */ n) => likeMean(rows, n, index.cosines),
  };
}
