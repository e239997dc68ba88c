// The parent image of the selected cutout, with its box and those of the similar ones that lie in it.
(function (hd) {
  "use strict";

  async function openImage() {
    const plot = await hd.openPlot("hd-image");
    const name = document.getElementById("hd-image-name");
    const size = document.getElementById("hd-image-size");
    let current = null;
    let whole = null;

    async function showImage(index) {
      if (index === current) return;
      current = index;
      const image = await hd.data.image(index);
      if (index !== current) return;
      const { nx, ny, url } = image;
      name.textContent = name.title = image.name;
      size.textContent = `${nx.toLocaleString("en")} × ${ny.toLocaleString("en")}`;
      plot.draw("picture", url ? { url: [url], w: [nx], h: [ny] } : { url: [], w: [], h: [] });
      whole = { left: 0, right: nx, bottom: 0, top: ny };
      plot.fit(whole, 0.02);
    }

    function boxes(cutouts) {
      const list = cutouts.map(({ shownBox }) => shownBox);
      return Object.fromEntries(["left", "right", "bottom", "top"].map((side) => [side, list.map((box) => box[side])]));
    }

    // Numbers stand on the upper left corners of their boxes; those that would cover each other move along the edge.
    function numbers(cutouts) {
      const placed = [];
      const step = 19 * plot.scale;
      for (const { shownBox, rank } of cutouts) {
        const at = { x: shownBox.left, y: shownBox.top, text: String(rank) };
        while (placed.some((other) => Math.hypot(other.x - at.x, other.y - at.y) < 0.9 * step)) at.x += step;
        placed.push(at);
      }
      return placed;
    }

    function mark({ shown }) {
      const here = (shown?.similar ?? []).filter(({ image }) => image === current);
      plot.draw("selected", boxes(shown && shown.cutout.image === current ? [shown.cutout] : []));
      plot.draw("nine", boxes(here));
      const labels = numbers(here);
      plot.draw("numbers", {
        x: labels.map((label) => label.x), y: labels.map((label) => label.y), text: labels.map((label) => label.text),
      });
    }

    plot.rowAt = async (x, y) => (current === null ? null : hd.data.cutoutAt(current, x, y));
    plot.onScale = () => mark(hd.state);
    hd.on(["shown"], async (state) => {
      if (state.shown) await showImage(state.shown.cutout.image);
      mark(hd.state);
    });
    hd.on(["hovered"], async ({ hovered }) => {
      const cutout = hovered === null ? null : await hd.data.cutout(hovered);
      if (hovered !== hd.state.hovered) return;
      plot.draw("hovered", boxes(cutout && cutout.image === current ? [cutout] : []));
    });
    document.getElementById("hd-image-fit").addEventListener("click", () => whole && plot.fit(whole, 0.02));
    if (!hd.state.shown) showImage(0);
  }

  hd.openImage = openImage;
})(window.hubbleDash);
