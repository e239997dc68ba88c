"""Agreement with people: triplets and matrices, compared with SciPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau, spearmanr

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import CatalogError
from hubble_dash.evaluation.evaluate import evaluate


def test_triplets(atlas: Atlas, tmp_path: Path) -> None:
    unit = np.asarray(atlas.fingerprints, np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    rows = np.random.default_rng(0).choice(len(atlas), (50, 3))
    rows = rows[(rows[:, 0] != rows[:, 1]) & (rows[:, 0] != rows[:, 2])]
    table = pd.DataFrame(rows, columns=["anchor", "positive", "negative"])
    table.to_csv(tmp_path / "triplets.csv", index=False)
    found = evaluate(atlas, triplets=tmp_path / "triplets.csv").triplets
    assert found is not None
    agreed = [
        1.0 if unit[a] @ unit[p] > unit[a] @ unit[n] else 0.5 * (p == n)
        for a, p, n in rows.tolist()
    ]
    assert found.agreement == pytest.approx(np.mean(agreed), abs=0.02)
    assert found.n == len(rows)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("anchor,positive\n1,2\n", "gives no triplets"),
        ("anchor,positive,negative\n", "no rows"),
        ("anchor,positive,negative\n0,1,9999\n", "no cutout goes by that name"),
        ("anchor,positive,negative\nfield_0.fits,1,2\n", "108 cutouts go by that name"),
    ],
)
def test_triplets_that_cannot_be_used(atlas: Atlas, tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "triplets.csv").write_text(text)
    with pytest.raises(CatalogError, match=why):
        evaluate(atlas, triplets=tmp_path / "triplets.csv")


def test_a_matrix_by_people(atlas: Atlas, tmp_path: Path) -> None:
    rows = np.arange(0, len(atlas), 10)
    unit = np.asarray(atlas.fingerprints, np.float32)[rows]
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    cosine = unit @ unit.T
    noise = np.random.default_rng(0).normal(0, cosine.std(), cosine.shape)
    people = cosine + (noise + noise.T) / 2
    people[0, 1] = np.nan
    pd.DataFrame(people, index=rows, columns=rows).to_csv(tmp_path / "people.csv")
    found = evaluate(atlas, matrix=tmp_path / "people.csv", nearest=3).matrix
    assert found is not None
    upper = np.triu_indices(len(rows), 1)
    keep = np.isfinite(people[upper])
    first, second = cosine[upper][keep], people[upper][keep]
    assert found.n_pairs == keep.sum()
    assert found.spearman == pytest.approx(spearmanr(first, second).statistic, abs=1e-3)
    assert found.kendall == pytest.approx(kendalltau(first, second).statistic, abs=1e-3)
    assert 0 < found.row_spearman < 1
    assert found.chance < found.precision < 1


def test_a_matrix_for_all_rows_agrees_with_itself(atlas: Atlas, tmp_path: Path) -> None:
    unit = np.asarray(atlas.fingerprints, np.float32)
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    np.save(tmp_path / "same.npy", (unit @ unit.T).astype(np.float64))
    found = evaluate(atlas, matrix=tmp_path / "same.npy").matrix
    assert found is not None
    assert found.spearman == pytest.approx(1, abs=1e-6)
    assert found.precision == pytest.approx(1, abs=0.02)
    np.save(tmp_path / "other.npy", np.eye(3))
    with pytest.raises(CatalogError, match=r"shape \(3, 3\)"):
        evaluate(atlas, matrix=tmp_path / "other.npy")
