"""Names from what every atlas has: images, places in them, sizes, colours."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.schema import ImageRow
from hubble_dash.builder.naming.measured import box_values, image_values, look_values
from hubble_dash.builder.naming.values import Values

N = 90


def write(folder: Path, names: list[str], **columns: NDArray[np.int64]) -> None:
    """Boxes of 10 pixels all over images of 100, in turns; row 0 of the second is at the top."""
    at = np.arange(N) % 10 * 10
    cutouts = {"image": np.arange(N) % len(names), "ixmin": at, "iymin": at, **columns}
    cutouts |= {"ixmax": cutouts["ixmin"] + 10, "iymax": cutouts["iymin"] + 10} | columns
    pd.DataFrame(cutouts).to_parquet(folder / "cutouts.parquet")
    origin = [["lower", "upper"][i % 2] for i in range(len(names))]
    images = dict.fromkeys(ImageRow.__annotations__, "") | {"name": names, "nx": 100, "ny": 100}
    images |= {"origin": origin}
    pd.DataFrame(images).to_parquet(folder / "images.parquet")


def having(term: str, some: Iterable[Values]) -> NDArray[np.bool_] | None:
    """Which cutouts have a term; None where there is no such term."""
    for values in some:
        has = np.array([term in terms for terms in values.terms] + [False])
        if has.any():
            return has[values.codes]
    return None


def test_images_name_what_was_cut_from_them(tmp_path: Path) -> None:
    write(tmp_path, ["m51.fits.gz", "carina_preview.jpg"])
    values = image_values(tmp_path)
    assert values is not None
    assert values.terms == [["m51"], ["carina_preview"]]
    assert np.array_equal(values.codes, np.arange(N) % 2)
    for names in (["m51.fits"], [f"{i}.fits" for i in range(61)]):
        write(tmp_path, names)
        assert image_values(tmp_path) is None


def test_places_are_those_of_the_image_as_it_is_shown(tmp_path: Path) -> None:
    write(tmp_path, ["a.fits", "b.jpg"])
    some = [*box_values(tmp_path)]
    low, is_first = np.arange(N) % 10 < 3, np.arange(N) % 2 == 0
    high = np.arange(N) % 10 > 6
    assert np.array_equal(having("left", some), low)
    assert np.array_equal(having("right", some), high)
    assert np.array_equal(having("bottom", some), np.where(is_first, low, high))
    assert np.array_equal(having("top", some), np.where(is_first, high, low))
    assert having("small", some) is None
    assert not [*look_values(tmp_path)]


def test_sizes_are_compared_where_they_differ(tmp_path: Path) -> None:
    side = 10 + np.arange(N)
    write(tmp_path, ["a.fits"], ixmax=np.arange(N) % 10 * 10 + side)
    some = [*box_values(tmp_path)]
    assert np.array_equal(having("small", some), side <= np.quantile(side, 1 / 3))
    assert np.array_equal(having("large", some), side >= np.quantile(side, 2 / 3))


def test_colours_are_dark_bright_red_and_blue(tmp_path: Path) -> None:
    write(tmp_path, ["a.jpg"])
    light = np.arange(N) + 100
    hue = np.array([-30, 0, 30])[np.arange(N) % 3]
    colors = np.stack([light + hue, light, light - hue], axis=1).astype(np.uint8)
    np.save(tmp_path / "colors.npy", colors)
    some = [*look_values(tmp_path)]
    assert np.array_equal(having("dark", some), np.arange(N) < 30)
    assert np.array_equal(having("bright", some), np.arange(N) >= 60)
    assert np.array_equal(having("blue", some), hue < 0)
    assert np.array_equal(having("red", some), hue > 0)
    # Where all is red some is less so, and not blue.
    np.save(tmp_path / "colors.npy", np.stack([light, light // 2, hue + 30], axis=1).astype("u1"))
    some = [*look_values(tmp_path)]
    assert not np.any(having("blue", some))
