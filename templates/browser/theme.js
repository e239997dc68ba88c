// Light or dark. In: the system's wish, or that of the page's maker, then the button's, which is remembered. Out: `data-theme` on the
// page, and a call to those who paint by it.

import { remember, remembered } from "./remember.js";
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

// What was chosen in an earlier visit.
function earlier() {
  const theme = remembered("theme");
  return theme === "light" || theme === "dark" ? theme : null;
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
  let chosen = earlier();
  const told = document.body.dataset.hdTheme;
  const follow = () => setTheme(chosen ?? ((told ? told === "dark" : system.matches) ? "dark" : "light"));
  follow();
  system.addEventListener("change", follow);
  byId("hd-theme").addEventListener("click", () => {
    chosen = isDark() ? "light" : "dark";
    remember("theme", chosen);
    follow();
  });
}
