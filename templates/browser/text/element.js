// Elements without a template language. In: tags, attributes, ids. Out: elements of the page.

/**
 * Make an element. Text always goes in as text: file names and metadata come from anywhere.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/**
 * Mark an element as the current one of its kind, or as none.
 *
 * @param {Element} one
 * @param {boolean} isCurrent
 */
export function markCurrent(one, isCurrent) {
  if (isCurrent) one.setAttribute("aria-current", "true"); // an empty one says that it is not
  else one.removeAttribute("aria-current");
}

/**
 * Find an element that the page always has.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/**
 * Call a function after an element's size has changed, with the next frame: what it changes in turn is no loop.
 *
 * @param {Element} watched
 * @param {() => void} listener
 */
export function onResize(watched, listener) {
  let isSoon = false;
  new ResizeObserver(() => {
    if (isSoon) return;
    isSoon = true;
    requestAnimationFrame(() => {
      isSoon = false;
      listener();
    });
  }).observe(watched);
}
