// The dialogs about the page: what it is and where it comes from, and its keys. In: notes, methods, provenance. Out: the dialogs, which
// their buttons open.

import { copyButton } from "../text/copy.js";
import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";

/** @import { Data } from "../data/data.js" */

/** @param {Data} data */
export function openAbout({ notes, methods, provenance }) {
  openBy("hd-about", "hd-about-open");
  openBy("hd-keys", "hd-help");
  document.addEventListener("keydown", ({ key, target }) => {
    const isTyped = target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
    if (key === "?" && !isTyped && !document.querySelector("dialog[open]")) byId("hd-help").click();
  });
  byId("hd-methods").append(...methodsFor(methods));
  byId("hd-provenance").append(
    ...provenance.map(([name, text]) => element("tr", {}, element("td", {}, name), element("td", {}, text))),
  );
  if (!notes.length) return;
  byId("hd-notes").append(
    element("h2", {}, SAY.notes), element("ul", {}, ...notes.map((text) => element("li", {}, text))),
  );
}

/**
 * @param {string} id of a dialog
 * @param {string} button that opens it
 */
function openBy(id, button) {
  const dialog = /** @type {HTMLDialogElement} */ (byId(id));
  byId(button).addEventListener("click", () => dialog.showModal());
  // A click beside it falls on the dialog itself.
  dialog.addEventListener("click", ({ target, clientX, clientY }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    const isInside = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
    if (target === dialog && !isInside) dialog.close();
  });
}

/**
 * What a paper says, and the works that it cites.
 *
 * @param {Data["methods"]} methods
 */
function methodsFor({ text, bibtex }) {
  const n = bibtex.match(/^@/gm)?.length ?? 0;
  return [
    element("div", { class: "hd-quote" }, element("p", { id: "hd-methods-text" }, text),
      copyButton("hd-copy-methods", "the methods text", text)),
    element("details", {}, element("summary", {}, SAY.bibtex(n)),
      element("div", { class: "hd-quote" }, element("pre", { id: "hd-bibtex", tabindex: 0 }, bibtex),
        copyButton("hd-copy-bibtex", "the BibTeX", bibtex))),
  ];
}
