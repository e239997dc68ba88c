"""What a query may name in an atlas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import make_atlas

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.columns import AtlasColumns


def test_rows_are_those_that_pandas_finds(atlas: Atlas) -> None:
    table = atlas.cutouts
    rows = atlas.select('class == "spiral" and magnitude > 21 and not file ~ "FIELD_1"')
    expected = table.index[
        (table["class"] == "spiral") & (table["magnitude"] > 21) & (table["image"] == 0)
    ]
    assert rows.dtype == np.int64
    assert rows.tolist() == expected.tolist()
    assert atlas.select("row < 3").tolist() == [0, 1, 2]
    assert atlas.select("INSTRUME == 'ACS'").tolist() == list(range(len(atlas)))
    assert (
        atlas.select("x0 == 24 and y1 <= 96").tolist()
        == table.index[(table["ixmin"] == 24) & (table["iymax"] <= 96)].tolist()
    )
    with pytest.raises(ValueError, match="there is no column clas; did you mean class"):
        atlas.select("clas == 1")


def test_a_label_stands_for_its_score(atlas: Atlas) -> None:
    table = atlas.cutouts
    for label in ("label 0", "label 3"):
        scores = sum(
            np.where(table[f"label_{i}"] == label, table[f"score_{i}"], 0) for i in range(1, 6)
        )
        found = atlas.select(f"`{label}` >= 0.2")
        assert 0 < len(found) < len(atlas)
        assert found.tolist() == np.flatnonzero(scores >= 0.2).tolist()
        assert atlas.select(f'"{label}"').tolist() == np.flatnonzero(scores > 0).tolist()
    assert len(atlas.select("`best label` == 'label 1'")) == (table["label_1"] == "label 1").sum()


def test_a_circle_holds_what_is_near(atlas: Atlas) -> None:
    place = atlas.cutouts.loc[17, ["ra_deg", "dec_deg"]]
    query = f"within({place['ra_deg']:.9f}, {place['dec_deg']:.9f}, 1 arcsec)"
    assert atlas.select(query).tolist() == [17]


def test_without_positions_there_are_no_columns_of_the_sky(flipped_atlas: Atlas) -> None:
    with pytest.raises(ValueError, match="no cutout here has a position"):
        flipped_atlas.select("within(1, 2, 3 deg)")
    assert not {"ra", "dec", "scale"} & set(flipped_atlas.columns.names)


def tables(**own: Any) -> AtlasColumns:
    cutouts = pd.DataFrame(
        {
            "image": np.array([0, 1, 1], np.int32), "ixmin": 0, "ixmax": 8, "iymin": 0, "iymax": 9,
            "ra_deg": 1.0, "dec_deg": 2.0, "pixel_scale_arcsec": np.nan,
            "label_1": ["file", "cat", None], "score_1": np.array([0.5, 0.25, np.nan], np.float32),
            **{f"label_{i}": None for i in range(2, 6)},
            **{f"score_{i}": np.nan for i in range(2, 6)},
            **own,
        }
    )  # fmt: skip
    images = pd.DataFrame({"name": ["a.fits", "b.fits"], "row": [5, 6], "z": [1.5, 2.5]})
    derived = {"isolation": lambda: pd.Series([0.5, 0.25, 0.75], dtype=np.float32)}
    return AtlasColumns(cutouts, images, derived)


def test_the_user_s_own_columns_come_first() -> None:
    columns = tables(ra=["x", "y", None], z=[7, 8, 9])
    roles = {"ra": "own", "z": "own", "row": "own", "file": "built-in", "hd.row": "built-in"}
    roles |= {"hd.ra": "built-in", "dec": "built-in", "cat": "label", "label.file": "label"}
    assert roles.items() <= columns.names.items()
    # Those of the cutouts before those of the images, which stand for each of their cutouts.
    assert columns.get("z").values.tolist() == [7, 8, 9]
    assert columns.get("row").values.tolist() == [5, 6, 6]
    assert columns.get("hd.row").values.tolist() == [0, 1, 2]
    assert columns.get("label.file").values.tolist() == [0.5, 0, 0]
    assert columns.get("cat").values.tolist() == [0, 0.25, 0]
    file = columns.get("file")
    assert [file.texts[code] for code in file.values] == ["a.fits", "b.fits", "b.fits"]


def test_isolation_is_the_distance_to_the_ninth_nearest(atlas: Atlas) -> None:
    unit = np.asarray(atlas.fingerprints, float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    distances = np.sort(1 - unit @ unit.T, axis=1)[:, 9]  # the first is the cutout itself
    np.testing.assert_allclose(atlas.isolation, distances, atol=2e-3)
    far = float(np.median(distances)) + 0.01
    assert (
        atlas.select(f"isolation > {far}").tolist()
        == np.flatnonzero(atlas.isolation > far).tolist()
    )
    columns = tables(isolation=[3, 2, 1])
    assert columns.get("isolation").values.tolist() == [3, 2, 1]
    assert columns.get("hd.isolation").values.tolist() == [0.5, 0.25, 0.75]


def test_trust_is_a_column_where_the_atlas_has_it(atlas: Atlas, tmp_path: Path) -> None:
    assert atlas.trust is not None
    found = atlas.select("trust >= 0.5 and `local isolation` > 1")
    expected = (atlas.trust >= 0.5) & (atlas.local_isolation > 1)
    assert 0 < len(found) < len(atlas)
    assert found.tolist() == np.flatnonzero(expected).tolist()
    few = make_atlas(tmp_path / "few.atlas", limit=9, k=8)
    assert few.trust is None
    assert "trust" not in few.columns.names


def test_isolation_where_there_are_few_others(tmp_path: Path) -> None:
    three = make_atlas(tmp_path / "three.atlas", limit=3, k=2)
    assert three.isolation.tolist() == (1 - three.neighbors.similarities[:, -1]).tolist()
    alone = make_atlas(tmp_path / "alone.atlas", limit=1, k=0)
    assert np.isnan(alone.isolation).all()
    assert alone.select("isolation is missing").tolist() == [0]
