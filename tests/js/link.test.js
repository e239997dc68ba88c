import assert from "node:assert/strict";
import { test } from "node:test";

import { formatLink, parseLink, rowOf, viewOf, viewText } from "../../templates/browser/link.js";

test("what is written is read again, whatever the texts are", () => {
  const texts = ["", "a b", "é ∅ 星", "a&b=c#d", "100%", "+", '"x" >= 1, y:2/3', "__proto__", "\u202eabc", "a\nb"];
  for (const text of texts) {
    const link = new Map([["row", "5"], ["q", text], [`k${text}`, "v"]]);
    assert.deepEqual(parseLink(formatLink(link)), link, text);
  }
  assert.equal(formatLink(new Map([["view", "1,2,3"], ["q", "f == 1"]])), "#view=1,2,3&q=f%20%3D%3D%201");
  assert.equal(formatLink(new Map()), "#");
});

test("half a character has no address of its own", () => {
  assert.deepEqual(parseLink(formatLink(new Map([["q", "\ud800"]]))), new Map([["q", "\ufffd"]]));
});

test("nonsense has no parts, and the last of two of a name counts", () => {
  for (const text of ["", "#", "#other", "#&&", "#=", "#=5", "#%=1", "#a=%", "#%E0%A4%A=%E0"]) assert.equal(parseLink(text).size, 0, text);
  assert.deepEqual([...parseLink("#row=1&row=2&a=b=c&&x&d=")], [["row", "2"], ["a", "b=c"], ["d", ""]]);
});

test("rows are whole numbers that are there", () => {
  assert.deepEqual(["0", "99", "007"].map((text) => rowOf(text, 100)), [0, 99, 7]);
  for (const text of [undefined, "", "100", "-1", "1.5", "1e1", " 1", "x", "９", "9".repeat(400)]) assert.equal(rowOf(text, 100), null);
});

test("a view is three numbers, of which the last is more than nothing", () => {
  const view = { x: -0.123456, y: 1e-9, scale: 0.0025 };
  assert.deepEqual(viewOf(viewText(view)), view);
  for (const text of ["", "1,2", "1,2,3,4", "1,2,0", "1,2,-3", "1,,3", "NaN,1,1", "1,2,Infinity", "a,b,c", "1e999,0,1"]) {
    assert.equal(viewOf(text), null, text);
  }
});
