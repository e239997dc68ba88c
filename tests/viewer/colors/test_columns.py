"""Colours of points: columns and their codes, mean colours, tints, and a palette that reads."""

from __future__ import annotations

import colorsys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import make_atlas
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.colors.columns import MISSING, OTHER, ColorColumn, color_columns
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.colors.tints import mean_colors, tints


def colored(atlas: Atlas, images: pd.DataFrame | None = None, **columns: Any) -> dict[str, Any]:
    """The colour columns of an atlas with further columns, by name."""
    copy = Atlas(atlas.path, atlas.manifest)
    copy.cutouts = atlas.cutouts.assign(**columns)
    if images is not None:
        copy.images = images
    return {found.legend["name"]: found for found in color_columns(copy)}


def check_categories(found: ColorColumn, values: pd.Series) -> None:
    """Legend and codes against pandas's own counts."""
    legend, counts = found.legend, values.value_counts()
    shown = {entry["text"]: entry["count"] for entry in legend["categories"]}
    assert list(shown.values()) == counts.iloc[:10].tolist()
    assert all(counts[text] == count for text, count in shown.items())
    assert legend["other"] == counts.iloc[10:].sum()
    assert legend["missing"] == values.isna().sum()
    texts = np.array([*shown, *[None] * (256 - len(shown))], dtype=object)
    texts[OTHER] = "other"
    wanted = values.where(values.isna() | values.isin(list(shown)), "other").astype(object)
    assert texts[found.codes].tolist() == wanted.where(wanted.notna(), None).tolist()


def test_the_columns_of_the_page_can_be_chosen(atlas: Atlas) -> None:
    found = colored(atlas)
    assert list(found) == ["file", "best label", "magnitude", "class"]
    check_categories(found["file"], atlas.images["name"][atlas.cutouts["image"]])
    check_categories(found["best label"], atlas.cutouts["label_1"])
    check_categories(found["class"], atlas.cutouts["class"])


def test_numbers_lie_between_two_percentiles(atlas: Atlas) -> None:
    values = np.random.default_rng(0).normal(size=len(atlas))
    values[3], values[5], values[7] = 1e9, np.nan, -np.inf
    found = colored(atlas, flux=values)["flux"]
    known = np.isfinite(values)
    low, high = np.percentile(values[known], [2, 98], method="nearest")
    assert (found.legend["low"], found.legend["high"]) == (low, high)
    assert found.legend["missing"] == 2
    assert (found.codes == MISSING).tolist() == (~known).tolist()
    back = low + found.codes[known] / 254 * (high - low)
    np.testing.assert_allclose(back, np.clip(values[known], low, high), atol=(high - low) / 500)
    assert found.codes[3] == 254


def test_equal_numbers_have_the_colour_of_the_middle(atlas: Atlas) -> None:
    found = colored(atlas, epoch=2000)["epoch"]
    assert set(found.codes.tolist()) == {127}
    assert "unknown" not in colored(atlas, unknown=[np.inf, *[np.nan] * (len(atlas) - 1)])


def test_rare_categories_share_a_code_and_too_many_are_no_column(atlas: Atlas) -> None:
    numbers = np.arange(len(atlas)) ** 2 % 59
    kinds = pd.Series(numbers).map("kind {}".format).where(numbers != 4)
    found = colored(atlas, kind=kinds, name=[f"n{i}" for i in range(len(atlas))])
    check_categories(found["kind"], kinds)
    assert found["kind"].legend["other"] > 0
    assert "name" not in found
    assert "hot" in colored(atlas, hot=kinds.astype("category").cat.add_categories("unused"))


def test_what_headers_say_colours_cutouts(atlas: Atlas) -> None:
    images = atlas.images.assign(
        EXPTIME=[100.0, 300.0], FILTER=["F814W", "F435W"], DATE=["one", None], magnitude=[1, 2]
    )
    found = colored(atlas, images)
    assert list(found) == ["file", "best label", "magnitude", "class", "EXPTIME", "FILTER"]
    image = atlas.cutouts["image"]
    check_categories(found["FILTER"], images["FILTER"][image].reset_index(drop=True))
    assert found["EXPTIME"].codes.tolist() == (image * 254).tolist()


def test_images_that_are_cutouts_are_no_categories(flipped_atlas: Atlas) -> None:
    assert "file" not in {column.legend["name"] for column in color_columns(flipped_atlas)}


def test_mean_colours_are_those_of_the_thumbnails(tmp_path: Path) -> None:
    """Plain colours, one a cutout, more than a sheet of them."""
    shade = np.random.default_rng(2).integers(0, 256, (20, 14, 3), dtype=np.uint8)
    picture = shade.repeat(24, axis=0).repeat(24, axis=1)
    atlas = make_atlas(tmp_path / "plain.atlas", pictures=[picture], size=24, step=24)
    assert atlas.n_sheets == 2
    found = mean_colors(atlas)
    # As far as WebP keeps colours.
    assert np.abs(found.astype(int) - shade.reshape(-1, 3)).max() <= 12
    layout = atlas.sheet_layout
    with PillowImage.open(atlas.sheet_path(1)) as sheet:
        last = np.asarray(sheet.convert("RGB"))
    row, column = divmod(len(atlas) - 1 - layout.per_sheet, layout.columns)
    top, left = row * layout.size, column * layout.size
    true = last[top : top + layout.size, left : left + layout.size].mean(axis=(0, 1))
    np.testing.assert_allclose(found[-1], true, atol=1)


def test_tints_keep_the_hue_and_rank_the_lightness() -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (2000, 3), dtype=np.uint8)
    hue, saturation, rank = tints(rgb).T
    for color, found_hue, found_saturation in zip(rgb, hue, saturation, strict=True):
        true_hue, chroma_of_most, _ = colorsys.rgb_to_hsv(*(color / 255))
        off = abs(found_hue / 255 - true_hue)
        assert min(off, 1 - off) < 0.0021
        wanted = min(0.85, 0.12 + 1.6 * chroma_of_most)
        assert found_saturation / 255 == pytest.approx(wanted, abs=0.0021)
    light = rgb.astype(int) @ [30, 59, 11]
    assert (np.diff(rank[np.argsort(light, kind="stable")].astype(int)) >= 0).all()
    assert np.bincount(rank, minlength=256).min() >= 3


def test_gray_black_and_single_cutouts_have_tints_too() -> None:
    found = tints(np.array([[0, 0, 0], [90, 90, 90], [255, 255, 255]], np.uint8))
    assert found[:, 0].tolist() == [round(215 / 360 * 255)] * 3
    assert found[:, 1].tolist() == [round(0.12 * 255)] * 3
    assert found[:, 2].tolist() == [0, 128, 255]
    assert tints(np.array([[9, 8, 7]], np.uint8))[0, 2] == 255
    assert tints(np.empty((0, 3), np.uint8)).shape == (0, 3)


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("background", ["#10151f", "#ffffff"])
def test_density_reads_on_both_pages(background: str) -> None:
    for color in PALETTE["density"]:
        low, high = sorted([luminance(color), luminance(background)])
        assert (high + 0.05) / (low + 0.05) >= 3


def test_categories_have_a_colour_each() -> None:
    assert len(set(PALETTE["categories"])) == 10
    assert len(PALETTE["ramp"]) == 9
