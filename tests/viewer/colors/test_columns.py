"""The columns that points can be coloured by: legends and codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.colors.columns import MISSING, OTHER, ColorColumn, color_columns

# Columns of every atlas that has a map and neighbours.
DERIVED = ["isolation", "local isolation", "trust"]


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
    assert list(found) == ["file", "best label", "magnitude", "class", *DERIVED]
    check_categories(found["file"], atlas.images["name"][atlas.cutouts["image"]])
    check_categories(found["best label"], atlas.cutouts["label_1"])
    check_categories(found["class"], atlas.cutouts["class"])
    assert atlas.trust is not None
    trusted = found["trust"].legend
    ends = np.percentile(atlas.trust, [2, 98], method="nearest")
    assert (trusted["low"], trusted["high"]) == tuple(ends)


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
    assert list(found) == [
        "file",
        "best label",
        "magnitude",
        "class",
        "EXPTIME",
        "FILTER",
        *DERIVED,
    ]
    image = atlas.cutouts["image"]
    check_categories(found["FILTER"], images["FILTER"][image].reset_index(drop=True))
    assert found["EXPTIME"].codes.tolist() == (image * 254).tolist()


def test_dates_run_along_the_ramp(atlas: Atlas) -> None:
    days = pd.Timestamp("2004-02-28") + pd.to_timedelta(np.arange(len(atlas)), unit="D")
    texts = pd.Series(days.strftime("%Y-%m-%dT12:00:00")).mask(np.arange(len(atlas)) == 3)
    texts[4] = " "
    found = colored(atlas, observed=texts, named=[f"on {text}" for text in texts])
    assert "named" not in found
    legend = found["observed"].legend
    assert (legend["kind"], legend["missing"]) == ("date", 2)
    assert "bend" not in legend
    begins = days.to_numpy().astype("datetime64[ms]").astype(np.int64)
    known = np.delete(begins, [3, 4])
    low, high = np.percentile(known, [2, 98], method="nearest") + 12 * 3_600_000
    assert (legend["low"], legend["high"]) == (low, high)
    assert found["observed"].codes[[3, 4]].tolist() == [MISSING, MISSING]
    assert found["observed"].codes[[0, -1]].tolist() == [0, 254]


def test_images_that_are_cutouts_are_no_categories(flipped_atlas: Atlas) -> None:
    assert "file" not in {column.legend["name"] for column in color_columns(flipped_atlas)}


def test_the_ends_of_long_numbers_are_told_whole(atlas: Atlas) -> None:
    n = len(atlas)
    ids = pd.array([None, *(2**62 + i for i in range(1, n))], "Int64")
    found = colored(atlas, ids=ids, short=[2**53 - 1 - i for i in range(n)])
    places = [int(share * (n - 2) + 0.5) for share in (0.02, 0.98)]
    assert (found["ids"].legend["low"], found["ids"].legend["high"]) == tuple(
        str(2**62 + 1 + place) for place in places
    )
    assert found["ids"].codes[0] == MISSING
    assert isinstance(found["short"].legend["low"], float)
    # Other numbers of a header are told so too.
    images = atlas.images.assign(TIC=[2**62 + 1, 2**62 + 3])
    assert colored(atlas, images)["TIC"].legend["high"] == str(2**62 + 3)


def test_a_column_may_be_called_as_ours_are(atlas: Atlas) -> None:
    copy = Atlas(atlas.path, atlas.manifest)
    copy.cutouts = atlas.cutouts.assign(**{"file": "theirs", "best label": 7.0, "0": "a"})
    names = [found.legend["name"] for found in color_columns(copy)]
    own = ["magnitude", "class", "file", "best label", "0"]
    assert names == ["hd.file", "hd.best label", *own, *DERIVED]
