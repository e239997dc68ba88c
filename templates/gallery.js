// The selected cutout and the most similar ones; with nothing selected, a few cutouts to start from.
(function (hd) {
  "use strict";

  const shownPart = document.getElementById("hd-shown");
  const selected = document.getElementById("hd-selected");
  const selectedRow = document.getElementById("hd-selected-row");
  const gallery = document.getElementById("hd-similar");
  const start = document.getElementById("hd-start");
  const note = document.getElementById("hd-gallery-note");
  const { element, format } = hd;

  function places(sky, digits) {
    if (!sky) return [];
    const [about, kept] = sky.approximate ? ["≈\u2009", -1] : ["", digits];
    return [about + format.position(sky.ra, sky.dec, kept), about + format.degrees(sky.ra, sky.dec, kept)];
  }

  function elsewhere({ ra, dec }, width) {
    const link = (name, url) => element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, name);
    const target = encodeURIComponent(`${ra.toFixed(6)} ${dec.toFixed(6)}`);
    return element(
      "p", {}, element("span", { class: "hd-muted" }, "see in "),
      link("Aladin", `https://aladin.cds.unistra.fr/AladinLite/?target=${target}&fov=${(3 * width).toPrecision(3)}`), " · ",
      link("SIMBAD", `https://simbad.cds.unistra.fr/simbad/sim-coo?Coord=${target}&Radius=1&Radius.unit=arcmin`),
    );
  }

  function facts(cutout) {
    const { name, box, sky, labels, metadata } = cutout;
    const [ixmin, ixmax, iymin, iymax] = box;
    const made = element("div", { class: "hd-facts" }, element("b", {}, name));
    for (const text of places(sky, 1)) made.append(element("p", {}, text));
    if (sky?.approximate) made.append(element("p", { class: "hd-muted" }, "position approximate"));
    made.append(element("p", { class: "hd-words" }, ...hd.words(labels, 5)));
    made.append(element("p", { class: "hd-muted" }, `x ${ixmin}–${ixmax - 1}, y ${iymin}–${iymax - 1}`
      + (sky && sky.scale > 0 ? `, ${format.angle(((ixmax - ixmin) * sky.scale) / 3600)} wide` : "")));
    if (sky) made.append(elsewhere(sky, ((ixmax - ixmin) * sky.scale) / 3600 || 0.05));
    if (metadata.length) {
      const list = element("dl");
      for (const [key, value] of metadata) list.append(element("dt", {}, key), element("dd", {}, format.number(value)));
      made.append(list);
    }
    return made;
  }

  function card({ row, rank, similarity, name, labels, sky }) {
    const made = element(
      "button",
      { type: "button", class: "hd-similar", "data-row": row, "data-rank": rank, "data-similarity": similarity.toFixed(5) },
      element(
        "div", { class: "hd-picture" }, hd.canvas(hd.data.thumbnail(row), 118),
        element("b", { class: "hd-rank", "aria-label": `number ${rank}` }, String(rank)),
      ),
      element("span", { class: "hd-similarity", title: "similarity (cosine)" }, format.similarity(similarity)),
      element("span", { title: name }, name),
    );
    if (labels.length) {
      const best = labels.slice(0, 2).map((label) => label.name).join(", ");
      made.append(element("span", { title: labels.map((l) => `${l.name} ${l.score.toFixed(2)}`).join("\n") }, best));
    }
    for (const text of places(sky, 0)) made.append(element("span", { title: text }, text));
    made.addEventListener("click", () => hd.select(row));
    made.addEventListener("pointerenter", () => hd.set({ hovered: row }));
    made.addEventListener("pointerleave", () => hd.set({ hovered: null }));
    made.addEventListener("focus", () => hd.set({ hovered: row }));
    return element("li", {}, made);
  }

  function say(similar, leaveOut) {
    if (hd.data.n === 1) return "there is only one cutout: nothing to compare it with";
    if (similar.length >= hd.data.wanted) return "";
    if (!leaveOut) return `all ${similar.length} others`;
    return similar.length ? `only ${similar.length} that do not overlap` : "all that are similar overlap";
  }

  function show({ shown, leaveOutOverlapping }) {
    shownPart.hidden = !shown;
    start.hidden = !!shown;
    gallery.replaceChildren(...(shown?.similar ?? []).map(card));
    gallery.scrollTop = 0;
    note.textContent = shown ? say(shown.similar, leaveOutOverlapping) : "";
    delete document.body.dataset.hdShown;
    if (!shown) return;
    const { row } = shown.cutout;
    selectedRow.textContent = `row ${row.toLocaleString("en")} of ${hd.data.n.toLocaleString("en")}`;
    selected.replaceChildren(hd.canvas(hd.data.portrait(row), 128), facts(shown.cutout));
    sayWhenPainted(row);
  }

  // Tells those who drive the page by a script that all pictures of the similar ones stand.
  async function sayWhenPainted(row) {
    await Promise.all(Array.from(gallery.querySelectorAll("canvas"), ({ painted }) => painted));
    if (hd.state.shown?.cutout.row === row) document.body.dataset.hdShown = String(row);
  }

  function invite() {
    const few = hd.data.n < 2 ? "There is only one cutout, so there is nothing to compare it with." : "";
    const text = few || "Click a point of the map, a place in the image, or one of these, spread over the map, to see what is most like it.";
    const tiles = hd.data.start.map((row) => {
      const tile = element("button", { type: "button", class: "hd-start", "aria-label": `cutout ${row}` });
      tile.append(hd.canvas(hd.data.thumbnail(row), 118));
      tile.addEventListener("click", () => hd.select(row));
      tile.addEventListener("pointerenter", () => hd.set({ hovered: row }));
      tile.addEventListener("pointerleave", () => hd.set({ hovered: null }));
      return tile;
    });
    start.replaceChildren(element("p", {}, text), element("div", {}, ...tiles));
  }

  function openGallery() {
    invite();
    document.querySelector(".hd-switch").hidden = !hd.data.canOverlap;
    hd.on(["shown"], show);
    hd.on(["hovered"], ({ hovered }) => {
      for (const made of gallery.querySelectorAll(".hd-similar")) {
        made.classList.toggle("hd-hovered", made.dataset.row === String(hovered));
      }
    });
  }

  hd.openGallery = openGallery;
})(window.hubbleDash);
