"""Bad files are read, or refused with a reason; `scripts/rubbish` tries thousands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.rubbish import bad_files, refusal, seeds, tables, vectors

SEED = int(os.environ.get("HUBBLE_DASH_RUBBISH", "1"))


@pytest.mark.slow
def test_good_files_are_read(tmp_path: Path) -> None:
    for name, content in (seeds() | tables() | vectors()).items():
        (tmp_path / name).write_bytes(content)
        assert refusal(tmp_path / name) == "", name


# astropy leaves a file whose header it cannot read to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("part", "of"),
    [
        *((0, seeds), (1, seeds), (2, seeds)),
        # Each Parquet is tried in a process of its own.
        *(
            pytest.param(part, of, marks=pytest.mark.slow)
            for part, of in ((3, tables), (4, vectors))
        ),
    ],
)
def test_bad_files_are_read_or_refused(
    tmp_path: Path, part: int, of: Callable[[], dict[str, bytes]]
) -> None:
    refused = 0
    for name, content in bad_files(35, seed=SEED + part, of=of()):
        (tmp_path / name).write_bytes(content)
        refused += bool(refusal(tmp_path / name))
    assert refused > 5
