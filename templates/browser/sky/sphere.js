// Directions on the sky. In: positions in degrees, frames. Out: unit vectors, positions in other frames, angles.

/**
 * @typedef {{ ra: number, dec: number }} Position ICRS, in degrees
 * @typedef {[x: number, y: number, z: number]} Vector of length 1: x to RA 0, z to the north
 */

export const RADIAN = Math.PI / 180;

// Rows are the axes of a frame in ICRS, as astropy turns them: galactic coordinates, and the mean ecliptic and equinox of J2000.
export const FRAMES = {
  galactic: [
    [-0.0548756577126, -0.8734370519556, -0.4838350736167],
    [0.4941094371927, -0.4448297212233, 0.7469821839867],
    [-0.8676661375597, -0.198076337273, 0.4559838136873],
  ],
  ecliptic: [
    [1, -0.0000000707837, 0.0000000805621],
    [0.000000032897, 0.917482129915, 0.397776999444],
    [-0.0000001020704, -0.397776999444, 0.917482129915],
  ],
};

/**
 * @param {Position} position
 * @returns {Vector}
 */
export function vectorOf({ ra, dec }) {
  const [a, d] = [ra * RADIAN, dec * RADIAN];
  return [Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)];
}

/**
 * @param {number[]} vector of any length
 * @returns {Position}
 */
export const positionOf = ([x, y, z]) => ({
  ra: (Math.atan2(y, x) / RADIAN + 360) % 360, dec: Math.atan2(z, Math.hypot(x, y)) / RADIAN,
});

/**
 * Longitude and latitude in a frame, in degrees.
 *
 * @param {Position} position
 * @param {number[][]} frame
 */
export function inFrame(position, frame) {
  const vector = vectorOf(position);
  const { ra: lon, dec: lat } = positionOf(frame.map((axis) => axis[0] * vector[0] + axis[1] * vector[1] + axis[2] * vector[2]));
  return { lon, lat };
}

/**
 * The position at a longitude and a latitude of a frame.
 *
 * @param {number} lon in degrees
 * @param {number} lat
 * @param {number[][]} frame
 */
export function fromFrame(lon, lat, frame) {
  const vector = vectorOf({ ra: lon, dec: lat });
  return positionOf([0, 1, 2].map((i) => frame[0][i] * vector[0] + frame[1][i] * vector[1] + frame[2][i] * vector[2]));
}

/**
 * The angle between two places of the sky, in degrees (by haversines, which hold for small ones).
 *
 * @param {Position} a
 * @param {Position} b
 */
export function separation(a, b) {
  const [ra, dec, decA, decB] = [b.ra - a.ra, b.dec - a.dec, a.dec, b.dec].map((deg) => deg * RADIAN);
  const share = Math.sin(dec / 2) ** 2 + Math.cos(decA) * Math.cos(decB) * Math.sin(ra / 2) ** 2;
  return (2 * Math.asin(Math.min(1, Math.sqrt(share)))) / RADIAN;
}
