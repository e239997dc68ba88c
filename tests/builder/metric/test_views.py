from __future__ import annotations

import numpy as np

from hubble_dash.builder.metric.views import changed


def blob(side: int = 64, radius: float = 12, x: float = 32, y: float = 32) -> np.ndarray:
    down, across = np.indices((side, side))
    shown = np.where(np.hypot(down - y, across - x) < radius, 200, 20).astype(np.uint8)
    return np.repeat(shown[:, :, np.newaxis], 3, axis=2)


def test_the_same_picture_has_the_same_views_and_another_has_others() -> None:
    views = changed(blob(), 8)
    assert views.shape == (8, 64, 64, 3)
    assert views.dtype == np.uint8
    assert np.array_equal(views, changed(blob(), 8))
    assert np.array_equal(views[:3], changed(blob(), 3))
    assert not np.array_equal(views, changed(blob(radius=13), 8))
    assert changed(blob(), 0).shape == (0, 64, 64, 3)


def test_scale_shift_and_brightness_stay_within_their_bounds() -> None:
    views = changed(blob(), 200).astype(float).mean(axis=3)
    bright = views > (views.min(axis=(1, 2)) + views.max(axis=(1, 2)))[:, None, None] / 2
    radius = np.sqrt(bright.sum(axis=(1, 2)) / np.pi)
    assert radius.min() > 0.65 * 12
    assert radius.max() < 1.45 * 12
    assert radius.min() < 0.8 * 12
    assert radius.max() > 1.25 * 12
    down, across = np.indices((64, 64))
    middle = [(np.mean(down[one]) - 32, np.mean(across[one]) - 32) for one in bright]
    assert np.abs(middle).max() < 0.06 * 64 * 1.4 + 1.5
    levels = np.median(views[:, 28:36, 28:36], axis=(1, 2))
    assert levels.min() > 255 * (200 / 255) ** 1.5 * 0.8 * 0.85
    assert np.ptp(levels) > 60


def test_views_are_turned_to_all_sides_and_half_of_them_mirrored() -> None:
    shown = np.zeros((64, 64, 3), np.uint8)
    # A hook without symmetry: a bright arm, and a fainter one a quarter turn clockwise of it.
    shown[28:36, 40:56], shown[40:56, 28:36] = 220, 110
    views = changed(shown, 200).astype(float).mean(axis=3)
    down, across = np.indices((64, 64)) - 31.5
    angles, turns = [], []
    for view in views:
        top = view.max()
        arms = [(view > 0.75 * top), (view > 0.3 * top) & (view < 0.65 * top)]
        first, second = (np.array([down[arm].mean(), across[arm].mean()]) for arm in arms)
        angles.append(np.arctan2(*first))
        turns.append(np.sign(first[1] * second[0] - first[0] * second[1]))
    quarters = np.histogram(angles, bins=4, range=(-np.pi, np.pi))[0]
    assert quarters.min() > 25
    assert 60 < np.sum(np.array(turns) > 0) < 140
