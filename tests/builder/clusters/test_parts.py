"""Parts of a continuum, where there are no clusters."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.vectors import clustered
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from hubble_dash.builder.clusters.parts import with_parts

N = 300


def continuum(n: int = N) -> NDArray[np.float32]:
    """Directions on a large part of a sphere: no heaps, but two dimensions of three say all."""
    random = np.random.default_rng(0)
    wide = np.concatenate([random.uniform(-1, 1, (n, 2)) * [3, 1], np.ones((n, 1))], axis=1)
    return np.concatenate([wide, random.normal(0, 0.02, (n, 5))], axis=1).astype(np.float32)


def test_where_there_are_clusters_they_stay() -> None:
    codes = np.repeat([0, 1, -1], [200, 75, 25]).astype(np.int16)
    levels = with_parts({"cluster": codes}, continuum())
    assert [*levels] == ["cluster"]
    assert levels["cluster"].codes is codes
    assert not levels["cluster"].is_part.any()
    # A level that says little is left out.
    one = np.repeat([0, 1], [280, 20]).astype(np.int16)
    levels = with_parts({"coarse cluster": codes, "cluster": one}, continuum())
    assert [*levels] == ["cluster"]
    assert levels["cluster"].codes is codes


def test_a_continuum_is_divided_at_several_levels() -> None:
    fingerprints = continuum(480)
    levels = with_parts({}, fingerprints)
    assert [level.codes.max() + 1 for level in levels.values()] == [5, 12, 24]
    assert [*levels] == ["coarse cluster", "cluster", "fine cluster"]
    for level in levels.values():
        assert level.is_part.all()
        assert (level.codes >= 0).all()
        assert (np.diff(np.bincount(level.codes)) <= 0).all()
        # What is most like the mean of a part is in it.
        unit = fingerprints / np.linalg.norm(fingerprints, axis=1, keepdims=True)
        means = np.stack([unit[level.codes == code].mean(axis=0) for code in range(5)])
        nearest = ((unit[:, np.newaxis] - means) ** 2).sum(axis=2).argmin(axis=1)
        if level.codes.max() == 4:
            assert (nearest == level.codes).mean() > 0.98


def test_one_cluster_of_nearly_all_is_divided_and_what_lies_apart_stays() -> None:
    codes = np.zeros(N, np.int16)
    codes[:20], codes[20:32], codes[32:40] = 1, 2, -1
    level = with_parts({"cluster": codes}, clustered(N, n_clusters=5))["cluster"]
    assert level.is_part.sum() == 12
    # What was in none is in a part: parts end nowhere.
    assert (level.codes >= 0).all()
    for of in (1, 2):
        (same,) = set(level.codes[codes == of])
        assert not level.is_part[same]
        assert np.array_equal(level.codes == same, codes == of)


def test_what_has_no_structure_is_not_divided() -> None:
    noise = np.random.default_rng(0).normal(size=(N, 64)).astype(np.float32)
    assert with_parts({}, noise) == {}
    codes = np.repeat([0, 1], [260, 40]).astype(np.int16)
    assert [*with_parts({"cluster": codes}, noise)] == ["cluster"]


@pytest.mark.parametrize("n", [60, 99])
def test_few_are_not_divided(n: int) -> None:
    assert with_parts({}, clustered(100, n_clusters=5)[:n].reshape(n, -1)) == {}


def test_all_the_same_is_no_continuum() -> None:
    assert with_parts({}, np.ones((200, 8), np.float32)) == {}


def test_long_fingerprints_are_divided_as_short_ones_are() -> None:
    short = clustered(200, n_clusters=5)
    random = np.random.default_rng(0)
    turned = np.linalg.qr(random.normal(size=(200, short.shape[1])))[0]
    long = (short @ turned.T).astype(np.float32)
    codes = [with_parts({}, some)["cluster"].codes for some in (short, long)]
    assert adjusted_rand_score(*codes) > 0.99


def test_of_many_some_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprints = clustered(N, n_clusters=5)
    whole = with_parts({}, fingerprints)["cluster"].codes
    monkeypatch.setattr("hubble_dash.builder.clusters.parts.MAX_CLUSTERED", 200)
    some = with_parts({}, fingerprints)["cluster"].codes
    assert len(some) == N
    assert adjusted_rand_score(whole, some) > 0.5
