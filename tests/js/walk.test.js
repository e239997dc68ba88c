import assert from "node:assert/strict";
import { test } from "node:test";

import { state } from "../../templates/browser/state.js";
import { openBrowser } from "./browser.js";

/** @type {typeof import("../../templates/browser/walk.js") | undefined} */
let last;

/**
 * The walk of a page that has just been opened.
 *
 * @param {string} [hash]
 * @returns {Promise<typeof import("../../templates/browser/walk.js") & ReturnType<typeof openBrowser>>}
 */
async function openWalk(hash) {
  last?.linkNow(); // what it would write later it writes now, before there is another history
  const browser = openBrowser(hash);
  state.selected = null;
  const walk = await import(`../../templates/browser/walk.js?${Math.random()}`);
  last = walk;
  walk.startWalk(100);
  return { ...walk, ...browser };
}

test("a walk goes back and forward, and says where it is", async () => {
  const { select, back, forward, canGoBack, canGoForward, visited, body, address } = await openWalk();
  assert.deepEqual([state.selected, canGoBack(), canGoForward(), address()], [null, false, false, "#"]);
  select(3);
  select(40);
  assert.deepEqual([state.selected, canGoBack(), canGoForward(), address()], [40, true, false, "#row=40"]);
  assert.equal(body.dataset.hdSelected, "40");
  back();
  assert.deepEqual([state.selected, canGoBack(), canGoForward()], [3, true, true]);
  back();
  assert.deepEqual([state.selected, canGoBack(), canGoForward()], [null, false, true]);
  assert.equal(body.dataset.hdSelected, undefined);
  back();
  assert.equal(state.selected, null);
  forward();
  forward();
  assert.deepEqual([state.selected, canGoForward()], [40, false]);
  assert.deepEqual([...visited], [3, 40]);
});

test("a step from the middle of a walk drops what lay ahead", async () => {
  const { select, back, canGoForward } = await openWalk();
  [1, 2, 3].forEach(select);
  back();
  back();
  select(7);
  assert.deepEqual([state.selected, canGoForward()], [7, false]);
  back();
  assert.equal(state.selected, 1);
});

test("an image of a visitor is a step of the walk that no link names, and is not there after a reload", async () => {
  const { admit, select, back, forward, address, body } = await openWalk();
  assert.throws(() => select(-1), RangeError);
  admit(-1);
  select(4);
  select(-1);
  assert.deepEqual([state.selected, body.dataset.hdSelected, address()], [-1, "-1", "#"]);
  select(5);
  back();
  assert.deepEqual([state.selected, address()], [-1, "#"]);
  back();
  forward();
  assert.equal(state.selected, -1);
  // A reload keeps the browser's history, and lets go of the image.
  const { history, walk } = await openWalk("#row=-1").then((opened) => ({ history: globalThis.history, walk: opened }));
  assert.equal(state.selected, null);
  history.replaceState({ row: -1, depth: 0 }, "", "#");
  walk.select(3);
  walk.back();
  assert.equal(state.selected, null);
});

test("the same row again is no step", async () => {
  const { select, back } = await openWalk();
  select(5);
  select(5);
  back();
  assert.equal(state.selected, null);
});

test("reset forgets what was visited, and can be gone back from", async () => {
  const { select, reset, back, visited } = await openWalk();
  select(5);
  reset();
  assert.deepEqual([state.selected, [...visited]], [null, []]);
  back();
  assert.equal(state.selected, 5);
});

test("an address opens its row, if there is one", async () => {
  for (const [hash, row] of /** @type {const} */ ([["#row=33", 33], ["#row=100", null], ["#row=-1", null], ["#other", null]])) {
    await openWalk(hash);
    assert.equal(state.selected, row);
  }
});

test("a link that is pasted into the open page is followed, and is a step of the walk", async () => {
  const { select, paste, back, canGoBack, address, body } = await openWalk();
  select(3);
  paste("#row=40");
  assert.deepEqual([state.selected, body.dataset.hdSelected, address(), canGoBack()], [40, "40", "#row=40", true]);
  back();
  assert.equal(state.selected, 3);
  paste("#");
  assert.deepEqual([state.selected, address()], [null, "#"]);
});

test("a link that is followed in a page without an address is a step, too", async () => {
  const { onLink, select, followInPage, back, canGoBack } = await openWalk();
  /** @type {(string | null)[]} */
  const heard = [];
  onLink("q", (text) => heard.push(text));
  select(3);
  followInPage("#row=40&q=a");
  assert.deepEqual([state.selected, heard, canGoBack()], [40, ["a"], true]);
  back();
  assert.deepEqual([state.selected, heard], [3, ["a", null]]);
});

test("nonsense leaves all as it is, and does not stay in the address", async () => {
  for (const nonsense of ["#other", "#row=100", "#row=-1", "#row=1.5", "#row=", "#row", "#row=%E0%A4%A", "#=5", "#&&=&", "#%", "#row=５"]) {
    const { select, paste, address } = await openWalk();
    select(7);
    paste(nonsense);
    assert.deepEqual([state.selected, address()], [7, "#row=7"], nonsense);
  }
});

test("what views have in a link reaches them, whenever they come; what nobody knows is kept", async () => {
  const { onLink, sayInLink, linkNow, select, paste } = await openWalk("#row=5&view=1,2,3&later=%26&q=a%20%3D%3D%20%22b%22");
  /** @type {(string | null)[]} */
  const heard = [];
  onLink("view", (text) => heard.push(text));
  onLink("q", (text) => heard.push(text));
  assert.deepEqual([state.selected, heard], [5, ["1,2,3", 'a == "b"']]);
  sayInLink("view", "4,5,6");
  select(6);
  const whole = "file:///page.html#row=6&view=4,5,6&later=%26&q=a%20%3D%3D%20%22b%22";
  assert.equal(linkNow(), whole);
  sayInLink("q", null);
  assert.equal(linkNow(), whole.replace(/&q=.*/, ""));
  paste("#view=7,8,9&q=c");
  assert.deepEqual([state.selected, heard.slice(2)], [6, ["7,8,9", "c"]]);
  assert.equal(linkNow(), "file:///page.html#row=6&view=7,8,9&later=%26&q=c");
});

test("back from a link is all as it was before, and forward as the link has it", async () => {
  const { onLink, sayInLink, select, paste, back, forward, address, linkNow } = await openWalk("#row=1&q=a");
  /** @type {(string | null)[]} */
  const heard = [];
  onLink("q", (text) => heard.push(text));
  onLink("tab", (text) => heard.push(text));
  select(2);
  sayInLink("q", "b");
  paste("#row=50&q=c&tab=table&x=1");
  assert.deepEqual([state.selected, heard], [50, ["a", "c", "table"]]);
  select(60);
  sayInLink("q", "d");
  back(); // within what the link began all else stays
  assert.deepEqual([state.selected, heard.length], [50, 3]);
  back();
  assert.deepEqual([state.selected, heard.slice(3)], [2, ["b", null]]);
  linkNow();
  assert.equal(address(), "#row=2&q=b");
  forward();
  assert.deepEqual([state.selected, heard.slice(5)], [50, ["d", "table"]]);
  back();
  back();
  assert.deepEqual([state.selected, heard.slice(7)], [1, ["b", null]]);
});

test("what views say before the page's own link is followed is what the link says", async () => {
  /** @type {(string | null)[]} */
  const heard = [];
  const { onLink } = await openWalk("#q=a&q=b&%%%=1&view=");
  onLink("q", (text) => heard.push(text));
  onLink("view", (text) => heard.push(text));
  assert.deepEqual(heard, ["b", ""]);
});

test("the way home leaves nothing selected and tells all who listen", async () => {
  const { select, goHome, onHome, visited } = await openWalk();
  let n = 0;
  onHome(() => (n += 1));
  select(5);
  goHome();
  assert.deepEqual([state.selected, visited.size, n], [null, 0, 1]);
});

test("rows that are not there are refused", async () => {
  const { select } = await openWalk();
  for (const wrong of [-1, 100, 1.5, NaN, "3", null]) {
    const message = `there is no row ${wrong}; rows are 0 to 99`;
    assert.throws(() => select(/** @type {number} */ (wrong)), { name: "RangeError", message });
  }
  assert.equal(state.selected, null);
});

test("a link is not written over before it is followed", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { sayInLink, paste, address } = await openWalk("#row=1");
  sayInLink("view", "1,2,3");
  paste("#row=7", () => t.mock.timers.tick(1000));
  assert.deepEqual([state.selected, address()], [7, "#row=7&view=1,2,3"]);
});
