from __future__ import annotations

import numpy as np
from scipy.linalg import eigh

from hubble_dash.builder.metric.features import FeatureParts, form_of
from hubble_dash.builder.metric.learning import Learning, Metric, learn

# Means alone decide: covariances of one channel have length 1 and so no direction.
PARTS = FeatureParts(80, (1,), 0)
N_TRUE = 64


def sample(n: int = 150, views: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Cutouts differ along some axes; views of each along the others, and more."""
    random = np.random.default_rng(seed)
    truth = random.standard_normal((n, N_TRUE))
    rows = np.ones((n, views, PARTS.n), np.float32)
    noise = 0.05 * random.standard_normal((n, views, N_TRUE))
    rows[:, :, :N_TRUE] = truth[:, np.newaxis] + noise
    rows[:, :, N_TRUE:80] = 4 * random.standard_normal((n, views, 80 - N_TRUE))
    return rows, truth


def learned(rows: np.ndarray, **options: object) -> Metric:
    metric = learn(rows, PARTS, **options)  # type: ignore[arg-type]
    assert metric is not None
    return metric


def cosines(rows: np.ndarray) -> np.ndarray:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit @ unit.T


def test_what_differs_between_views_of_one_cutout_no_longer_decides() -> None:
    rows, truth = sample()
    metric = learned(rows)
    found = metric.fingerprints(rows[:, 0], 1)
    other = metric.fingerprints(rows[:, 1], 1)
    raw = rows[:, 0, :80] - rows[:, :, :80].mean((0, 1))
    wanted = cosines(truth - truth.mean(axis=0))
    off = ~np.eye(len(truth), dtype=bool)

    def agreement(one: np.ndarray) -> float:
        return float(np.corrcoef(cosines(one)[off], wanted[off])[0, 1])

    assert agreement(raw) < 0.5
    assert agreement(found) > 0.9
    unit = [one / np.linalg.norm(one, axis=1, keepdims=True) for one in (found, other)]
    assert ((unit[0] @ unit[1].T).argmax(axis=1) == np.arange(len(truth))).mean() > 0.95


def test_it_is_whitening_within_then_the_axes_between() -> None:
    rows, _ = sample()
    metric = learned(rows, n_axes=4)
    form = form_of(rows.reshape(-1, PARTS.n), PARTS, metric.channels).reshape(150, 6, -1)
    form = form.astype(float)[:, :, :80]
    centres = form.mean(axis=1) - form.mean(axis=(0, 1))
    views = form - form.mean(axis=1, keepdims=True)
    within = np.einsum("nva,nvb->ab", views, views) / (150 * 5)
    within = 0.7 * within + 0.3 * np.trace(within) / 80 * np.eye(80)
    # The leading axes between cutouts in the whitened space are generalised eigenvectors.
    sizes, axes = eigh(centres.T @ centres, within)
    expected = centres @ axes[:, ::-1][:, :4]
    found = metric.fingerprints(rows.reshape(-1, PARTS.n), 6)
    assert np.allclose(np.abs(found), np.abs(expected), rtol=1e-2, atol=1e-3)
    assert sizes[-1] > sizes[0]


def test_several_views_are_joined_before() -> None:
    rows, _ = sample()
    metric = learned(rows)
    joined = metric.fingerprints(rows[:, :4].reshape(-1, PARTS.n), 4)
    single = metric.fingerprints(rows[:, :4].reshape(-1, PARTS.n), 1)
    assert np.allclose(joined, single.reshape(150, 4, -1).mean(axis=1), atol=1e-3)


def test_means_of_groups_count_for_nothing() -> None:
    rows, truth = sample()
    groups = np.arange(150) % 2
    # What one instrument adds to all of its cutouts.
    rows[groups == 1, :, :N_TRUE] += np.float32(5)
    plain = learned(rows, n_axes=1).fingerprints(rows[:, 0], 1)[:, 0]
    grouped = learned(rows, n_axes=1, groups=groups)
    found = grouped.fingerprints(rows[:, 0], 1)[:, 0]
    assert abs(np.corrcoef(plain, groups)[0, 1]) > 0.99
    assert abs(np.corrcoef(found, truth @ np.ones(N_TRUE))[0, 1]) < 0.999
    spread = [found[groups == group].std() for group in (0, 1)]
    assert min(spread) > 0.5


def test_nothing_is_learned_of_cutouts_that_hardly_differ() -> None:
    assert learn(np.ones((120, 3, PARTS.n), np.float32), PARTS) is None


def test_twice_the_same_gives_the_same_bytes() -> None:
    rows, _ = sample()
    first, second = (learned(rows) for _ in range(2))
    assert first.axes.tobytes() == second.axes.tobytes()


def test_more_are_learned_from_where_there_are_many() -> None:
    how = Learning()
    assert [how.n_sample(n, 1) for n in (1, 6_000, 8_000, 1_000_000)] == [250, 250, 320, 500]
    assert how.n_sample(700, 12) == 500
