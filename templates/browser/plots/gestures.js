// Gestures on a plot. In: mouse, pen, fingers, wheel. Out: the camera pans and zooms; taps and moves of the pointer go to the plot.
// Where the page itself scrolls, one finger and the wheel scroll it: two fingers, or the wheel with Ctrl, are for the plot.

import { SAY } from "../text/strings.js";
import { openPlotKeys } from "./keys.js";

/** @import { Plot } from "./plot.js" */

const [MOUSE_SLOP, FINGER_SLOP] = [3, 10]; // pixels that a click and a tap may be off
const LONG_PRESS_MS = 450;
const [NOTCH, PINCH] = [1 / 550, 1 / 100]; // zoom, as a logarithm, of a wheel's pixel and of a touchpad's
const [MOST_PINCH, MOST_TURN] = [50, 500]; // pixels of one event
const LINE = 33; // pixels of a wheel that counts in lines
const SCROLL_SLOP = 8; // pixels that a page may be too high by, and does not scroll

const root = () => document.documentElement;
const pageScrolls = () => root().scrollHeight > root().clientHeight + SCROLL_SLOP;

/** @param {WheelEvent} event */
function zoomOf({ deltaY, deltaMode, ctrlKey }) {
  const pixels = deltaMode === 0 ? deltaY : deltaY * (deltaMode === 1 ? LINE : innerHeight);
  const isPinch = ctrlKey && Math.abs(pixels) < MOST_PINCH; // which touchpads tell so
  return Math.exp(Math.max(-MOST_TURN, Math.min(MOST_TURN, pixels)) * (isPinch ? PINCH : NOTCH));
}

/**
 * @param {Plot} plot
 * @param {HTMLElement} surface
 */
export function openGestures(plot, surface) {
  openMouse(plot, surface);
  openFingers(plot, surface);
  openPlotKeys(plot, surface);
  surface.addEventListener("wheel", (event) => {
    if (pageScrolls() && !event.ctrlKey && !event.metaKey) return plot.over.say(SAY.ctrlWheel);
    event.preventDefault();
    plot.camera.zoom(zoomOf(event), plot.event("mousemove", event));
  }, { passive: false });
}

/**
 * Drags, clicks and moves of a mouse or a pen; of fingers the taps.
 *
 * @param {Plot} plot
 * @param {HTMLElement} surface
 */
function openMouse(plot, surface) {
  /** @type {{ pointerId: number, clientX: number, clientY: number, hasMoved: boolean } | null} */
  let press = null;

  // A click is no wish to go on by the plot's own keys, but takes them from where they went before.
  surface.addEventListener("mousedown", (event) => {
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement && document.activeElement !== surface) document.activeElement.blur();
  });
  surface.addEventListener("pointerdown", ({ button, pointerId, clientX, clientY }) => {
    if (!button) press = { pointerId, clientX, clientY, hasMoved: false };
  });
  surface.addEventListener("pointermove", (event) => {
    const isFinger = event.pointerType === "touch";
    if (!isFinger) plot.mouse = { clientX: event.clientX, clientY: event.clientY };
    if (press && !event.buttons) release(); // it ended elsewhere
    if (press?.pointerId !== event.pointerId) {
      if (!isFinger) plot.receive(plot.event("mousemove", event));
      return;
    }
    const [right, down] = [event.clientX - press.clientX, event.clientY - press.clientY];
    if (!press.hasMoved && Math.hypot(right, down) <= (isFinger ? FINGER_SLOP : MOUSE_SLOP)) return;
    if (!press.hasMoved && !isFinger) grab(event.pointerId);
    press = { pointerId: event.pointerId, clientX: event.clientX, clientY: event.clientY, hasMoved: true };
    if (!isFinger) plot.camera.pan(right, down);
  });
  surface.addEventListener("pointerup", (event) => {
    if (press?.pointerId !== event.pointerId) return;
    const isTap = event.pointerType !== "touch" || !plot.isPressedLong;
    if (!press.hasMoved && isTap) plot.receive(plot.event("tap", event));
    release();
  });
  surface.addEventListener("pointercancel", release);
  surface.addEventListener("pointerleave", (event) => {
    plot.mouse = null;
    if (event.pointerType !== "touch") plot.receive(plot.event("mouseleave", event));
  });

  /** @param {number} pointerId */
  function grab(pointerId) {
    surface.setPointerCapture(pointerId);
    surface.classList.add("hd-dragged");
    plot.isPressed = true;
    plot.receive(plot.event("mouseleave", plot.mouse ?? { clientX: 0, clientY: 0 }));
  }

  function release() {
    press = null;
    plot.isPressed = false;
    surface.classList.remove("hd-dragged");
  }
}

/**
 * Two fingers pan and zoom; one does where the page does not scroll; one that stays does what a mouse does by standing still.
 *
 * @param {Plot} plot
 * @param {HTMLElement} surface
 */
function openFingers(plot, surface) {
  let last = { clientX: 0, clientY: 0, apart: 0 };
  let isMoving = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pressing;

  surface.addEventListener("touchstart", (event) => {
    clearTimeout(pressing);
    last = placeOf(event.touches);
    isMoving = plot.isPressedLong = event.touches.length > 1;
    if (isMoving) return take(event);
    pressing = setTimeout(() => {
      plot.isPressedLong = true;
      plot.receive(plot.event("mousemove", last));
    }, LONG_PRESS_MS);
  }, { passive: false });

  surface.addEventListener("touchmove", (event) => {
    const place = placeOf(event.touches);
    const [right, down] = [place.clientX - last.clientX, place.clientY - last.clientY];
    if (!isMoving && Math.hypot(right, down) <= FINGER_SLOP) return;
    isMoving = true;
    clearTimeout(pressing);
    if (!place.apart && pageScrolls()) return plot.over.say(SAY.twoFingers);
    take(event);
    plot.camera.pan(right, down);
    if (place.apart && last.apart) plot.camera.zoom(last.apart / place.apart, plot.event("mousemove", place));
    last = place;
  }, { passive: false });

  for (const name of /** @type {const} */ (["touchend", "touchcancel"])) {
    surface.addEventListener(name, (event) => {
      clearTimeout(pressing);
      if (event.touches.length) last = placeOf(event.touches);
      else if (plot.isPressedLong) plot.receive(plot.event("mouseleave", last));
    });
  }
  surface.addEventListener("contextmenu", (event) => plot.isPressedLong && event.preventDefault());
}

/**
 * Keep the browser from scrolling by fingers that are ours; what it has begun goes on.
 *
 * @param {TouchEvent} event
 */
function take(event) {
  if (event.cancelable) event.preventDefault();
}

/**
 * The middle of the first two fingers, and how far they are apart; 0 of one.
 *
 * @param {TouchList} touches
 */
function placeOf([a, b]) {
  if (!b) return { clientX: a.clientX, clientY: a.clientY, apart: 0 };
  const apart = Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY));
  return { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2, apart };
}
