// What counts the points of planes, beside the page. In: planes and values by key, jobs. Out: promises of pictures, fields and parts.

import { chooseParts, eachInParts } from "../faces/parts.js";
import { Background } from "../subset/background.js";
import { all, none } from "../subset/bits.js";
import { addPoints, addSample, change, differing, noLayers, pixelsOf } from "./aggregate.js";
import { contourAt, contoursOf } from "./contours.js";
import { asDots, coverOf, drawDensity, equalised, filledOf, pictureOf, reachOf, seenBefore } from "./picture.js";
import { blurred, boxBlur, countsIn, drawField, measureField, shadedField } from "./smooth.js";

export const HELPERS = [
  all, none, addPoints, addSample, change, differing, noLayers, pixelsOf, asDots, equalised, filledOf, pictureOf, reachOf, seenBefore,
  coverOf, eachInParts, boxBlur, blurred, countsIn, shadedField, contourAt, contoursOf,
];

/** @type {Background | undefined} one for all planes */
let background;

export const thread = () => (background ??= new Background({ drawDensity, drawField, measureField, chooseParts }, HELPERS));
