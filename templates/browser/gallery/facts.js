// What there is to say of the selected cutout: what the catalogue knows first, the position once, the network's words last. In: a
// cutout. Out: elements.

import { isGuest } from "../guests/guests.js";
import { remember, remembered } from "../remember.js";
import { copyIcon } from "../text/copy.js";
import { element } from "../text/element.js";
import { angle, number, plainPosition, position } from "../text/format.js";
import { SAY } from "../text/strings.js";

/**
 * @import { Cutout, Label, SkyPlace } from "../data/types.d.ts"
 * @import { Fact } from "../wire/types.d.ts"
 */

const LEAST_FIELD = 0.02; // degrees, that another site shows at least

/** @param {Label[]} labels */
function words(labels) {
  if (!labels.length) return [];
  const made = element("details", { class: "hd-words" }, element("summary", {}, SAY.words), ...labels.map(({ name, score }) => (
    element("span", { class: "hd-word" }, `${name} `, element("i", {}, score.toFixed(2)))
  )));
  made.open = remembered("words") === "yes";
  made.addEventListener("toggle", () => remember("words", made.open ? "yes" : "no"));
  return [made];
}

/**
 * Other sites that show or know a place; each is asked only when its link is followed.
 *
 * @param {SkyPlace} sky
 * @param {number} width of the cutout, in degrees
 */
export function sitesFor({ ra, dec }, width) {
  const [at, lon, lat] = [encodeURIComponent(`${ra.toFixed(6)} ${dec.toFixed(6)}`), ra.toFixed(6), dec.toFixed(6)];
  const field = Math.max(3 * (width || 0), LEAST_FIELD).toPrecision(3);
  return {
    "ESASky": `https://sky.esa.int/esasky/?target=${at}&fov=${field}&cooframe=J2000&sci=true&lang=en`,
    "Aladin": `https://aladin.cds.unistra.fr/AladinLite/?target=${at}&fov=${field}`,
    "SIMBAD": `https://simbad.cds.unistra.fr/simbad/sim-coo?Coord=${at}&Radius=1&Radius.unit=arcmin`,
    "NED": "https://ned.ipac.caltech.edu/conesearch?search_type=Near%20Position%20Search&in_csys=Equatorial&in_equinox=J2000"
      + `&ra=${lon}d&dec=${lat}d&radius=1`,
    "MAST": `https://mast.stsci.edu/portal/Mashup/Clients/Mast/Portal.html?searchQuery=${at}`,
    "Legacy": `https://www.legacysurvey.org/viewer?ra=${lon}&dec=${lat}&layer=ls-dr10&zoom=15`,
  };
}

/** @param {Cutout} cutout */
function place({ row, box: [ixmin, ixmax, iymin, iymax], sky }) {
  const width = sky ? ((ixmax - ixmin) * sky.scale) / 3600 : NaN;
  const made = [];
  if (sky) {
    const digits = sky.approximate ? -1 : 1;
    const text = position(sky.ra, sky.dec, digits);
    made.push(element("p", { class: "hd-position" }, sky.approximate ? `≈\u2009${text}` : text,
      copyIcon("hd-copy-position", SAY.copyPosition, plainPosition(sky.ra, sky.dec, digits))));
    if (sky.approximate) made.push(element("p", { class: "hd-box" }, SAY.approximate));
  }
  const size = width > 0 ? `, ${SAY.wide(angle(width))}` : "";
  if (!isGuest(row)) made.push(element("p", { class: "hd-box" }, `x ${ixmin}–${ixmax - 1}, y ${iymin}–${iymax - 1}${size}`));
  if (sky) {
    const links = Object.entries(sitesFor(sky, width)).map(([name, href]) => (
      element("a", { href, target: "_blank", rel: "noopener noreferrer" }, name)
    ));
    made.push(element("p", { class: "hd-elsewhere", title: SAY.elsewhere }, ...links));
  }
  return made;
}

/** @param {Fact[]} metadata */
const metadataList = (metadata) => element("dl", {}, ...metadata.flatMap(([key, value]) => [
  element("dt", {}, key), element("dd", { dir: "auto" }, number(value)),
]));

/** @param {Cutout} cutout */
export function facts(cutout) {
  const { labels, metadata } = cutout;
  const remarks = isGuest(cutout.row) ? [element("p", { class: "hd-box" }, SAY.guestPlaced)] : [];
  return [...remarks, ...(metadata.length ? [metadataList(metadata)] : []), ...place(cutout), ...words(labels)];
}
