"""Simulated atlases are whole, say what they are, and keep what their thumbnails promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from simulate_atlas import simulate_atlas
from simulation import pictures

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.methods.provenance import provenance

pytestmark = pytest.mark.slow

N = 5000  # more than one cycle of thumbnails, and a last sheet that is not full


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Atlas:
    """Out of the 216 thumbnails of the tests' own atlas."""
    out = tmp_path_factory.mktemp("simulated") / "s.atlas"
    return simulate_atlas(out, N, source=atlas.path, progress=False)


def thumbnail(atlas: Atlas, row: int) -> np.ndarray:
    sheet, slot = divmod(row, atlas.sheet_layout.per_sheet)
    down, across = divmod(slot, atlas.sheet_layout.columns)
    with Pillow.open(atlas.sheet_path(sheet)) as picture:
        box = (96 * across, 96 * down, 96 * across + 96, 96 * down + 96)
        return np.asarray(picture.convert("RGB").crop(box), float)


def test_it_is_whole_and_says_that_it_is_simulated(simulated: Atlas) -> None:
    assert open_atlas(simulated.path).check() == []
    assert len(simulated.cutouts) == len(simulated.positions) == N
    assert len(simulated.images) == 2
    assert simulated.title.startswith("Simulated")
    assert simulated.manifest["notes"][0].startswith("SIMULATED")
    assert "no network was run" in simulated.manifest["model"]["reason"]
    assert any("simulated" in text for name, text in provenance(simulated) if name == "Vectors")


def test_neighbours_are_the_nearest_of_all(simulated: Atlas) -> None:
    unit = simulated.fingerprints.astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    rows = np.random.default_rng(0).choice(N, 400, replace=False)
    cosine = unit[rows] @ unit.T
    cosine[np.arange(400), rows] = -np.inf
    nearest = np.argsort(-cosine, axis=1)[:, :12]
    best = np.take_along_axis(cosine, nearest, axis=1)
    np.testing.assert_allclose(simulated.neighbors.similarities[rows], best, atol=2e-6)
    # Where similarities are equal to six decimals the order is free.
    found = simulated.neighbors.rows[rows]
    agree = [len(np.intersect1d(a, b)) for a, b in zip(found, nearest, strict=True)]
    assert np.mean(agree) > 11.9


def test_rows_show_their_own_real_thumbnail(simulated: Atlas, atlas: Atlas) -> None:
    bases = pictures.base_thumbnails(atlas)
    shown = pictures.Thumbnails(bases, N, seed=0)
    assert len(bases) == len(atlas)
    # Every fourth pixel tells them apart.
    all_shown = np.stack([shown.pixels(row)[::4, ::4] for row in range(pictures.CYCLE)])
    for row in (0, 215, 216, 4000, 4351, 4352, N - 1):
        errors = np.abs(all_shown - thumbnail(simulated, row)[::4, ::4]).mean(axis=(1, 2, 3))
        assert int(np.argmin(errors)) == row % pictures.CYCLE
        assert simulated.colors is not None
        assert np.abs(simulated.colors[row] - thumbnail(simulated, row).mean(axis=(0, 1))).max() < 4
    # In the first round they are those of the real atlas as they are.
    assert np.abs(shown.pixels(3) - thumbnail(atlas, int(shown.base[3]))).max() == 0


def test_boxes_lie_in_their_images_and_previews_show_them(simulated: Atlas) -> None:
    table, images = simulated.cutouts, simulated.images
    own = images.iloc[table["image"]]
    assert (table[["ixmin", "iymin"]] >= 0).all(axis=None)
    assert (table["ixmax"].to_numpy() <= own["nx"].to_numpy()).all()
    assert (table["iymax"].to_numpy() <= own["ny"].to_numpy()).all()
    row = 4352 + 300
    record = table.iloc[row]
    with Pillow.open(simulated.path / "previews" / images.iloc[1]["preview"]) as preview:
        assert preview.size == tuple(images.iloc[1][["preview_width", "preview_height"]])
        box = np.array(record[["ixmin", "iymin", "ixmax", "iymax"]], float) / 96 * 24
        part = np.asarray(preview.convert("RGB").crop(tuple(box.astype(int))), float)
    assert abs(part.mean() - thumbnail(simulated, row).mean()) < 8


def test_columns_are_those_of_an_archive(simulated: Atlas) -> None:
    table = simulated.cutouts
    assert table["class"].nunique() == 12
    assert 0 < table["class"].isna().mean() < 0.1
    assert 0 < table["magnitude"].isna().mean() < 0.1
    known = table["dec_deg"].notna()
    assert table.loc[known, "ra_deg"].between(0, 360, inclusive="left").all()
    assert table.loc[known, "dec_deg"].between(-90, 90).all()


def test_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    first, second, other = (
        simulate_atlas(tmp_path / f"{i}.atlas", 300, seed=seed, progress=False)
        for i, seed in enumerate((1, 1, 2))
    )
    files = [{k: v["sha256"] for k, v in a.manifest["files"].items()} for a in (first, second)]
    assert files[0] == files[1]
    assert not np.array_equal(first.positions, other.positions)


@pytest.mark.parametrize("n", [1, 2, 13, 14])
def test_few_are_an_atlas_too(n: int, tmp_path: Path) -> None:
    made = simulate_atlas(tmp_path / "few.atlas", n, progress=False)
    assert made.neighbors.rows.shape == (n, min(12, n - 1))
    assert made.check() == []
    assert np.isfinite(made.positions).all()


def test_nonsense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="-n 0"):
        simulate_atlas(tmp_path / "none.atlas", 0)
