// Puts the page together. In: the index, which stands in the page. Out: the views, and `window.hubbleDash`: `select`, `filter`, `rows`
// and the state for scripts, `piece` for the files of pieces, `plotEvent` for Bokeh.

import { openAddress } from "./asking/address.js";
import { openSearch } from "./asking/box.js";
import { openFilterTab } from "./asking/tab.js";
import { openScales } from "./charts/scales.js";
import { openChoosing, openHands } from "./choose/hands.js";
import { openChosenLink } from "./choose/linked.js";
import { openOdd } from "./choose/odd.js";
import { openPicked } from "./choose/picked.js";
import { keepNames } from "./clusters/kept.js";
import { openClusters } from "./clusters/tab.js";
import { openClosely } from "./closely/open.js";
import { makeData } from "./data/data.js";
import { decode } from "./wire/decode.js";
import { Pieces } from "./wire/pieces.js";
import { openGallery } from "./gallery/gallery.js";
import { openGuestsIfServed } from "./guests/open.js";
import { whenDrawn, whenIdle } from "./idle.js";
import { openKeys } from "./keys.js";
import { openAlike } from "./likeness/control.js";
import { plotEvent } from "./plots/plot.js";
import { openQueries, query, searchFor } from "./query/asked.js";
import { deriveShown, on, state } from "./state.js";
import { openStory } from "./story.js";
import { deriveSubset, filterBy, Filters, rowsOf } from "./subset/subset.js";
import { openTable } from "./table/table.js";
import { openTags } from "./tags/bar.js";
import { addTagColumn } from "./tags/column.js";
import { keepTags } from "./tags/kept.js";
import { replaceTags } from "./tags/tags.js";
import { waiting } from "./text/busy.js";
import { byId } from "./text/element.js";
import { SAY } from "./text/strings.js";
import { openTheme } from "./theme.js";
import { openPaper } from "./take/paper.js";
import { openAbout } from "./views/about.js";
import { foldAsBefore, openDock } from "./views/dock.js";
import { openImage } from "./views/image.js";
import { openMap } from "./views/map.js";
import { openPreview } from "./views/preview.js";
import { openSheet } from "./views/sheet.js";
import { openSky, sayNoSky } from "./views/sky.js";
import { complain, openTools, tellIfLate } from "./views/tools.js";
import { reset, select, startWalk } from "./walk.js";

/**
 * @import { Filter } from "./data/types.d.ts"
 * @import { PageIndex } from "./wire/types.d.ts"
 */

// The text is taken out of the page, since it would be kept twice.
function takeIndex() {
  const store = byId("hd-data");
  const { pieces, ...index } = JSON.parse(store.textContent ?? "");
  store.remove();
  return { inline: pieces, index: /** @type {PageIndex} */ (decode(index)) };
}

const { inline, index } = takeIndex();
const pieces = new Pieces({ base: index.base, inline, files: index.files, complain });
const data = makeData(index, pieces);
addTagColumn(data.columns);
const filters = new Filters(data.columns);

/** @param {Promise<void>} ready when the map is there */
function openAsking(ready) {
  openQueries();
  const line = openFilterTab(data.columns, filters, ready);
  openSearch(data.columns, filters);
  openAddress(filters, (error, text) => {
    line.complain(error, text);
    complain(error.message);
  });
  openChosenLink(data, complain);
}

/** @param {Promise<void>} ready when the map is there */
function openPanels(ready) {
  openTheme();
  keepNames(data);
  openAbout(data);
  openPaper(data);
  openTools(data);
  openKeys();
  openDock();
  openGallery(data, ready);
  openClosely(data);
  openSheet();
  openStory();
  openPreview(data);
  openTags(data);
  deriveShown((row, asked) => waiting(byId("hd-gallery"), SAY.looking, data.shown(row, asked)));
  deriveSubset(filters, complain);
  startWalk(data.n);
  openAlike(data);
  openAsking(ready);
  openTable(data, complain);
  openPicked(data);
  openClusters(data);
  openOdd(data);
  openScales(data.columns);
  openChoosing();
  if (!data.sky) sayNoSky();
}

async function startMap() {
  await openMap(data, filters);
  openGuestsIfServed(data);
  openHands(data, "hd-map");
  keepTags(data);
  foldAsBefore();
  await whenDrawn();
  performance.mark("hd-ready");
  document.body.dataset.hdReady = "";
}

// The places beside the map come when it answers, one at a time, so that nobody waits for them.
async function startPlaces() {
  await whenIdle();
  await openImage(data);
  openHands(data, "hd-image");
  await whenIdle();
  if (data.sky) {
    await openSky(data, data.sky);
    openHands(data, "hd-sky");
  }
  document.body.dataset.hdPlaces = "";
}

const ready = Promise.resolve().then(startMap); // when all panels are there
openPanels(ready);
tellIfLate(ready);

window.hubbleDash = {
  select,
  /** Select nothing. */
  reset,
  state,
  /** Listen to some of the state. */
  on,
  data,
  plotEvent,
  /** Set all filters; a promise of the rows that pass. */
  filter: async (/** @type {Filter[]} */ asked) => {
    await filterBy(filters, asked);
    return rowsOf(data.columns);
  },
  /** Ask in the query language beside all other filters, as the query line does; a promise of the rows of the subset. */
  query: async (/** @type {string} */ text) => {
    await query(filters, text);
    return rowsOf(data.columns);
  },
  /** The same for the search box. */
  search: async (/** @type {string} */ text) => {
    await searchFor(filters, text);
    return rowsOf(data.columns);
  },
  /** Let all tags be these pairs of row and tag, 1 to 5. */
  tag: async (/** @type {[row: number, tag: number][]} */ pairs) => {
    const tags = new Uint8Array(data.n);
    for (const [row, tag] of pairs) tags[await data.placeOf(row)] = tag;
    replaceTags(tags);
  },
  /** A promise of the rows of the subset. */
  rows: () => rowsOf(data.columns),
  piece: (/** @type {string} */ key, /** @type {unknown} */ value) => pieces.receive(key, value),
  /** A promise of the map, drawn and answering. */
  ready,
  /** A promise of the sky and the parent image as well. */
  places: ready.then(startPlaces),
};
