// The map: all cutouts, in their own colours, by their number or by a column; lines from the selected one to its similar ones.
(function (hd) {
  "use strict";

  async function openMap() {
    const plot = await hd.openPlot("hd-map");
    const { data } = hd;
    const menu = document.getElementById("hd-color");
    const legend = document.getElementById("hd-legend");
    const isLarge = Boolean(data.tiles || data.live);
    const choice = () => (/^\d+$/.test(menu.value) ? Number(menu.value) : menu.value);
    const scatter = new hd.Scatter(plot, data.map, {
      colors: (points) => hd.colorsOf(choice(), points),
      column: () => (typeof choice() === "number" ? choice() : null),
      tiles: () => (data.tiles ? hd.pyramid(data.tiles, `tiles/${choice()}`) : null),
      density: data.live ? (shown) => hd.showLive(shown) : null,
      thumbnails: true,
      count: document.getElementById("hd-map-count"),
    });
    async function paint() {
      legend.replaceChildren(...hd.legendOf(choice()));
      if (data.live) hd.liveColor(choice());
      await scatter.paint();
    }
    const place = ({ x, y }) => ({ x, y });
    const mark = ({ shown }) => {
      const { own, others } = plot.mark({ shown }, place);
      const ends = own ? others : [];
      plot.draw("lines", {
        x0: ends.map(() => own.x), y0: ends.map(() => own.y), x1: ends.map((d) => d.x), y1: ends.map((d) => d.y),
      });
    };
    plot.rowAt = (x, y) => data.map.nearest(x, y, plot.reach);
    plot.onScale = () => mark(hd.state);
    plot.onRanges = () => scatter.update();
    hd.on(["shown"], mark);
    plot.markHovered(place);
    const whole = () => {
      const { left, right, bottom, top } = data.map.extent;
      plot.fit({ left, right, bottom, top }, 0.12);
    };
    document.getElementById("hd-map-fit").addEventListener("click", whole);
    hd.onTheme(paint);
    if (isLarge) menu.append(hd.element("option", { value: "count" }, "number of cutouts"));
    menu.append(...data.colors.map(({ name }, i) => hd.element("option", { value: i }, name)));
    menu.selectedIndex = 0;
    menu.parentElement.hidden = menu.options.length < 2;
    menu.addEventListener("change", paint);
    whole();
    await paint();
  }

  hd.openMap = openMap;
})(window.hubbleDash);
