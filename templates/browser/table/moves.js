// Where keys lead in a grid. In: a cell, a key, how large the grid is. Out: another cell. The row of the heads is -1.

/**
 * @typedef {{ row: number, column: number }} Cell
 * @typedef {{ rows: number, columns: number, page: number }} Size
 */

/**
 * @param {Cell} from
 * @param {string} key
 * @param {Size} size
 * @returns {Cell | null} null where the key leads nowhere
 */
export function movedBy({ row, column }, key, { rows, columns, page }) {
  const step = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    PageUp: [-page, 0], PageDown: [page, 0], Home: [-Infinity, 0], End: [Infinity, 0],
  }[key];
  if (!step) return null;
  const least = key === "ArrowUp" || row < 0 ? -1 : 0;
  return {
    row: Math.min(Math.max(least, row + step[0]), rows - 1),
    column: Math.min(Math.max(0, column + step[1]), columns - 1),
  };
}
