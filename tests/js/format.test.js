import assert from "node:assert/strict";
import { test } from "node:test";

import { angle, count, degrees, ends, number, position, similarity } from "../../templates/browser/text/format.js";

// As astropy writes them: SkyCoord(ra, dec).to_string("hmsdms", precision=...).
test("positions in hours and degrees", () => {
  assert.equal(position(83.633083, 22.0145, 1), "05h34m31.94s +22°00′52.2″");
  assert.equal(position(83.633083, 22.0145, 0), "05h34m31.9s +22°00′52″");
  assert.equal(position(10.684708, 41.26875, -1), "00h42m44s +41°16′08″");
  assert.equal(position(187.5, -0.01, 0), "12h30m00.0s −0°00′36″".replace("−0°", "−00°"));
});

test("seconds are carried over, and 24 hours are none", () => {
  assert.equal(position(359.99999, 0, 0), "00h00m00.0s +00°00′00″");
  assert.equal(position(15 * (1 + 59.9999999 / 60), 10 + 59.99999 / 60, 0), "02h00m00.0s +11°00′00″");
});

test("without digits a position has whole arcseconds", () => {
  assert.equal(position(83.633083, 22.0145), position(83.633083, 22.0145, 0));
});

test("positions in degrees", () => {
  assert.equal(degrees(83.633083, -22.0145, 1), "83.63308 −22.01450");
  assert.equal(degrees(53.16, -27.79, -1), "53.160 −27.790");
});

test("angles in the unit that suits them", () => {
  assert.deepEqual([360, 12.4, 1, 0.5, 1 / 60, 0.01, 0.0003].map(angle), ["360°", "12°", "1.0°", "30′", "1.0′", "36″", "1.1″"]);
});

test("numbers whole, with the fewest digits that give them back, and other things as they are", () => {
  const texts = ["261136680", "20260316", "59124.456789", "0.1", "1e-12", "9007199254740991", "-0.30000000000000004"];
  assert.deepEqual(texts.map(Number).map(number), texts);
  assert.equal(number("6917528997577384321"), "6917528997577384321");
  assert.deepEqual([1.23765e18, -6.917528997577384e18, Infinity].map(number), ["1.23765e+18", "-6.917528997577384e+18", "Infinity"]);
  assert.deepEqual(
    [0, 999, 1000, 12_345, 1_234_567, -1234, 2_499.6, 9007199254740991].map(count),
    ["0", "999", "1,000", "12,345", "1,234,567", "-1,234", "2,500", "9,007,199,254,740,991"],
  );
  assert.deepEqual([0.98765, -0.4888].map(similarity), ["0.988", "\u22120.489"]);
});

test("the ends of a scale have the digits that tell places between them", () => {
  assert.deepEqual(ends(59123.456789012, 59127.456789012), ["59123.4568", "59127.4568"]);
  assert.deepEqual(ends(0.25, 1e6), ["0.25", "1000000"]);
  assert.deepEqual(ends(12.345678, 23.456789), ["12.346", "23.457"]);
  assert.deepEqual(ends(20260315, 20260319.5), ["20260315", "20260319.5"]);
  assert.deepEqual(ends("6917528997577384321", "6917528997577384323"), ["6917528997577384321", "6917528997577384323"]);
  assert.deepEqual(ends(1.23456789, 1.23456789), ["1.23456789", "1.23456789"]);
  assert.deepEqual(ends(-1e-30, 3.5e-30), ["\u22121e\u221230", "3.5e\u221230"]);
  assert.deepEqual(ends("-6917528997577384323", -2), ["\u22126917528997577384323", "\u22122"]);
  assert.deepEqual(ends(0, 0), ["0", "0"]);
});
