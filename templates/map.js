// The map: all points, in the colours of their cutouts or of a column; lines from the selected one to its similar ones.
(function (hd) {
  "use strict";

  function bounds(xs, ys) {
    const box = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
    for (let i = 0; i < xs.length; i++) {
      box.left = Math.min(box.left, xs[i]);
      box.right = Math.max(box.right, xs[i]);
      box.bottom = Math.min(box.bottom, ys[i]);
      box.top = Math.max(box.top, ys[i]);
    }
    return box;
  }

  async function openMap() {
    const plot = await hd.openPlot("hd-map");
    const { x, y } = hd.data.map;
    const all = bounds(x, y);
    const menu = document.getElementById("hd-color");
    const legend = document.getElementById("hd-legend");
    async function paint() {
      const { value } = menu;
      const painted = await hd.colorsBy(value === "" ? null : value);
      if (value !== menu.value) return;
      plot.draw("points", { x, y, color: painted.colors });
      legend.replaceChildren(...painted.legend);
    }
    const place = ({ x, y }) => ({ x, y });
    const mark = ({ shown }) => {
      const { own, others } = plot.mark({ shown }, place);
      const ends = own ? others : [];
      plot.draw("lines", {
        x0: ends.map(() => own.x), y0: ends.map(() => own.y), x1: ends.map((d) => d.x), y1: ends.map((d) => d.y),
      });
    };
    plot.rowAt = (px, py) => hd.data.nearestOnMap(px, py, plot.reach);
    plot.onRanges = () => mark(hd.state);
    hd.on(["shown"], mark);
    hd.on(["hovered"], ({ hovered }) => {
      plot.draw("hovered", hovered === null ? { x: [], y: [] } : { x: [x[hovered]], y: [y[hovered]] });
    });
    const whole = () => plot.fit(all, 0.12);
    document.getElementById("hd-map-fit").addEventListener("click", whole);
    hd.onTheme(paint);
    menu.append(...hd.data.colorColumns.map((name) => hd.element("option", { value: name }, name)));
    menu.parentElement.hidden = !hd.data.colorColumns.length;
    menu.addEventListener("change", paint);
    await paint();
    whole();
  }

  hd.openMap = openMap;
})(window.hubbleDash);
