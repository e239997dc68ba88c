// The story beside the data, where the page has one: its maker's words, whose links set the page. In: its button, links in a frame that
// has no address. Out: where it stands: beside the map, on phones in a tab of the sheet, on paper before all else.

import { byId, element } from "./text/element.js";
import { SAY } from "./text/strings.js";
import { PHONE, addTab, beginWith } from "./views/dock.js";
import { followInPage, hasAddress } from "./walk.js";

/** @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  if (!link) return;
  event.preventDefault(); // in a frame it would lead to the page around it
  followInPage(link.getAttribute("href") ?? "");
}

export function openStory() {
  if (document.getElementById("hd-story") === null) return;
  const story = byId("hd-story");
  const main = /** @type {HTMLElement} */ (story.parentElement);
  if (!hasAddress()) story.addEventListener("click", follow);
  const tab = element("div", { class: "hd-story-tab" });
  addTab({ id: "story", title: SAY.story, element: tab, on: "phone" });
  const phone = matchMedia(PHONE);
  function settle() {
    if (phone.matches) tab.append(story);
    else main.prepend(story);
    if (phone.matches) beginWith("story");
  }
  phone.addEventListener("change", settle);
  settle();
  window.addEventListener("beforeprint", () => main.before(story));
  window.addEventListener("afterprint", settle);
  const button = byId("hd-story-open");
  button.addEventListener("click", () => {
    const isOpen = main.classList.toggle("hd-told");
    button.setAttribute("aria-expanded", String(isOpen));
  });
}
