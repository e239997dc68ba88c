// Places on the sky: read from text, and how far from one another. `hubble_dash/query/sky.py` is the same in Python.

import { none, set } from "../subset/bits.js";

const SIGNS = new Map([["\u2212", "-"], ["–", "-"], ["º", "°"], ["ʰ", "h"], ["ᵐ", "m"], ["ˢ", "s"]]);
// A place without blanks, such as 03h32m38s-27d47m24s.
const JOINED = /^([^\s,]*[^\s,+-])([+-].*)$/s;
const DEGREES = /^([+-]?)([0-9]{1,3}(?:\.[0-9]*)?)\s*[d°]?$/i;
const HOURS = /^[+]?([0-9]{1,2})\s*[h:\s]\s*([0-9]{1,2})(?:\s*[m′':\s]\s*([0-9]{1,2}(?:\.[0-9]*)?)?\s*[s″"]?)?$/i;
const DEGREES_PARTS = /^([+-]?)([0-9]{1,2})\s*[d°:\s]\s*([0-9]{1,2})(?:\s*[m′':\s]\s*([0-9]{1,2}(?:\.[0-9]*)?)?\s*[s″"]?)?$/i;
const RADIAN = Math.PI / 180;

/**
 * Read a place on the sky as people write it: right ascension and declination, both in degrees, or in hours and degrees with minutes and
 * seconds: 53.16 -27.79, 03:32:38 -27:47:24, 03h32m38s -27d47m24s.
 *
 * @param {string} text
 * @returns {[ra: number, dec: number] | null} ICRS degrees; null if it is no place
 */
export function parsePlace(text) {
  const halves = halvesOf(text.replace(/[\u2212–ºʰᵐˢ]/g, (sign) => SIGNS.get(sign) ?? sign).trim());
  if (!halves) return null;
  const [ra, dec] = [rightAscension(halves[0]), declination(halves[1])];
  return ra === null || dec === null ? null : [ra, dec];
}

/**
 * What lies within a circle. Declinations, which are cheap to compare, are looked at first.
 *
 * @param {ArrayLike<number>} ras in degrees; NaN where not known
 * @param {ArrayLike<number>} decs
 * @param {{ ra: number, dec: number, radius: number }} circle in degrees
 * @returns {Uint32Array} bits
 */
export function withinCircle(ras, decs, { ra, dec, radius }) {
  const bits = none(ras.length);
  const most = radius * (1 + 1e-9);
  for (let place = 0; place < ras.length; place++) {
    if (!(Math.abs(decs[place] - dec) <= most)) continue;
    if (separation(ras[place], decs[place], ra, dec) <= radius) set(bits, place);
  }
  return bits;
}

/**
 * The angular distance of two places by the haversine formula, all in degrees.
 *
 * @param {number} ra
 * @param {number} dec
 * @param {number} ra0
 * @param {number} dec0
 */
export function separation(ra, dec, ra0, dec0) {
  const high = Math.sin(((dec - dec0) * RADIAN) / 2) ** 2;
  const wide = Math.cos(dec * RADIAN) * Math.cos(dec0 * RADIAN) * Math.sin(((ra - ra0) * RADIAN) / 2) ** 2;
  return (2 * Math.asin(Math.sqrt(Math.min(high + wide, 1)))) / RADIAN;
}

/**
 * Take right ascension and declination apart: at a comma, a sign, or in the middle.
 *
 * @param {string} text
 * @returns {[string, string] | null}
 */
function halvesOf(text) {
  const parts = text.split(",");
  if (parts.length === 2) return [parts[0].trim(), parts[1].trim()];
  const words = text.split(/\s+/);
  const joined = words.length === 1 ? JOINED.exec(text) : null;
  if (joined) return [joined[1], joined[2]];
  const middle = words.length / 2;
  return [1, 2, 3].includes(middle) ? [words.slice(0, middle).join(" "), words.slice(middle).join(" ")] : null;
}

/** @param {string} text */
function rightAscension(text) {
  const whole = DEGREES.exec(text);
  if (whole) {
    const value = Number(whole[1] + whole[2]);
    return value >= -180 && value <= 360 ? value : null;
  }
  const found = HOURS.exec(text);
  if (!found || Number(found[1]) > 23) return null;
  const hours = sixtieths(found[1], found[2], found[3]);
  return hours === null ? null : 15 * hours;
}

/** @param {string} text */
function declination(text) {
  const whole = DEGREES.exec(text);
  const found = whole ?? DEGREES_PARTS.exec(text);
  if (!found) return null;
  const value = whole ? Number(whole[2]) : sixtieths(found[2], found[3], found[4]);
  if (value === null || value > 90) return null;
  return found[1] === "-" ? -value : value;
}

/**
 * @param {string} whole
 * @param {string} minutes
 * @param {string} [seconds]
 */
function sixtieths(whole, minutes, seconds = "0") {
  if (Number(minutes) > 59 || Number(seconds) >= 60) return null;
  return Number(whole) + Number(minutes) / 60 + Number(seconds) / 3600;
}
