"""Builds that fail or replace another atlas leave nothing half-done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers.atlases import QuickBuild
from helpers.builds import pictures

from hubble_dash.atlas.atlas import open_atlas
from hubble_dash.builder import build as pipeline
from hubble_dash.builder.feeding import cutter as cutting
from hubble_dash.errors import AtlasError


@pytest.mark.parametrize(
    ("module", "stage"),
    [
        (cutting, "make_preview"),
        (cutting, "reason_to_leave_out"),
        (pipeline, "write_neighbors"),
        (pipeline, "lay_out"),
        (pipeline, "seal"),
    ],
)
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_left_of_a_build_that_fails(
    quick_build: QuickBuild,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    stage: str,
    error: type[BaseException],
) -> None:
    files = pictures(tmp_path / "in", 2)

    def fail(*_: object, **__: object) -> None:
        assert (tmp_path / "x.atlas.part").is_dir()
        raise error

    monkeypatch.setattr(module, stage, fail)
    with pytest.raises(error):
        quick_build(files, tmp_path / "x.atlas")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_old_atlas_is_replaced_only_when_asked_and_whole(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, out = pictures(tmp_path / "in", 4), tmp_path / "x.atlas"
    quick_build(files[:2], out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def unchanged() -> bool:
        now = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
        return now == before and {p.name for p in tmp_path.iterdir()} == {"in", "x.atlas"}

    with monkeypatch.context() as patch:
        patch.setattr("hubble_dash.builder.fingerprints.loading.load_network", None)
        with pytest.raises(AtlasError, match="--overwrite"):
            quick_build(files, out)
    assert unchanged()
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "lay_out", None)
        with pytest.raises(TypeError):
            quick_build(files, out, overwrite=True)
    assert unchanged()
    with monkeypatch.context() as patch:

        def exchange(*_: Path) -> bool:
            raise KeyboardInterrupt

        patch.setattr("hubble_dash.disk.names.exchange", exchange)
        with pytest.raises(KeyboardInterrupt):
            quick_build(files, out, overwrite=True)
    assert unchanged()
    assert len(quick_build(files, out, overwrite=True)) == 4
    assert len(open_atlas(out)) == 4
    assert {p.name for p in tmp_path.iterdir()} == {"in", "x.atlas"}


def test_what_is_no_atlas_is_never_replaced(quick_build: QuickBuild, tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 1)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "manifest.json").write_text(json.dumps({"name": "an app of another kind"}))
    (tmp_path / "file").write_text("dear diary")
    for name in ("web", "file", "in"):
        with pytest.raises(AtlasError, match="exists and is not an atlas"):
            quick_build(files, tmp_path / name, overwrite=True)
    assert (tmp_path / "web" / "manifest.json").is_file()
