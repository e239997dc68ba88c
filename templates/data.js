// The only reader of the page's data: an index, which stands in the page, and pieces, which stand in the page as well,
// or in files beside it, or come from the server. Whatever concerns cutouts is answered by promises, so that a million
// of them need not be here. A `row` is a cutout's number in the atlas, a `place` its rank in the order of the pieces.
(function (hd) {
  "use strict";

  const ARRAYS = {
    float32: Float32Array, float64: Float64Array, int32: Int32Array, int16: Int16Array, uint16: Uint16Array, uint8: Uint8Array,
  };
  const MOST_BYTES = 48e6; // of pieces that are kept
  const MOST_PICTURES = 256;

  function decode({ dtype, data }) {
    const text = atob(data);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return new ARRAYS[dtype](bytes.buffer);
  }

  // Columns become typed arrays, wherever they stand.
  function decoded(value) {
    if (Array.isArray(value)) return value.map(decoded);
    if (value === null || typeof value !== "object") return value;
    if ("dtype" in value) return decode(value);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decoded(item)]));
  }

  function bytesOf(value) {
    if (ArrayBuffer.isView(value)) return value.byteLength;
    if (typeof value === "string") return value.length;
    return value && typeof value === "object" ? Object.values(value).reduce((sum, item) => sum + bytesOf(item), 0) : 8;
  }

  const store = document.getElementById("hd-data");
  const { pieces: inline, ...index } = decoded(JSON.parse(store.textContent));
  store.remove();
  const { n } = index;
  const whole = !index.rows;

  // A piece's file hands its content over by calling this.
  const arrived = new Map();
  hd.piece = (key, value) => arrived.set(key, value);

  function load(key) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${index.base}data/${key}.js`;
      script.onload = () => {
        script.remove();
        const piece = decoded(arrived.get(key));
        arrived.delete(key);
        resolve(piece);
      };
      script.onerror = () => {
        script.remove();
        kept.delete(key);
        hd.complain(`${script.src} cannot be read. The page needs the files beside it: copy the whole folder.`);
        reject(new Error(`${key} cannot be read`));
      };
      document.head.append(script);
    });
  }

  // Pieces that were used last stay.
  const kept = new Map();
  let keptBytes = 0;
  function piece(kind, number) {
    const key = `${kind}/${number}`;
    if (inline) return inline[key];
    let entry = kept.get(key);
    if (entry) kept.delete(key);
    else {
      entry = { bytes: 0, promise: load(key) };
      entry.promise.then((loaded) => {
        keptBytes += entry.bytes = bytesOf(loaded);
        for (const [old, { bytes }] of kept) {
          if (keptBytes <= MOST_BYTES) break;
          if (old === key || !bytes) continue;
          kept.delete(old);
          keptBytes -= bytes;
        }
      }, () => {});
    }
    kept.set(key, entry);
    return entry.promise;
  }

  async function placeOf(row) {
    if (whole) return row;
    const per = index.rows.per_piece;
    return (await piece("rows", Math.floor(row / per))).place[row % per];
  }

  async function recordAt(place) {
    const per = index.records.per_piece;
    const columns = await piece("records", Math.floor(place / per));
    const at = place % per;
    const image = columns.image[at];
    const perImages = index.images.per_piece;
    const { images } = await piece("images", Math.floor(image / perImages));
    return { columns, at, place, row: whole ? place : columns.row[at], image, parent: images[image % perImages] };
  }

  const recordOf = async (row) => recordAt(await placeOf(row));
  const boxOf = ({ columns, at }) => columns.box.subarray(4 * at, 4 * at + 4);

  // The box as it is shown: x to the right and y up, from the lower left corner of the parent image.
  function shownBox([left, right, low, high], { ny, origin }) {
    return origin === "lower"
      ? { left, right, bottom: low, top: high }
      : { left, right, bottom: ny - high, top: ny - low };
  }

  function sky({ columns, at, parent }) {
    if (!index.has_sky || Number.isNaN(columns.ra[at])) return null;
    return {
      ra: columns.ra[at], dec: columns.dec[at], scale: columns.scale[at],
      x: columns.sky_x[at], y: columns.sky_y[at], approximate: parent.approximate,
    };
  }

  function labels({ columns, at }) {
    const found = [];
    for (let i = 5 * at; columns.label && i < 5 * at + 5; i++) {
      if (columns.label[i] >= 0) found.push({ name: index.labels[columns.label[i]], score: columns.score[i] / 65535 });
    }
    return found;
  }

  function metadata({ columns, at, parent }) {
    const own = columns.metadata.map(({ name, values, codes, texts }) => [name, values ? values[at] : texts[codes[at]]]);
    return [...own, ...parent.metadata].filter(([, value]) => value !== undefined && !Number.isNaN(value));
  }

  function described(record) {
    const { columns, at, row, image, parent } = record;
    const box = Array.from(boxOf(record));
    return {
      row, image, box, name: parent.name, shownBox: shownBox(box, parent),
      sky: sky(record), labels: labels(record), metadata: metadata(record), x: columns.x[at], y: columns.y[at],
    };
  }

  function overlap(a, b) {
    if (a.image !== b.image) return false;
    const [p, q] = [boxOf(a), boxOf(b)];
    return p[0] < q[1] && p[1] > q[0] && p[2] < q[3] && p[3] > q[2];
  }

  // The most similar cutouts of a row. Their records may lie in as many pieces, which are asked for together.
  async function similar(row, { leaveOutOverlapping }) {
    const own = await recordOf(row);
    const found = [];
    const { depth } = own.columns;
    const start = own.at * depth;
    for (let from = 0; from < depth && found.length < index.similar; from += index.similar) {
      const steps = Array.from({ length: Math.min(index.similar, depth - from) }, (_, i) => start + from + i);
      const records = await Promise.all(steps.map((step) => recordAt(own.columns.neighbors[step])));
      for (const [i, record] of records.entries()) {
        if (found.length === index.similar) break;
        if (leaveOutOverlapping && overlap(own, record)) continue;
        const similarity = own.columns.similarities[steps[i]] / 32767;
        found.push({ ...described(record), rank: found.length + 1, similarity });
      }
    }
    return found;
  }

  // The cutout at a place of an image: of those whose box holds it, the one whose centre is nearest for its size.
  async function cutoutAt(image, x, y) {
    const parent = await imageOf(image);
    const line = parent.origin === "lower" ? y : parent.ny - y;
    const { bounds, images, per_piece } = index.boxes;
    const holds = (box) => box[0] <= x && x <= box[1] && box[2] <= line && line <= box[3];
    let best = null;
    let least = Infinity;
    for (let number = 0; number * per_piece < index.boxes.n; number++) {
      if (image < images[2 * number] || image > images[2 * number + 1]) continue;
      if (!holds(bounds.subarray(4 * number, 4 * number + 4))) continue;
      const part = await piece("boxes", number);
      for (let i = 0; i < part.row.length; i++) {
        const box = part.box.subarray(4 * i, 4 * i + 4);
        if (part.image[i] !== image || !holds(box)) continue;
        const [width, height] = [box[1] - box[0], box[3] - box[2]];
        const off = Math.hypot(x - (box[0] + box[1]) / 2, line - (box[2] + box[3]) / 2) / Math.max(width, height);
        if (off < least) [best, least] = [part.row[i], off];
      }
    }
    return best;
  }

  async function imageOf(number) {
    const per = index.images.per_piece;
    return (await piece("images", Math.floor(number / per))).images[number % per];
  }

  // With the address of its picture, which stands in a piece of its own where there are many.
  async function image(number) {
    const info = await imageOf(number);
    if (info.url !== undefined) return info;
    const url = info.preview === null ? null : (await piece("previews", info.preview)).urls[number];
    return { ...info, url };
  }

  const pictures = new Map();
  function picture(url) {
    let decodes = pictures.get(url);
    if (decodes) pictures.delete(url);
    else {
      const loaded = new Image();
      loaded.src = url;
      decodes = loaded.decode().then(() => loaded);
      if (pictures.size >= MOST_PICTURES) pictures.delete(pictures.keys().next().value);
    }
    pictures.set(url, decodes);
    return decodes;
  }

  async function thumbnail(row) {
    const { size, columns: across, rows: down, by, urls, url } = index.thumbnails;
    const key = by === "row" ? row : await placeOf(row);
    const number = Math.floor(key / (across * down));
    const slot = key % (across * down);
    const sheet = await picture(urls ? urls[number] : index.base + url.replace("{piece}", number));
    return { picture: sheet, x: (slot % across) * size, y: Math.floor(slot / across) * size, width: size, height: size };
  }

  // The sharpest there is of a cutout: its part of the parent image's picture where that has more pixels.
  async function portrait(row) {
    const record = await recordOf(row);
    const [small, { nx, ny, url }] = await Promise.all([thumbnail(row), image(record.image)]);
    if (!url) return small;
    const shown = await picture(url);
    const scale = shown.naturalWidth / nx;
    const { left, right, bottom, top } = shownBox(boxOf(record), record.parent);
    const part = {
      picture: shown, x: left * scale, y: (ny - top) * scale, width: (right - left) * scale, height: (top - bottom) * scale,
    };
    return Math.max(part.width, part.height) > small.width ? part : small;
  }

  // The points of the map or of the sky, in pieces that lie together on the plane. Rectangles are { left, right, bottom, top }.
  class Points {
    constructor(kind) {
      const { n: count, per_piece, bounds, extent: [left, right, bottom, top] } = index[kind];
      Object.assign(this, { kind, n: count, perPiece: per_piece, bounds, extent: { left, right, bottom, top } });
      this.numbers = Array.from({ length: Math.ceil(count / per_piece) }, (_, number) => number);
    }

    meets(number, { left, right, bottom, top }) {
      const at = 4 * number;
      const { bounds } = this;
      return bounds[at] <= right && bounds[at + 1] >= left && bounds[at + 2] <= top && bounds[at + 3] >= bottom;
    }

    lies(number, { left, right, bottom, top }) {
      const at = 4 * number;
      const { bounds } = this;
      return bounds[at] >= left && bounds[at + 1] <= right && bounds[at + 2] >= bottom && bounds[at + 3] <= top;
    }

    sizeOf(number) {
      return Math.min(this.perPiece, this.n - number * this.perPiece);
    }

    // How many points a rectangle holds: at least and at most, without loading any.
    count(box) {
      let [least, most] = [0, 0];
      for (const number of this.numbers) {
        if (!this.meets(number, box)) continue;
        most += this.sizeOf(number);
        if (this.lies(number, box)) least += this.sizeOf(number);
      }
      return { least, most };
    }

    // All points of a rectangle: x, y, row, and where the pieces have them tint and the codes of a colour column.
    async inside(box, column = null) {
      const loaded = await Promise.all(this.numbers.filter((number) => this.meets(number, box)).map(
        async (number) => [number, await piece(this.kind, number)],
      ));
      const found = { x: [], y: [], row: [], tint: [], codes: [] };
      for (const [number, part] of loaded) {
        const codes = column === null ? null : part.colors[column];
        for (let i = 0; i < part.x.length; i++) {
          if (part.x[i] < box.left || part.x[i] > box.right || part.y[i] < box.bottom || part.y[i] > box.top) continue;
          found.x.push(part.x[i]);
          found.y.push(part.y[i]);
          found.row.push(part.row ? part.row[i] : number * this.perPiece + i);
          if (part.tint) found.tint.push(part.tint[3 * i], part.tint[3 * i + 1], part.tint[3 * i + 2]);
          if (codes) found.codes.push(codes[i]);
        }
      }
      return found;
    }

    // The row nearest to a place, if within reach; exact, since pieces are left out only where they lie farther away.
    async nearest(x, y, reach) {
      const { bounds } = this;
      const away = (number) => Math.hypot(
        Math.max(bounds[4 * number] - x, 0, x - bounds[4 * number + 1]),
        Math.max(bounds[4 * number + 2] - y, 0, y - bounds[4 * number + 3]),
      );
      const order = this.numbers.map((number) => [away(number), number]).filter(([off]) => off <= reach);
      order.sort((a, b) => a[0] - b[0]);
      let best = null;
      let least = reach;
      for (const [off, number] of order) {
        if (off > least) break;
        const part = await piece(this.kind, number);
        for (let i = 0; i < part.x.length; i++) {
          const distance = Math.hypot(part.x[i] - x, part.y[i] - y);
          if (distance <= least) [best, least] = [part.row ? part.row[i] : number * this.perPiece + i, distance];
        }
      }
      return best;
    }
  }

  hd.data = {
    n, similar, cutoutAt, image, thumbnail, portrait,
    cutout: async (row) => described(await recordOf(row)),
    hasSky: index.has_sky, canOverlap: index.can_overlap, start: index.start,
    title: index.title, wanted: index.similar, notes: index.notes, provenance: index.provenance,
    colors: index.colors, palette: index.palette, live: index.live, base: index.base,
    map: new Points("map"), sky: index.has_sky ? new Points("sky") : null,
    tiles: index.tiles, skyTiles: index.sky_tiles,
  };
})(window.hubbleDash);
