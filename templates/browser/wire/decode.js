// In: plain data as they travel. Out: the same with typed arrays in place of columns.

/** @import { Column } from "./types.d.ts" */

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
};

/** @param {Column} column */
function decodeColumn({ dtype, data }) {
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new ARRAYS[dtype](bytes.buffer);
}

/**
 * Turn columns into typed arrays, wherever they stand.
 *
 * @param {any} value
 * @returns {any}
 */
export function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== "object") return value;
  if ("dtype" in value) return decodeColumn(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
}

/**
 * A number of a column. One of single precision is the shortest that it can be: 12.3, not 12.300000190734863.
 *
 * @param {Float64Array | Float32Array | Int32Array | Uint16Array | Uint8Array} values
 * @param {number} at
 */
export function numberAt(values, at) {
  const value = values[at];
  if (!(values instanceof Float32Array)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

/**
 * About how many bytes decoded data take.
 *
 * @param {any} value
 * @returns {number}
 */
export function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === "string") return value.length;
  if (!value || typeof value !== "object") return 8;
  return Object.values(value).reduce((sum, item) => sum + bytesOf(item), 0);
}
