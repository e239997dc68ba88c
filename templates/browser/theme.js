// Light or dark. In: the system's wish, then the button's, which is remembered. Out: `data-theme` on the page, and a call to those who
// paint by it.

import { byId } from "./text/element.js";

/** @typedef {"light" | "dark"} Theme */

const root = () => document.documentElement;

/** @type {(() => void)[]} */
const listeners = [];

/** @param {() => void} listener */
export function onTheme(listener) {
  listeners.push(listener);
}

export const isDark = () => root().dataset.theme === "dark";

const REMEMBERED = "hd-theme";

// Browsers may refuse to keep anything, as for pages from a disk or in a frame: then nothing is remembered.
function remembered() {
  try {
    const theme = localStorage.getItem(REMEMBERED);
    return theme === "light" || theme === "dark" ? theme : null;
  } catch {
    return null;
  }
}

/** @param {Theme} theme */
function remember(theme) {
  try {
    localStorage.setItem(REMEMBERED, theme);
  } catch {
    // as above
  }
}

/** @param {Theme} theme */
function setTheme(theme) {
  root().dataset.theme = theme;
  byId("hd-theme").setAttribute("aria-pressed", String(theme === "dark"));
  listeners.forEach((listener) => listener());
}

export function openTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  /** @type {Theme | null} */
  let chosen = remembered();
  const follow = () => setTheme(chosen ?? (system.matches ? "dark" : "light"));
  follow();
  system.addEventListener("change", follow);
  byId("hd-theme").addEventListener("click", () => {
    chosen = isDark() ? "light" : "dark";
    remember(chosen);
    follow();
  });
}
