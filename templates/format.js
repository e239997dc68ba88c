// Numbers and positions as people read them, and elements without a template language.
(function (hd) {
  "use strict";

  function sexagesimal(value, digits) {
    const unit = 10 ** digits;
    const total = Math.round(Math.abs(value) * 3600 * unit);
    const seconds = (total % (60 * unit)) / unit;
    const minutes = Math.floor(total / (60 * unit)) % 60;
    const whole = Math.floor(total / (3600 * unit));
    const two = (number) => String(number).padStart(2, "0");
    return [two(whole), two(minutes), seconds.toFixed(digits).padStart(digits ? digits + 3 : 2, "0")];
  }

  // `digits` are those of the arcseconds; the seconds of time get one more. With -1 both are whole.
  function position(ra, dec, digits) {
    let [h, m, s] = sexagesimal(ra / 15, digits + 1);
    if (h === "24") h = "00";
    const [d, arcmin, arcsec] = sexagesimal(dec, Math.max(0, digits));
    return `${h}h${m}m${s}s ${dec < 0 ? "−" : "+"}${d}°${arcmin}′${arcsec}″`;
  }

  function degrees(ra, dec, digits) {
    const kept = digits < 0 ? 3 : 5;
    return `${ra.toFixed(kept)} ${dec < 0 ? "−" : "+"}${Math.abs(dec).toFixed(kept)}`;
  }

  function angle(deg) {
    const [value, unit] = deg >= 1 ? [deg, "°"] : deg >= 1 / 60 ? [deg * 60, "′"] : [deg * 3600, "″"];
    return `${value < 10 ? value.toPrecision(2) : Math.round(value)}${unit}`;
  }

  function number(value) {
    return typeof value === "number" ? String(Number(value.toPrecision(7))) : String(value);
  }

  // Text always goes in as text: file names and metadata come from anywhere.
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  hd.format = { position, degrees, angle, number, similarity: (value) => value.toFixed(3) };
  hd.element = element;
})(window.hubbleDash);
