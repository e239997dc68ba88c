"""Bad files are read, or refused with a reason; `scripts/rubbish` tries thousands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers.rubbish import bad_files, seeds

from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import ImageError

SEED = int(os.environ.get("HUBBLE_DASH_RUBBISH", "1"))


def reason_of(path: Path) -> str:
    """Say why a file cannot be read; empty if it can."""
    try:
        with open_image(path) as image:
            image.read()
            image.valid()
    except ImageError as err:
        return err.reason if err.path == path else ""
    return ""


def test_good_files_are_read(tmp_path: Path) -> None:
    for name, content in seeds().items():
        (tmp_path / name).write_bytes(content)
        assert reason_of(tmp_path / name) == ""


# astropy leaves a file whose header it cannot read to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("part", range(4))
def test_bad_files_are_read_or_refused(tmp_path: Path, part: int) -> None:
    refused = 0
    for name, content in bad_files(25, seed=SEED + part):
        (tmp_path / name).write_bytes(content)
        refused += bool(reason_of(tmp_path / name))
    assert refused > 5
