// A field in which a cluster gets another name. In: a cluster, keys. Out: `names` of the state; whether it is done.

import { say } from "../tags/bar.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { called, MOST_LETTERS, rename } from "./called.js";

/** @import { Cluster, Level } from "./levels.js" */

/** @type {(() => void) | null} ends the one that is open */
let end = null;

/**
 * @param {Level[]} levels
 * @param {Cluster} cluster
 * @param {(form: HTMLFormElement) => void} place puts the form where it is seen
 * @param {() => void} done is called when it has gone
 */
export function openRename(levels, cluster, place, done) {
  end?.();
  const field = element("input", {
    type: "text", class: "hd-field", maxlength: MOST_LETTERS, "aria-label": SAY.newName(called(cluster.name)), autocomplete: "off",
  });
  field.value = called(cluster.name);
  const reset = element("button", { type: "button", class: "hd-button", title: SAY.resetName(cluster.name) }, SAY.reset);
  reset.disabled = called(cluster.name) === cluster.name;
  const wrong = element("p", { role: "alert" });
  const form = element("form", { class: "hd-rename" }, field, reset, wrong);
  const finish = () => {
    if (end !== finish) return;
    end = null;
    form.remove();
    done();
  };
  const give = (/** @type {string} */ text) => {
    const why = rename(levels, cluster, text);
    wrong.textContent = why ?? "";
    if (why !== null) return field.focus();
    say(SAY.isCalled(cluster.name, called(cluster.name)));
    return finish();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    give(field.value);
  });
  reset.addEventListener("click", () => give(""));
  form.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the page's keys mean something else
    if (event.key === "Escape") finish();
  });
  form.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && form.contains(relatedTarget))) finish();
  });
  end = finish;
  place(form);
  field.focus();
  field.select();
}
