import assert from "node:assert/strict";
import { test } from "node:test";

import { parseDate } from "../../templates/browser/query/dates.js";
import { parse } from "../../templates/browser/query/parser.js";
import { placeAsked, search } from "../../templates/browser/query/search.js";
import { parsePlace, separation, withinCircle } from "../../templates/browser/query/sky.js";
import { has } from "../../templates/browser/subset/bits.js";
import { position } from "../../templates/browser/text/format.js";
import { randomNumbers } from "./wire.js";

/**
 * @param {string} text
 * @param {string[]} names
 */
const queryOf = (text, names = []) => {
  const filter = search(text, names.map((name) => ({ name, kind: "number", role: "built-in" })));
  return filter?.kind === "search" ? filter.query : null;
};

test("rows", () => {
  for (const text of ["row 17", "Row=17", " row: 17 ", "#17", "rows 17"]) assert.equal(queryOf(text), "row in [17]", text);
  assert.equal(queryOf("rows 3, 17"), "row in [3, 17]");
  assert.equal(queryOf("row 17", ["hd.row"]), "hd.row in [17]");
});

test("places with and without a radius", () => {
  assert.equal(queryOf("53.16 -27.79"), "within(53.16, -27.79, 2 arcmin)");
  assert.equal(queryOf("03:32:38.4 -27:47:24"), "within(53.16, -27.79, 2 arcmin)");
  assert.equal(queryOf("03h32m38.4s -27d47m24s r=30 arcsec"), "within(53.16, -27.79, 30 arcsec)");
  assert.equal(queryOf("53.16, −27.79, r = .5°"), "within(53.16, -27.79, .5 deg)");
  for (const [unit, meant] of [["'", "arcmin"], ["″", "arcsec"], ['"', "arcsec"], ["d", "deg"], ["", "arcmin"], [" ARCMIN", "arcmin"]]) {
    assert.equal(queryOf(`53.16 -27.79 r=2${unit}`), `within(53.16, -27.79, 2 ${meant})`);
  }
  assert.equal(queryOf("53.16 -27.79 r=0"), "within(53.16, -27.79, 2 arcmin)");
});

test("a place without a radius is one place, and anything else is none", () => {
  assert.deepEqual(placeAsked("53.16 -27.79"), [53.16, -27.79]);
  for (const text of ["53.16 -27.79 r=2", "M 51", "row 17", ""]) assert.equal(placeAsked(text), null, text);
});

test("anything else is a text to look for", () => {
  const texts = ["NGC 1300", "M 51", "jb01_drz.fits", 'a "b" \\', "row", "row x", "400 100", "2004-07-03", "r=2 arcmin", "51"];
  for (const text of texts) {
    const filter = search(` ${text} `, []);
    assert.ok(filter?.kind === "search");
    assert.equal(filter.text, ` ${text} `);
    const term = parse(filter.query ?? "");
    assert.ok(term.type === "search");
    assert.equal(term.text.value, text);
  }
});

test("a blank text is no search", () => {
  assert.equal(search(" \n", []), null);
});

test("places as the page writes them are read", () => {
  const random = randomNumbers(7);
  for (let i = 0; i < 50; i++) {
    const [ra, dec] = [360 * random(), 180 * random() - 90];
    const found = parsePlace(position(ra, dec, 3));
    assert.ok(found && separation(...found, ra, dec) < 1e-6, position(ra, dec, 3));
  }
});

test("a circle holds what lies within", () => {
  const random = randomNumbers(8);
  const unit = (/** @type {number} */ ra, /** @type {number} */ dec) => {
    const [a, d] = [(ra * Math.PI) / 180, (dec * Math.PI) / 180];
    return [Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)];
  };
  const ras = Float64Array.from({ length: 500 }, () => 360 * random());
  const decs = Float64Array.from({ length: 500 }, () => (180 * Math.asin(2 * random() - 1)) / Math.PI);
  decs[7] = NaN;
  for (const [ra, dec, radius] of [[10, 20, 40], [359, -88, 30], [0, 90, 90], [180, 0, 180]]) {
    const bits = withinCircle(ras, decs, { ra, dec, radius });
    const center = unit(ra, dec);
    for (let place = 0; place < 500; place++) {
      const cosine = unit(ras[place], decs[place]).reduce((sum, part, i) => sum + part * center[i], 0);
      assert.equal(has(bits, place), !Number.isNaN(cosine) && (180 * Math.acos(Math.max(-1, cosine))) / Math.PI <= radius, String(place));
    }
  }
});

test("a date means all of its year, month or day", () => {
  for (const year of [1000, 1582, 1900, 2000, 2004, 9999]) {
    for (let month = 1; month < 13; month++) {
      const text = `${year}-${String(month).padStart(2, "0")}`;
      const last = new Date(Date.parse(`${text}-28T00:00Z`));
      while (last.getUTCMonth() === month - 1) last.setUTCDate(last.getUTCDate() + 1);
      assert.deepEqual(parseDate(text), { begin: Date.parse(`${text}-01T00:00Z`), end: last.getTime() });
    }
  }
  for (const text of ["0999", "2004-13", "2003-02-29", "2004-07-03T24:00", "2004-07-03T12", "3 July 2004", ""]) {
    assert.equal(parseDate(text), null);
  }
});
