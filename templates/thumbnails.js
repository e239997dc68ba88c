// Pictures of cutouts on canvases, and the preview that follows the pointer.
(function (hd) {
  "use strict";

  // Draw a part of a picture into a square canvas, its aspect kept, at the screen's own resolution.
  function canvas(part, side) {
    const made = hd.element("canvas");
    const pixels = Math.round(side * Math.min(window.devicePixelRatio || 1, 2));
    made.width = made.height = pixels;
    made.painted = part.then(({ picture, x, y, width, height }) => {
      const scale = pixels / Math.max(width, height);
      const [w, h] = [width * scale, height * scale];
      const context = made.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, x, y, width, height, (pixels - w) / 2, (pixels - h) / 2, w, h);
    });
    return made;
  }

  function words(labels, count) {
    return labels.slice(0, count).map(({ name, score }) => {
      const word = hd.element("span", { class: "hd-word" }, `${name} `);
      word.append(hd.element("i", {}, score.toFixed(2)));
      return word;
    });
  }

  const box = document.getElementById("hd-preview");

  async function showPreview(row, clientX, clientY) {
    if (row === null) {
      box.hidden = true;
      return;
    }
    if (box.dataset.row !== String(row)) {
      box.dataset.row = String(row);
      const { name, labels } = await hd.data.cutout(row);
      if (box.dataset.row !== String(row)) return;
      box.replaceChildren(canvas(hd.data.thumbnail(row), 138), hd.element("b", {}, name), ...words(labels, 2));
    }
    box.hidden = false;
    const { width, height } = box.getBoundingClientRect();
    const left = clientX + 18 + width > innerWidth ? clientX - 18 - width : clientX + 18;
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, Math.min(clientY - height / 2, innerHeight - height - 4))}px`;
  }

  Object.assign(hd, { canvas, words, showPreview });
})(window.hubbleDash);
