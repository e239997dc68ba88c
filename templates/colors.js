// Colours of the map's points: the cutouts' own, their number, or a column's numbers or categories, with the legend of each.
// What a choice means is in the index: "own", "count", or the number of a colour column.
(function (hd) {
  "use strict";

  const { colors, palette } = hd.data;

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

  // A cutout's hue and saturation, its rank of lightness spread over what reads well on the page.
  function ownColors(tint) {
    const [low, high] = document.documentElement.dataset.theme === "dark" ? [0.42, 0.86] : [0.28, 0.68];
    return Array.from({ length: tint.length / 3 }, (_, i) => hex(
      (tint[3 * i] * 360) / 255, tint[3 * i + 1] / 255, low + ((high - low) * tint[3 * i + 2]) / 255,
    ));
  }

  function mix(from, to, share) {
    const part = (color, at) => parseInt(color.slice(at, at + 2), 16);
    const channel = (at) => Math.round(part(from, at) + (part(to, at) - part(from, at)) * share);
    return `#${[1, 3, 5].map((at) => channel(at).toString(16).padStart(2, "0")).join("")}`;
  }

  function onRamp(ramp, share) {
    const at = share * (ramp.length - 1);
    const below = Math.min(Math.floor(at), ramp.length - 2);
    return mix(ramp[below], ramp[below + 1], at - below);
  }

  // What a code of a column looks like: 255 is missing, 254 one of the rarer categories.
  const tables = new Map();
  function tableOf(column) {
    if (!tables.has(column)) {
      const ofNumber = (code) => (code === 255 ? palette.none : onRamp(palette.ramp, code / 254));
      const ofCategory = (code) => palette.categories[code] ?? palette.none;
      const paint = colors[column].kind === "number" ? ofNumber : ofCategory;
      tables.set(column, Array.from({ length: 256 }, (_, code) => paint(code)));
    }
    return tables.get(column);
  }

  function colorsOf(choice, points) {
    if (choice === "own") return ownColors(points.tint);
    if (choice === "count") return points.x.map(() => onRamp(palette.density, 0.5));
    const table = tableOf(choice);
    return points.codes.map((code) => table[code]);
  }

  function ramp(colors, low, high) {
    const bar = hd.element("span", { class: "hd-ramp", style: `background: linear-gradient(to right, ${colors.join()})` });
    return [hd.element("span", {}, low), bar, hd.element("span", {}, high)];
  }

  function entry(color, text, count) {
    return hd.element(
      "span", { class: "hd-category" }, hd.element("i", { style: `background: ${color}` }), `${text} `,
      hd.element("small", {}, count.toLocaleString("en")),
    );
  }

  function legendOf(choice) {
    if (choice === "own") return [];
    if (choice === "count") return ramp(palette.density, "few cutouts", "many");
    const { kind, low, high, categories, other, missing } = colors[choice];
    const entries = kind === "number"
      ? ramp(palette.ramp, hd.format.number(low), hd.format.number(high))
      : categories.map(({ text, count }, i) => entry(palette.categories[i], text, count));
    if (other) entries.push(entry(palette.none, "other", other));
    if (missing) entries.push(entry(palette.none, "not known", missing));
    return entries;
  }

  Object.assign(hd, { colorsOf, legendOf });
})(window.hubbleDash);
