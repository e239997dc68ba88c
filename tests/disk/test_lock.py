"""The lock of a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from hubble_dash.disk.lock import locked
from hubble_dash.errors import BuildError


def test_a_lock_is_free_after_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "x.part" / "lock"
    with (
        locked(path, busy="busy"),
        pytest.raises(BuildError, match="busy"),
        locked(path, busy="busy"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_keeps_its_folder(tmp_path: Path) -> None:
    with locked(tmp_path / "x.part" / "lock", busy="busy"):
        (tmp_path / "x.part" / "kept").touch()
    assert [p.name for p in (tmp_path / "x.part").iterdir()] == ["kept"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(BuildError, match="cannot be made"),
        locked(tmp_path / "file" / "lock", busy=""),
    ):
        pass
