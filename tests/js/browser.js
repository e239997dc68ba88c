// As much of a browser as the walk needs: an address, a history whose steps are told, a body with data attributes.

/** @typedef {{ state: unknown, address: string }} Visit */

/** @param {string} [hash] */
export function openBrowser(hash = "") {
  /** @type {Visit[]} */
  const visits = [{ state: null, address: hash }];
  let at = 0;
  /** @type {Record<string, ((event: { state: unknown }) => void)[]>} */
  const listeners = { popstate: [], hashchange: [] };
  // Browsers tell of both wherever the fragment changes.
  const tell = () => {
    for (const name of ["popstate", "hashchange"]) listeners[name].forEach((listener) => listener({ state: visits[at].state }));
  };
  /** @param {number} by */
  const step = (by) => {
    at += by;
    tell();
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
    get state() {
      return visits[at].state;
    },
    /**
     * @param {unknown} state
     * @param {string} _
     * @param {string} [address]
     */
    pushState(state, _, address) {
      visits.splice(++at, Infinity, { state, address: address ?? visits[at - 1].address });
    },
    /**
     * @param {unknown} state
     * @param {string} _
     * @param {string} [address]
     */
    replaceState(state, _, address) {
      visits[at] = { state, address: address ?? visits[at].address };
    },
    back: () => step(-1),
    forward: () => step(1),
  };
  const location = {
    protocol: "file:",
    get hash() {
      return visits[at].address.replace(/^#$/, "");
    },
    get href() {
      return `file:///page.html${visits[at].address}`;
    },
  };
  /**
   * @param {string} address is followed, or pasted into the open page
   * @param {() => void} [before] what runs until that is told
   */
  const paste = (address, before) => {
    visits.splice(++at, Infinity, { state: null, address });
    before?.();
    tell();
  };
  Object.assign(globalThis, {
    history, location, document: { body },
    window: {
      addEventListener: (/** @type {string} */ name, /** @type {typeof listeners[""][0]} */ listener) => listeners[name].push(listener),
    },
  });
  return { body, address: () => visits[at].address, paste };
}
