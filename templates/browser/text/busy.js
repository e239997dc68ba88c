// A part of the page that waits for something. In: a promise. Out: what it gives; after a moment `aria-busy` on the part, which then looks
// faint, and a sentence that is seen and heard.

import { byId } from "./element.js";

const MOMENT_MS = 200; // that nobody minds

/** @type {WeakMap<HTMLElement, Promise<unknown>>} what each part waits for, the latest alone */
const awaited = new WeakMap();

/**
 * @template Value
 * @param {HTMLElement} part
 * @param {string} words say what it waits for
 * @param {Promise<Value>} promise
 * @returns {Promise<Value>}
 */
export async function waiting(part, words, promise) {
  awaited.set(part, promise);
  const isLatest = () => awaited.get(part) === promise;
  const live = byId("hd-live");
  const timer = setTimeout(() => {
    if (!isLatest()) return;
    part.setAttribute("aria-busy", "true");
    part.dataset.busy = words;
    live.textContent = words;
  }, MOMENT_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    if (isLatest()) {
      part.removeAttribute("aria-busy");
      delete part.dataset.busy;
      if (live.textContent === words) live.textContent = "";
    }
  }
}
