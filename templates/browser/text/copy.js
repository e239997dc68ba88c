// Copying. In: a text. Out: a button that puts it into the clipboard.

import { element } from "./element.js";
import { SAY } from "./strings.js";

const SAID_MS = 2000;

/**
 * @param {string} text
 * @param {HTMLElement} near where a field may stand for a moment, inside the dialog that is open
 */
async function copy(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // There is no such clipboard on pages of plain http.
    const field = element("textarea", { class: "hd-copied" });
    field.value = text;
    near.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/**
 * Copy a text, and let the button that asks for it say so for a moment.
 *
 * @param {HTMLElement} button
 * @param {string} text
 */
export async function copyWith(button, text) {
  const done = await copy(text, /** @type {HTMLElement} */ (button.parentElement));
  button.focus();
  const name = button.dataset.name ??= button.textContent ?? "";
  button.textContent = done ? SAY.copied : SAY.copyByHand;
  setTimeout(() => { button.textContent = name; }, SAID_MS);
}

/**
 * Make a button that copies a text.
 *
 * @param {string} id
 * @param {string} what says what is copied, for those who cannot see where it stands
 * @param {string} text
 */
export function copyButton(id, what, text) {
  const button = element("button", { type: "button", id, class: "hd-copy", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", () => copyWith(button, text));
  return button;
}

/**
 * Make a small button that copies a text, without words.
 *
 * @param {string} id
 * @param {string} what it says to those who ask
 * @param {string} text
 */
export function copyIcon(id, what, text) {
  const icon = element("i", { class: "hd-i hd-i-copy" });
  const button = element("button", { type: "button", id, class: "hd-copy", title: what, "aria-label": what }, icon);
  button.addEventListener("click", async () => {
    const done = await copy(text, /** @type {HTMLElement} */ (button.parentElement));
    button.focus();
    button.title = done ? SAY.copied : SAY.copyByHand;
    icon.classList.toggle("hd-i-done", done);
    setTimeout(() => {
      icon.classList.remove("hd-i-done");
      button.title = what;
    }, SAID_MS);
  });
  return button;
}
