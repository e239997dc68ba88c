// The sky: all positions in the colours of the map, the selected one and its similar ones strong; from all of it to the field of an image,
// on the plane that touches it there, with outlines. In: `shown`, `hovered`, `sought`, links, the theme, the pointer's place. Out: the
// drawn sky and a readout, and where it looks, in the page's address; a selected or a hovered row by its plot.

import { mark, markHovered, onHovered } from "../plots/marks.js";
import { openPlot } from "../plots/plot.js";
import { stepFrom } from "../plots/steps.js";
import { Chart } from "../skychart/chart.js";
import { Footprints } from "../skychart/footprints.js";
import { FieldPoints } from "../sky/field.js";
import { nearestOnSky } from "../sky/nearest.js";
import { holdsPlace } from "../sky/outlines.js";
import { paintedSky } from "../sky/painted.js";
import { tangentPlane } from "../sky/planes.js";
import { openReadout } from "../sky/readout.js";
import { RADIAN, positionOf, separation, vectorOf } from "../sky/sphere.js";
import { Steering } from "../sky/steering.js";
import { on, state } from "../state.js";
import { has } from "../subset/bits.js";
import { bitsByRow } from "../subset/subset.js";
import { bitsOnSky, tellSubset } from "../subset/tell.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { onTheme } from "../theme.js";
import { onHome, select } from "../walk.js";
import { linkView } from "./looking.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Points } from "../data/points.js"
 * @import { Cutout, Place, Shown, SkyPlace } from "../data/types.d.ts"
 * @import { Outlines } from "../sky/outlines.js"
 * @import { Position } from "../sky/sphere.js"
 *
 * @typedef {{ at: Position, corners: Place[] }} Field where a plane touches, and what is to be seen of it
 */

// The plane that Mollweide's projection fills: an ellipse in this rectangle.
const WHOLE = { left: -2 * Math.SQRT2, right: 2 * Math.SQRT2, bottom: -Math.SQRT2, top: Math.SQRT2 };
const [WHOLE_MARGIN, FIELD_MARGIN] = [0.2, 0.35]; // around them, as a part of them
const LEAST_FIELD = 3e-6; // half of its side in radians: six tenths of an arcsecond
const LEAST_WIDTH = 400; // pixels that it takes
const NEAR_DEG = 20; // similar ones that are no farther from the selected one make a field
const WIDE = 4; // a field without an outline is so many times as wide as the cutout to each side
const SOUGHT = 2.5; // radii around a place that was asked for
const TELL_MS = 500; // after the last change

/** @param {number} radius in radians */
const square = (radius) => [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x, y]) => ({ x: x * radius, y: y * radius }));

/**
 * The field that holds the selected cutout and those similar ones that have a place, if they are near each other.
 *
 * @param {Shown | null} shown
 * @returns {Field | null}
 */
export function fieldOf(shown) {
  const own = shown?.cutout.sky;
  if (!shown || !own) return null;
  /** @type {SkyPlace[]} */
  const places = [own, ...shown.similar.flatMap(({ sky }) => sky ?? [])];
  if (places.some((place) => separation(own, place) > NEAR_DEG)) return null;
  const vectors = places.map(vectorOf);
  const at = positionOf([0, 1, 2].map((axis) => vectors.reduce((sum, vector) => sum + vector[axis], 0)));
  const corners = places.flatMap((place) => {
    const { x, y } = /** @type {Place} */ (tangentPlane(at).project(place));
    return square(LEAST_FIELD).map((corner) => ({ x: x + corner.x, y: y + corner.y }));
  });
  return { at, corners };
}

/**
 * The field of a cutout's image; where its outline is not known, the cutout and what lies around it.
 *
 * @param {Cutout} cutout
 * @param {Outlines} outlines
 * @returns {Field | null}
 */
export function fieldOfImage({ image, box, sky }, outlines) {
  if (!sky) return null;
  const corners = outlines.corners(image);
  if (!corners) {
    const width = Math.max(box[1] - box[0], box[3] - box[2]) * (sky.scale > 0 ? sky.scale : 0) * (RADIAN / 3600);
    return { at: sky, corners: square(Math.max(LEAST_FIELD, WIDE * width)) };
  }
  const at = positionOf([...outlines.middles.subarray(3 * image, 3 * image + 3)]);
  const { project } = tangentPlane(at);
  const places = corners.flatMap((corner) => project(corner) ?? []);
  return places.length ? { at, corners: places } : null;
}

/** Say below the image why there is no sky. */
export function sayNoSky() {
  byId("hd-image").after(element("p", { class: "hd-why" }, SAY.noSky));
}

/**
 * What lies at a place of the plot.
 *
 * @param {Data} data
 * @param {Points} points
 * @param {Steering} steering
 * @param {Footprints} footprints
 */
function finder(data, points, steering, footprints) {
  const { plot } = steering;
  const counted = async () => {
    const bits = state.subset && await bitsByRow(state.subset, data.columns);
    return bits && ((/** @type {number} */ row) => has(bits, row));
  };

  /**
   * The cutout that the pointer means: the nearest, within reach or around it.
   *
   * @param {number} x
   * @param {number} y
   */
  async function rowAt(x, y) {
    const at = steering.plane.unproject(x, y);
    if (!at) return null;
    const { reach } = plot;
    const around = [[reach, 0], [-reach, 0], [0, reach], [0, -reach]].flatMap(([dx, dy]) => steering.plane.unproject(x + dx, y + dy) ?? []);
    const radius = RADIAN * Math.max(...around.map((one) => separation(at, one)), 0) || 2 * reach;
    const counts = await counted();
    const row = (counts && await nearestOnSky(points, at, radius, counts)) ?? await nearestOnSky(points, at, radius);
    if (row !== null || !steering.plane.at) return row;
    const nearest = await nearestOnSky(points, at, RADIAN, counts ?? undefined);
    const boxed = nearest === null ? undefined : data.outlines.boxOf.get(nearest);
    const corners = boxed ? footprints.inPixels(data.outlines.corners(boxed.image, boxed.box)) : null;
    return corners && holdsPlace(corners, plot.pixel(x, y)) ? nearest : null;
  }

  /**
   * The cutout that a tap means: the nearest, wherever that is.
   *
   * @param {number} x
   * @param {number} y
   */
  async function tapAt(x, y) {
    const at = steering.plane.unproject(x, y);
    if (!at) return null;
    return await rowAt(x, y) ?? nearestOnSky(points, at, Math.PI, await counted() ?? undefined);
  }
  return { rowAt, tapAt };
}

/**
 * @param {Data} data
 * @param {Points} points
 */
export async function openSky(data, points) {
  const plot = await openPlot("hd-sky", byId("hd-sky"), SAY.sky);
  const { camera } = plot;
  const buttons = { field: byId("hd-sky-field"), these: byId("hd-sky-zoom") };
  /** @type {Cutout | null} */
  let hovered = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let telling;
  /** @type {"field" | "these" | null} what is followed from cutout to cutout, until somebody moves the view */
  let followed = null;
  let stays = false; // at a place that was asked for, whatever is selected there
  const placeOf = (/** @type {Cutout} */ { sky }) => sky && (steering.plane.at ? steering.plane.project(sky) : sky);
  const steering = new Steering(plot, (plane) => {
    chart.show(plane);
    painted.change(plane);
    remark();
  });
  const painted = paintedSky(data, plot, points, () => {
    chart.request();
    footprints.prepare();
  });
  /** @type {Footprints} */
  const footprints = new Footprints(plot, data.outlines, {
    plane: () => steering.plane, loaded: () => painted.loaded, shown: () => state.shown, hovered: () => hovered,
    sought: () => state.sought,
  }, () => chart.request());
  /** @type {Chart} */
  const chart = new Chart(plot, { points: () => painted.loaded?.points ?? { x: [], y: [] }, footprints });
  const readout = openReadout(plot, steering);
  camera.setWhole(WHOLE, WHOLE_MARGIN, (2 * LEAST_FIELD) / LEAST_WIDTH);
  tellSubset(byId("hd-sky-count"), () => bitsOnSky(data.columns));
  const { say, isLinked } = linkView(plot, "sky", steering.words);

  function remark() {
    mark(plot, state.shown, placeOf);
    const at = hovered && placeOf(hovered);
    plot.draw("hovered", at ? { x: [at.x], y: [at.y] } : { x: [], y: [] });
  }

  async function fieldNow() {
    const { shown } = state;
    if (!shown || followed !== "field") return fieldOf(shown);
    await data.outlines.load();
    return fieldOfImage(shown.cutout, data.outlines);
  }

  async function look() {
    const { shown } = state;
    if (!camera.fitted) followed = null;
    buttons.these.hidden = !fieldOf(shown);
    buttons.field.hidden = !shown?.cutout.sky;
    remark();
    chart.request();
    if (followed) {
      const field = await fieldNow();
      if (shown !== state.shown) return;
      if (field) steering.fit(field.at, field.corners, FIELD_MARGIN);
      else camera.showWhole();
    } else if (shown?.cutout.sky && !isLinked() && !stays) steering.bring(shown.cutout.sky);
    stays = false;
    readout.say();
  }

  // Who moves the view by keys hears where it looks.
  function tellSoon() {
    clearTimeout(telling);
    if (!byId("hd-place-sky").contains(document.activeElement)) return;
    telling = setTimeout(() => (byId("hd-live").textContent = readout.middle()), TELL_MS);
  }

  function showWhole() {
    followed = null;
    camera.showWhole();
  }

  plot.react({
    ...finder(data, points, steering, footprints),
    skyAt: (x, y) => steering.plane.unproject(x, y),
    onRanges: () => {
      steering.moved();
      say();
      painted.move();
      chart.request();
      readout.say();
      tellSoon();
    },
    onScale: remark,
    onMove: (pointer) => readout.point(pointer && steering.plane.unproject(pointer.x, pointer.y)),
    onStep: async (right, up) => {
      const own = state.selected === null ? null : await data.cutout(state.selected);
      const { at } = steering.plane;
      const from = (own && placeOf(own)) ?? camera.at;
      const all = at ? new FieldPoints(points, { ...steering.plane, at }) : points;
      const row = from && await stepFrom(all, from, { right, up }, plot.reach);
      if (row !== null) select(row);
    },
  });
  for (const which of /** @type {const} */ (["field", "these"])) {
    buttons[which].addEventListener("click", () => {
      followed = which;
      camera.showWhole();
      look();
    });
  }
  byId("hd-sky-fit").addEventListener("click", showWhole);
  byId("hd-sky-frame").addEventListener("click", tellSoon);
  onHome(showWhole);
  on(["shown"], look);
  on(["sought"], ({ sought }) => {
    chart.request();
    stays = sought !== null;
    if (!sought) return;
    followed = null;
    steering.fit(sought, square(SOUGHT * sought.radius * RADIAN), 0);
  });
  markHovered(plot, data.cutout, placeOf);
  onHovered(data.cutout, (cutout) => {
    hovered = cutout;
    chart.request();
  });
  onTheme(() => chart.request());
  steering.moved();
  look();
  await painted.paint();
}
