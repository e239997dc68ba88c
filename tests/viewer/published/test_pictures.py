"""Pictures that stand for an atlas: its own cutouts in their places, apart, and words that fit."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.published.pictures import (
    BAND,
    CARD,
    COVER,
    EDGE,
    GROUND,
    SIDE,
    draw_card,
    draw_cover,
    jpeg,
)


def rgb(color: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(color[1:]))


def corners(picture: PillowImage.Image) -> list[tuple[int, int]]:
    """Where frames of cutouts begin: lines of the edge's colour that are as long as a side."""
    edge = (np.asarray(picture) == rgb(EDGE)).all(axis=2)
    across = np.lib.stride_tricks.sliding_window_view(edge, SIDE, axis=1).all(axis=2)
    tops = np.argwhere(across[: 1 - SIDE] & across[SIDE - 1 :])
    return [(int(x), int(y)) for y, x in tops]


def test_cutouts_stand_apart_in_their_places(atlas: Atlas) -> None:
    picture = draw_cover(atlas)
    assert picture.size == COVER
    found = corners(picture)
    assert len(found) >= 6
    for i, (x, y) in enumerate(found):
        assert 0 <= x <= COVER[0] - SIDE
        assert 0 <= y <= COVER[1] - SIDE
        assert all(abs(x - u) > SIDE or abs(y - v) > SIDE for u, v in found[:i])
    # The cutout farthest to the right is the picture farthest to the right.
    row = int(np.argmax(atlas.positions[:, 0]))
    pixels = atlas.pictures.sheet_pixels(atlas.sheet_layout.slot(row).sheet)
    cut = PillowImage.fromarray(pixels[atlas.sheet_layout.box(row).slices]).resize((SIDE, SIDE))
    x, y = max(found)
    shown = np.asarray(picture)[y + 1 : y + SIDE - 1, x + 1 : x + SIDE - 1].astype(int)
    assert np.abs(shown - np.asarray(cut)[1:-1, 1:-1]).mean() < 3


@pytest.mark.parametrize("limit", [1, 2])
def test_a_map_of_one_point_or_two_has_its_picture(limit: int, tmp_path: Path) -> None:
    atlas = make_atlas(tmp_path / "x.atlas", pictures=[nebula(1)], limit=limit)
    assert len(corners(draw_cover(atlas))) == 1  # they lie on one another


def test_placeholders_are_not_shown(tmp_path: Path) -> None:
    told = ["text on one tone"] * 12
    atlas = make_atlas(
        tmp_path / "x.atlas", pictures=[nebula(1)], limit=12, columns={"placeholder": told}
    )
    assert corners(draw_cover(atlas)) == []


@pytest.mark.parametrize("title", ["M 31", "Größe – β", "漢字 ☉", "A long title " * 20, ""])
def test_words_fit_the_card(title: str, atlas: Atlas) -> None:
    card = draw_card([atlas, atlas], title, "2 collections")
    assert card.size == CARD
    band = np.asarray(card)[CARD[1] - BAND :]
    drawn = np.argwhere((band != rgb(GROUND)).any(axis=2))
    assert drawn[:, 1].min() >= 16
    assert drawn[:, 1].max() < CARD[0] - 16
    with PillowImage.open(io.BytesIO(jpeg(card))) as again:
        assert (again.format, again.size) == ("JPEG", CARD)
