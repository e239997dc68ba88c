// The small picture that follows the pointer over a plot. In: `pointed`. Out: the preview beside it.

import { on, state } from "../state.js";
import { byId, element } from "../text/element.js";
import { paintedCanvas } from "./canvas.js";
import { words } from "./facts.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Pointed } from "../state.js"
 */

const SIDE = 138; // of the picture, in CSS pixels
const GAP = 18; // between the pointer and the preview
const EDGE = 4; // between the preview and the window's edge

/**
 * @param {HTMLElement} box
 * @param {Pointed} pointed
 */
function placeBeside(box, { clientX, clientY }) {
  const { width, height } = box.getBoundingClientRect();
  const left = clientX + GAP + width > innerWidth ? clientX - GAP - width : clientX + GAP;
  box.style.left = `${Math.max(EDGE, left)}px`;
  box.style.top = `${Math.max(EDGE, Math.min(clientY - height / 2, innerHeight - height - EDGE))}px`;
}

/** @param {Data} data */
export function openPreview(data) {
  const box = byId("hd-preview");
  on(["pointed"], async ({ pointed }) => {
    if (!pointed) {
      box.hidden = true;
      return;
    }
    const row = String(pointed.row);
    if (box.dataset.row !== row) {
      const { name, labels } = await data.cutout(pointed.row);
      if (state.pointed?.row !== pointed.row) return;
      box.dataset.row = row;
      const { canvas } = paintedCanvas(data.thumbnail(pointed.row), SIDE);
      box.replaceChildren(canvas, element("b", {}, name), ...words(labels, 2));
    }
    box.hidden = false;
    placeBeside(box, pointed);
  });
}
