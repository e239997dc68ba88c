// The only reader of the page's data. All that concerns single cutouts is answered by promises, so that a folder of
// pieces loaded on demand can take the place of the inline data without a change in the views.
(function (hd) {
  "use strict";

  const ARRAYS = {
    float32: Float32Array, float64: Float64Array, int32: Int32Array, int16: Int16Array, uint16: Uint16Array, uint8: Uint8Array,
  };

  function decode({ dtype, data }) {
    const text = atob(data);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return new ARRAYS[dtype](bytes.buffer);
  }

  const store = document.getElementById("hd-data");
  const meta = JSON.parse(store.textContent);
  store.remove();
  const n = meta.n;
  const columns = {};
  for (const [name, column] of Object.entries(meta.columns)) columns[name] = decode(column);
  for (const column of meta.metadata) {
    if (column.values) column.values = decode(column.values);
    else column.codes = decode(column.codes);
  }
  const depth = n ? columns.neighbors.length / n : 0;
  const hasSky = "ra" in columns;

  const rowsOfImage = new Map();
  for (let row = 0; row < n; row++) {
    const image = columns.image[row];
    if (!rowsOfImage.has(image)) rowsOfImage.set(image, []);
    rowsOfImage.get(image).push(row);
  }

  // The box as it is shown: x to the right and y up, from the lower left corner of the parent image.
  function shownBox(row) {
    const [left, right, low, high] = columns.box.subarray(4 * row, 4 * row + 4);
    const { ny, origin } = meta.images[columns.image[row]];
    return origin === "lower"
      ? { left, right, bottom: low, top: high }
      : { left, right, bottom: ny - high, top: ny - low };
  }

  function sky(row) {
    if (!hasSky || Number.isNaN(columns.ra[row])) return null;
    return {
      ra: columns.ra[row], dec: columns.dec[row], scale: columns.scale[row],
      x: columns.sky_x[row], y: columns.sky_y[row],
      approximate: meta.images[columns.image[row]].approximate,
    };
  }

  function labels(row) {
    const found = [];
    for (let i = 5 * row; columns.label && i < 5 * row + 5; i++) {
      if (columns.label[i] >= 0) found.push({ name: meta.labels[columns.label[i]], score: columns.score[i] / 65535 });
    }
    return found;
  }

  function metadata(row) {
    const own = meta.metadata.map(({ name, values, codes, texts }) => [name, values ? values[row] : texts[codes[row]]]);
    return [...own, ...meta.images[columns.image[row]].metadata].filter(
      ([, value]) => value !== undefined && !Number.isNaN(value),
    );
  }

  function cutoutNow(row) {
    const image = columns.image[row];
    return {
      row, image, name: meta.images[image].name,
      box: Array.from(columns.box.subarray(4 * row, 4 * row + 4)),
      shownBox: shownBox(row), sky: sky(row), labels: labels(row), metadata: metadata(row),
      x: columns.x[row], y: columns.y[row],
    };
  }

  // Columns that colours can show: numbers, and texts with fewer values than would all look the same.
  const MOST_CATEGORIES = 60;
  const colorable = new Map();
  if (meta.images.length > 1 && meta.images.length < n) {
    colorable.set("file", () => ({ codes: columns.image, texts: meta.images.map(({ name }) => name) }));
  }
  if (columns.label) {
    colorable.set("best label", () => ({
      codes: Int16Array.from({ length: n }, (_, row) => columns.label[5 * row]), texts: meta.labels,
    }));
  }
  for (const column of meta.metadata) {
    if (column.values || column.texts.length <= MOST_CATEGORIES) colorable.set(column.name, () => column);
  }
  for (const name of new Set(meta.images.flatMap(({ metadata }) => metadata.map(([key]) => key)))) {
    const ofImage = meta.images.map(({ metadata }) => metadata.find(([key]) => key === name)?.[1]);
    const distinct = [...new Set(ofImage.filter((value) => value !== undefined))];
    if (distinct.length < 2 || colorable.has(name)) continue;
    if (distinct.every((value) => typeof value === "number")) {
      colorable.set(name, () => ({ values: Float64Array.from(columns.image, (image) => ofImage[image] ?? NaN) }));
    } else if (distinct.length <= MOST_CATEGORIES) {
      colorable.set(name, () => ({
        codes: Int32Array.from(columns.image, (image) => distinct.indexOf(ofImage[image])), texts: distinct.map(String),
      }));
    }
  }

  function overlap(a, b) {
    if (columns.image[a] !== columns.image[b]) return false;
    const p = columns.box.subarray(4 * a, 4 * a + 4);
    const q = columns.box.subarray(4 * b, 4 * b + 4);
    return p[0] < q[1] && p[1] > q[0] && p[2] < q[3] && p[3] > q[2];
  }

  async function similar(row, { leaveOutOverlapping }) {
    const found = [];
    for (let i = row * depth; i < (row + 1) * depth && found.length < meta.similar; i++) {
      const other = columns.neighbors[i];
      if (leaveOutOverlapping && overlap(row, other)) continue;
      found.push({ ...cutoutNow(other), rank: found.length + 1, similarity: columns.similarities[i] / 32767 });
    }
    return found;
  }

  // The row nearest to a place among `rows` of `xs` and `ys`, if within `reach`; distances in the plot's units.
  function nearest(xs, ys, x, y, reach) {
    let best = null;
    let least = reach * reach;
    for (let row = 0; row < n; row++) {
      const square = (xs[row] - x) ** 2 + (ys[row] - y) ** 2;
      if (square <= least) [best, least] = [row, square];
    }
    return best;
  }

  // The cutout at a place of an image: of those whose box holds it, the one whose centre is nearest for its size.
  function cutoutAt(image, x, y) {
    let best = null;
    let least = Infinity;
    for (const row of rowsOfImage.get(image) ?? []) {
      const { left, right, bottom, top } = shownBox(row);
      if (x < left || x > right || y < bottom || y > top) continue;
      const off = Math.hypot(x - (left + right) / 2, y - (bottom + top) / 2) / Math.max(right - left, top - bottom);
      if (off < least) [best, least] = [row, off];
    }
    return best;
  }

  const pictures = new Map();
  function picture(url) {
    if (!pictures.has(url)) {
      const loaded = new Image();
      loaded.src = url;
      pictures.set(url, loaded.decode().then(() => loaded));
    }
    return pictures.get(url);
  }

  async function thumbnail(row) {
    const { size, columns: across, rows: down, urls } = meta.sheets;
    const slot = row % (across * down);
    const sheet = await picture(urls[Math.floor(row / (across * down))]);
    return { picture: sheet, x: (slot % across) * size, y: Math.floor(slot / across) * size, width: size, height: size };
  }

  // The sharpest there is of a cutout: its part of the parent image's picture where that has more pixels.
  async function portrait(row) {
    const image = meta.images[columns.image[row]];
    const small = await thumbnail(row);
    if (!image.url) return small;
    const whole = await picture(image.url);
    const scale = whole.naturalWidth / image.nx;
    const { left, right, bottom, top } = shownBox(row);
    const part = {
      picture: whole, x: left * scale, y: (image.ny - top) * scale,
      width: (right - left) * scale, height: (top - bottom) * scale,
    };
    return Math.max(part.width, part.height) > small.width ? part : small;
  }

  // A few rows spread evenly over the map, each as far as possible from those before it.
  function spread(count) {
    if (!n) return [];
    const chosen = [0];
    const distance = new Float64Array(n).fill(Infinity);
    while (chosen.length < Math.min(count, n)) {
      const last = chosen.at(-1);
      let next = -1;
      for (let row = 0; row < n; row++) {
        const square = (columns.x[row] - columns.x[last]) ** 2 + (columns.y[row] - columns.y[last]) ** 2;
        distance[row] = row === last ? -1 : Math.min(distance[row], square);
        if (distance[row] >= 0 && (next < 0 || distance[row] > distance[next])) next = row;
      }
      chosen.push(next);
    }
    return chosen;
  }

  hd.data = {
    n, hasSky, canOverlap: rowsOfImage.size < n, similar, spread, cutoutAt, thumbnail, portrait,
    title: meta.title, wanted: meta.similar, notes: meta.notes, provenance: meta.provenance,
    colorColumns: [...colorable.keys()],
    column: async (name) => colorable.get(name)(),
    cutout: async (row) => cutoutNow(row),
    image: async (index) => meta.images[index],
    map: { x: columns.x, y: columns.y, rgb: columns.color },
    sky: { x: columns.sky_x, y: columns.sky_y },
    nearestOnMap: (x, y, reach) => nearest(columns.x, columns.y, x, y, reach),
    nearestOnSky: (x, y, reach) => nearest(columns.sky_x, columns.sky_y, x, y, reach),
  };
})(window.hubbleDash);
