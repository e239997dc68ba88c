// The tab *Clusters*: each with a picture of its most typical cutout, its name, size and spread, and beside it those that are most typical
// of one, or most unusual. In: `names`, `filters`, clicks. Out: a selected row, filters, names, a file of names.

import { choice, CHOSEN } from "../choose/chosen.js";
import { Contact } from "../choose/contact.js";
import { paintedCanvas } from "../gallery/canvas.js";
import { on } from "../state.js";
import { none, setAll } from "../subset/bits.js";
import { replaceFilter } from "../subset/own.js";
import { pageTitle } from "../take/dialog.js";
import { blobOf, download, fileName } from "../take/names.js";
import { waiting } from "../text/busy.js";
import { element, markCurrent } from "../text/element.js";
import { SAY } from "../text/strings.js";
import { addTab } from "../views/dock.js";
import { called } from "./called.js";
import { givenNames, namesText } from "./kept.js";
import { openRename } from "./rename.js";
import { ask, askedOf, mostTypical, mostUnusual, visit } from "./visit.js";

/**
 * @import { Data } from "../data/data.js"
 * @import { Cluster, Level } from "./levels.js"
 *
 * @typedef {{ cluster: Cluster, item: HTMLLIElement, main: HTMLButtonElement, name: HTMLElement, only: HTMLButtonElement }} Entry
 */

const LISTS = { typical: mostTypical, unusual: mostUnusual };
const MIDDLE = "cluster"; // the level that the list begins with, as all atlases with clusters have it

/**
 * @param {string} title
 * @param {string} icon
 * @param {() => void} act
 */
function iconButton(title, icon, act) {
  const made = element("button", { type: "button", class: "hd-icon", title, "aria-label": title }, element("i", { class: `hd-i ${icon}` }));
  made.addEventListener("click", act);
  return made;
}

class ClusterTab {
  /** @param {Data} data */
  constructor(data) {
    this.data = data;
    /** @type {Level} */
    this.level = data.clusters.find(({ column }) => column.endsWith(MIDDLE) && !column.includes(" ")) ?? data.clusters[0];
    /** @type {Entry[]} */
    this.entries = [];
    this.cluster = this.level.clusters[0];
    /** @type {keyof typeof LISTS} */
    this.listed = "typical";
    this.seen = new IntersectionObserver((found) => this.paint(found));
    this.list = element("ul", { class: "hd-cluster-list", "aria-label": SAY.clusters });
    this.contact = new Contact(data);
    this.words = element("h3", { dir: "auto" });
    this.save = this.makeSave();
    this.element = element("div", { class: "hd-clusters" }, element("div", { class: "hd-cluster-side" }, ...this.makeMenu(), this.list),
      element("div", { class: "hd-cluster-cutouts" }, this.makeListHead(), this.contact.element));
    /** @type {string} what the contact sheet shows */
    this.shown = "";
    on(["names"], () => this.follow());
    on(["filters"], () => this.mark());
    this.fill();
  }

  // Which level is listed, where there are several.
  makeMenu() {
    const { clusters } = this.data;
    if (clusters.length < 2) return [];
    const menu = element("select", { id: "hd-cluster-level", "aria-label": SAY.clusterLevel });
    menu.append(...clusters.map(({ column }) => element("option", { value: column }, column)));
    menu.value = this.level.column;
    menu.addEventListener("change", () => {
      this.level = clusters.find(({ column }) => column === menu.value) ?? this.level;
      this.cluster = this.level.clusters[0];
      this.fill();
      this.show();
    });
    return [menu];
  }

  makeSave() {
    const { clusters } = this.data;
    const save = element("button", { type: "button", id: "hd-names-save", class: "hd-button", title: SAY.saveNamesWords }, SAY.saveNames);
    save.addEventListener("click", async () => {
      download(fileName(pageTitle(), "cluster names", null, "csv"), await blobOf([namesText(clusters)], "text/csv"));
    });
    return save;
  }

  makeListHead() {
    const toggles = /** @type {(keyof typeof LISTS)[]} */ (Object.keys(LISTS)).map((kind) => {
      const made = element("button", { type: "button", "data-list": kind, "aria-pressed": String(kind === this.listed) }, SAY.lists[kind]);
      made.addEventListener("click", () => {
        this.listed = kind;
        toggles.forEach((other) => other.setAttribute("aria-pressed", String(other === made)));
        this.show();
      });
      return made;
    });
    const choose = element("button", { type: "button", id: "hd-cluster-choose", class: "hd-button" }, SAY.chooseThese);
    choose.addEventListener("click", () => {
      const ranked = Array.from(this.contact.places);
      const label = SAY.shapeWith(SAY.ofCluster[this.listed](called(this.cluster.name)), ranked.length);
      if (ranked.length) replaceFilter(CHOSEN, choice(setAll(none(this.data.n), ranked), label, ranked));
    });
    const group = element("span", { class: "hd-among", role: "group", "aria-label": SAY.whichOfCluster }, ...toggles);
    return element("div", { class: "hd-picked-head" }, this.words, group, choose, this.save);
  }

  fill() {
    this.seen.disconnect();
    this.entries = this.level.clusters.map((cluster) => this.makeEntry(cluster));
    this.list.replaceChildren(...this.entries.map(({ item }) => item));
    this.entries.forEach(({ item }) => this.seen.observe(item));
    this.follow();
  }

  /**
   * @param {Cluster} cluster
   * @returns {Entry}
   */
  makeEntry(cluster) {
    const name = element("b", { dir: "auto" });
    const size = element("small", {}, SAY.sizeAndSpread(cluster));
    const main = element("button", { type: "button", class: "hd-cluster" }, element("span", { class: "hd-cluster-picture" }), name, size);
    const item = element("li", {}, main);
    main.addEventListener("click", () => {
      this.cluster = cluster;
      visit(cluster);
      this.show();
    });
    const rename = iconButton("", "hd-i-rename", () => (
      openRename(this.data.clusters, cluster, (form) => item.append(form), () => rename.focus())
    ));
    main.addEventListener("keydown", ({ key }) => key === "F2" && rename.click());
    const only = iconButton("", "hd-i-only", () => ask(cluster));
    item.append(only, rename);
    return { cluster, item, main, name, only };
  }

  // Pictures come when their entries are seen: there may be 200.
  paint(/** @type {IntersectionObserverEntry[]} */ found) {
    for (const { target, isIntersecting } of found) {
      const entry = this.entries.find(({ item }) => item === target);
      if (!isIntersecting || !entry) continue;
      this.seen.unobserve(target);
      const { canvas, painted } = paintedCanvas(this.data.thumbnail(entry.cluster.medoid));
      painted.catch(() => {}); // what could not be loaded was told
      entry.main.firstElementChild?.replaceChildren(canvas);
    }
  }

  // After other names.
  follow() {
    for (const { cluster, name, only, item } of this.entries) {
      const now = called(cluster.name);
      name.textContent = now;
      name.title = now === cluster.name ? now : SAY.renamed(now, cluster.name);
      const [onlyWords, renameWords] = [SAY.askCluster(now), SAY.renameCluster(now)];
      for (const [button, words] of /** @type {const} */ ([[only, onlyWords], [item.children[2], renameWords]])) {
        button.setAttribute("aria-label", words);
        button.setAttribute("title", words);
      }
    }
    this.save.disabled = !givenNames(this.data.clusters).size;
    this.mark();
    this.say();
  }

  mark() {
    const asked = askedOf(this.level.column);
    for (const { cluster, only, item } of this.entries) {
      only.setAttribute("aria-pressed", String(asked.includes(cluster.code)));
      item.classList.toggle("hd-left-out", asked.length > 0 && !asked.includes(cluster.code));
    }
  }

  say() {
    this.words.textContent = called(this.cluster.name);
    for (const { cluster, main } of this.entries) markCurrent(main, cluster === this.cluster);
  }

  // The cutouts of the one that was chosen last; at first of the largest.
  async show() {
    this.say();
    if (!this.element.classList.contains("hd-on")) return;
    const wanted = `${this.listed} ${this.cluster.column} ${this.cluster.code}`;
    if (wanted === this.shown) {
      this.contact.draw();
      return;
    }
    this.shown = wanted;
    const found = await waiting(this.element, SAY.loading, LISTS[this.listed](this.data, this.cluster));
    if (wanted === this.shown) await this.contact.show(found);
  }
}

/** @param {Data} data */
export function openClusters(data) {
  if (!data.clusters.length) return;
  const tab = new ClusterTab(data);
  addTab({ id: "clusters", title: SAY.clusters, element: tab.element, onShow: () => tab.show() });
}
