// The sky: all positions faint, the selected one and its similar ones strong; zooms from the whole sky to the field.
(function (hd) {
  "use strict";

  const WHOLE = { left: -2 * Math.SQRT2, right: 2 * Math.SQRT2, bottom: -Math.SQRT2, top: Math.SQRT2 };

  // The same as mollweide_back in sky_view.py.
  function back(x, y) {
    const theta = Math.asin(y / Math.SQRT2);
    const longitude = (-Math.PI * x) / (2 * Math.SQRT2 * Math.cos(theta));
    if (!(Math.abs(longitude) <= Math.PI)) return null;
    const dec = Math.asin((2 * theta + Math.sin(2 * theta)) / Math.PI);
    return { ra: ((longitude * 180) / Math.PI + 360) % 360, dec: (dec * 180) / Math.PI };
  }

  function field(cutouts) {
    const places = cutouts.map(({ sky }) => sky).filter(Boolean);
    if (!places.length) return null;
    const [xs, ys] = [places.map((p) => p.x), places.map((p) => p.y)];
    const least = 3e-6; // about half an arcsecond
    return {
      left: Math.min(...xs) - least, right: Math.max(...xs) + least,
      bottom: Math.min(...ys) - least, top: Math.max(...ys) + least,
    };
  }

  async function openSky() {
    const plot = await hd.openPlot("hd-sky");
    const readout = document.getElementById("hd-sky-readout");
    const button = document.getElementById("hd-sky-zoom");
    const scatter = new hd.Scatter(plot, hd.data.sky, {
      tiles: () => (hd.data.skyTiles ? hd.pyramid(hd.data.skyTiles, "sky-tiles") : null),
    });
    const idle = () => {
      const across = (plot.scale * plot.figure.inner_width * 180) / (2 * Math.SQRT2);
      readout.textContent = across > 300 ? "ICRS, RA grows to the left" : `${hd.format.angle(across)} across`;
    };
    let zoomed = false;
    const place = ({ sky }) => sky;
    const mark = ({ shown }) => plot.mark({ shown }, place);

    function look() {
      const { shown } = hd.state;
      const close = zoomed && shown && field([shown.cutout, ...shown.similar]);
      plot.fit(close || WHOLE, close ? 0.35 : 0.14);
      button.textContent = zoomed ? "whole sky" : "zoom in";
      button.hidden = !shown?.cutout.sky;
      mark(hd.state);
      idle();
    }

    plot.rowAt = (x, y) => hd.data.sky.nearest(x, y, plot.reach);
    plot.onScale = () => mark(hd.state);
    plot.onRanges = () => { scatter.update(); idle(); };
    plot.onMove = (event) => {
      const at = event && back(event.x, event.y);
      if (at) readout.textContent = hd.format.position(at.ra, at.dec);
      else idle();
    };
    button.addEventListener("click", () => { zoomed = !zoomed; look(); });
    hd.on(["shown"], look);
    plot.markHovered(place);
    look();
  }

  hd.openSky = openSky;
})(window.hubbleDash);
