// Where tags are given: buttons beside the selected cutout, and the keys `t`, then 1 to 5 or 0, and `u`. In: `selected`, `subset`,
// `tags`. Out: `tags`, and a sentence for those who listen to the page.

import { isGuest } from "../guests/guests.js";
import { plotOf } from "../plots/plot.js";
import { on, state } from "../state.js";
import { places } from "../subset/bits.js";
import { tagColor } from "../colors/ramps.js";
import { byId, element } from "../text/element.js";
import { count } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { N_TAGS, tagPlaces, undo } from "./tags.js";

/** @import { Data } from "../data/data.js" */

/**
 * Say something where it is seen, and where it is heard.
 *
 * @param {string} text
 */
export function say(text) {
  byId("hd-live").textContent = text;
  plotOf("hd-map")?.over.say(text);
}

/**
 * Give some cutouts a tag; where all of them have it, it goes.
 *
 * @param {Data} data
 * @param {ArrayLike<number>} some places
 * @param {number} tag
 */
export function toggleTag({ n }, some, tag) {
  const all = Array.from(some);
  const haveIt = tag > 0 && all.length > 0 && all.every((place) => state.tags?.[place] === tag);
  tagPlaces(all, haveIt ? 0 : tag, n);
  say(haveIt || !tag ? SAY.untagged(count(all.length)) : SAY.tagged(count(all.length), tag));
}

export function undoTag() {
  say(undo() ? SAY.undone : SAY.nothingToUndo);
}

/**
 * Five buttons in the colours of the tags.
 *
 * @param {Data} data
 * @param {(tag: number) => string} title
 * @param {(tag: number) => void} act
 */
export function tagButtons({ palette }, title, act) {
  return Array.from({ length: N_TAGS }, (_, i) => {
    const tag = i + 1;
    const button = element("button", {
      type: "button", class: "hd-tag", "data-tag": tag, title: title(tag), "aria-label": title(tag), "aria-pressed": "false",
      style: `--tag: ${tagColor(palette, tag)}`,
    }, element("i", {}), String(tag));
    button.addEventListener("click", () => act(tag));
    return button;
  });
}

/** @param {Data} data */
function openSelectedBar(data) {
  /** @type {number | null} */
  let place = null;
  const buttons = tagButtons(data, SAY.tagSelected, (tag) => place !== null && toggleTag(data, [place], tag));
  const bar = element("div", { class: "hd-tagbar", id: "hd-tags", role: "group", "aria-label": SAY.tagsOfSelected }, ...buttons);
  const mark = () => {
    const own = place === null ? 0 : state.tags?.[place] ?? 0;
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(own === i + 1)));
  };
  on(["shown"], async ({ shown }) => {
    place = null;
    if (!shown || isGuest(shown.cutout.row)) return bar.remove();
    document.querySelector("#hd-selected .hd-title")?.append(bar);
    const found = await data.placeOf(shown.cutout.row);
    if (state.shown === shown) place = found;
    mark();
  });
  on(["tags"], mark);
}

/**
 * The selected cutout; where none is, the subset.
 *
 * @param {Data} data
 */
async function meant(data) {
  if (state.selected !== null && !isGuest(state.selected)) return [await data.placeOf(state.selected)];
  return state.subset ? places(state.subset.bits) : null;
}

/** @param {Data} data */
function openKeys(data) {
  let isWaiting = false;
  document.addEventListener("keydown", async (event) => {
    const wasWaiting = isWaiting;
    isWaiting = false;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target instanceof Element && event.target.closest("select, textarea, input:not([type=checkbox]), [contenteditable]")) return;
    const isTag = wasWaiting && /^[0-5]$/.test(event.key);
    if (!isTag && event.key !== "t" && event.key !== "u") return;
    event.preventDefault();
    event.stopImmediatePropagation(); // digits select by number
    if (event.key === "u") return undoTag();
    const some = await meant(data);
    if (!some) return say(SAY.nothingToTag);
    if (isTag) return toggleTag(data, some, Number(event.key));
    isWaiting = true;
    say(SAY.tagKeys(count(some.length)));
  }, { capture: true });
}

/** @param {Data} data */
export function openTags(data) {
  openSelectedBar(data);
  openKeys(data);
}
