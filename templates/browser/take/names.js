// Names of files that say what they hold, and how the browser is handed one. In: titles, counts, parts of a file. Out: a download.

const LONGEST = 60; // characters of a part of a name
const LATER_MS = 60_000; // until the browser has surely taken it

/**
 * A part of a file name: letters, digits and hyphens.
 *
 * @param {string} text
 */
export function slug(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  return [...plain].slice(0, LONGEST).join("").replace(/^-+|-+$/g, "");
}

/**
 * Such as `deep-field_subset-190_2026-11-27.csv`.
 *
 * @param {string} title of the page
 * @param {string} what it holds, such as "subset"
 * @param {number | null} n how many of them
 * @param {string} suffix
 * @param {Date} [now]
 */
export function fileName(title, what, n, suffix, now = new Date()) {
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const held = n === null ? slug(what) : `${slug(what)}-${n}`;
  return `${[slug(title) || "cutouts", held, day].join("_")}.${suffix}`;
}

/**
 * Hand a file to the browser, which saves it; also from a page on the disk.
 *
 * @param {string} name
 * @param {Blob} blob
 */
export function download(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), LATER_MS);
}

/**
 * Parts of a file as one, with a breath for the page now and then.
 *
 * @param {Iterable<string>} parts
 * @param {string} type
 */
export async function blobOf(parts, type) {
  /** @type {Blob[]} */
  const made = [];
  for (const part of parts) {
    made.push(new Blob([part]));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return new Blob(made, { type });
}
