"""Metrics compared with brute force, with scikit-learn, and with what a hand can count."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import kendalltau, spearmanr
from sklearn.metrics import average_precision_score, confusion_matrix
from sklearn.neighbors import KNeighborsClassifier

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.centering import center
from hubble_dash.errors import CatalogError
from hubble_dash.evaluation.evaluate import RotationScores, evaluate
from hubble_dash.evaluation.retrieval import Gallery, label_scores, purity


def points(*angles_deg: float) -> NDArray[np.float32]:
    """Unit vectors in the plane: the nearer two angles, the more similar."""
    radians = np.deg2rad(angles_deg)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def labelled(
    n: int = 60, seed: int = 0, dimensions: int = 5
) -> tuple[NDArray[np.float32], pd.Series[Any]]:
    random = np.random.default_rng(seed)
    codes = random.integers(0, 4, n)
    vectors = random.normal(size=(4, dimensions))[codes] + random.normal(size=(n, dimensions))
    return vectors.astype(np.float32), pd.Series(np.array(list("dbca"))[codes], name="class")


def test_a_case_counted_by_hand() -> None:
    # In their order of similarity:  a0: b 10°, a 30°, b 60°   b10: a 10°, a 20°, b 50°
    #                                a30: b 20°, a 30° (0), b 30° -> 60 and 0 are equally far
    gallery = Gallery(points(0, 10, 31, 60))
    found = label_scores(gallery, pd.Series(["a", "b", "a", "b"], name="kind"), nearest=2)
    # a0 finds b a b; b10 finds a a b; a31 finds b b a; b60 finds a b a.
    assert found.accuracy == 0
    assert found.precision == pytest.approx((1 / 2 + 0 + 0 + 1 / 2) / 4)
    assert found.average_precision == pytest.approx((1 / 2 + 1 / 3 + 1 / 3 + 1 / 2) / 4)
    assert found.chance == pytest.approx(1 / 3)
    assert found.confusion.tolist() == [[0, 2], [2, 0]]
    assert [one.n for one in found.classes] == [2, 2]


def test_against_scikit_learn() -> None:
    vectors, labels = labelled()
    found = label_scores(Gallery(vectors), labels, nearest=9, vote=1)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine, own = unit @ unit.T, labels.to_numpy()
    precisions, averages, predicted = [], [], []
    for i in range(len(unit)):
        others = np.arange(len(unit)) != i
        same = own[others] == own[i]
        averages.append(average_precision_score(same, cosine[i, others]))
        precisions.append(same[np.argsort(-cosine[i, others])[:9]].mean())
        nearest = KNeighborsClassifier(1, metric="cosine").fit(unit[others], own[others])
        predicted.append(nearest.predict(unit[i : i + 1])[0])
    assert found.n_queries == 60
    assert found.average_precision == pytest.approx(np.mean(averages))
    assert found.precision == pytest.approx(np.mean(precisions))
    assert found.accuracy == pytest.approx(np.mean(np.array(predicted) == own))
    assert found.confusion.tolist() == confusion_matrix(own, predicted).tolist()
    assert found.vote_classes == ("a", "b", "c", "d")
    by_class = pd.Series(precisions).groupby(own).mean()
    assert found.class_precision == pytest.approx(by_class.mean())
    assert [one.precision for one in found.classes] == pytest.approx(by_class.tolist())


def test_nine_vote_and_the_nearer_wins_a_tie() -> None:
    gallery = Gallery(points(0, 1, 2, 3, 4))
    labels = pd.Series(["b", "a", "b", "b", "a"], name="kind")
    found = label_scores(gallery, labels, vote=4)
    # The first is seen by a, b, b, a: two each, and a is nearer.
    assert found.confusion[1, 0] >= 1
    vectors, many = labelled(seed=3)
    voted = label_scores(Gallery(vectors), many, vote=9).confusion
    assert voted.sum() == 60
    assert np.trace(voted) > 60 / 4


def test_labels_that_are_missing_or_alone_are_passed_over() -> None:
    gallery = Gallery(points(0, 5, 10, 15, 20, 25))
    labels = pd.Series(["a", None, "a", "", "lonely", "a"], name="kind")
    found = label_scores(gallery, labels)
    assert (found.n_queries, found.n_passed_over) == (3, 3)
    # The lonely one may be found, and is wrong; those without a label may not.
    assert found.classes[0].precision == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="no two cutouts share"):
        label_scores(gallery, pd.Series(list("abcdef"), name="kind"))


def test_permuted_cutouts_score_the_same() -> None:
    vectors, labels = labelled(seed=5)
    order = np.random.default_rng(1).permutation(len(labels))
    shuffled = labels.iloc[order].reset_index(drop=True)
    one, other = (
        label_scores(Gallery(vectors), labels),
        label_scores(Gallery(vectors[order]), shuffled),
    )
    assert one.average_precision == pytest.approx(other.average_precision)
    assert (one.confusion == other.confusion).all()


def test_blocks_of_queries_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, labels = labelled(seed=6)
    whole = label_scores(Gallery(vectors), labels)
    monkeypatch.setattr("hubble_dash.evaluation.retrieval.BLOCK_VALUES", 7 * len(vectors))
    assert label_scores(Gallery(vectors), labels).precision == pytest.approx(whole.precision)
    part = Gallery(vectors, max_queries=20).queries()
    assert len(part) == 20
    assert (np.diff(part) > 0).all()


def test_what_a_query_does_not_find() -> None:
    boxes = pd.DataFrame(
        {
            **{"image": [0, 0, 0, 1], "iymin": 0, "iymax": 10},
            **{"ixmin": [0, 5, 10, 0], "ixmax": [10, 15, 20, 10]},
        }
    )  # fmt: skip
    vectors = points(0, 1, 2, 3)
    allowed = {
        how: next(Gallery(vectors, boxes, leave_out=how).search(np.arange(4)))[2]
        .astype(int)
        .tolist()
        for how in ("none", "overlapping", "image")
    }
    assert allowed["none"] == (1 - np.eye(4, dtype=int)).tolist()
    assert allowed["overlapping"] == [[0, 0, 1, 1], [0, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 0]]
    assert allowed["image"] == [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1], [1, 1, 1, 0]]
    with pytest.raises(ValueError, match="needs the boxes"):
        Gallery(vectors, leave_out="image")
    with pytest.raises(ValueError, match="zero or not finite"):
        Gallery(np.zeros((2, 3), np.float32))


def test_purity_by_hand() -> None:
    gallery = Gallery(points(0, 1, 2, 90, 91, 92))
    instrument = pd.Series(list("xxxyyy"), name="instrument")
    found = purity(gallery, instrument, nearest=2)
    assert found is not None
    assert (found.shared, found.chance, found.strength) == pytest.approx((1, 2 / 5, 1))
    # Where each class was seen by one instrument, sharing it follows from sharing the class.
    labels = pd.Series(list("aaabbb"), name="class")
    explained = purity(gallery, instrument, labels=labels, nearest=2)
    assert explained is not None
    assert (explained.chance, explained.strength) == (1, 0)
    assert purity(gallery, pd.Series(["x"] * 6, name="instrument")) is None
    # Of as many files as cutouts, none can be shared.
    assert purity(gallery, pd.Series(list("abcdef"), name="file")) is None


def test_purity_of_a_column_that_does_not_matter_is_chance() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(600, 8)).astype(np.float32)
    found = purity(Gallery(vectors), pd.Series(random.choice(list("xy"), 600), name="filter"))
    assert found is not None
    assert abs(found.strength) < 0.05


def test_centring_takes_off_what_a_group_shares() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(40, 6)).astype(np.float32) + 50
    groups = np.arange(40) % 2
    vectors[groups == 1] += 5
    assert np.allclose(center(vectors).mean(axis=0), 0, atol=1e-5)
    apart = center(vectors, groups)
    for group in (0, 1):
        rows = groups == group
        assert np.allclose(apart[rows], vectors[rows] - vectors[rows].mean(axis=0), atol=1e-5)
    column = pd.Series(groups, name="instrument")
    strengths = [
        found.strength
        for moved in (center(vectors), apart)
        if (found := purity(Gallery(moved), column)) is not None
    ]
    assert strengths[0] > 0.9
    assert abs(strengths[1]) < 0.2
    # Alone in its group, and equal to the mean: still of some direction.
    assert np.allclose(center(vectors, np.arange(40)), center(vectors))
    assert (np.linalg.norm(center(np.ones((3, 4), np.float32)), axis=1) > 0).all()
    with pytest.raises(ValueError, match="39 groups"):
        center(vectors, groups[:39])


def test_an_atlas_is_evaluated(atlas: Atlas) -> None:
    found = evaluate(atlas, label="class", by=["label_1"])
    assert found.labels is not None
    assert found.labels.confusion.sum() == found.labels.n_queries
    assert {one.column for one in found.purity} == {"label_1", "file"}  # INSTRUME is one value
    text, plain = str(found), json.loads(json.dumps(found.to_dict(), allow_nan=False))
    for word in ("precision@9", "mAP", "spiral", "mean of classes", "file"):
        assert word in text
    assert plain["labels"]["precision"] == found.labels.precision
    assert plain["labels"]["classes"][0]["name"] == "elliptical"
    assert plain["rotations"] is None
    turned = found.with_rotations(RotationScores(10, 0.9, 1.0, 3))
    assert "3 near an edge" in str(turned)
    assert turned.to_dict()["rotations"]["recall_1"] == 0.9


def test_a_strong_instrument_is_warned_of(atlas: Atlas) -> None:
    found = evaluate(atlas)
    file = next(one for one in found.purity if one.column == "file")
    assert bool(found.warnings) == (file.strength >= 0.3)
    centred = evaluate(atlas, center="file")
    assert next(one for one in centred.purity if one.column == "file").strength < file.strength
    assert "of each file taken off" in str(centred)


def test_wrong_arguments_are_told(atlas: Atlas) -> None:
    with pytest.raises(ValueError, match=r"no column 'klass'.*class"):
        evaluate(atlas, label="klass")
    with pytest.raises(ValueError, match="at least 1"):
        evaluate(atlas, nearest=0)
    with pytest.raises(ValueError, match="leave_out"):
        evaluate(atlas, leave_out="some")  # type: ignore[arg-type]


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


def test_it_needs_neither_the_builder_s_packages_nor_the_page_s(atlas: Atlas) -> None:
    absent = "torch torchvision timm faiss openTSNE photutils skimage panel holoviews bokeh"
    code = (
        f"import sys\nfor name in {absent.split()}: sys.modules[name] = None\n"
        "import hubble_dash as hd\nfrom hubble_dash.evaluation.evaluate import evaluate\n"
        f"print(evaluate(hd.open_atlas({str(atlas.path)!r}), label='class'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "precision@9" in done.stdout
