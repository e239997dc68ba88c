"""An atlas that is built anew while it is served."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.atlases import make_atlas, nebula

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.served.current import Current, current_atlas


def build(path: Path, n: int) -> Atlas:
    """An atlas of n cutouts, in place of an older one."""
    if path.exists():
        path.rename(path.with_name(f"{path.name} before {n}"))
    return make_atlas(path, pictures=[nebula(1, (60, 180))], limit=n)


def test_whoever_comes_sees_the_latest_build(tmp_path: Path) -> None:
    path = tmp_path / "x.atlas"
    current = Current(build(path, 2))
    first = current.get()
    assert len(first) == 2
    assert current.get() is first
    build(path, 3)
    assert len(current.get()) == 3
    assert current.get() is current.get()


def test_what_cannot_be_opened_does_not_take_its_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "x.atlas"
    current = Current(build(path, 2))
    path.rename(tmp_path / "away")
    assert len(current.get()) == 2
    build(path, 3)
    (path / "positions.npy").write_bytes(b"")
    assert len(current.get()) == len(current.get()) == 2
    assert [record.getMessage() for record in caplog.records] == [
        f"still serving the build before: {path} is damaged: positions.npy has 0 bytes, not 152;"
        " build it again"
    ]


def test_all_sessions_of_a_script_share_it(tmp_path: Path) -> None:
    path = tmp_path / "x.atlas"
    build(path, 2)
    assert current_atlas(path) is current_atlas(str(path))
    build(path, 3)
    assert len(current_atlas(path)) == 3
