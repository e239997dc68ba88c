// The small picture that follows the pointer over a plot. In: `pointed`, `selected`, `color`. Out: the preview beside it, with what the
// cutout is called and what the column that colours the map says of it; none of the selected one, which is seen already.

import { paintedCanvas } from "../gallery/canvas.js";
import { colorColumn, titleOf, valueIn } from "../gallery/captions.js";
import { on, state } from "../state.js";
import { byId, element } from "../text/element.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Cutout } from "../data/types.d.ts"
 * @import { Pointed } from "../state.js"
 */

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

/**
 * @param {Data} data
 * @param {Cutout} cutout
 */
function said(data, cutout) {
  const title = titleOf(cutout);
  const color = colorColumn(state.color, data.colors);
  const lines = [color && valueIn(cutout, color), title === cutout.name ? "" : cutout.name];
  return [element("b", { dir: "auto" }, title), ...lines.filter((line) => line && line !== title).map((line) => (
    element("span", { dir: "auto", class: "hd-muted" }, line || "")
  ))];
}

/** @param {Data} data */
export function openPreview(data) {
  const box = byId("hd-preview");
  on(["color"], () => delete box.dataset.row);
  on(["pointed", "selected"], async ({ pointed, selected }) => {
    if (!pointed || pointed.row === selected) {
      box.hidden = true;
      return;
    }
    const row = String(pointed.row);
    if (box.dataset.row !== row) {
      const cutout = await data.cutout(pointed.row);
      if (state.pointed?.row !== pointed.row || state.selected === pointed.row) return;
      box.dataset.row = row;
      box.replaceChildren(paintedCanvas(data.thumbnail(pointed.row)).canvas, ...said(data, cutout));
    }
    box.hidden = false;
    placeBeside(box, pointed);
  });
}
