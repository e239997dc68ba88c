"""Builds that fail or replace another atlas leave nothing half-done."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from helpers.atlases import QuickBuild
from helpers.builds import pictures

from hubble_dash.atlas.atlas import open_atlas
from hubble_dash.builder import build as pipeline
from hubble_dash.builder.feeding import cutter as cutting
from hubble_dash.errors import AtlasError, BuildError


@pytest.mark.parametrize(
    ("module", "stage"),
    [
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


@pytest.mark.parametrize("stage", ["make_preview", "reason_to_leave_out"])
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_what_goes_wrong_with_every_file_ends_a_build(
    quick_build: QuickBuild,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    error: type[BaseException],
) -> None:
    files = pictures(tmp_path / "in", 2)

    def fail(*_: object, **__: object) -> None:
        raise error("no reason")

    monkeypatch.setattr(cutting, stage, fail)
    told = BuildError if error is RuntimeError else error
    with pytest.raises(
        told, match="RuntimeError: no reason" if told is BuildError else "no reason"
    ):
        quick_build(files, tmp_path / "x.atlas")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("error", [MemoryError, TypeError, RecursionError, struct.error, Warning])
@pytest.mark.parametrize("stage", ["find_cutouts", "reason_to_leave_out", "describe_image"])
def test_one_file_never_ends_the_build_of_the_others(
    quick_build: QuickBuild,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    error: type[Exception],
) -> None:
    files, calls = pictures(tmp_path / "in", 4), iter(range(4))
    real = getattr(cutting, stage)

    def fail_once(*args: Any, **options: Any) -> Any:
        if next(calls) == 0:
            raise error("no reason")
        return real(*args, **options)

    monkeypatch.setattr(cutting, stage, fail_once)
    # Where nothing is learned, each file is looked at once.
    atlas = quick_build(files, tmp_path / "x.atlas", quality="plain")
    assert len(atlas.images) == 3
    (left_out,) = atlas.manifest["left_out"]["files"]
    assert Path(left_out["path"]) in files
    assert left_out["reason"].startswith("cannot be cut: ")
    assert error.__name__ in left_out["reason"] or error is MemoryError


def test_folders_with_other_files_are_told(quick_build: QuickBuild, tmp_path: Path) -> None:
    pictures(tmp_path / "in", 3)
    (tmp_path / "in" / "a.fits.Z").write_bytes(b"\x1f\x9d\x90")
    (tmp_path / "in" / "dead.png").symlink_to("nowhere")
    os.mkfifo(tmp_path / "in" / "pipe.png")
    atlas = quick_build([tmp_path / "in"], tmp_path / "x.atlas")
    assert len(atlas.images) == 3
    told = "Passed over: 1 .fits.Z file: packed by compress, not read; unpack with gunzip"
    assert told in atlas.manifest["notes"]
    left_out = {Path(e["path"]).name: e["reason"] for e in atlas.manifest["left_out"]["files"]}
    assert left_out == {
        "dead.png": "is a link to what is not there",
        "pipe.png": "is a pipe, which is not opened",
    }


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
            quick_build(files[1:], out)
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
