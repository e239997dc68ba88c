"""Atlases from outside: whatever was changed, one error says it, or all goes well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula
from helpers.foreign import use_all_of
from helpers.mutations import mutate


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole atlas that is small enough to be copied often."""
    folder = tmp_path_factory.mktemp("foreign")
    pictures = [nebula(1, (96, 120)), nebula(2, (96, 120))]
    rows = np.arange(24, dtype=np.int16)
    clusters = {"cluster": rows % 3, "fine cluster": rows % 5 - 1}
    return make_atlas(folder / "small.atlas", pictures=pictures, k=7, clusters=clusters).path


def test_it_is_well_as_it_is(small: Path) -> None:
    assert use_all_of(small) == ""


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_a_mutated_atlas_is_told_or_works(small: Path, tmp_path: Path, first: int) -> None:
    for seed in range(first, first + 10):
        what = mutate(small, tmp_path / f"{seed}.atlas", seed)
        try:
            use_all_of(tmp_path / f"{seed}.atlas")
        except Exception as err:
            err.add_note(f"seed {seed}: {what}")
            raise
