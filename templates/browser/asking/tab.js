// The tab of the dock in which one filters: the query line, what is asked now, a chart a column. In: columns. Out: the tab, where there
// is a column worth a chart.

import { makeChips } from "./chips.js";
import { Line } from "./line.js";
import { pythonButton } from "./python.js";
import { tellSubset } from "../subset/tell.js";
import { all } from "../subset/bits.js";
import { element } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { addTab } from "../views/dock.js";
import { Panel } from "../filters/panel.js";

/**
 * @import { Columns } from "../data/columns.js"
 * @import { Filters } from "../subset/subset.js"
 */

/**
 * @param {Columns} columns
 * @param {Filters} filters
 * @param {Promise<void>} ready when the map is there, for which charts wait
 * @returns {Line} which says what is wrong with a query, of a link too
 */
export function openFilterTab(columns, filters, ready) {
  const line = new Line(columns.list, filters);
  const panel = new Panel(columns, filters);
  if (!panel.names.length) return line;
  const head = element("div", { class: "hd-asking" }, line.element, pythonButton(columns), panel.chooser.element);
  const tab = element("div", { id: "hd-filters", class: "hd-filters" }, head, makeChips(columns), panel.element);
  const left = element("output", { "aria-live": "off" });
  tellSubset(left, async () => all(columns.n));
  ready.then(() => {
    panel.isShown = () => tab.classList.contains("hd-on");
    panel.refresh();
  });
  const tools = element("span", { class: "hd-table-tools" }, left);
  addTab({ id: "filter", title: SAY.filterTab, element: tab, tools, onShow: () => panel.refresh() });
  return line;
}
