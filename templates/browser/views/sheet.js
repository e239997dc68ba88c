// The sheet of phones, over the map, in three heights. In: drags of its handle, its buttons. Out: `data-hd-sheet` on the body, and the
// facts of the selected cutout where there is room for them.

import { byId, element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { PHONE, addTab, beginWith } from "./dock.js";

const HEIGHTS = ["low", "middle", "high"];
const CLICK = 6; // pixels that a finger may slip and still click

const heightNow = () => HEIGHTS.indexOf(document.body.dataset.hdSheet ?? "middle");

/** @param {number} at */
function setHeight(at) {
  const height = Math.max(0, Math.min(HEIGHTS.length - 1, at));
  document.body.dataset.hdSheet = HEIGHTS[height];
  for (const [id, end] of /** @type {[string, number][]} */ ([["hd-sheet-lower", 0], ["hd-sheet-raise", HEIGHTS.length - 1]])) {
    /** @type {HTMLButtonElement} */ (byId(id)).disabled = height === end;
  }
}

/** @param {HTMLElement} grip */
function letDrag(grip) {
  const sheet = byId("hd-sheet");
  /** @type {{ y: number, height: number } | null} */
  let from = null;
  grip.addEventListener("pointerdown", ({ clientY, pointerId }) => {
    from = { y: clientY, height: sheet.offsetHeight };
    grip.setPointerCapture(pointerId);
    sheet.classList.add("hd-dragged");
  });
  grip.addEventListener("pointermove", ({ clientY }) => {
    if (from) sheet.style.height = `${from.height + from.y - clientY}px`;
  });
  const drop = (/** @type {PointerEvent} */ { clientY }) => {
    if (!from) return;
    const moved = from.y - clientY;
    from = null;
    sheet.classList.remove("hd-dragged");
    sheet.style.height = "";
    if (Math.abs(moved) > CLICK) setHeight(heightNow() + Math.sign(moved) * (Math.abs(moved) > sheet.offsetHeight ? 2 : 1));
    else setHeight((heightNow() + 1) % HEIGHTS.length);
  };
  grip.addEventListener("pointerup", drop);
  grip.addEventListener("pointercancel", drop);
  grip.addEventListener("click", ({ detail }) => detail === 0 && setHeight((heightNow() + 1) % HEIGHTS.length)); // by a key
  grip.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    setHeight(heightNow() + by);
  });
}

export function openSheet() {
  const facts = element("div");
  addTab({ id: "facts", title: SAY.facts, element: facts, on: "phone" });
  const phone = matchMedia(PHONE);
  function settle() {
    (phone.matches ? facts : byId("hd-selected")).append(byId("hd-facts"));
    if (phone.matches) beginWith("facts");
    else beginWith();
  }
  phone.addEventListener("change", settle);
  settle();
  byId("hd-sheet-lower").addEventListener("click", () => setHeight(heightNow() - 1));
  byId("hd-sheet-raise").addEventListener("click", () => setHeight(heightNow() + 1));
  letDrag(byId("hd-sheet-grip"));
  setHeight(1);
}
