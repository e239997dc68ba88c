// Gestures on pictures that are looked at closely: all of them move, zoom and change their limits in step. In: mouse, pen, fingers,
// wheel. Out: calls.

/**
 * @typedef {object} Moves
 * @property {(right: number, down: number) => void} pan in pixels
 * @property {(factor: number, right: number, down: number) => void} zoom about a place, in pixels from the pane's middle
 * @property {(place: { clientX: number, clientY: number } | null, isTouched?: boolean) => void} point a finger hides what is below it, and
 * is gone when one looks: what it touched is meant until the next touch
 * @property {Limits} limits
 *
 * @typedef {object} Limits
 * @property {() => boolean} areMeant whether a drag by the first button, or by one finger, changes them; one by the second always does
 * @property {() => void} begin
 * @property {(right: number, down: number) => void} drag pixels since it began
 * @property {() => void} reset
 */

const [FIRST, SECOND] = [0, 2]; // buttons of a mouse
const NOTCH = 1 / 500; // zoom, as a logarithm, of a pixel of the wheel
const LINE = 33; // pixels of a wheel that counts in lines

/**
 * @param {HTMLElement} pane
 * @param {Moves} moves
 */
export function openDrags(pane, { pan, zoom, point, limits }) {
  /** @type {Map<number, { clientX: number, clientY: number }>} */
  const pressed = new Map();
  /** @type {{ clientX: number, clientY: number } | null} where a drag of the limits began */
  let limiting = null;
  const fromMiddle = (/** @type {{ clientX: number, clientY: number }} */ { clientX, clientY }) => {
    const { left, top, width, height } = pane.getBoundingClientRect();
    return /** @type {const} */ ([clientX - left - width / 2, clientY - top - height / 2]);
  };
  /** The middle of all fingers, and how far the first two are apart. */
  function hold() {
    const places = [...pressed.values()];
    const mean = (/** @type {"clientX" | "clientY"} */ side) => places.reduce((sum, place) => sum + place[side], 0) / places.length;
    const [a, b] = places;
    return { clientX: mean("clientX"), clientY: mean("clientY"), apart: b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0 };
  }

  pane.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode ? LINE : 1);
    zoom(Math.exp(-pixels * NOTCH), ...fromMiddle(event));
  }, { passive: false });
  pane.addEventListener("pointerdown", ({ pointerId, pointerType, clientX, clientY, button }) => {
    if (button !== FIRST && button !== SECOND) return;
    pressed.set(pointerId, { clientX, clientY });
    if (pointerType === "touch" && pressed.size === 1) point({ clientX, clientY }, true);
    limiting = pressed.size === 1 && (button === SECOND || limits.areMeant()) ? { clientX, clientY } : null;
    if (limiting) limits.begin();
    pane.setPointerCapture(pointerId);
    pane.classList.add("hd-dragged");
  });
  pane.addEventListener("pointermove", ({ pointerId, pointerType, clientX, clientY }) => {
    if (pointerType !== "touch") point({ clientX, clientY });
    if (!pressed.has(pointerId)) return;
    if (limiting) return limits.drag(clientX - limiting.clientX, clientY - limiting.clientY);
    const before = hold();
    pressed.set(pointerId, { clientX, clientY });
    const now = hold();
    pan(now.clientX - before.clientX, now.clientY - before.clientY);
    if (before.apart && now.apart) zoom(now.apart / before.apart, ...fromMiddle(now));
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    pane.addEventListener(name, ({ pointerId }) => {
      pressed.delete(pointerId);
      pane.classList.toggle("hd-dragged", pressed.size > 0);
    });
  }
  pane.addEventListener("pointerleave", ({ pointerType }) => pointerType !== "touch" && point(null));
  pane.addEventListener("contextmenu", (event) => event.preventDefault());
  pane.addEventListener("dblclick", limits.reset);
}
