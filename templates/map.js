// The map: all points in the colours of their cutouts; lines from the selected one to its similar ones.
(function (hd) {
  "use strict";

  // A cutout's mean colour, its hue kept, its lightness spread by rank over what reads well on the page.
  function pointColors(rgb, dark) {
    const n = rgb.length / 3;
    const light = Float32Array.from({ length: n }, (_, i) => rgb[3 * i] * 0.3 + rgb[3 * i + 1] * 0.59 + rgb[3 * i + 2] * 0.11);
    const order = Array.from(light.keys()).sort((a, b) => light[a] - light[b]);
    const rank = new Float32Array(n);
    order.forEach((row, place) => (rank[row] = n > 1 ? place / (n - 1) : 1));
    const [low, high] = dark ? [42, 86] : [28, 68];
    return Array.from(rank, (place, i) => {
      const [r, g, b] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
      const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
      const chroma = most - least;
      const hue = !chroma ? 215 : 60 * (most === r ? (g - b) / chroma : most === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma);
      const saturation = most ? Math.min(85, 12 + 160 * (chroma / most)) : 12;
      return hex(hue, saturation / 100, (low + (high - low) * place) / 100);
    });
  }

  // Hue in degrees, saturation and lightness in 0..1 -> "#rrggbb" (CSS Color 4, section 7.1).
  function hex(hue, saturation, lightness) {
    const span = saturation * Math.min(lightness, 1 - lightness);
    const channel = (offset) => {
      const k = (offset + hue / 30 + 12) % 12;
      const value = lightness - span * Math.max(-1, Math.min(k - 3, 9 - k, 1));
      return Math.round(255 * value).toString(16).padStart(2, "0");
    };
    return `#${channel(0)}${channel(8)}${channel(4)}`;
  }

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
    const { x, y, rgb } = hd.data.map;
    const all = bounds(x, y);
    const paint = () => {
      const color = pointColors(rgb, document.documentElement.dataset.theme === "dark");
      plot.draw("points", { x, y, color });
    };
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
    paint();
    whole();
  }

  hd.openMap = openMap;
})(window.hubbleDash);
