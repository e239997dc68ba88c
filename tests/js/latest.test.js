import assert from "node:assert/strict";
import { test } from "node:test";

import { Latest } from "../../templates/browser/latest.js";

test("what is wanted while work is under way is done once more, after it; what is wanted no more is not begun", async () => {
  /** @type {(() => void)[]} */
  const ends = [];
  const latest = new Latest(() => new Promise((resolve) => ends.push(() => resolve(undefined))));
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  const done = latest.want();
  for (let i = 0; i < 3; i++) latest.want();
  assert.equal(ends.length, 1);
  ends[0]();
  await turn();
  assert.equal(ends.length, 2);
  latest.want();
  latest.stop();
  ends[1]();
  await done;
  assert.equal(ends.length, 2);
});

test("after work that failed it goes on with the next wish", async () => {
  let began = 0;
  const latest = new Latest(async () => {
    if (++began === 1) throw new Error("not there");
  });
  await assert.rejects(latest.want(), /not there/);
  await latest.want();
  assert.equal(began, 2);
});
