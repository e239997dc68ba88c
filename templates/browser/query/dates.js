// Texts such as 2004-07-03T12:30 -> spans of time, in milliseconds since 1970, UTC. `hubble_dash/query/dates.py` is the same in Python.

/** @typedef {{ begin: number, end: number }} Span all from `begin` on that lies before `end` */

const DAY = 86_400_000;
// As FITS and ISO write dates: from the year on, with as many parts as are known.
const DATE = /^\s*([1-9][0-9]{3})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?)?)?)?Z?\s*$/i;

/**
 * Read a date: a year, month, day, minute, second or part of one; null if it is none.
 *
 * @param {string} text
 * @returns {Span | null}
 */
export function parseDate(text) {
  const found = DATE.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => (part === undefined ? null : Number(part)));
  if (year === null) return null;
  if (month === null) return { begin: begins(year, 1), end: begins(year + 1, 1) };
  if (month < 1 || month > 12) return null;
  const [first, after] = [begins(year, month), begins(year, month + 1)];
  if (day === null) return { begin: first, end: after };
  const begin = first + DAY * (day - 1);
  if (day < 1 || begin >= after) return null;
  return withinDay(begin, hour, minute, second, found[7]);
}

/**
 * When a month begins; month 13 is the next January.
 *
 * @param {number} year
 * @param {number} month
 */
const begins = (year, month) => Date.UTC(year, month - 1, 1);

/**
 * @param {number} day
 * @param {number | null} hour
 * @param {number | null} minute
 * @param {number | null} second
 * @param {string | undefined} part of a second
 * @returns {Span | null}
 */
function withinDay(day, hour, minute, second, part) {
  if (hour === null || minute === null) return { begin: day, end: day + DAY };
  if (hour > 23 || minute > 59 || (second ?? 0) > 60) return null;
  const begin = day + 60_000 * (60 * hour + minute) + 1000 * (second ?? 0);
  if (second === null) return { begin, end: begin + 60_000 };
  if (part === undefined) return { begin, end: begin + 1000 };
  // A millionth of a second is as fine as such a number goes.
  const digits = part.slice(0, 6);
  const step = 10 ** (3 - digits.length);
  return { begin: begin + Number(digits) * step, end: begin + (Number(digits) + 1) * step };
}
