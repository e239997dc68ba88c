// Where cutouts lie from one another on the sky. In: positions in degrees. Out: separations and directions.

/** @typedef {{ ra: number, dec: number }} Position */

const DIRECTIONS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
const radians = (/** @type {number} */ deg) => (deg * Math.PI) / 180;

/**
 * How far and where one position lies from another: the separation in degrees, good to the last digit also where it is tiny or half
 * the sky, and the position angle at the first, in degrees from north through east.
 *
 * @param {Position} from
 * @param {Position} to
 */
export function bearing(from, to) {
  const [dec0, dec1, dra] = [radians(from.dec), radians(to.dec), radians(to.ra - from.ra)];
  const east = Math.cos(dec1) * Math.sin(dra);
  // cos(dec0) sin(dec1) - sin(dec0) cos(dec1) cos(dra), without taking like numbers from each other.
  const north = Math.sin(dec1 - dec0) + 2 * Math.sin(dec0) * Math.cos(dec1) * Math.sin(dra / 2) ** 2;
  const along = Math.sin(dec0) * Math.sin(dec1) + Math.cos(dec0) * Math.cos(dec1) * Math.cos(dra);
  return {
    separation: (Math.atan2(Math.hypot(east, north), along) * 180) / Math.PI,
    angle: ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360,
  };
}

/** @param {number} angle from north through east, in degrees */
export const compassPoint = (angle) => DIRECTIONS[Math.round(angle / 45) % 8];
