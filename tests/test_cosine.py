"""Fingerprints compared by their cosine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hubble_dash.cosine import (
    Smoothed,
    center,
    group_means,
    mean_direction,
    nearest,
    take_off,
    to_unit_length,
)


def vectors(n: int = 50, d: int = 7, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(2, 1, (n, d)).astype(np.float32)


def test_unit_length() -> None:
    whole = vectors()
    whole[3], whole[5, 0], whole[6, 0] = 0, np.nan, np.inf
    unit = whole.copy()
    has_length = to_unit_length(unit)
    assert np.flatnonzero(~has_length).tolist() == [3, 5, 6]
    np.testing.assert_allclose(np.linalg.norm(unit[has_length], axis=1), 1, rtol=1e-6)
    expected = whole[has_length].astype(float)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(unit[has_length], expected, rtol=1e-6)
    np.testing.assert_array_equal(unit[~has_length], whole[~has_length])


@pytest.mark.parametrize("rows_a_block", [1, 17, 16384])
def test_nearest_equals_brute_force(rows_a_block: int) -> None:
    fingerprints, query = vectors().astype(np.float16), vectors(1, seed=1)[0] * 30
    rows, similarities = nearest(fingerprints, query, n=12, rows_a_block=rows_a_block)
    whole = fingerprints.astype(float)
    cosine = whole @ query / np.linalg.norm(whole, axis=1) / np.linalg.norm(query.astype(float))
    np.testing.assert_array_equal(rows, np.argsort(-cosine)[:12])
    np.testing.assert_allclose(similarities, np.sort(cosine)[::-1][:12], atol=1e-6)
    assert (rows.dtype, similarities.dtype) == (np.int32, np.float32)


def test_equal_fingerprints_come_in_the_order_of_their_rows() -> None:
    fingerprints = np.tile(vectors(1).astype(np.float16), (6, 1))
    rows, similarities = nearest(fingerprints, vectors(1)[0], n=6, left_out=np.array([1]))
    assert rows.tolist() == [0, 2, 3, 4, 5]
    assert len(set(similarities.tolist())) == 1


def test_what_has_no_length_is_not_found() -> None:
    fingerprints = vectors(4).astype(np.float16)
    fingerprints[2] = 0
    rows, _ = nearest(fingerprints, vectors(1)[0], n=4)
    assert sorted(rows) == [0, 1, 3]


@pytest.mark.parametrize("rows_a_block", [1, 5, 4096])
def test_the_mean_is_that_of_directions_whatever_their_lengths(rows_a_block: int) -> None:
    whole = vectors(40)
    whole[7] *= 100
    fingerprints, rows = whole.astype(np.float16), np.array([0, 3, 7, 8, 20, 39])
    unit = fingerprints[rows].astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    mean = unit.mean(axis=0)
    found = mean_direction(fingerprints, rows, rows_a_block=rows_a_block)
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-6)
    # What is zero or not finite does not count.
    fingerprints[1], fingerprints[2, 4] = 0, np.inf
    np.testing.assert_allclose(mean_direction(fingerprints, np.array([1, 2, *rows])), found)


def test_what_cancels_has_no_mean() -> None:
    one = vectors(1).astype(np.float16)
    opposite = np.concatenate([one, -one, np.zeros_like(one)])
    for rows in ([0, 1], [2], [0, 1, 2]):
        with pytest.raises(ValueError, match="no direction"):
            mean_direction(opposite, np.array(rows))


def centred(whole: NDArray[Any], groups: NDArray[Any]) -> NDArray[np.float64]:
    """Row by row."""
    found = []
    for row, group in zip(whole.astype(float), groups, strict=True):
        members = whole[groups == group]
        found.append(row - (members if len(members) > 1 else whole).astype(float).mean(axis=0))
    return np.array(found)


def test_the_mean_of_each_group_is_taken_off() -> None:
    whole, groups = vectors(), np.array([*("abc" * 16), "d", "e"])
    expected = centred(whole, groups)
    np.testing.assert_allclose(center(whole, groups), expected, atol=1e-5)
    for rows_a_block in (1, 7, 16384):
        codes, means = group_means(whole, groups, rows_a_block=rows_a_block)
        np.testing.assert_allclose(take_off(whole, means[codes]), expected, atol=1e-5)
    np.testing.assert_allclose(center(whole), whole - whole.mean(axis=0), atol=1e-5)
    with pytest.raises(ValueError, match="3 groups for 50"):
        center(whole, groups[:3])


def test_what_equals_the_mean_keeps_its_direction() -> None:
    whole = np.tile(vectors(1), (4, 1))
    np.testing.assert_allclose(center(whole), whole / 1000, rtol=1e-5)
    np.testing.assert_allclose(take_off(whole, whole[0]), whole / 1000, rtol=1e-5)


def test_smoothed_fingerprints_are_joined_by_their_nearest() -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((30, 6)).astype(np.float16)
    unit = vectors.astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -2)
    rows = np.argsort(-cosine, axis=1)[:, :12].astype(np.int32)
    similarities = np.take_along_axis(cosine, rows, axis=1).astype(np.float32)
    expected = unit.copy()
    for i in range(30):
        for j in rows[i, :9]:
            expected[i] += max(cosine[i, j], 0) ** 3 * unit[j]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    smoothed = Smoothed(vectors, rows, similarities)
    assert len(smoothed) == 30
    assert np.allclose(smoothed[0:30], expected, atol=1e-5)
    found, _ = nearest(smoothed, expected[4].astype(np.float32), n=5, rows_a_block=7)
    assert found.tolist() == np.argsort(-(expected @ expected[4]), kind="stable")[:5].tolist()
