"""Agreement with labels and purity: by brute force, scikit-learn, and what a hand can count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, confusion_matrix
from sklearn.neighbors import KNeighborsClassifier

from hubble_dash.evaluation.gallery import Gallery
from hubble_dash.evaluation.retrieval import label_scores, purity


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
