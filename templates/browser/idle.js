// Moments of the page. Out: promises of them.

const PATIENCE_MS = 500; // that something waits at most

/**
 * A moment in which the page has nothing to draw and nobody to answer.
 *
 * @returns {Promise<void>}
 */
export function whenIdle() {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: PATIENCE_MS });
    else setTimeout(resolve, 0); // Safari
  });
}

/**
 * When what has been asked to be drawn is; where the page is not seen nothing is drawn, and nobody waits.
 *
 * @returns {Promise<void>}
 */
export function whenDrawn() {
  return new Promise((resolve) => {
    if (document.hidden) resolve();
    else requestAnimationFrame(() => resolve());
  });
}
