// What the page says. In: what it is about, if anything. Out: text.

const isMac = typeof navigator !== "undefined" && /Mac/.test(navigator.platform ?? "");
const plotKeys = "Arrow keys go to the next cutout that way, plus and minus zoom, 0 shows all.";

export const SAY = {
  nothingHere: "Nothing here",
  showAll: "show all",
  twoFingers: "Two fingers move and zoom",
  ctrlWheel: `Hold ${isMac ? "⌘" : "Ctrl"} to zoom with the wheel`,
  map: `Map of the cutouts. ${plotKeys}`,
  sky: `Sky with the cutouts' positions. ${plotKeys}`,
  image: "Parent image with the cutouts' boxes. Arrow keys move it, plus and minus zoom, 0 shows all.",
  imageInvitation: "Point at a cutout, or select one, to see the image that it is from",
  noSky: "No sky here: none of the images says where it lies on it.",
  straight: "Skewed numbers: spread their colours (asinh), or let them run evenly (linear)",
  skyReadout: "ICRS, RA grows to the left",
};
