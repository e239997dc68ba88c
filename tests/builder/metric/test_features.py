from __future__ import annotations

import numpy as np

from hubble_dash.builder.metric.features import ROWS_A_BLOCK, FeatureParts, covariances_of, form_of

PARTS = FeatureParts(3, 4, 2)


def given(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, PARTS.n)).astype(np.float32)


def test_covariances_are_matrices_again() -> None:
    row = np.arange(PARTS.n, dtype=np.float32)[np.newaxis]
    (matrix,) = covariances_of(row, PARTS)
    assert np.array_equal(matrix[0], [3, 4, 5, 6])
    assert np.array_equal(matrix, matrix.T)
    assert matrix[3, 3] == 12


def test_the_form_is_means_beside_signed_roots() -> None:
    axes = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))[0][:, :2]
    rows = given(5)
    formed = form_of(rows, PARTS, axes.astype(np.float32))
    for row, one in zip(rows, formed, strict=True):
        (matrix,) = covariances_of(row[np.newaxis], PARTS)
        brought = axes.T @ matrix @ axes
        roots = [np.sign(v) * abs(v) ** 0.5 for v in (brought[0, 0], brought[0, 1], brought[1, 1])]
        assert np.allclose(one[:3], row[:3])
        assert np.allclose(one[3:], 1.5 * np.array(roots) / np.linalg.norm(roots), atol=1e-5)
    many = np.tile(rows, (ROWS_A_BLOCK, 1))  # several blocks, and a part of one
    assert np.array_equal(form_of(many[3:], PARTS, axes.astype(np.float32))[-5:], formed)


def test_a_cutout_whose_channels_do_not_vary_has_a_form() -> None:
    rows = np.zeros((1, PARTS.n), np.float32)
    assert np.isfinite(form_of(rows, PARTS, np.eye(4, dtype=np.float32))).all()
