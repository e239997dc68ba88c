"""Fingerprints on their way into the atlas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.shards import Mean, write_shards

from hubble_dash.builder.shards.fingerprint_file import FingerprintFile
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.errors import BuildError


def test_features_beyond_half_precision_stay_finite(tmp_path: Path) -> None:
    found = write_shards(tmp_path, Mean(scale=1e6), 3).fingerprints.finish(3)
    assert np.isfinite(found).all()
    assert found[2, 0] == np.finfo(np.float16).max


@pytest.mark.parametrize("rows_a_block", [1, 4, 100])
def test_centred_fingerprints_have_no_mean(tmp_path: Path, rows_a_block: int) -> None:
    plain = np.array(write_shards(tmp_path / "plain", Mean(), 6).fingerprints.finish(6), np.float32)
    written = write_shards(tmp_path / "mean", Mean(), 6, center=True)
    centred = np.array(written.fingerprints.finish(6, rows_a_block=rows_a_block), np.float32)
    mean = np.load(written.part.atlas / "mean.npy")
    np.testing.assert_allclose(mean, plain.mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(centred, plain - mean, atol=2e-3 * abs(plain).max())
    assert not (tmp_path / "plain" / "atlas" / "mean.npy").exists()


@pytest.mark.parametrize("rows_a_block", [1, 4, 100])
def test_groups_lose_the_mean_of_each(tmp_path: Path, rows_a_block: int) -> None:
    groups = np.array([0, 1, 0, 1, 1, 0])
    written = write_shards(tmp_path, Mean(), 6, center=True)
    found = written.fingerprints.finish(6, groups, rows_a_block=rows_a_block)
    expected = 10.0 * np.arange(6)
    for group in (0, 1):
        expected[groups == group] -= expected[groups == group].mean()
    np.testing.assert_allclose(found[:, 0], expected, atol=0.02)
    assert not (written.part.atlas / "mean.npy").exists()


@pytest.fixture
def file(tmp_path: Path) -> FingerprintFile:
    part = Part(tmp_path)
    part.start(Plan.of({}, []))
    return FingerprintFile(part, 3, is_centered=False)


def test_what_follows_whole_shards_is_dropped(file: FingerprintFile) -> None:
    rows = np.arange(15, dtype=np.float32).reshape(5, 3)
    file.open(0)
    file.write(rows)
    file.close()
    file.open(2)
    file.write(10 * rows[:1])
    file.flush()
    file.close()
    assert file.finish(3).tolist() == [*rows[:2].tolist(), (10 * rows[0]).tolist()]


def test_missing_rows_are_told(file: FingerprintFile) -> None:
    with pytest.raises(BuildError, match=r"is damaged; remove .* and begin anew"):
        file.open(2)


def test_a_closed_file_takes_no_rows(file: FingerprintFile) -> None:
    with pytest.raises(ValueError, match="is not open"):
        file.write(np.ones((1, 3), np.float32))
