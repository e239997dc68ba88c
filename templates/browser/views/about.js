// The dialog about the page. In: notes, provenance. Out: the dialog, which its buttons open.

import { byId, element } from "../text/element.js";

/** @import { Data } from "../data/data.js" */

/** @param {Data} data */
export function openAbout({ notes, provenance }) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("hd-about"));
  for (const id of ["hd-about-open", "hd-model"]) byId(id).addEventListener("click", () => dialog.showModal());
  byId("hd-provenance").append(
    ...provenance.map(([name, text]) => element("tr", {}, element("td", {}, name), element("td", {}, text))),
  );
  if (!notes.length) return;
  byId("hd-about-open").textContent = `About · ${notes.length} note${notes.length > 1 ? "s" : ""}`;
  byId("hd-notes").append(
    element("h2", {}, "Notes"), element("ul", {}, ...notes.map((text) => element("li", {}, text))),
  );
}
