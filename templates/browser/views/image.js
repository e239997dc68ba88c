// The parent image of the selected cutout, or of the hovered one as long as none is selected, with the boxes of those that lie in it.
// In: `shown` and `hovered`, links.
// Out: the drawn image, and where it looks, in the page's address; a selected or a hovered row by its plot.

import { isGuest } from "../guests/guests.js";
import { Ground } from "../parent/ground.js";
import { levelsOf } from "../parent/levels.js";
import { Warmth } from "../parent/warmth.js";
import { onHovered } from "../plots/marks.js";
import { openPlot } from "../plots/plot.js";
import { viewOf, viewText } from "../link.js";
import { on, state } from "../state.js";
import { bitsOfImage, tellSubset } from "../subset/tell.js";
import { byId, element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { linkView } from "./looking.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Cutout, SimilarCutout } from "../data/types.d.ts"
 */

const MARGIN = 0.02; // around the whole image, as a part of it
const NUMBER_STEP = 19; // pixels that a number takes
const HOVER_MS = 120; // that a cutout is pointed at before its image is shown
const LEAST_SCALE = 1 / 12; // pixels of the image a pixel

/**
 * Name an image, with a link to its file where that lies on a server of the web.
 *
 * @param {string} name
 * @param {string} [source]
 * @returns {Node | string}
 */
export function nameOf(name, source) {
  // An atlas may come from anywhere, and other schemes may do anything.
  if (!source || !/^https?:\/\//.test(source)) return name;
  return element("a", { href: source, target: "_blank", rel: "noopener noreferrer" }, name);
}

/** @param {Cutout[]} cutouts */
function boxColumns(cutouts) {
  const boxes = cutouts.map(({ shownBox }) => shownBox);
  return {
    left: boxes.map(({ left }) => left), right: boxes.map(({ right }) => right),
    bottom: boxes.map(({ bottom }) => bottom), top: boxes.map(({ top }) => top),
  };
}

/**
 * Numbers stand on the upper left corners of their boxes; those that would cover each other move along the edge.
 *
 * @param {SimilarCutout[]} cutouts
 * @param {number} step that a number takes
 */
export function numberColumns(cutouts, step) {
  /** @type {{ x: number, y: number }[]} */
  const placed = [];
  for (const { shownBox } of cutouts) {
    const at = { x: shownBox.left, y: shownBox.top };
    while (placed.some((other) => Math.hypot(other.x - at.x, other.y - at.y) < 0.9 * step)) at.x += step;
    placed.push(at);
  }
  return { x: placed.map(({ x }) => x), y: placed.map(({ y }) => y), text: cutouts.map(({ rank }) => String(rank)) };
}

/**
 * An image and a view of it, as links have them.
 *
 * @param {string} text
 * @param {number} n how many images there are
 */
export function imageViewOf(text, n) {
  const [, number, rest] = /^(\d{1,9}):(.*)$/.exec(text) ?? [];
  const view = rest === undefined ? null : viewOf(rest);
  return view && Number(number) < n ? { number: Number(number), view } : null;
}

/** @param {Data} data */
export async function openImage(data) {
  const plot = await openPlot("hd-image", byId("hd-image"), SAY.image);
  const ground = new Ground(data, plot);
  const warmth = new Warmth(data, ground);
  byId("hd-image").after(warmth.legend, element("div", { class: "hd-over hd-over-tools" }, warmth.button));
  /** @type {number | null} */
  let current = null;
  /** @type {Cutout | null} */
  let hovered = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const tell = tellSubset(byId("hd-image-count"), async () => (current === null ? null : bitsOfImage(data.columns, current)));

  /** When the image that was asked for last is there. */
  let showing = Promise.resolve();

  /** @param {number} number */
  function showImage(number) {
    if (number !== current) showing = load(number);
    return showing;
  }

  /** @param {number} number */
  async function load(number) {
    current = number;
    tell();
    byId("hd-image").dataset.image = String(number);
    const image = await data.image(number);
    const { name, nx, ny, url, sha256, source } = image;
    const preview = url ? await data.picture(url) : null;
    if (number !== current) return;
    byId("hd-image-name").replaceChildren(nameOf(name, source));
    byId("hd-image-name").title = sha256 ? `${name}, SHA-256 ${sha256}` : name;
    byId("hd-image-size").textContent = `${count(nx)} × ${count(ny)}`;
    const share = (preview?.naturalWidth ?? 0) / nx;
    const sayShare = (/** @type {string[]} */ ...why) => {
      byId("hd-image-share").textContent = preview && share < 1 ? [SAY.pixelsOf(SAY.preview, share), ...why].join(": ") : "";
    };
    if (image.levels) byId("hd-image-share").textContent = "";
    else sayShare();
    ground.onMissing = ({ message }) => {
      sayShare(message);
      plot.over.say(byId("hd-image-share").textContent ?? "");
    };
    const levels = data.deep ? levelsOf(image, data.deep.side) : [];
    ground.show({ nx, ny, preview, levels });
    warmth.show(number, image);
    plot.over.invite(null);
    plot.camera.setWhole({ left: 0, right: nx, bottom: 0, top: ny }, MARGIN, LEAST_SCALE);
    mark();
  }

  function mark() {
    const { shown } = state;
    const here = (shown?.similar ?? []).filter(({ image }) => image === current);
    plot.draw("hovered", boxColumns(hovered && hovered.image === current ? [hovered] : []));
    plot.draw("selected", boxColumns(shown && shown.cutout.image === current ? [shown.cutout] : []));
    plot.draw("nine", boxColumns(here));
    plot.draw("numbers", numberColumns(here, NUMBER_STEP * plot.scale));
  }

  async function look() {
    if (!state.shown || isGuest(state.shown.cutout.row)) return mark();
    const { image, shownBox: { left, right, bottom, top } } = state.shown.cutout;
    await showImage(image);
    if (state.shown?.cutout.image === current && !isLinked()) plot.camera.bring({ x: (left + right) / 2, y: (bottom + top) / 2 });
    mark();
  }

  // Hovering goes over many, and pictures may have to be loaded.
  /** @param {Cutout | null} cutout */
  function hover(cutout) {
    hovered = cutout;
    clearTimeout(waiting);
    if (cutout && state.selected === null) waiting = setTimeout(() => state.selected === null && showImage(cutout.image), HOVER_MS);
    mark();
  }

  const { say, isLinked } = linkView(plot, "image", {
    write: (view) => (current === null ? null : `${current}:${viewText(view)}`),
    read: async (text) => {
      const asked = imageViewOf(text, data.nImages);
      if (asked) await showImage(asked.number);
      return asked && asked.number === current ? asked.view : null;
    },
  });
  plot.react({
    rowAt: async (x, y) => (current === null ? null : data.cutoutAt(current, x, y)),
    onRanges: () => {
      ground.request();
      say();
    },
    onScale: mark,
  });
  on(["shown"], look);
  onHovered(data.cutout, hover);
  byId("hd-image-fit").addEventListener("click", () => plot.camera.showWhole());
  if (state.shown) look();
  else if (data.nImages === 1) showImage(0);
  else plot.over.invite(SAY.imageInvitation);
}
