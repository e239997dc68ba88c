// What the page says, in one place. In: numbers and names. Out: English.

import { count } from "./format.js";

const isMac = typeof navigator !== "undefined" && /Mac/.test(navigator.platform ?? "");
const plotKeys = "Arrow keys go to the next cutout that way, plus and minus zoom, 0 shows all.";
const these = (/** @type {number} */ n) => (n === 1 ? "this one" : `these ${count(n)}`);
const plural = (/** @type {number} */ n, /** @type {string} */ word) => `${count(n)} ${word}${n === 1 ? "" : "s"}`;

export const SAY = {
  // the map
  mapTitles: { images: "Images (m)", points: "Points (m)", density: "Density (m)" },
  mapShows: {
    images: "The map shows images: one for each part of it, all of them where you zoom in.",
    points: "The map shows points.", density: "The map shows density, with lines along which it is the same.",
  },
  asField: (/** @type {number} */ factor) => `, as density; ${factor.toFixed(1)} × from line to line`,

  // the gallery
  start: "Click a point of the map, a place in the image, or one of these, spread over the map, to see what is most like it.",
  orStart: "Or begin with",
  starts: /** @type {Record<string, string>} */ ({ clusters: "clusters", odd: "unusual ones" }),
  oddMark: "odd",
  oddWords: "Stands apart: farther from those most like it than these are from theirs",
  alone: "There is only one cutout, so there is nothing to compare it with.",
  aloneNote: "there is only one cutout: nothing to compare it with",
  startOfSubset: (/** @type {number} */ some, /** @type {number} */ all) => (
    `${count(some)} of ${count(all)} are left. Click one of these, spread over the map, to see what is most like it.`
  ),
  noFigures: (/** @type {string} */ host) => (
    "Still waiting for the server. If nothing comes: whatever stands between has to let websockets through, and the server has to be"
      + ` started with --allow-websocket-origin ${host}`
  ),
  emptySubset: "No cutout passes the filters.",

  // which cutouts stand beside the selected one
  mostSimilar: "Most similar",
  samePlace: "Same place",
  ofWhich: {
    all: (/** @type {string} */ n) => `of all ${n}`, subset: (/** @type {string} */ n) => `of subset ${n}`,
  },
  amongTitles: { all: "The most similar of all cutouts", subset: "The most similar of the subset" },
  wheres: /** @type {Record<string, string>} */ ({
    overlapping: "leave out overlapping", image: "leave out same image", apart: "leave out nearby", same: "same place, other image",
  }),
  smoothed: "smoothed",
  smoothedTitle: "Compare each cutout along with its nine nearest: more of a kind are found, small groups are blurred",
  smoothedNote: "scores smoothed: each compared along with its nine nearest",
  arcsec: (/** @type {number} */ radius) => `${radius}″`,
  radiusTitle: "How far is near: arcseconds, or with a unit such as 2 arcmin; empty for as far as the cutout is wide",
  radiusWrong: (/** @type {string} */ text) => `\u201c${text}\u201d is no radius: type arcseconds, or a unit as well, such as 2 arcmin`,
  is: /** @type {Record<string, (radius: string) => string>} */ ({
    subset: () => "is in the subset", overlapping: () => "does not overlap", image: () => "is of another image",
    apart: (radius) => `is not within ${radius}`,
  }),
  are: /** @type {Record<string, (radius: string) => string>} */ ({
    subset: () => "are in the subset", overlapping: () => "do not overlap", image: () => "are of other images",
    apart: (radius) => `are not within ${radius}`,
  }),
  that: (/** @type {string} */ rule) => `that ${rule}`,
  both: (/** @type {string[]} */ rules) => rules.join(" and "),
  allOthers: (/** @type {number} */ n) => `all ${count(n)} others`,
  allOverlap: "all that are similar overlap",
  keptNearest: (/** @type {number} */ n) => `the nearest ${count(n)}; the page has no more`,
  ofNearest: (/** @type {number} */ n, /** @type {number} */ looked, /** @type {string} */ what) => (
    `${n ? count(n) : "none"} of the ${count(looked)} nearest ${what}`
  ),
  onlyThose: (/** @type {number} */ n, /** @type {string} */ what) => `${n ? `only ${count(n)}` : "none"} that ${what}`,
  within: (/** @type {string} */ radius) => `within ${radius}`,
  inSubset: "in the subset",
  ofSubset: "of the subset",
  placeUnknown: "its place on the sky is not known",
  nearestOf: (/** @type {number} */ n, /** @type {number} */ all, /** @type {string} */ where) => (
    `the nearest ${count(n)} of ${count(all)} ${where}`
  ),
  atPlace: (/** @type {number} */ n, /** @type {string} */ where) => `${n ? count(n) : "nothing of other images"} ${where}`,
  manners: /** @type {Record<string, string>} */ ({
    any: "similar", overlapping: "similar, none overlapping", image: "similar of other images", apart: "similar elsewhere",
    same: "the same place",
  }),
  separation: "distance on the sky",
  similarTo: (/** @type {string} */ similarity) => `similarity ${similarity}`,
  samePlaceAre: (/** @type {number} */ n, /** @type {string} */ first, /** @type {string} */ separation, /** @type {string} */ which) => (
    `${plural(n, "cutout")}${which} of other images at the same place; the nearest is ${first}, ${separation} away.`
  ),
  and: " and ",
  shownOnPaper: (/** @type {number} */ row, /** @type {string} */ how) => `row ${count(row)} and ${how}`,
  asSentence: (/** @type {string} */ note) => `${note[0].toUpperCase()}${note.slice(1)}.`,
  notSimilar: "not similar",
  noneSimilar: "none of them is similar",
  row: (/** @type {number} */ row, /** @type {number} */ n) => `row ${count(row)} of ${count(n)}`,
  cutout: (/** @type {number} */ row) => `cutout ${count(row)}`,
  number: (/** @type {number} */ rank) => `number ${rank}`,
  similarity: "similarity (cosine)",
  smoothedSimilarity: "similarity (cosine of smoothed fingerprints)",
  enlarge: "Look closely (space)",
  compare: (/** @type {number} */ rank) => `Compare closely with number ${rank}`,
  placeholder: "placeholder?",
  placeholderWords: "Looks like a placeholder for a missing picture",
  noCaption: "none",
  fileCaption: "file",
  selected: (/** @type {string} */ name, /** @type {number} */ row, /** @type {string} */ others) => (
    `Selected: ${name}, row ${count(row)}. ${others}`
  ),
  similarAre: (/** @type {number} */ n, /** @type {string} */ first, /** @type {string} */ similarity, /** @type {string} */ which) => (
    `${plural(n, "similar cutout")}${which}; the most similar is ${first}, ${similarity}.`
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

  // images that visitors bring
  guests: "Your images",
  guest: (/** @type {string} */ name) => `Your image: ${name}`,
  removeGuest: (/** @type {string} */ guest) => `Remove ${guest.charAt(0).toLowerCase()}${guest.slice(1)} (Del)`,
  guestRemoved: (/** @type {string} */ name) => `${name} is removed.`,
  pasted: "pasted image",
  dropGuests: "Drop images here to see what is most like them",
  reading: "Reading your image…",
  readingGuest: (/** @type {string} */ name, /** @type {number} */ i, /** @type {number} */ n) => (
    n === 1 ? `Reading ${name}…` : `Reading ${name}, ${i} of ${n}…`
  ),
  guestWhole: (/** @type {number} */ nx, /** @type {number} */ ny) => `your image, ${count(nx)} × ${count(ny)}, taken whole`,
  guestPlaced: "Not in the collection: on the map it stands amid its ten nearest.",
  guestWrong: (/** @type {string} */ name, /** @type {string} */ why) => `${name}: ${why}${/[.!?]$/.test(why) ? "" : "."}`,
  guestTooLarge: (/** @type {number} */ most) => `it is too large; ${most} MB can be sent`,
  guestTrouble: "the server could not compare it; its log says why",
  guestsLeftOut: (/** @type {number} */ most, /** @type {number} */ n) => `Of ${count(n)} the first ${most} are taken.`,
  selectedGuest: (/** @type {string} */ name, /** @type {number} */ _row, /** @type {string} */ others) => (
    `Selected: your image ${name}. ${others}`
  ),
  nineOfGuest: "those most like your image",

  // the counter
  subsetIs: (/** @type {number} */ some, /** @type {number} */ all) => (
    some === all ? `All ${count(all)} cutouts` : `Subset: ${count(some)} of ${count(all)} cutouts`
  ),
  shown: (/** @type {number} */ some, /** @type {number} */ all) => `${count(some)} of ${count(all)}`,

  // links
  linkWithout: (/** @type {string[]} */ what) => `Not in the link: ${what.join("; ")}`,
  tooLongQuery: "what is asked, which is too long",
  tooManyRows: (/** @type {number} */ most) => `places of a script, which are more than ${count(most)}`,
  tooLongChoice: "the choice, which was not drawn and has too many rows (tags keep it)",
  chosenRows: (/** @type {number} */ n) => `${count(n)} chosen`,
  tooManyShapes: "the choice, which is of too many shapes",

  // the dock and the sheet
  skyTab: "Sky",
  imageTab: "Parent image",
  skyAndImage: "Sky and parent image",
  facts: "Facts",
  story: "Story",
  fold: "Fold",
  unfold: "Unfold",

  // the table
  tableTab: "Table",
  table: "Table of the cutouts. Arrow keys go from cell to cell, Enter selects a row or sorts by a column.",
  picture: "picture",
  tableColumns: "Columns",
  rows: (/** @type {number} */ n) => plural(n, "row"),
  emptyTable: "No cutout passes the filters",

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
  levels: "Black and white over how often each value occurs; double click resets",
  limits: "Limits: drags change black and white (l)",
  limitsWord: "Limits",
  resetLimits: "Black and white as they were (r)",
  compass: "north and east",
  oneScaleSky: "one scale on the sky",
  oneScalePixels: "one scale in pixels of the originals",
  keysClosely: "drag and wheel move all alike, a drag with the right button changes black and white",
  fingersClosely: "fingers move all alike, with Limits one changes black and white",
  pixelsOf: (/** @type {string} */ source, /** @type {number} */ share) => (
    share > 0.99 ? `${source}, all of the original's pixels` : `${source}, ${Number(share.toPrecision(2))} of the original's pixels`
  ),
  preview: "preview",
  pictures: { thumbnail: "thumbnail", preview: "preview", tiles: "image", guest: "your image" },
  value: "value",
  noValue: "the browser keeps values of pictures beside the page to itself",

  // choosing
  shapeWith: (/** @type {string} */ what, /** @type {number} */ n) => `${what}: ${count(n)}`,
  shapes: "chosen",
  noShape: "There is nothing to choose here",
  nothingChosen: "Nothing in it",
  noChoice: "The shapes of this link choose nothing here",
  tools: { lasso: "lasso", box: "box", circle: "circle", image: "box", imagelasso: "lasso" },
  toolTitles: /** @type {Record<string, string>} */ ({
    "hd-map-lasso": "Lasso: draw around cutouts", "hd-map-box": "Box: choose cutouts of the map",
    "hd-sky-circle": "Circle: choose cutouts on the sky", "hd-image-box": "Box: choose cutouts of this image",
    "hd-image-lasso": "Lasso: draw around cutouts of this image",
  }),
  drawIt: {
    lasso: "Draw around cutouts", box: "Drag from corner to corner; Enter takes what is in view", circle: "Drag from the middle outwards",
  },
  howGroup: "What a shape does to the choice",
  how: { new: "Choose anew", add: "Add to the choice (Shift)", take: "Take from the choice (Alt)" },

  // clusters
  clusters: "Clusters",
  clusterNames: "Names of clusters. Enter shows one, Shift and Enter asks for it, F2 renames it, arrow keys go from name to name.",
  clusterTitle: (/** @type {string} */ name, /** @type {string} */ n, /** @type {boolean} */ isPart) => (
    `${name}: ${n} cutouts${isPart ? ", part of a continuum" : ""}`
  ),
  namesOnMap: "Names on the map",
  clusterLevel: "How fine",
  sizeAndSpread: (/** @type {{ size: number, spread: number, isPart: boolean }} */ { size, spread, isPart }) => (
    `${isPart ? "part · " : ""}${count(size)} · spread ${spread.toFixed(2)}`
  ),
  lists: { typical: "most typical", unusual: "most unusual" },
  ofCluster: {
    typical: (/** @type {string} */ name) => `most typical of ${name}`, unusual: (/** @type {string} */ name) => `most unusual of ${name}`,
  },
  whichOfCluster: "Which of the cluster",
  askCluster: (/** @type {string} */ name) => `Only ${name}; of several, these`,
  renameCluster: (/** @type {string} */ name) => `Rename ${name} (F2)`,
  renamed: (/** @type {string} */ now, /** @type {string} */ given) => `${now} (in the atlas: ${given})`,
  newName: (/** @type {string} */ name) => `Another name for ${name}; Enter gives it`,
  isCalled: (/** @type {string} */ given, /** @type {string} */ now) => (
    now === given ? `It is called ${given} again` : `${given} is called ${now} here`
  ),
  nameTaken: (/** @type {string} */ name) => `Another cluster is called ${name}; names tell them apart.`,
  reset: "Reset",
  resetName: (/** @type {string} */ name) => `Call it ${name} again`,
  saveNames: "Save names",
  saveNamesWords: "CSV, for --cluster-names",
  noCluster: "no cluster",

  // what is odd
  oddTab: "Odd",
  odd: "odd",
  oddest: (/** @type {number} */ n, /** @type {boolean} */ isSubset) => (
    `The ${plural(n, "cutout")}${isSubset ? " of the subset" : ""} that stand apart the most, the oddest first: farther from those`
    + " most like them than these are from theirs."
  ),
  chooseThese: "Choose these",

  // what was picked, and taking it away
  picked: "Picked",
  contactSheet: "Contact sheet",
  takeTitle: "Take away",
  takeAwayMore: "Take away…",
  takeWhat: "Which",
  several: (/** @type {string} */ name, /** @type {string} */ n) => `${name} (${n})`,
  subset: "subset",
  allCutouts: "all",
  nine: (/** @type {number} */ row, /** @type {string} */ manner) => `row ${row} and ${manner}`,
  rowShort: (/** @type {number} */ row) => `row ${row}`,
  like: "Everything like these",
  likeMean: (/** @type {number} */ some, /** @type {number} */ found) => (
    `${count(some)} and the ${count(found)} most like ${some === 1 ? "it" : "their mean"}`
  ),
  likeMeanWords: (/** @type {number} */ some, /** @type {number} */ found) => (
    `Choose ${these(some)} and the ${count(found)} most like ${some === 1 ? "it" : "their mean"}`
  ),
  likeUnion: (/** @type {number} */ some, /** @type {number} */ found) => (
    `${count(some)} and ${some === 1 ? "its" : "their"} ${plural(found, "neighbour")}${some === 1 ? "" : " (union)"}`
  ),
  likeUnionWords: (/** @type {number} */ some) => (
    `Choose ${these(some)} and the neighbours that this page has of ${some === 1 ? "it" : "each (their union)"}`
  ),
  tooManyForLike: (/** @type {number} */ some, /** @type {number} */ most) => (
    `These are ${count(some)}; choose ${count(most)} at most to find what is like them`
  ),
  allThereAre: "These are all there are",
  noServer: "The server does not answer",
  noTile: "the server has no more of it",
  comparing: "Comparing with all cutouts…",
  looking: "Looking for similar cutouts…",
  loading: "Loading…",
  holds: (/** @type {string} */ title, /** @type {string} */ name, /** @type {number} */ some, /** @type {number} */ all) => (
    `${title}: ${name}, ${some === all ? plural(all, "cutout") : `${count(some)} of ${plural(all, "cutout")}`}`
  ),
  firstOf: (/** @type {number} */ first, /** @type {number} */ all) => `(the first ${count(first)} of ${count(all)})`,
  making: "Working…",
  saved: (/** @type {string} */ name) => `Saved as ${name}`,
  closeDialog: "Close",
  tooLarge: "This browser cannot make so large a picture; take fewer cutouts away.",
  picturesKept: "The browser lets a page on the disk show pictures beside it, and not copy them. Open the report through a server,"
    + " such as python -m http.server, to take pictures away.",
  formats: /** @type {Record<string, [name: string, words: string]>} */ ({
    csv: ["CSV", "spreadsheets, pandas"], ecsv: ["ECSV", "with units: astropy"], vot: ["VOTable", "TOPCAT, Aladin"],
    reg: ["DS9 regions", "on the sky, else in pixels"], crtf: ["CARTA regions", "the same as CRTF"],
    list: ["List of files", "each name once"],
    sheet: ["Contact sheet", "PNG with captions"], png: ["Map, PNG", "figure, 300 dpi"],
    svg: ["Map, SVG", "the same, to be edited"],
  }),

  // tags
  tag: "tag",
  tags: "Tags",
  tagNumber: (/** @type {number} */ tag) => `tag ${tag}`,
  tagSelected: (/** @type {number} */ tag) => `Tag ${tag} (t, then ${tag})`,
  tagThese: (/** @type {number} */ tag) => `Tag all of these ${tag}`,
  tagsOfSelected: "Tag the selected cutout",
  tagAll: "Tag all of these",
  tagged: (/** @type {string} */ n, /** @type {number} */ tag) => `${n} tagged ${tag}`,
  untagged: (/** @type {string} */ n) => `${n} without a tag`,
  tagKeys: (/** @type {string} */ n) => `Tag ${n}: 1 to 5, or 0 for none`,
  nothingToTag: "Select a cutout to tag it, or choose some",
  undo: "Undo",
  undone: "Undone",
  nothingToUndo: "Nothing to undo",
  saveTags: "Save tags",
  saveTagsWords: "JSON, for hubble-dash",
  loadTags: "Load tags…",
  loadTagsWords: "in place of those here",
  tagsLoaded: (/** @type {number} */ n, /** @type {number} */ lost) => (
    `${count(n)} tagged${lost ? `; ${plural(lost, "tagged cutout")} of the file ${lost === 1 ? "is" : "are"} not here` : ""}`
  ),
  tagsNoJson: "This is no file of tags: it is no JSON. Choose one that was saved here, or by another page of hubble-dash.",
  tagsNoTags: "This is JSON, but no file of tags. Choose one that was saved here, or by another page of hubble-dash.",
  tagsVersion: (/** @type {string} */ found, /** @type {number} */ known) => (
    `This file of tags is of version ${found}; this page reads version ${known}.`
  ),
  tagsEntry: (/** @type {number} */ i) => (
    `Entry ${i} of the tags is none: it must have a tag from 1 to 5, a row, a file and a box of four whole numbers.`
  ),

  // the plots
  nothingHere: "Nothing here",
  showAll: "show all",
  twoFingers: "Two fingers move and zoom",
  ctrlWheel: `Hold ${isMac ? "⌘" : "Ctrl"} to zoom with the wheel`,
  map: `Map of the cutouts. ${plotKeys}`,
  sky: `Sky with the cutouts' positions. ${plotKeys}`,
  image: "Parent image with the cutouts' boxes. Arrow keys move it, plus and minus zoom, 0 shows all.",
  imageInvitation: "Point at a cutout, or select one, to see the image that it is from",
  heatTitle: "Heat: where the subset lies in this image",
  heat: "in the subset: few",
  heatAll: "all",
  noSky: "No sky here: none of the images says where it lies on it.",
  scaleOf: (/** @type {string} */ name) => `Colours of ${name}`,
  curveTitles: {
    linear: "Let colours run evenly", asinh: "Spread the colours of small values (inverse hyperbolic sine)",
    log: "Let colours run by powers of ten (logarithm)",
  },
  robust: "2\u201398 %",
  robustTitle: "Colours from the 2nd to the 98th percentile, so that a few far values do not take them all; else of all values",
  skyReadout: "RA grows to the left",
  fieldReadout: (/** @type {string} */ across) => `${across} across, N up, E left`,
  fieldAt: (/** @type {string} */ readout, /** @type {string} */ middle) => `${readout}, around ${middle}`,
  skyWhole: "All of the sky",
  frames: { icrs: "ICRS", galactic: "galactic" },
  circles: { galactic: "galactic plane", ecliptic: "ecliptic" },

  // asking: the query line, chips, the search box
  query: "Query",
  queryTitle: "Asks what charts cannot say; Enter asks",
  queryExample: (/** @type {readonly { name: string, kind: string }[]} */ list) => {
    const one = list.find(({ kind }) => kind === "number")?.name ?? "row";
    return `query, such as: ${/^[A-Za-z_]\w*$/.test(one) ? one : `\`${one}\``} > 1 or file ~ "m51"`;
  },
  columnsToChoose: "Columns and values",
  python: "copy as Python",
  pythonTitle: "A line of Python that finds the same rows",
  asked: "What is asked",
  clearAll: "clear all",
  takeAway: (/** @type {string} */ text) => `Take away: ${text}`,
  not: (/** @type {string} */ text) => `not ${text}`,
  range: (/** @type {string | null} */ low, /** @type {string | null} */ high) => (
    low === high ? String(low) : low === null ? `up to ${high}` : high === null ? `from ${low}` : `${low} \u2013 ${high}`
  ),
  orMissing: (/** @type {string} */ text, /** @type {string | null} */ nothing) => (nothing === null ? text : `${text}, or ${nothing}`),
  some: (/** @type {string[]} */ texts, /** @type {number} */ most) => (
    texts.length > most ? `${texts.slice(0, most - 1).join(", ")} and ${count(texts.length - most + 1)} more` : texts.join(", ")
  ),
  columnMissing: (/** @type {string} */ name, /** @type {boolean} */ isLevel) => (
    isLevel ? `in no ${name.replace("hd.", "")}` : `${name} not known`
  ),
  columnKnown: (/** @type {string} */ name, /** @type {boolean} */ isLevel) => (
    isLevel ? `in some ${name.replace("hd.", "")}` : `${name} known`
  ),
  columnContains: (/** @type {string} */ name, /** @type {string} */ text) => `${name} contains \u201c${text}\u201d`,
  chosen: (/** @type {number} */ n) => `${count(n)} chosen by hand`,
  searched: (/** @type {string} */ text) => `search: ${text}`,
  search: "Search",
  searchTitle: "File names, catalogue, labels, a place on the sky with r=2 arcmin, or row 17 (/)",
  searchExample: "name, 12h39m \u221226\u00b044\u2032, row 17  (/)",
  found: (/** @type {number} */ all, /** @type {number} */ left) => (
    left === all ? `${count(all)} found`
      : left ? `${count(left)} of ${count(all)} found` : `${count(all)} found, none among what filters leave`
  ),
  nothingFound: (/** @type {string} */ text, /** @type {string} */ where) => `Nothing has \u201c${text}\u201d. Looked in ${where}.`,
  nearestIs: (/** @type {string} */ separation) => `Nothing lies within 2′; the nearest, ${separation} away, is selected`,
  lookedInRows: (/** @type {number} */ last) => `rows 0 to ${count(last)}`,
  lookedInPositions: "the centres of all cutouts on the sky",
  lookedInTexts: (/** @type {string[]} */ names, /** @type {boolean} */ hasLabels) => (
    [
      ...names.slice(0, 6), ...(names.length > 6 ? [`${count(names.length - 6)} more columns`] : []), ...(hasLabels ? ["labels"] : []),
    ].join(", ")
  ),

  askEntry: "Only these; with Shift also these",

  // the filter panel
  filterTab: "Filter",
  askNoMore: (/** @type {string} */ name) => `Ask nothing of ${name}`,
  missing: (/** @type {string} */ n, /** @type {string} */ nothing) => `${n} ${nothing === SAY.noCluster ? "in " : ""}${nothing}`,
  missingNarrow: (/** @type {string} */ n) => `n/a ${n}`,
  missingOf: (/** @type {string} */ name) => `Those of which ${name} is not known`,
  notKnown: "not known",
  from: (/** @type {string} */ name) => `${name} from`,
  to: (/** @type {string} */ name) => `${name} to`,
  log: "log",
  logAxis: "Spread small values (logarithmic axis)",
  category: (/** @type {string} */ text) => text || "\u2013",
  more: (/** @type {number} */ n) => `${count(n)} more`,
  fewer: "fewer",
  nOfN: (/** @type {number} */ some, /** @type {number} */ all) => `${count(some)} of ${count(all)}`,
  among: (/** @type {string} */ name) => `Look among ${name}`,
  amongCategories: "look for",
  amongColumns: "Look among columns and labels",
  contains: "contains",
  containsIn: (/** @type {string} */ name) => `${name} contains`,
  containing: (/** @type {string} */ text) => `\u201c${text}\u201d`,
  different: (/** @type {string} */ n) => `${n} different`,
  differentOf: (/** @type {number} */ some, /** @type {number} */ all, /** @type {number | null} */ matching) => (
    `${count(some)} of ${count(all)} different${matching === null ? "" : `, ${count(matching)} match${matching === 1 ? "es" : ""}`}`
  ),
  columnOrLabel: "a column, or a label",
  columns: (/** @type {number} */ some, /** @type {number} */ all) => `${count(some)} of ${count(all)} columns`,
};
