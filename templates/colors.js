// Colours of the map's points: the cutouts' own, or a column's numbers or categories, with the legend that goes with them.
(function (hd) {
  "use strict";

  const NONE = "#8793a8";
  // Okabe and Ito (2008), which people with colour blindness tell apart, then four more.
  const CATEGORIES = [
    "#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#0072b2", "#f0e442", "#9a6ddb", "#8c564b", "#17becf",
  ];
  // viridis at nine places (Smith and van der Walt, 2015).
  const VIRIDIS = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];

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

  // A cutout's mean colour, its hue kept, its lightness spread by rank over what reads well on the page.
  function ownColors(rgb, dark) {
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

  function mix(from, to, share) {
    const part = (color, at) => parseInt(color.slice(at, at + 2), 16);
    const channel = (at) => Math.round(part(from, at) + (part(to, at) - part(from, at)) * share);
    return `#${[1, 3, 5].map((at) => channel(at).toString(16).padStart(2, "0")).join("")}`;
  }

  function viridis(share) {
    const place = Math.max(0, Math.min(1, share)) * (VIRIDIS.length - 1);
    const below = Math.min(Math.floor(place), VIRIDIS.length - 2);
    return mix(VIRIDIS[below], VIRIDIS[below + 1], place - below);
  }

  // Numbers between their 2nd and 98th percentile, so that a few outliers do not hide the rest.
  function byNumber(values) {
    const known = Float64Array.from(values).filter(Number.isFinite).sort();
    const at = (share) => known[Math.round(share * (known.length - 1))];
    const [low, high] = [at(0.02), at(0.98)];
    const color = (value) => (Number.isFinite(value) ? viridis(high > low ? (value - low) / (high - low) : 0.5) : NONE);
    const bar = hd.element("span", { class: "hd-ramp", style: `background: linear-gradient(to right, ${VIRIDIS.join()})` });
    const legend = [hd.element("span", {}, hd.format.number(low)), bar, hd.element("span", {}, hd.format.number(high))];
    return { colors: Array.from(values, color), legend };
  }

  // The commonest categories get a colour each, all others share one.
  function byCategory(codes, texts) {
    const counts = new Map();
    for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
    const ranked = [...counts].filter(([code]) => code >= 0).sort((a, b) => b[1] - a[1]);
    const shown = ranked.slice(0, CATEGORIES.length);
    const palette = new Map(shown.map(([code], i) => [code, CATEGORIES[i]]));
    const entry = (color, text, count) => hd.element(
      "span", { class: "hd-category" }, hd.element("i", { style: `background: ${color}` }), `${text} `,
      hd.element("small", {}, count.toLocaleString("en")),
    );
    const legend = shown.map(([code, count]) => entry(palette.get(code), texts[code], count));
    const rest = codes.length - shown.reduce((sum, [, count]) => sum + count, 0);
    if (rest) legend.push(entry(NONE, "other", rest));
    return { colors: Array.from(codes, (code) => palette.get(code) ?? NONE), legend };
  }

  // The colours of all points, and the elements of the legend.
  async function colorsBy(name) {
    if (name === null) {
      const dark = document.documentElement.dataset.theme === "dark";
      return { colors: ownColors(hd.data.map.rgb, dark), legend: [] };
    }
    const { values, codes, texts } = await hd.data.column(name);
    return values ? byNumber(values) : byCategory(codes, texts);
  }

  hd.colorsBy = colorsBy;
})(window.hubbleDash);
