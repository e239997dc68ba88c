// The constants of the wire. Python's side of the viewer has the same ones.

/** The best labels that are kept of a cutout. */
export const N_LABELS = 5;

/** A score of 1 as it travels. */
export const SCORE_STEPS = 65535;

/** A cosine of 1 as it travels. */
export const SIMILARITY_STEPS = 32767;

/** The greatest code of a number in a colour column. */
export const NUMBER_STEPS = 254;

/** The code of what is missing in a colour column. A category's code that has no colour is one of the rarer ones. */
export const MISSING = 255;

/** A turn of the hue, and a saturation and a rank of lightness of 1, in a tint. */
export const TINT_STEPS = 255;

/** Points that Bokeh draws and moves without a GPU; of more, the page shows the density. */
export const MAX_POINTS = 20000;

/** The size of points in pixels, where there are fewer than so many. */
export const POINT_SIZES = [[500, 7], [2000, 6], [6000, 5], [Infinity, 4]];

/** Pixels that the border of a figure takes, at each side. */
export const BORDER_PIXELS = 1;

/** The far edge of the bounds of a place in 16 bits. */
export const GRID_STEPS = 65534;

/** A place in 16 bits of what is nowhere. */
export const NOWHERE = 65535;

/** Of so many cutouts at most a server takes the mean. */
export const MOST_AVERAGED = 20000;

/** So many cutouts at most a server finds that are like such a mean. */
export const MOST_LIKE = 5000;

/** Bytes of a file that a visitor may bring. */
export const MOST_GUEST_BYTES = 100000000;
