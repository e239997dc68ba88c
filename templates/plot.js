// What the three Bokeh plots have in common: finding their models, equal scales on both axes, marks, pointer events.
(function (hd) {
  "use strict";

  const plots = new Map();
  const REACH = 14; // pixels from a point at which the pointer still means it
  const EDGE = 1; // pixels that the figure's border takes (marks.py)

  function find(name) {
    for (const document of window.Bokeh?.documents ?? []) {
      const model = document.get_model_by_name(name);
      if (model) return model;
    }
    return null;
  }

  async function whenThere(name) {
    for (;;) {
      const figure = find(name);
      if (figure && figure.inner_width > 0 && figure.inner_height > 0) return figure;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  class Plot {
    constructor(name, figure) {
      this.name = name;
      this.figure = figure;
      this.element = document.getElementById(name);
      this.element.addEventListener("pointerdown", () => (this.isPressed = true), { capture: true });
      window.addEventListener("pointerup", () => (this.isPressed = false), { capture: true });
      for (const side of ["inner_width", "inner_height"]) {
        figure.properties[side].change.connect(() => this.fitted && this.fit(this.fitted));
      }
    }

    model(part) {
      return find(`${this.name}-${part}`);
    }

    draw(part, columns) {
      this.model(part).data = columns;
    }

    // Show all of a rectangle, with the same scale on both axes.
    fit(bounds, margin = 0) {
      const { figure } = this;
      const [x, y] = [(bounds.left + bounds.right) / 2, (bounds.bottom + bounds.top) / 2];
      const scale = (1 + margin) * Math.max(
        (bounds.right - bounds.left) / figure.inner_width, (bounds.top - bounds.bottom) / figure.inner_height, 1e-12,
      );
      const [w, h] = [(scale * figure.inner_width) / 2, (scale * figure.inner_height) / 2];
      figure.x_range.setv({ start: x - w, end: x + w });
      figure.y_range.setv({ start: y - h, end: y + h });
      this.moved({ left: x - w, right: x + w, bottom: y - h, top: y + h });
    }

    // The view has changed. Marks depend on its scale alone, so that a drag leaves them as they are.
    moved(view) {
      this.fitted = view;
      this.onRanges?.();
      if (Math.abs(this.scale - this.markedScale) < 1e-3 * this.scale) return;
      this.markedScale = this.scale;
      this.onScale?.();
    }

    // Units of the data a pixel.
    get scale() {
      return (this.figure.x_range.end - this.figure.x_range.start) / this.figure.inner_width;
    }

    // How far from a point the pointer still means it.
    get reach() {
      return (this.reachPixels ?? REACH) * this.scale;
    }

    // The rectangle that is seen.
    get view() {
      const { x_range, y_range } = this.figure;
      return { left: x_range.start, right: x_range.end, bottom: y_range.start, top: y_range.end };
    }

    // Where a place stands, in pixels of the plot's element.
    pixel(x, y) {
      const { left, top } = this.view;
      return { x: EDGE + (x - left) / this.scale, y: EDGE + (top - y) / this.scale };
    }

    // Keep the ring around the hovered cutout, whose `place` here may have to be loaded first.
    markHovered(place) {
      hd.on(["hovered"], async ({ hovered }) => {
        const cutout = hovered === null ? null : await hd.data.cutout(hovered);
        if (hovered !== hd.state.hovered) return;
        const at = cutout && place(cutout);
        this.draw("hovered", at ? { x: [at.x], y: [at.y] } : { x: [], y: [] });
      });
    }

    // Mark the selected cutout and the similar ones with their numbers. `place` gives a cutout's x and y here, or null.
    // Numbers that would cover each other share a label.
    mark({ shown }, place) {
      const own = shown && place(shown.cutout);
      const others = [];
      const labels = [];
      for (const cutout of shown?.similar ?? []) {
        const at = place(cutout);
        if (!at) continue;
        others.push(at);
        const near = labels.find((label) => Math.hypot(label.x - at.x, label.y - at.y) < 15 * this.scale);
        if (near) near.ranks.push(cutout.rank);
        else labels.push({ x: at.x, y: at.y, ranks: [cutout.rank] });
      }
      const points = (list) => ({ x: list.map((p) => p.x), y: list.map((p) => p.y) });
      this.draw("selected", points(own ? [own] : []));
      this.draw("nine", points(others));
      this.draw("numbers", { ...points(labels), text: labels.map((label) => shorten(label.ranks)) });
      return { own, others };
    }
  }

  // 1, 2, 3, 7 -> "1–3 7"
  function shorten(ranks) {
    const runs = [];
    for (const rank of ranks) {
      const run = runs.at(-1);
      if (run && run[1] === rank - 1) run[1] = rank;
      else runs.push([rank, rank]);
    }
    return runs.map(([from, to]) => (to > from + 1 ? `${from}–${to}` : to > from ? `${from} ${to}` : `${from}`)).join(" ");
  }

  // Look-ups may have to load. While one is under way only the latest place waits for the next.
  async function follow(plot) {
    if (plot.isFollowing) return;
    plot.isFollowing = true;
    try {
      while (plot.pointer) {
        const event = plot.pointer;
        plot.pointer = null;
        const row = event.event_name === "mousemove" && !plot.isPressed ? await plot.rowAt(event.x, event.y) : null;
        if (plot.pointer) continue;
        hd.set({ hovered: row });
        const { left, top } = plot.element.getBoundingClientRect();
        hd.showPreview(row, left + event.sx, top + event.sy);
      }
    } finally {
      plot.isFollowing = false; // also where a look-up failed
    }
  }

  // Bokeh hands over each event of a plot; `cb_obj` has the place in data units and in pixels of the canvas.
  async function plotEvent(name, event) {
    const plot = plots.get(name);
    if (!plot) return;
    if (event.event_name === "rangesupdate") {
      const { x0, x1, y0, y1 } = event;
      plot.moved({ left: x0, right: x1, bottom: y0, top: y1 });
    } else if (event.event_name === "tap" || event.event_name === "doubletap") {
      const row = await plot.rowAt(event.x, event.y);
      if (row !== null) hd.select(row);
    } else {
      plot.onMove?.(event.event_name === "mousemove" ? event : null);
      plot.pointer = event;
      follow(plot);
    }
  }

  async function openPlot(name) {
    const plot = new Plot(name, await whenThere(name));
    plots.set(name, plot);
    return plot;
  }

  Object.assign(hd, { openPlot, plotEvent });
})(window.hubbleDash);
