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
