// The ways in which a visitor brings images: dropped anywhere, pasted, or chosen. In: gestures. Out: files.

import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";

const TYPED = "select, textarea, input:not([type=checkbox]), [contenteditable]";
const KINDS = "image/*,.fits,.fit,.fts,.fz,.gz,.bz2,.xz,.zip,.jp2,.jxl,.tif,.tiff";

/** @param {DataTransfer | null} carried */
const hasFiles = (carried) => carried?.types.includes("Files") ?? false;

/** @param {(files: File[]) => void} bring */
function letDrop(bring) {
  const cover = element("div", { class: "hd-drop", "aria-hidden": "true" }, element("p", {}, SAY.dropGuests));
  cover.hidden = true;
  document.body.append(cover);
  // What is dragged goes over many elements: it has left when nothing more is heard of it, or for the window's outside.
  const end = () => (cover.hidden = true);
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event.dataTransfer) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    cover.hidden = false;
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget === null && end());
  document.addEventListener("drop", (event) => {
    end();
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault(); // else the browser would open the file in the place of the page
    bring([...event.dataTransfer?.files ?? []]);
  });
}

/** @param {(files: File[]) => void} bring */
function letPaste(bring) {
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData?.files ?? []];
    if (!files.length || (event.target instanceof Element && event.target.closest(TYPED))) return;
    event.preventDefault();
    bring(files);
  });
}

/** @param {(files: File[]) => void} bring */
function letChoose(bring) {
  const field = element("input", { type: "file", multiple: "", accept: KINDS, tabindex: -1, "aria-hidden": "true" });
  field.hidden = true;
  const button = byId("hd-guest-open");
  button.after(field);
  button.addEventListener("click", () => field.click());
  field.addEventListener("change", () => {
    bring([...field.files ?? []]);
    field.value = ""; // so that the same one can be chosen again
  });
}

/** @param {(files: File[]) => void} bring is called with at least one */
export function letBring(bring) {
  const some = (/** @type {File[]} */ files) => files.length && bring(files);
  letDrop(some);
  letPaste(some);
  letChoose(some);
}
