// A field of numbers -> lines along which it has one value, by marching squares (Lorensen and Cline 1987, in two dimensions). Nothing here
// reaches beyond its arguments: it runs beside the page as well.

/**
 * @typedef {object} Lines in units of the field's cells, from the middle of the first
 * @property {Float32Array} points x and y in turn
 * @property {Int32Array} ends where each line ends, in points
 */

/**
 * Add the lines of one level.
 *
 * @param {Float32Array} field row after row
 * @param {number} width
 * @param {number} level
 * @param {number[]} points
 * @param {number[]} ends
 */
export function contourAt(field, width, level, points, ends) {
  const height = field.length / width;
  // Sides of a square by the corner that they begin at: twice its number to the right of it, one more below it. What is higher lies at the
  // left of a line, so that each side has one line that comes and one that goes.
  /** @type {Map<number, number>} */
  const next = new Map();
  const comes = new Set();
  for (let row = 0; row < height - 1; row++) {
    for (let column = 0; column < width - 1; column++) {
      const at = row * width + column;
      const above = (field[at] >= level ? 1 : 0) + (field[at + 1] >= level ? 1 : 0);
      const below = (field[at + width] >= level ? 1 : 0) + (field[at + width + 1] >= level ? 1 : 0);
      if (above === below && above !== 1) continue;
      const corners = [field[at], field[at + 1], field[at + width + 1], field[at + width]];
      const inside = corners.map((value) => value >= level);
      const sides = [2 * at, 2 * (at + 1) + 1, 2 * (at + width), 2 * at + 1]; // above, right, below, left
      for (let side = 0; side < 4; side++) {
        if (inside[side] || !inside[(side + 1) % 4]) continue;
        // A line goes in where the corner after the side is the first inside, and out after the last; where two opposite ones are inside
        // the middle says whether they are joined.
        const isSaddle = inside[(side + 3) % 4] && !inside[(side + 2) % 4];
        const isJoined = isSaddle && corners[0] + corners[1] + corners[2] + corners[3] >= 4 * level;
        let out = (side + 1) % 4;
        if (isJoined) out = (side + 3) % 4;
        else while (inside[(out + 1) % 4]) out = (out + 1) % 4;
        next.set(sides[side], sides[out]);
        comes.add(sides[out]);
      }
    }
  }
  const follow = (/** @type {number} */ first) => {
    for (let side = /** @type {number | undefined} */ (first); side !== undefined;) {
      const corner = side >> 1;
      const other = side & 1 ? corner + width : corner + 1;
      const share = (level - field[corner]) / (field[other] - field[corner]);
      points.push((corner % width) + (side & 1 ? 0 : share), Math.floor(corner / width) + (side & 1 ? share : 0));
      const to = next.get(side);
      next.delete(side);
      side = to;
    }
    ends.push(points.length / 2);
  };
  for (const side of [...next.keys()]) if (!comes.has(side)) follow(side);
  for (const side of next.keys()) follow(side);
}

/**
 * @param {Float32Array} field
 * @param {number} width
 * @param {number[]} levels
 * @returns {Lines}
 */
export function contoursOf(field, width, levels) {
  /** @type {[number[], number[]]} */
  const [points, ends] = [[], []];
  for (const level of levels) contourAt(field, width, level, points, ends);
  return { points: Float32Array.from(points), ends: Int32Array.from(ends) };
}
