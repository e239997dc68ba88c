"""An image is read in the same way by a build and by a query of its atlas."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.images import flux_image, make_fits, make_picture

import hubble_dash as hd
from hubble_dash.builder.feeding import recipe as recipes
from hubble_dash.builder.feeding.recipe import Recipe
from hubble_dash.builder.reading.image import Image
from hubble_dash.errors import CatalogError, ImageError

SETTINGS: list[dict[str, Any]] = [
    {},
    {
        "stretch": hd.Stretch(limits="minmax", curve="log"),
        "process_images": [hd.Crop(50), hd.Rotate(90.0)],
        "process_cutouts": [hd.Grayscale(), hd.FlipUpDown()],
        "hdu": "SCI",
        "plane": 0,
    },
]


def written(settings: hd.BuildSettings) -> dict[str, Any]:
    """A manifest as it is read again."""
    names = ("stretch", "process_images", "process_cutouts", "hdu", "plane")
    return json.loads(json.dumps({"settings": {name: asdict(settings)[name] for name in names}}))


@pytest.mark.parametrize("settings", SETTINGS, ids=["plain", "processed"])
def test_a_manifest_gives_the_recipe_again(tmp_path: Path, settings: dict[str, Any]) -> None:
    path = make_fits(tmp_path / "a.fits", flux_image((60, 80)) ** 2)
    told = hd.BuildSettings(**settings)
    shown = []
    for recipe in (Recipe.of(told), Recipe.from_manifest(written(told))):
        display = recipe.open(path)
        with display.image:
            shown.append(recipe.finish(display.read(max_side=recipe.max_side)[0]))
        assert recipe.max_side == (None if settings else 1024)
    np.testing.assert_array_equal(*shown)
    assert shown[0].shape == ((50, 50) if settings else (60, 80))


def test_large_cutouts_are_averaged_down_unless_steps_see_them(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png", np.tile(np.uint8([[0, 200]]), (4, 1000)))
    for recipe, shape, levels in (
        (Recipe(hd.Stretch()), (2, 1000), {100}),
        (Recipe(hd.Stretch(), process_cutouts=[hd.FlipUpDown()]), (4, 2000), {0, 200}),
    ):
        display = recipe.open(path)
        with display.image:
            pixels = display.read(max_side=recipe.max_side)[0]
        assert (pixels.shape[1], set(np.unique(pixels))) == (shape[1], levels)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Files that have been closed."""
    paths, close = [], Image.close

    def look(image: Image) -> None:
        paths.append(image.path)
        close(image)

    monkeypatch.setattr(Image, "close", look)
    return paths


def test_a_file_is_closed_where_it_is_not_needed(tmp_path: Path, closed: list[Path]) -> None:
    path = make_picture(tmp_path / "a.png", np.zeros((40, 50), np.uint8))
    plain = Recipe(hd.Stretch()).open(path)
    assert closed == []
    plain.image.close()
    # Steps leave a copy in memory.
    flipped = Recipe(hd.Stretch(), [hd.FlipUpDown()]).open(path)
    assert closed == [path] * 2
    assert flipped.read()[0].shape == (40, 50)


def test_a_file_is_closed_where_something_fails(
    tmp_path: Path, closed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_picture(tmp_path / "a.png", np.zeros((40, 50), np.uint8))

    def refuse(image: Image) -> None:
        raise CatalogError(f"{image.path} is in hours")

    with pytest.raises(CatalogError, match="in hours"):
        Recipe(hd.Stretch()).open(path, inspect=refuse)
    assert closed == [path]
    monkeypatch.setattr(recipes, "process_image", None)
    with pytest.raises(TypeError):
        Recipe(hd.Stretch()).open(path)
    assert closed == [path] * 2
    with pytest.raises(ImageError, match="no such file"):
        Recipe(hd.Stretch()).open(tmp_path / "none.png")
