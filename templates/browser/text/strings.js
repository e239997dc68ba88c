// What the page says, in one place. In: numbers and names. Out: English.

import { count } from "./format.js";

const isMac = typeof navigator !== "undefined" && /Mac/.test(navigator.platform ?? "");
const plotKeys = "Arrow keys go to the next cutout that way, plus and minus zoom, 0 shows all.";
const plural = (/** @type {number} */ n, /** @type {string} */ word) => `${count(n)} ${word}${n === 1 ? "" : "s"}`;

export const SAY = {
  // the gallery
  start: "Click a point of the map, a place in the image, or one of these, spread over the map, to see what is most like it.",
  alone: "There is only one cutout, so there is nothing to compare it with.",
  aloneNote: "there is only one cutout: nothing to compare it with",
  allOthers: (/** @type {number} */ n) => `all ${n} others`,
  apart: (/** @type {number} */ n) => `only ${n} that do not overlap`,
  allOverlap: "all that are similar overlap",
  notSimilar: "not similar",
  noneSimilar: "none of them is similar",
  row: (/** @type {number} */ row, /** @type {number} */ n) => `row ${count(row)} of ${count(n)}`,
  cutout: (/** @type {number} */ row) => `cutout ${count(row)}`,
  number: (/** @type {number} */ rank) => `number ${rank}`,
  similarity: "similarity (cosine)",
  enlarge: "Look closely (space)",
  compare: (/** @type {number} */ rank) => `Compare closely with number ${rank}`,
  noCaption: "none",
  fileCaption: "file",
  selected: (/** @type {string} */ name, /** @type {number} */ row, /** @type {string} */ others) => (
    `Selected: ${name}, row ${count(row)}. ${others}`
  ),
  similarAre: (/** @type {number} */ n, /** @type {string} */ first, /** @type {string} */ similarity) => (
    `${plural(n, "similar cutout")}; the most similar is ${first}, ${similarity}.`
  ),
  nothingSelected: "Nothing is selected.",

  // facts
  approximate: "position approximate",
  copyPosition: "Copy the position",
  copied: "Copied",
  copyByHand: "Select it by hand",
  words: "the network's words",
  wide: (/** @type {string} */ width) => `${width} wide`,
  elsewhere: "Elsewhere, each opens another site",

  // the counter
  shown: (/** @type {number} */ some, /** @type {number} */ all) => `${count(some)} of ${count(all)}`,

  // the dock and the sheet
  skyTab: "Sky",
  imageTab: "Parent image",
  skyAndImage: "Sky and parent image",
  facts: "Facts",
  fold: "Fold",
  unfold: "Unfold",

  // about
  notes: "Notes",
  bibtex: (/** @type {number} */ n) => `BibTeX of the ${plural(n, "work")}`,

  // looking closely
  pair: "Pair",
  all: "All",
  previous: "Before (←)",
  next: "Next (→)",
  versus: (/** @type {string} */ own, /** @type {string} */ other) => `${own} and ${other}`,
  blink: "Blink (b)",
  blinkWord: "Blink",
  invert: "Invert (i)",
  invertWord: "Invert",
  whole: "All of it (0)",
  close: "Close (Escape)",
  choose: "Select the one at the right (Enter)",
  chooseWord: "Select",
  stretch: "stretch",
  stretches: { linear: "linear", asinh: "asinh", log: "log" },
  low: "Black from",
  high: "White from",
  compass: "north and east",
  oneScaleSky: "one scale on the sky",
  oneScalePixels: "one scale in pixels of the originals",
  keysClosely: "drag and wheel move all alike",
  pixelsOf: (/** @type {string} */ source, /** @type {number} */ share) => (
    share > 0.99 ? `${source}, all of the original's pixels` : `${source}, ${Number(share.toPrecision(2))} of the original's pixels`
  ),
  preview: "preview",
  thumbnail: "thumbnail",
  value: "value",
  noValue: "the browser keeps values of pictures beside the page to itself",

  // the plots
  nothingHere: "Nothing here",
  showAll: "show all",
  twoFingers: "Two fingers move and zoom",
  ctrlWheel: `Hold ${isMac ? "⌘" : "Ctrl"} to zoom with the wheel`,
  map: `Map of the cutouts. ${plotKeys}`,
  sky: `Sky with the cutouts' positions. ${plotKeys}`,
  image: "Parent image with the cutouts' boxes. Arrow keys move it, plus and minus zoom, 0 shows all.",
  imageInvitation: "Point at a cutout, or select one, to see the image that it is from",
  noSky: "No sky here: none of the images says where it lies on it.",
  straight: "Skewed numbers: spread their colours (asinh), or let them run evenly (linear)",
  skyReadout: "ICRS, RA grows to the left",
};
