"""Placeholders are told, and no picture of the sky is taken for one."""

from __future__ import annotations

import io

import numpy as np
import pytest
from helpers.atlases import nebula
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from hubble_dash.builder.cutouts.placeholders import placeholder_of

SIDE = 256
PIXELS = np.arange(SIDE)
Y, X = np.mgrid[:SIDE, :SIDE]


def as_jpeg(pixels: NDArray[np.uint8], quality: int = 80) -> NDArray[np.uint8]:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as picture:
        return np.asarray(picture)


def text(words: str, size: int, ink: str, ground: str, side: int = SIDE) -> NDArray[np.uint8]:
    """Words in the middle of a tone, as archives make them."""
    picture = Image.new("RGB", (side, side), ground)
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(picture)
    draw.multiline_text((side / 2, side / 2), words, ink, font, anchor="mm", align="center")
    return as_jpeg(np.asarray(picture))


def as_gray(flux: NDArray[np.float64], black: float = 10) -> NDArray[np.uint8]:
    """Flux with noise as a preview of it, most of the sky clipped to black."""
    noise = np.random.default_rng(5).normal(-black, 3, flux.shape)
    return as_jpeg(np.clip(flux + noise, 0, 255).astype(np.uint8))


def stars(n: int, rows: tuple[int, int] = (0, SIDE), sigma: float = 1.6) -> NDArray[np.float64]:
    random = np.random.default_rng(n)
    flux = np.zeros((SIDE, SIDE))
    for _ in range(n):
        x, y, peak = random.uniform(8, 248), random.uniform(*rows), 90 * (1 + random.pareto(1.2))
        across, down = (np.exp(-((PIXELS - at) ** 2) / (2 * sigma**2)) for at in (x, y))
        flux += peak * np.outer(down, across)
    return flux


def lamp(half_height: int) -> NDArray[np.float64]:
    """Lines of a lamp, through a slit: as many strokes as text has, all alike."""
    lines = np.isin(X[0], np.random.default_rng(2).integers(20, 236, 30))
    return np.where(lines & (abs(Y - 128) <= half_height), 255.0, 0.0)


@pytest.mark.parametrize(
    "picture",
    [
        text("No Preview\nAvailable", 28, "black", "white"),
        text("No Preview\nAvailable", 16, "white", "black"),
        text("NO IMAGE", 40, "grey", "white", 300),
        text("No data", 60, "#888", "#ddd", 512),
        text("Preview not available\nfor this observation", 30, "red", "white", 512),
        text("Image not yet\nreleased", 24, "#ff0", "#004", 400)[..., :2].max(axis=2),
    ],
    ids=["white", "black", "pale", "gray", "red", "one channel"],
)
def test_text_on_one_tone(picture: NDArray[np.uint8]) -> None:
    assert placeholder_of(picture) == "text on one tone"


@pytest.mark.parametrize("level", [0, 128, 255])
def test_one_tone_with_a_frame_around_it(level: int) -> None:
    picture = np.full((200, 300, 3), level, np.uint8)
    picture[[0, 1, -2, -1]] = picture[:, [0, 1, -2, -1]] = 255 - level
    assert placeholder_of(picture) == placeholder_of(picture[..., 0]) == "nearly one tone"


GALAXY = 240 * np.exp(-np.hypot(X - 128, (Y - 128) / 0.5) / 12)
EDGE_ON = 220 * np.exp(-((Y - 128) ** 2) / 8 - (X - 128) ** 2 / 7000)
SPECTRUM = np.exp(-((Y - 128) ** 2) / 12) * abs(np.random.default_rng(1).normal(60, 60, (1, SIDE)))


@pytest.mark.parametrize(
    "flux",
    [
        *(stars(n) for n in (1, 3, 10, 60)),
        stars(60, rows=(110, 146)),
        200.0 * (stars(90, rows=(100, 156), sigma=1) > 40),
        GALAXY,
        EDGE_ON,
        SPECTRUM,
        lamp(20),
        stars(400),
    ],
    ids=["one star", "three", "ten", "sixty", "a band of stars", "a band of hot pixels", "galaxy",
         "edge-on", "spectrum", "lamp", "crowded"],
)  # fmt: skip
def test_no_picture_of_the_sky_is_one(flux: NDArray[np.float64]) -> None:
    """On clipped black, which is the worst case, as a negative, and on gray noise."""
    picture = as_gray(flux)
    assert placeholder_of(picture) == ""
    assert placeholder_of(255 - picture) == ""
    assert placeholder_of(as_gray(flux, black=-40)) == ""


def test_a_nebula_and_a_tiny_picture_are_none() -> None:
    assert placeholder_of(nebula(1)) == ""
    assert placeholder_of(nebula(1)[100:103, :40]) == ""
    assert placeholder_of(np.full((1, 1), 7, np.uint8)) == "nearly one tone"
