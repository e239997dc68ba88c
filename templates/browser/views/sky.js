// The sky: all positions faint, the selected one and its similar ones strong; zooms from the whole sky to the field.
// In: `shown`, `hovered`, the pointer's place. Out: the drawn sky and a readout; a selected or a hovered row by its plot.

import { tilesOf } from "../plots/layer.js";
import { mark, markHovered } from "../plots/marks.js";
import { openPlot } from "../plots/plot.js";
import { Scatter } from "../plots/scatter.js";
import { on, state } from "../state.js";
import { byId } from "../text/element.js";
import { angle, position } from "../text/format.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Points } from "../data/points.js"
 * @import { Cutout } from "../data/types.d.ts"
 */

// The plane that Mollweide's projection fills: an ellipse in this rectangle.
const WHOLE = { left: -2 * Math.SQRT2, right: 2 * Math.SQRT2, bottom: -Math.SQRT2, top: Math.SQRT2 };
const [WHOLE_MARGIN, FIELD_MARGIN] = [0.14, 0.35]; // around them, as a part of them
const LEAST_FIELD = 3e-6; // half of its side in the plane; about half an arcsecond
const ALL_SKY_DEG = 300; // from this width on the readout says how the sky lies

/**
 * The sky's place at a place of the plane, in degrees, or none (Snyder, *Map Projections*, 1987, page 251).
 *
 * @param {number} x
 * @param {number} y
 */
export function unproject(x, y) {
  const theta = Math.asin(y / Math.SQRT2);
  const longitude = (-Math.PI * x) / (2 * Math.SQRT2 * Math.cos(theta));
  if (!(Math.abs(longitude) <= Math.PI)) return null;
  const dec = Math.asin((2 * theta + Math.sin(2 * theta)) / Math.PI);
  return { ra: ((longitude * 180) / Math.PI + 360) % 360, dec: (dec * 180) / Math.PI };
}

/**
 * The rectangle that holds cutouts, of those that have a place.
 *
 * @param {Cutout[]} cutouts
 */
function fieldOf(cutouts) {
  const places = cutouts.flatMap(({ sky }) => sky ?? []);
  if (!places.length) return null;
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  return {
    left: Math.min(...xs) - LEAST_FIELD, right: Math.max(...xs) + LEAST_FIELD,
    bottom: Math.min(...ys) - LEAST_FIELD, top: Math.max(...ys) + LEAST_FIELD,
  };
}

const placeOf = (/** @type {Cutout} */ { sky }) => sky;

/**
 * @param {Data} data
 * @param {Points} points
 */
export async function openSky(data, points) {
  const plot = await openPlot("hd-sky", byId("hd-sky"));
  const readout = byId("hd-sky-readout");
  const button = byId("hd-sky-zoom");
  const { skyTiles } = data;
  const scatter = new Scatter(plot, points, {
    tiles: () => skyTiles && tilesOf(skyTiles, `${data.base}sky-tiles`),
  });
  let isZoomed = false;

  function idle() {
    const across = (plot.scale * plot.figure.inner_width * 180) / (2 * Math.SQRT2);
    readout.textContent = across > ALL_SKY_DEG ? "ICRS, RA grows to the left" : `${angle(across)} across`;
  }

  function look() {
    const { shown } = state;
    const field = isZoomed && shown ? fieldOf([shown.cutout, ...shown.similar]) : null;
    if (field) plot.fit(field, FIELD_MARGIN);
    else plot.fit(WHOLE, WHOLE_MARGIN);
    button.textContent = isZoomed ? "whole sky" : "zoom in";
    button.hidden = !shown?.cutout.sky;
    mark(plot, shown, placeOf);
    idle();
  }

  plot.react({
    rowAt: (x, y) => points.nearest(x, y, plot.reach),
    onRanges: () => {
      scatter.update();
      idle();
    },
    onScale: () => mark(plot, state.shown, placeOf),
    onMove: (pointer) => {
      const at = pointer && unproject(pointer.x, pointer.y);
      if (at) readout.textContent = position(at.ra, at.dec);
      else idle();
    },
  });
  button.addEventListener("click", () => {
    isZoomed = !isZoomed;
    look();
  });
  on(["shown"], look);
  markHovered(plot, data.cutout, placeOf);
  look();
}
