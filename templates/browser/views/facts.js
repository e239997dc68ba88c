// What there is to say of a cutout. In: a cutout. Out: elements.

import { element } from "../text/element.js";
import { angle, degrees, number, position } from "../text/format.js";

/** @import { Cutout, Fact, Label, SkyPlace } from "../data/types.d.ts" */

/**
 * The network's words for a cutout.
 *
 * @param {Label[]} labels
 * @param {number} n how many at most
 */
export const words = (labels, n) => labels.slice(0, n).map(({ name, score }) => (
  element("span", { class: "hd-word" }, `${name} `, element("i", {}, score.toFixed(2)))
));

/**
 * A cutout's position in hours and in degrees, if it is known.
 *
 * @param {SkyPlace | null} sky
 * @param {number} digits of the arcseconds
 */
export function positions(sky, digits) {
  if (!sky) return [];
  const [about, kept] = sky.approximate ? ["≈\u2009", -1] : ["", digits];
  return [about + position(sky.ra, sky.dec, kept), about + degrees(sky.ra, sky.dec, kept)];
}

/**
 * Links to where else a place can be looked at.
 *
 * @param {SkyPlace} sky
 * @param {number} width of the cutout, in degrees
 */
function elsewhere({ ra, dec }, width) {
  const link = (/** @type {string} */ name, /** @type {string} */ href) => (
    element("a", { href, target: "_blank", rel: "noopener noreferrer" }, name)
  );
  const target = encodeURIComponent(`${ra.toFixed(6)} ${dec.toFixed(6)}`);
  return element(
    "p", {}, element("span", { class: "hd-muted" }, "see in "),
    link("Aladin", `https://aladin.cds.unistra.fr/AladinLite/?target=${target}&fov=${(3 * width).toPrecision(3)}`), " · ",
    link("SIMBAD", `https://simbad.cds.unistra.fr/simbad/sim-coo?Coord=${target}&Radius=1&Radius.unit=arcmin`),
  );
}

/** @param {Fact[]} metadata */
const metadataList = (metadata) => element("dl", {}, ...metadata.flatMap(([key, value]) => [
  element("dt", {}, key), element("dd", {}, number(value)),
]));

/** @param {Cutout} cutout */
export function facts({ name, box, sky, labels, metadata }) {
  const [ixmin, ixmax, iymin, iymax] = box;
  const width = sky ? ((ixmax - ixmin) * sky.scale) / 3600 : NaN;
  const made = element("div", { class: "hd-facts" }, element("b", {}, name));
  for (const text of positions(sky, 1)) made.append(element("p", {}, text));
  if (sky?.approximate) made.append(element("p", { class: "hd-muted" }, "position approximate"));
  made.append(
    element("p", { class: "hd-words" }, ...words(labels, 5)),
    element("p", { class: "hd-muted" }, `x ${ixmin}–${ixmax - 1}, y ${iymin}–${iymax - 1}`
      + (sky && sky.scale > 0 ? `, ${angle(width)} wide` : "")),
  );
  if (sky) made.append(elsewhere(sky, width || 0.05));
  if (metadata.length) made.append(metadataList(metadata));
  return made;
}
