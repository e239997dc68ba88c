// Some pictures on the overview of a map: of dense parts the point nearest to their middle, no two of them overlapping. In: points, the
// plot's view. Out: which points get one, once the view rests; which points these cover; the point whose picture lies at a place.

/**
 * @import { PicturePart, Rectangle } from "../data/types.d.ts"
 * @import { Plot } from "../plots/plot.js"
 * @import { Thumbnail } from "./layer.js"
 *
 * @typedef {{ x: ArrayLike<number>, y: ArrayLike<number> }} Plane
 * @typedef {Thumbnail & { place: number }} Face
 *
 * @typedef {object} Candidates
 * @property {Plane} points
 * @property {(i: number) => boolean} counts whether a point may have a picture
 * @property {(i: number) => number} placeOf
 * @property {(i: number) => string} colorOf the frame's, or nothing
 */

const MOST = 24;
const [LEAST_SIDE, MOST_SIDE] = [32, 96]; // of a picture, in pixels
const CELL = 2.5; // sides of a picture, that a part is wide and high
const FEW = 100; // points, of which lone ones get pictures, too
const SPARSE = 1 / 12; // of the mean number in a part: where there are fewer points there is none
const OVER = 44; // pixels at the upper and the lower edge, where menus and tools stand over the plot
const REST_MS = 150;

/**
 * The side of pictures, in pixels, so that they take a ninth of the plot or so.
 *
 * @param {number} width of the plot, in pixels
 * @param {number} height
 * @param {number} n points in view
 */
export function faceSide(width, height, n) {
  const share = Math.sqrt((width * height) / Math.max(4, Math.min(MOST, n)));
  return Math.round(Math.max(LEAST_SIDE, Math.min(MOST_SIDE, share / 3)));
}

/**
 * The points that get a picture: one a part of the view, the fullest parts first.
 *
 * @param {Plane} points
 * @param {Rectangle} view
 * @param {number} side of a picture, in the points' units
 * @param {(i: number) => boolean} [counts] whether a point may have one
 * @returns {number[]} indices
 */
export function chooseFaces({ x, y }, view, side, counts = () => true) {
  // Whole pictures only.
  const [left, bottom] = [view.left + side / 2, view.bottom + side / 2];
  const [width, height] = [view.right - view.left - side, view.top - view.bottom - side];
  if (!(width > 0 && height > 0)) return [];
  const [columns, rows] = [width, height].map((length) => Math.max(1, Math.round(length / (CELL * side))));
  const partOf = (/** @type {number} */ i) => {
    const [across, up] = [(x[i] - left) / width, (y[i] - bottom) / height];
    return across >= 0 && across < 1 && up >= 0 && up < 1 ? Math.floor(across * columns) + columns * Math.floor(up * rows) : -1;
  };

  const parts = columns * rows;
  const [n, sumX, sumY] = [new Uint32Array(parts), new Float64Array(parts), new Float64Array(parts)];
  for (let i = 0; i < x.length; i++) {
    const part = partOf(i);
    if (part < 0 || !counts(i)) continue;
    n[part]++;
    sumX[part] += x[i];
    sumY[part] += y[i];
  }
  const [nearest, off] = [new Int32Array(parts).fill(-1), new Float64Array(parts).fill(Infinity)];
  for (let i = 0; i < x.length; i++) {
    const part = partOf(i);
    if (part < 0 || !counts(i)) continue;
    const distance = (x[i] - sumX[part] / n[part]) ** 2 + (y[i] - sumY[part] / n[part]) ** 2;
    if (distance < off[part]) [nearest[part], off[part]] = [i, distance];
  }

  const total = n.reduce((sum, here) => sum + here, 0);
  const enough = total < FEW ? 1 : (SPARSE * total) / parts;
  const order = Array.from(n.keys()).filter((part) => n[part] >= enough).sort((a, b) => n[b] - n[a] || a - b);
  /** @type {number[]} */
  const chosen = [];
  for (const i of order.map((part) => nearest[part])) {
    const isFree = chosen.every((other) => Math.abs(x[other] - x[i]) >= side || Math.abs(y[other] - y[i]) >= side);
    if (isFree && chosen.length < MOST) chosen.push(i);
  }
  return chosen;
}

export class Faces {
  /**
   * @param {Plot} plot
   * @param {object} options
   * @param {() => boolean} options.areWanted
   * @param {(place: number) => Promise<PicturePart>} options.picture
   */
  constructor(plot, { areWanted, picture }) {
    this.plot = plot;
    this.areWanted = areWanted;
    this.picture = picture;
    /** @type {Face[]} */
    this.shown = [];
    this.turn = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.resting = undefined;
  }

  /** None are shown, and none will be. */
  clear() {
    clearTimeout(this.resting);
    this.turn++;
    this.shown = [];
  }

  /**
   * Choose anew when the view rests; those that are shown stay until then, if they are still meant.
   *
   * @param {() => Promise<Candidates>} candidates
   * @param {(place: number) => boolean} isMeant
   * @param {() => void} then is called when there are new ones
   */
  choose(candidates, isMeant, then) {
    clearTimeout(this.resting);
    const turn = ++this.turn;
    const areWanted = this.areWanted();
    const stay = this.shown.filter(({ place }) => areWanted && isMeant(place));
    if (stay.length < this.shown.length) this.shown = stay;
    if (!areWanted) return;
    this.resting = setTimeout(async () => {
      const found = await this.find(await candidates());
      if (turn !== this.turn) return;
      this.shown = found;
      then();
    }, REST_MS);
  }

  /**
   * @param {Candidates} candidates
   * @returns {Promise<Face[]>}
   */
  async find({ points, counts, placeOf, colorOf }) {
    const { plot: { view, scale, element } } = this;
    let n = 0;
    for (let i = 0; i < points.x.length && n < MOST; i++) {
      if (points.x[i] >= view.left && points.x[i] <= view.right && points.y[i] >= view.bottom && points.y[i] <= view.top && counts(i)) n++;
    }
    const side = faceSide(element.clientWidth, element.clientHeight, n);
    const clear = { ...view, top: view.top - OVER * scale, bottom: view.bottom + OVER * scale };
    const chosen = chooseFaces(points, clear, side * scale, counts);
    return Promise.all(chosen.map(async (i) => {
      const place = placeOf(i);
      return { x: points.x[i], y: points.y[i], place, side, color: colorOf(i), part: await this.picture(place) };
    }));
  }

  /**
   * The place of the picture that lies somewhere.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} [margin] pixels around it that count as well
   * @returns {number | null}
   */
  at(x, y, margin = 0) {
    const reach = (/** @type {Face} */ { side }) => (side / 2 + margin) * this.plot.scale;
    return this.shown.find((face) => Math.max(Math.abs(face.x - x), Math.abs(face.y - y)) <= reach(face))?.place ?? null;
  }
}
