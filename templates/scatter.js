// All points of a plane in a plot. Few are drawn once, by Bokeh. Of many, tiles show the density; as one zooms in, the exact
// points take their place, and then their thumbnails.
(function (hd) {
  "use strict";

  const MOST_POINTS = 20000; // that Bokeh draws and moves without a GPU
  const MOST_THUMBNAILS = 160;
  const SIDES = [22, 64]; // least and largest of a thumbnail, in pixels
  const MARGIN = 0.25; // of the view, loaded beyond it so that small moves need nothing new

  const say = (drawn, n, as) => `${drawn} of ${n.toLocaleString("en")}${as}`;

  class Scatter {
    // `colors(points)` gives the points' colours, `column()` the colour column it needs for that, `tiles()` the pyramid, if there is
    // one; `density(shown)` shows or hides what a server draws instead; `thumbnails` says whether they may take the points' place.
    constructor(plot, points, { colors = null, column = () => null, tiles = () => null, density = null, thumbnails = false, count = null }) {
      Object.assign(this, { plot, points, colors, column, tiles, density, withThumbnails: thumbnails, countElement: count });
      this.isLarge = points.n > MOST_POINTS;
      this.layer = new hd.Layer(plot);
      this.turn = 0;
      this.loaded = null; // { box, points } of the exact points that are here
    }

    // After a change of colours: all is drawn anew.
    async paint() {
      this.loaded = null;
      await this.update();
    }

    // After a change of the view.
    async update() {
      const { points, plot } = this;
      if (!plot.fitted) return;
      this.layer.request();
      const turn = ++this.turn;
      const view = plot.view;
      const { least, most } = points.count(view);
      const dense = this.isLarge && most > MOST_POINTS;
      if (dense) this.drawDensity(least, most);
      else await this.drawExact(view, turn);
    }

    drawDensity(least, most) {
      this.loaded = null;
      this.show([], null);
      this.layer.tiles = this.tiles();
      this.density?.(true);
      const all = least === this.points.n;
      const about = Number(((least + most) / 2).toPrecision(2)).toLocaleString("en");
      this.tell(all ? this.points.n.toLocaleString("en") : `about ${about}`, ", as density");
    }

    async drawExact(view, turn) {
      const held = this.loaded?.box;
      const holds = held && held.left <= view.left && held.right >= view.right && held.bottom <= view.bottom && held.top >= view.top;
      if (!holds) {
        const box = this.isLarge ? widened(view) : this.points.extent;
        const found = await this.points.inside(box, this.column());
        if (turn !== this.turn) return;
        this.loaded = { box: this.isLarge ? box : EVERYWHERE, points: found, colors: this.colors?.(found) };
        this.drawn = undefined;
      }
      const { points, colors } = this.loaded;
      const here = [];
      for (let i = 0; i < points.x.length; i++) {
        const [x, y] = [points.x[i], points.y[i]];
        if (x >= view.left && x <= view.right && y >= view.bottom && y <= view.top) here.push(i);
      }
      const side = this.thumbnailSide(here.length, view);
      this.layer.tiles = null;
      this.density?.(false);
      if (side) await this.drawThumbnails(here, side, turn);
      else this.show([], this.loaded);
      if (turn !== this.turn) return;
      this.tell(here.length.toLocaleString("en"), side ? ", as pictures" : " in view");
    }

    // The side of the thumbnails that fit into the view, or null where points are better.
    thumbnailSide(count, view) {
      if (!this.withThumbnails || !count || count > MOST_THUMBNAILS) return null;
      const { left, right, bottom, top } = this.points.extent;
      const [width, height] = [view.right - view.left, view.top - view.bottom];
      if (Math.max(width, height) > 0.6 * Math.max(right - left, top - bottom)) return null;
      const share = Math.sqrt((width * height) / count) / this.plot.scale;
      return Math.max(SIDES[0], Math.min(SIDES[1], 0.7 * share));
    }

    async drawThumbnails(here, side, turn) {
      const { points, colors } = this.loaded;
      const made = await Promise.all(here.map(async (i) => ({
        x: points.x[i], y: points.y[i], side, color: colors[i], part: await hd.data.thumbnail(points.row[i]),
      })));
      if (turn === this.turn) this.show(made, null);
    }

    // Thumbnails on the layer, or points in Bokeh's plot; what is there already stays.
    show(thumbnails, loaded) {
      this.layer.thumbnails = thumbnails;
      this.plot.reachPixels = thumbnails.length ? thumbnails[0].side / 2 : null;
      this.layer.request();
      if (this.drawn === loaded) return;
      this.drawn = loaded;
      const { points, colors } = loaded ?? { points: { x: [], y: [] }, colors: this.colors && [] };
      if (this.isLarge) this.plot.model("points-renderer").glyph.size = { value: sizeOf(points.x.length) };
      this.plot.draw("points", { x: points.x, y: points.y, ...(colors && { color: colors }) });
    }

    tell(drawn, as) {
      if (this.countElement) this.countElement.textContent = say(drawn, this.points.n, as);
    }
  }

  // As map_view.py has it for small atlases.
  const sizeOf = (count) => (count < 500 ? 10 : count < 2000 ? 8 : count < 6000 ? 6 : 4);

  const EVERYWHERE = { left: -Infinity, right: Infinity, bottom: -Infinity, top: Infinity };

  function widened({ left, right, bottom, top }) {
    const [dx, dy] = [MARGIN * (right - left), MARGIN * (top - bottom)];
    return { left: left - dx, right: right + dx, bottom: bottom - dy, top: top + dy };
  }

  // The tiles of a pyramid in a folder, with a table of those that are not empty.
  function pyramid({ size, levels, present, extent }, folder) {
    const ids = new Set(present);
    return {
      size, levels, extent,
      has: (x, y, z) => ids.has((4 ** z - 1) / 3 + y * 2 ** z + x),
      url: (x, y, z) => `${hd.data.base}${folder}/${z}/${x}-${y}.png`,
    };
  }

  Object.assign(hd, { Scatter, pyramid });
})(window.hubbleDash);
