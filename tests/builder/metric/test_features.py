from __future__ import annotations

import numpy as np

from hubble_dash.builder.metric.features import ROWS_A_BLOCK, FeatureParts, covariances_of, form_of

# Means, covariances of 4 and of 3 channels, and two numbers behind.
PARTS = FeatureParts(3, (4, 3), 2)


def given(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, PARTS.n)).astype(np.float32)


def axes() -> np.ndarray:
    rng = np.random.default_rng(1)
    each = [np.linalg.qr(rng.standard_normal((n, n)))[0][:, :2] for n in PARTS.n_channels]
    return np.concatenate(each).astype(np.float32)


def test_covariances_are_matrices_again() -> None:
    (matrix,) = covariances_of(np.arange(10, dtype=np.float32)[np.newaxis])
    assert np.array_equal(matrix[0], [0, 1, 2, 3])
    assert np.array_equal(matrix, matrix.T)
    assert matrix[3, 3] == 9


def test_parts_stand_one_behind_the_other() -> None:
    assert PARTS.n == 3 + 10 + 6 + 2
    assert [*PARTS.maps] == [(slice(3, 13), slice(0, 4)), (slice(13, 19), slice(4, 7))]


def test_the_form_is_means_beside_signed_roots_of_each_map() -> None:
    rows, channels = given(5), axes()
    formed = form_of(rows, PARTS, channels)
    assert formed.shape == (5, 3 + 2 * 3)
    for row, one in zip(rows, formed, strict=True):
        assert np.allclose(one[:3], row[:3])
        for upper, on, found in (
            (row[3:13], channels[:4], one[3:6]),
            (row[13:19], channels[4:], one[6:]),
        ):
            (matrix,) = covariances_of(upper[np.newaxis])
            brought = on.T @ matrix @ on
            roots = [
                np.sign(v) * abs(v) ** 0.5 for v in (brought[0, 0], brought[0, 1], brought[1, 1])
            ]
            expected = 1.5 / 2**0.5 * np.array(roots) / np.linalg.norm(roots)
            assert np.allclose(found, expected, atol=1e-5)
    many = np.tile(rows, (ROWS_A_BLOCK, 1))  # several blocks, and a part of one
    assert np.array_equal(form_of(many[3:], PARTS, channels)[-5:], formed)


def test_halves_of_features_have_the_same_form() -> None:
    rows, channels = given(5), axes()
    formed = form_of(rows.astype(np.float16), PARTS, channels)
    assert formed.dtype == np.float32
    assert np.allclose(formed, form_of(rows, PARTS, channels), atol=0.01)


def test_a_cutout_whose_channels_do_not_vary_has_a_form() -> None:
    rows = np.zeros((1, PARTS.n), np.float32)
    assert np.isfinite(form_of(rows, PARTS, axes())).all()
