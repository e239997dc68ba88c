// Light or dark. In: the system's wish, then the button's. Out: `data-theme` on the page, and a call to those who paint by it.

import { byId } from "./text/element.js";

const root = () => document.documentElement;

/** @type {(() => void)[]} */
const listeners = [];

/** @param {() => void} listener */
export function onTheme(listener) {
  listeners.push(listener);
}

export const isDark = () => root().dataset.theme === "dark";

/** @param {"light" | "dark"} theme */
function setTheme(theme) {
  root().dataset.theme = theme;
  listeners.forEach((listener) => listener());
}

export function openTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let isChosen = false;
  const follow = () => setTheme(system.matches ? "dark" : "light");
  follow();
  system.addEventListener("change", () => isChosen || follow());
  byId("hd-theme").addEventListener("click", () => {
    isChosen = true;
    setTheme(isDark() ? "light" : "dark");
  });
}
