// The dialog about the page. In: notes, methods, provenance. Out: the dialog, which its buttons open.

import { copyButton } from "../text/copy.js";
import { byId, element } from "../text/element.js";

/** @import { Data } from "../data/data.js" */

/** @param {Data} data */
export function openAbout({ notes, methods, provenance }) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("hd-about"));
  for (const id of ["hd-about-open", "hd-model"]) byId(id).addEventListener("click", () => dialog.showModal());
  byId("hd-methods").append(...methodsFor(methods));
  byId("hd-provenance").append(
    ...provenance.map(([name, text]) => element("tr", {}, element("td", {}, name), element("td", {}, text))),
  );
  if (!notes.length) return;
  byId("hd-about-open").textContent = `About · ${notes.length} note${notes.length > 1 ? "s" : ""}`;
  byId("hd-notes").append(
    element("h2", {}, "Notes"), element("ul", {}, ...notes.map((text) => element("li", {}, text))),
  );
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
    element("details", {}, element("summary", {}, `BibTeX of the ${n} works`),
      element("div", { class: "hd-quote" }, element("pre", { id: "hd-bibtex", tabindex: 0 }, bibtex),
        copyButton("hd-copy-bibtex", "the BibTeX", bibtex))),
  ];
}
