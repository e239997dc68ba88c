// Numbers and positions as people read them. In: numbers. Out: text.

/**
 * @param {number} value in degrees or hours
 * @param {number} digits of the seconds
 */
function sexagesimal(value, digits) {
  const unit = 10 ** digits;
  const total = Math.round(Math.abs(value) * 3600 * unit);
  const seconds = (total % (60 * unit)) / unit;
  const minutes = Math.floor(total / (60 * unit)) % 60;
  const whole = Math.floor(total / (3600 * unit));
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return [two(whole), two(minutes), seconds.toFixed(digits).padStart(digits ? digits + 3 : 2, "0")];
}

/**
 * A position on the sky in hours and degrees.
 *
 * @param {number} ra in degrees
 * @param {number} dec in degrees
 * @param {number} [digits] of the arcseconds; the seconds of time get one more. With -1 both are whole.
 */
export function position(ra, dec, digits = 0) {
  const [hours, m, s] = sexagesimal(ra / 15, digits + 1);
  const [d, arcmin, arcsec] = sexagesimal(dec, Math.max(0, digits));
  return `${hours === "24" ? "00" : hours}h${m}m${s}s ${dec < 0 ? "−" : "+"}${d}°${arcmin}′${arcsec}″`;
}

/** @param {number} value a right ascension or a declination in degrees, told to a hundredth of an arcsecond or so */
export const degree = (value) => minus(value.toFixed(5));

/**
 * A position on the sky in degrees.
 *
 * @param {number} ra in degrees
 * @param {number} dec in degrees
 * @param {number} digits with -1 fewer are given
 */
export function degrees(ra, dec, digits) {
  const kept = digits < 0 ? 3 : 5;
  return `${ra.toFixed(kept)} ${dec < 0 ? "−" : "+"}${Math.abs(dec).toFixed(kept)}`;
}

/**
 * A position in galactic coordinates.
 *
 * @param {number} lon in degrees
 * @param {number} lat
 * @param {number} digits of arcseconds; with -1 fewer are given
 */
export function galactic(lon, lat, digits) {
  const kept = digits < 0 ? 2 : 4 + digits;
  return `l ${lon.toFixed(kept)}° b ${lat < 0 ? "−" : "+"}${Math.abs(lat).toFixed(kept)}°`;
}

/**
 * A position as other tools read it: hours and degrees, with spaces, in ASCII.
 *
 * @param {number} ra in degrees
 * @param {number} dec in degrees
 * @param {number} [digits] of the arcseconds
 */
export const plainPosition = (ra, dec, digits = 0) => position(ra, dec, digits)
  .replace("\u2212", "-").replace(/[hm°′]/g, " ").replace(/[s″]/g, "");

/** @param {number} deg an angle, in degrees */
export function angle(deg) {
  const [value, unit] = deg >= 1 ? [deg, "°"] : deg >= 1 / 60 ? [deg * 60, "′"] : [deg * 3600, "″"];
  return `${value < 10 ? value.toPrecision(2) : Math.round(value)}${unit}`;
}

/**
 * A distance on the sky; what is below all that is measured is none.
 *
 * @param {number} arcsec
 */
export const distance = (arcsec) => (arcsec < 5e-4 ? "0″" : angle(arcsec / 3600));

/**
 * A number by which people look something up: the shortest text that gives it back. What is none stays as it is.
 * One that has lost digits (whole and so long comes as text) does not look as if it had them all.
 *
 * @param {number | string} value
 */
export function number(value) {
  const isCut = typeof value === "number" && Number.isFinite(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return isCut ? value.toExponential() : String(value);
}

/**
 * The ends of a scale: whole numbers as they are, others with as many digits as tell places between the ends.
 *
 * @param {number | string} low
 * @param {number | string} high
 */
export function ends(low, high) {
  const [from, to] = [Number(low), Number(high)];
  const digits = Math.ceil(Math.log10(Math.max(Math.abs(from), Math.abs(to)) / (to - from))) + 4;
  const kept = digits <= 17 ? Math.max(digits, 4) : 17; // of equal ends all
  return [low, high].map((value) => minus(
    typeof value === "string" || Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(kept))),
  ));
}

/** @param {string} text a number, which gets the minus sign of print */
const minus = (text) => text.replaceAll("-", "\u2212");

/** @param {number} value is told by two digits */
export const about = (value) => minus(String(Number(value.toPrecision(2))));

/**
 * A whole number with commas between its thousands; by hand, since the first call of `toLocaleString` takes tens of milliseconds.
 *
 * @param {number} value is rounded
 */
export const count = (value) => String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** @param {number} value */
export const similarity = (value) => minus(value.toFixed(3));
