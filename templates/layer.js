// A canvas below a Bokeh plot, for what Bokeh would draw too slowly or only with a server: the tiles of a datashaded
// pyramid, and the thumbnails of the points in view. (Bokeh's own tile renderer moves the ranges, and takes no local files.)
(function (hd) {
  "use strict";

  const MOST_TILES = 240;

  class Layer {
    constructor(plot) {
      this.plot = plot;
      this.canvas = hd.element("canvas", { class: "hd-layer" });
      plot.element.prepend(this.canvas);
      this.images = new Map();
      this.tiles = null; // { url(x, y, z), has(x, y, z), levels, size, extent }
      this.thumbnails = []; // { x, y, part, color }
    }

    // Tiles or thumbnails have changed, or the ranges have; drawn with the next frame.
    request() {
      this.waiting ??= requestAnimationFrame(() => {
        this.waiting = null;
        this.draw();
      });
    }

    draw() {
      const { canvas, plot } = this;
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const [width, height] = [plot.element.clientWidth, plot.element.clientHeight];
      const context = canvas.getContext("2d");
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      if (this.tiles) this.drawTiles(context);
      for (const thumbnail of this.thumbnails) this.drawThumbnail(context, thumbnail);
    }

    drawTiles(context) {
      const { tiles, plot } = this;
      const view = plot.view;
      const [left, right, bottom, top] = tiles.extent;
      const whole = right - left;
      const wanted = Math.ceil(Math.log2(whole / (tiles.size * plot.scale)) - 0.3);
      const z = Math.max(0, Math.min(tiles.levels - 1, wanted));
      const side = whole / 2 ** z;
      const clamp = (at) => Math.max(0, Math.min(2 ** z - 1, Math.floor(at)));
      for (let y = clamp((top - view.top) / side); y <= clamp((top - view.bottom) / side); y++) {
        for (let x = clamp((view.left - left) / side); x <= clamp((view.right - left) / side); x++) {
          if (tiles.has(x, y, z)) this.drawTile(context, x, y, z, { x: left + x * side, y: top - y * side, side });
        }
      }
    }

    // A tile that is not here yet is stood in for by the part of its nearest ancestor that is.
    drawTile(context, x, y, z, at) {
      const { size } = this.tiles;
      const corner = this.plot.pixel(at.x, at.y);
      const across = at.side / this.plot.scale;
      let part = { x: 0, y: 0, side: size };
      let image = this.image(x, y, z, true);
      for (let up = 1; !image && up <= z; up++) {
        const share = size / 2 ** up;
        part = { x: (x % 2 ** up) * share, y: (y % 2 ** up) * share, side: share };
        image = this.image(x >> up, y >> up, z - up, false);
      }
      if (image) context.drawImage(image, part.x, part.y, part.side, part.side, corner.x, corner.y, across, across);
    }

    image(x, y, z, ask) {
      const url = this.tiles.url(x, y, z);
      const known = this.images.get(url);
      if (known) {
        this.images.delete(url);
        this.images.set(url, known);
        return known.complete && known.naturalWidth ? known : null;
      }
      if (!ask) return null;
      const image = new Image();
      image.onload = () => this.request();
      image.src = url;
      this.images.set(url, image);
      if (this.images.size > MOST_TILES) this.images.delete(this.images.keys().next().value);
      return null;
    }

    drawThumbnail(context, { x, y, part, color, side }) {
      const at = this.plot.pixel(x, y);
      const [left, top] = [at.x - side / 2, at.y - side / 2];
      context.fillStyle = color;
      context.fillRect(left - 1.5, top - 1.5, side + 3, side + 3);
      context.drawImage(part.picture, part.x, part.y, part.width, part.height, left, top, side, side);
    }
  }

  hd.Layer = Layer;
})(window.hubbleDash);
