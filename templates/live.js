// The map's density where a server draws it. The view and the colour are written into a data source that the server listens
// to; while it draws, only the latest view waits for the next turn, so that a drag does not queue up.
(function (hd) {
  "use strict";

  const PATIENCE = 5000; // milliseconds after which an answer is no longer expected
  let color = "count";
  let isShown = false;
  let models = null;
  let asked = null; // what the server was asked for last, as text
  let askedAt = 0; // when it was asked for what it is drawing now, else 0
  let isWaiting = false;

  function find() {
    const page = window.Bokeh.documents.find((one) => one.get_model_by_name("hd-live"));
    const [figure, source, renderer] = ["hd-map", "hd-live", "hd-map-density"].map((name) => page.get_model_by_name(name));
    renderer.data_source.properties.data.change.connect(() => {
      // A slow server may still answer what was asked before.
      if (!asked || !isOf(renderer.data_source.data, JSON.parse(asked))) return;
      askedAt = 0;
      document.body.dataset.hdDrawn = asked;
      if (isWaiting) ask();
    });
    for (const range of [figure.x_range, figure.y_range]) {
      for (const end of ["start", "end"]) range.properties[end].change.connect(soon);
    }
    for (const side of ["inner_width", "inner_height"]) figure.properties[side].change.connect(soon);
    return { figure, source, renderer };
  }

  function isOf({ x, y, dw, dh }, { left, right, bottom, top }) {
    const isNear = (a, b, side) => Math.abs(a - b) < 1e-6 * Math.abs(side);
    return isNear(x[0], left, right - left) && isNear(dw[0], right - left, right - left)
      && isNear(y[0], bottom, top - bottom) && isNear(dh[0], top - bottom, top - bottom);
  }

  function wanted() {
    const { x_range, y_range, inner_width, inner_height } = models.figure;
    return {
      left: x_range.start, right: x_range.end, bottom: y_range.start, top: y_range.end,
      width: Math.round(inner_width), height: Math.round(inner_height), color,
    };
  }

  function ask() {
    isWaiting = false;
    if (!isShown) return;
    if (askedAt && performance.now() - askedAt < PATIENCE) {
      isWaiting = true;
      return;
    }
    const view = wanted();
    const text = JSON.stringify(view);
    if (text === asked) return;
    asked = text;
    askedAt = performance.now();
    models.source.data = Object.fromEntries(Object.entries(view).map(([name, value]) => [name, [value]]));
  }

  // Both ranges change one after the other: what they have come to is asked for.
  let isSoon = false;
  function soon() {
    if (isSoon) return;
    isSoon = true;
    queueMicrotask(() => {
      isSoon = false;
      ask();
    });
  }

  // Show the density, or hide it where the points themselves are drawn.
  function showLive(shown) {
    models ??= find();
    isShown = shown;
    models.renderer.visible = shown;
    soon();
  }

  // Colour it by "count", by the cutouts' "own" colours, or by the number of a colour column.
  function liveColor(choice) {
    models ??= find();
    color = choice;
    soon();
  }

  Object.assign(hd, { showLive, liveColor });
})(window.hubbleDash);
