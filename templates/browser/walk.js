// The walk from cutout to cutout, and the page's address. In: rows to select, back and forward, links, parts that views have in a link.
// Out: `selected` in the state, and `data-hd-selected` on the body. The walk lives in the browser's own history, so that its back button
// works as well; all else that the address says changes in place, but for a link that is followed: back from it is all as it was before.

import { formatLink, parseLink, rowOf } from "./link.js";
import { set, state } from "./state.js";

/** @import { Link } from "./link.js" */

const PATIENCE_MS = 400; // between changes of the address: browsers bear some hundred a minute

// Where we are in the walk, and how far it goes.
let depth = 0;
let deepest = 0;
let count = 0;

/** @type {Link} what the address says beside the row, by names that nobody here knows as well */
const parts = new Map();
/** @type {Map<string, string>} what the address cannot say, and why, by the names of the parts that would */
const missed = new Map();
/** @type {Map<string, (text: string | null) => void>} */
const followers = new Map();
// Each link that is followed begins a stretch of the walk. What the others said when they were left:
/** @type {Map<number, Link>} */
const stretches = new Map();
let stretch = Date.now(); // those of an earlier visit are others
let lastStretch = stretch;
/** @type {(() => void)[]} */
const homeListeners = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let writing;

/** @type {Set<number>} */
export const visited = new Set();
/** @type {Set<number>} rows below 0, which no link can name: they are of this page alone */
const admitted = new Set();

/** @param {number} row below 0, that may be selected from now on */
export const admit = (row) => void admitted.add(row);

/** @param {number} row that may be selected no more */
export const expel = (row) => void admitted.delete(row);

const isThere = (/** @type {number} */ row) => (Number.isInteger(row) && row >= 0 && row < count) || admitted.has(row);

// A page inside a notebook's frame has no address of its own.
export const hasAddress = () => location.protocol !== "about:";

/** @param {number | null} row */
function address(row) {
  if (!hasAddress()) return undefined;
  return formatLink(row === null || row < 0 ? parts : new Map([["row", String(row)], ...parts]));
}

function write() {
  clearTimeout(writing);
  writing = undefined;
  history.replaceState({ row: state.selected, depth, stretch }, "", address(state.selected));
}

function writeSoon() {
  writing ??= setTimeout(() => {
    writing = undefined;
    if (!isAtLink()) write();
  }, PATIENCE_MS);
}

/** Whether the address is that of a link of which `hashchange` is about to tell; it is not to be written over before. */
const isAtLink = () => history.state === null;

/** @param {number | null} row */
function arrive(row) {
  if (row !== null) visited.add(row);
  document.body.toggleAttribute("data-hd-selected", row !== null);
  if (row !== null) document.body.dataset.hdSelected = String(row);
  set({ selected: row, hovered: null });
}

/** @param {number | null} row */
function go(row) {
  if (row === state.selected) return;
  if (writing !== undefined) write();
  depth += 1;
  deepest = depth;
  history.pushState({ row, depth, stretch }, "", address(row));
  arrive(row);
}

/**
 * Select a cutout; what clicks, keys and scripts call.
 *
 * @param {number} row
 */
export function select(row) {
  if (!isThere(row)) {
    throw new RangeError(`there is no row ${row}; rows are 0 to ${count - 1}`);
  }
  go(row);
}

export function reset() {
  visited.clear();
  go(null);
}

/** Back to what the page showed at first. */
export function goHome() {
  reset();
  homeListeners.forEach((listener) => listener());
}

/** @param {() => void} listener */
export const onHome = (listener) => void homeListeners.push(listener);

export const canGoBack = () => depth > 0;
export const canGoForward = () => depth < deepest;

export function back() {
  if (canGoBack()) history.back();
}

export function forward() {
  if (canGoForward()) history.forward();
}

/**
 * Let the address say something more, or no more.
 *
 * @param {string} name
 * @param {string | null} text
 */
export function sayInLink(name, text) {
  if ((parts.get(name) ?? null) === text) return;
  if (text === null) parts.delete(name);
  else parts.set(name, text);
  writeSoon();
}

/**
 * Keep in mind that the address cannot say something.
 *
 * @param {string} name of the part that would
 * @param {string | null} why null where it can
 */
export function missInLink(name, why) {
  if (why === null) missed.delete(name);
  else missed.set(name, why);
}

/** What the address cannot say of what is shown now, and why. */
export const missedInLink = () => [...missed.values()];

/**
 * Follow what links say by a name: the page's own at once, others when they are followed.
 *
 * @param {string} name
 * @param {(text: string | null) => void} follow null where one goes back to what said nothing of it
 */
export function onLink(name, follow) {
  followers.set(name, follow);
  const text = parts.get(name);
  if (text !== undefined) follow(text);
}

/**
 * Follow a link that stands in the page, where it has no address that could have it.
 *
 * @param {string} hash
 */
export function followInPage(hash) {
  history.pushState(null, "");
  followLink(hash);
}

/** The address of what is shown now. */
export function linkNow() {
  write();
  return location.href;
}

/**
 * A link was pasted into the open page, or followed inside it. What it does not say, or says wrongly, stays as it is; `#` alone
 * selects nothing.
 *
 * @param {string} hash
 */
function followLink(hash) {
  leaveStretch(lastStretch + 1);
  const { row, others } = taken(hash);
  depth += 1;
  deepest = depth;
  if (row !== state.selected) arrive(row);
  for (const [name, text] of others) followers.get(name)?.(text);
  write();
}

/** @param {string} hash */
function withoutRow(hash) {
  const link = parseLink(hash);
  link.delete("row");
  return link;
}

/** @param {number} to the stretch that is entered */
function leaveStretch(to) {
  stretches.set(stretch, new Map(parts));
  stretch = to;
  lastStretch = Math.max(lastStretch, stretch);
}

/**
 * Back to before a link, or forward to after it: what it changed is as it was there.
 *
 * @param {Link} said
 */
function restore(said) {
  const names = new Set([...parts.keys(), ...said.keys()]);
  for (const name of names) {
    const text = said.get(name) ?? null;
    if (text === (parts.get(name) ?? null)) continue;
    if (text === null) parts.delete(name);
    else parts.set(name, text);
    followers.get(name)?.(text);
  }
}

/**
 * What a link says: the row, and the other parts, which are parts of the address from now on.
 *
 * @param {string} hash
 */
function taken(hash) {
  const asked = rowOf(parseLink(hash).get("row"), count);
  const link = withoutRow(hash);
  for (const [name, text] of link) parts.set(name, text);
  const isBare = hash === "" || hash === "#";
  return { row: isBare ? null : asked ?? state.selected, others: link };
}

/**
 * Begin with what the page's address asks for.
 *
 * @param {number} n how many rows there are
 */
export function startWalk(n) {
  count = n;
  const { row, others } = taken(location.hash);
  history.replaceState({ row, depth: 0, stretch }, "", address(row));
  window.addEventListener("popstate", (event) => {
    if (event.state === null) return; // a link, of which `hashchange` tells
    depth = event.state.depth ?? 0;
    const to = event.state.stretch;
    const said = to === stretch ? null : stretches.get(to) ?? withoutRow(location.hash);
    if (said) leaveStretch(to);
    const there = event.state.row ?? null;
    arrive(there !== null && isThere(there) ? there : null); // an image of a visit before is there no more
    if (said) restore(said);
    writeSoon();
  });
  window.addEventListener("hashchange", () => {
    if (isAtLink()) followLink(location.hash);
  });
  arrive(row);
  for (const [name, text] of others) followers.get(name)?.(text);
}
