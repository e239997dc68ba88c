// As much of a browser as the walk needs: an address, a history whose steps are told, a body with data attributes.

/** @typedef {{ state: unknown, address: string | undefined }} Visit */

/** @param {string} [hash] */
export function openBrowser(hash = "") {
  /** @type {Visit[]} */
  const visits = [{ state: null, address: hash }];
  let at = 0;
  /** @type {((event: { state: unknown }) => void)[]} */
  const listeners = [];
  /** @param {number} by */
  const step = (by) => {
    at += by;
    listeners.forEach((listener) => listener({ state: visits[at].state }));
  };
  const body = {
    /** @type {Record<string, string>} */
    dataset: {},
    /**
     * @param {string} name
     * @param {boolean} isOn
     */
    toggleAttribute(name, isOn) {
      if (name === "data-hd-selected" && !isOn) delete body.dataset.hdSelected;
    },
  };
  const history = {
    /**
     * @param {unknown} state
     * @param {string} _
     * @param {string} [address]
     */
    pushState(state, _, address) {
      visits.splice(++at, Infinity, { state, address });
    },
    /**
     * @param {unknown} state
     * @param {string} _
     * @param {string} [address]
     */
    replaceState(state, _, address) {
      visits[at] = { state, address };
    },
    back: () => step(-1),
    forward: () => step(1),
  };
  Object.assign(globalThis, {
    history, location: { hash, protocol: "file:" }, document: { body },
    window: { addEventListener: (/** @type {string} */ _, /** @type {typeof listeners[0]} */ listener) => listeners.push(listener) },
  });
  return { body, address: () => visits[at].address };
}
