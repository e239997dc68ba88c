// Pictures that do not overlap. In: places, and how wide a picture is. Out: which of them get one, and which of the rest are dots.

const ROWS = 2 ** 26; // of the grid of cells, more than any plane has

/**
 * Thin out places, first come first kept, so that no two pictures around them overlap. A place that lies under a picture is hidden by
 * it; what is neither kept nor hidden is a dot.
 *
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @param {number} side of a picture, in the places' units
 * @param {(i: number) => boolean} [isFree] whether a place may have one
 */
export function thinned(x, y, side, isFree = () => true) {
  /** @type {Map<number, number[]>} kept ones by cell, of which each is as wide as a picture */
  const cells = new Map();
  const cellOf = (/** @type {number} */ i) => ({ column: Math.floor(x[i] / side), row: Math.floor(y[i] / side) });

  /**
   * Whether a kept place is nearer than so much on both axes.
   *
   * @param {number} i
   * @param {number} reach
   */
  function isNear(i, reach) {
    const { column, row } = cellOf(i);
    for (let c = column - 1; c <= column + 1; c++) {
      for (let r = row - 1; r <= row + 1; r++) {
        for (const other of cells.get(c * ROWS + r) ?? []) {
          if (Math.abs(x[other] - x[i]) < reach && Math.abs(y[other] - y[i]) < reach) return true;
        }
      }
    }
    return false;
  }

  const kept = [];
  for (let i = 0; i < x.length; i++) {
    if (!isFree(i) || isNear(i, side)) continue;
    const { column, row } = cellOf(i);
    const key = column * ROWS + row;
    cells.set(key, [...(cells.get(key) ?? []), i]);
    kept.push(i);
  }
  const isKept = new Set(kept);
  const dots = [];
  for (let i = 0; i < x.length; i++) {
    if (!isKept.has(i) && !isNear(i, side / 2)) dots.push(i);
  }
  return { kept, dots };
}
