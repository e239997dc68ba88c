// What the page remembers from visit to visit, where the browser keeps anything for it. In: names and texts. Out: the texts.

const PREFIX = "hubble-dash.";

/**
 * @param {string} name
 * @returns {string | null}
 */
export function remembered(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null; // as in frames of other hosts
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
export function remember(name, text) {
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    // Then it lasts as long as the page.
  }
}
