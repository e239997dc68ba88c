"""An atlas -> pictures that stand for it: its map, with some of its cutouts in their places."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.colors.points import own_colors
from hubble_dash.viewer.colors.tints import mean_colors
from hubble_dash.viewer.data.index import spread_rows
from hubble_dash.viewer.density.shading import as_dots

__all__ = ["CARD", "COVER", "draw_card", "draw_cover", "jpeg"]

# Pixels across and down: what social networks ask for, and what a page of several shows.
CARD, COVER = (1200, 630), (800, 500)
# Of a card the lower part has words.
BAND = 150
GROUND, EDGE, TEXT, SAID = "#070a10", "#33415a", "#e7ecf5", "#98a5ba"
MARGIN, GAP, SIDE = 16, 8, 80
# So that a map fills its picture, one axis may be drawn longer than the other, up to that.
MOST_STRETCHED = 1.6
# How many cutouts are tried, and how many get a place at most.
TRIED, PLACED = 600, 28
# Pixels from the middle of a point to its edge, where there are no more than so many points.
REACHES = ((500, 4), (5_000, 3), (20_000, 2), (200_000, 1))
# Those that systems have, from the first; Pillow's own has no more than ASCII.
FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf", "Helvetica.ttc")
JPEG_QUALITY = 86


def draw_cover(atlas: Atlas, size: tuple[int, int] = COVER) -> PillowImage.Image:
    """Draw the map of an atlas with some of its cutouts, none of which overlap.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    size : (int, int)
        Pixels across and down.
    """
    picture = PillowImage.new("RGB", size, GROUND)
    places = _pixels(atlas.positions, size)
    picture.paste(_points(places, own_colors(mean_colors(atlas)), size), (0, 0))
    draw = ImageDraw.Draw(picture)
    layout = atlas.sheet_layout
    number, sheet = -1, layout.blank(0)
    for row, (left, top) in sorted(_placed(atlas, places)):
        if layout.slot(row).sheet != number:  # each is decoded once
            number = layout.slot(row).sheet
            sheet = atlas.pictures.sheet_pixels(number)
        cutout = PillowImage.fromarray(sheet[layout.box(row).slices])
        picture.paste(cutout.resize((SIDE, SIDE), PillowImage.Resampling.LANCZOS), (left, top))
        draw.rectangle((left, top, left + SIDE - 1, top + SIDE - 1), outline=EDGE)
    return picture


def draw_card(atlases: Sequence[Atlas], title: str, said: str) -> PillowImage.Image:
    """Draw the card that social networks show of a page.

    Parameters
    ----------
    atlases : sequence of Atlas
        At least one; their maps stand beside each other.
    title, said : str
        What stands below them, in a line each.
    """
    card = PillowImage.new("RGB", CARD, GROUND)
    width = CARD[0] // len(atlases)
    for number, atlas in enumerate(atlases):
        card.paste(draw_cover(atlas, (width, CARD[1] - BAND)), (number * width, 0))
    draw = ImageDraw.Draw(card)
    room, top = CARD[0] - 4 * MARGIN, CARD[1] - BAND
    for text, y, most, color in ((title, top + 22, 50, TEXT), (said, top + 92, 28, SAID)):
        shown, font = _fitting(text, most, room)
        draw.text((2 * MARGIN, y), shown, fill=color, font=font)
    return card


def jpeg(picture: PillowImage.Image) -> bytes:
    """Encode a picture.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture.
    """
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return held.getvalue()


def _pixels(positions: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float64]:
    """Give the place of each point in a picture, across and from the top, (n, 2)."""
    low, high = positions.min(axis=0).astype(float), positions.max(axis=0).astype(float)
    # Of one point, or of points on a line, some extent is nothing.
    extent = np.maximum(high - low, 1e-9 * max(1.0, float(np.abs(positions).max())))
    scale = (np.array(size) - SIDE - 2 * MARGIN) / extent
    scale = np.minimum(scale, scale.min() * MOST_STRETCHED)
    turned = np.array([scale[0], -scale[1]])
    places: NDArray[np.float64] = np.array(size) / 2 + (positions - (low + high) / 2) * turned
    return places


def _points(
    places: NDArray[np.float64], colors: NDArray[np.uint8], size: tuple[int, int]
) -> PillowImage.Image:
    """Draw all points as dots in their colours, stronger where there are more of them."""
    across, down = size
    column, line = np.clip(places.astype(np.int64), 0, np.array(size) - 1).T
    layers = {
        name: np.bincount(line * across + column, weights, across * down).reshape(down, across)
        for name, weights in (("count", None), *zip("rgb", colors.T, strict=True))
    }
    reach = next((reach for most, reach in REACHES if len(places) <= most), 0)
    layers = as_dots(layers, reach)
    count = layers["count"]
    mean = np.dstack([layers[name] for name in "rgb"]) / np.maximum(count, 1)[..., None]
    strength = np.where(count > 0, 0.6 + 0.4 * np.log1p(count) / np.log1p(count.max()), 0)
    ground = np.array(_rgb(GROUND), float)
    shaded = ground + (mean - ground) * strength[..., None]
    return PillowImage.fromarray(shaded.round().astype(np.uint8))


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue


def _placed(atlas: Atlas, places: NDArray[np.float64]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Choose cutouts spread over the map, and the corners of their pictures."""
    corners: list[tuple[int, int]] = []
    stands_in = atlas.cutouts.get("placeholder")
    for row in spread_rows(atlas.positions, TRIED):
        if stands_in is not None and isinstance(stands_in.iloc[row], str):
            continue
        left, top = (places[row] - SIDE / 2).astype(int).tolist()
        apart = SIDE + GAP
        if all(abs(left - x) >= apart or abs(top - y) >= apart for x, y in corners):
            corners.append((left, top))
            yield row, (left, top)
        if len(corners) == PLACED:
            return


def _fitting(
    text: str, most: int, room: int
) -> tuple[str, ImageFont.FreeTypeFont | ImageFont.ImageFont]:
    """Give a text as it can be written in a line, and in which size."""
    font = _font(most)
    text = "".join(letter if _has(font, letter) else _plain(letter) for letter in text)
    for size in range(most, most // 2, -2):
        font = _font(size)
        if font.getlength(text) <= room:
            return text, font
    while font.getlength(f"{text}...") > room:
        text = text[:-1]
    return f"{text}...", font


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _has(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, letter: str) -> bool:
    """Say whether a font has a letter, which looks unlike what no font has."""
    return letter.isascii() or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))


def _plain(letter: str) -> str:
    """Give what a letter is without its accents; nothing where that is no letter of ASCII."""
    return unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
