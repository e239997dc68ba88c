// What chooses the cutouts beside the selected one, in the gallery's head: of all or of the subset, where they may lie, and by which
// fingerprints they are alike. In: clicks, what is typed, links. Out: `among`, `where` and `isSmoothed` of the state, and the parts of
// the address that say them.

import { on, set, state } from "../state.js";
import { byId, element } from "../text/element.js";
import { count, distance } from "../text/format.js";
import { SAY } from "../text/strings.js";
import { onHome, onLink, sayInLink } from "../walk.js";
import { ANYWHERE, MEASURING, arcsecOf, offeredFor, whereOf, whereText } from "./where.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Kind } from "./where.js"
 */

/**
 * Of all, or of the subset: two buttons, there as long as there is a subset.
 *
 * @param {number} n how many cutouts there are
 */
function openAmong(n) {
  const group = byId("hd-among");
  const choices = /** @type {const} */ (["all", "subset"]).map((among) => {
    const button = element("button", { type: "button", "data-among": among, title: SAY.amongTitles[among] });
    button.addEventListener("click", () => set({ among }));
    return { among, button };
  });
  group.append(...choices.map(({ button }) => button));
  const follow = () => {
    const { subset, among: now } = state;
    group.hidden = !subset;
    for (const { among, button } of choices) {
      button.textContent = SAY.ofWhich[among](count(among === "all" ? n : subset?.count ?? 0));
      button.setAttribute("aria-pressed", String(among === now));
    }
    sayInLink("among", now === "all" ? null : now);
  };
  onLink("among", (text) => {
    if (text === "all" || text === "subset" || text === null) set({ among: text ?? "all" });
    follow();
  });
  onHome(() => set({ among: "all" }));
  on(["subset", "among"], follow);
  follow();
}

/** By smoothed fingerprints: a button that stays down, where the page has neighbours by them. */
function openSmoothed() {
  const button = byId("hd-smoothed");
  button.hidden = false;
  button.title = SAY.smoothedTitle;
  button.addEventListener("click", () => set({ isSmoothed: !state.isSmoothed }));
  const follow = () => {
    button.setAttribute("aria-pressed", String(state.isSmoothed));
    sayInLink("smoothed", state.isSmoothed ? "yes" : null);
  };
  onLink("smoothed", (text) => {
    if (text === "yes" || text === "no" || text === null) set({ isSmoothed: text === "yes" });
    follow();
  });
  onHome(() => set({ isSmoothed: false }));
  on(["isSmoothed"], follow);
  follow();
}

/** Where similar cutouts may lie: a switch, what it means, and how far is near. */
class WhereControl {
  /** @param {Kind[]} offered */
  constructor(offered) {
    this.offered = offered;
    this.box = /** @type {HTMLInputElement} */ (byId("hd-overlap"));
    this.menu = /** @type {HTMLSelectElement} */ (byId("hd-where"));
    this.field = /** @type {HTMLInputElement} */ (byId("hd-radius"));
    this.menu.append(...offered.map((kind) => element("option", { value: kind }, SAY.wheres[kind])));
    this.box.addEventListener("change", () => this.ask(this.box.checked));
    this.menu.addEventListener("change", () => this.ask(true));
    this.field.addEventListener("change", () => this.ask(true));
    on(["where"], () => this.follow());
    on(["shown"], () => this.tell());
  }

  /** @returns {Kind} what is chosen, in force or not */
  get kind() {
    return this.offered.find((kind) => kind === this.menu.value) ?? this.offered[0];
  }

  /**
   * Set what is chosen and typed; a radius that is none changes nothing.
   *
   * @param {boolean} isOn
   */
  ask(isOn) {
    const { kind, field } = this;
    const isMeasuring = MEASURING.includes(kind);
    const typed = isMeasuring && field.value.trim() ? arcsecOf(field.value) : null;
    const isWrong = isMeasuring && field.value.trim() !== "" && typed === null;
    field.toggleAttribute("aria-invalid", isWrong);
    if (isWrong) byId("hd-live").textContent = SAY.radiusWrong(field.value.trim());
    else set({ where: isOn ? { kind, radius: typed } : ANYWHERE });
    this.tell();
  }

  follow() {
    const { where } = state;
    this.box.checked = where.kind !== "any";
    if (this.box.checked) {
      this.menu.value = where.kind;
      this.field.value = where.radius === null ? "" : SAY.arcsec(where.radius);
      this.field.removeAttribute("aria-invalid");
    }
    sayInLink("where", whereText(where));
    this.tell();
  }

  // The radius is asked for only where it counts; what counts where none is typed stands there faint.
  tell() {
    const { kind, box, field } = this;
    field.hidden = !MEASURING.includes(kind) || !box.checked;
    box.setAttribute("aria-label", SAY.wheres[kind]);
    const radius = state.shown?.found.radius ?? null;
    field.placeholder = radius === null ? "" : distance(radius);
    field.title = field.hasAttribute("aria-invalid") ? SAY.radiusWrong(field.value.trim()) : SAY.radiusTitle;
  }
}

/** @param {Data} data */
export function openAlike(data) {
  openAmong(data.n);
  if (data.hasSmoothed) openSmoothed();
  const offered = offeredFor(data);
  byId("hd-overlap").closest(".hd-switch")?.toggleAttribute("hidden", !offered.length);
  if (!offered.length) return;
  const control = new WhereControl(offered);
  onLink("where", (text) => {
    const where = text === "any" || text === null ? ANYWHERE : whereOf(text, offered);
    if (where) set({ where });
    control.follow();
  });
  control.follow(); // behind the link, of which it would take the part away
  onHome(() => set({ where: ANYWHERE }));
}
