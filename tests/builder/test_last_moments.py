"""Builds that end in their last moments, when the atlas is whole and gets its name."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.kills import Deadly, content
from helpers.tiny import TinyBuild, tiny_build

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.builder import build as pipeline
from hubble_dash.disk import names
from hubble_dash.disk.space import NoSpaceError
from hubble_dash.errors import AtlasError, BuildError


@pytest.fixture
def build(tmp_path: Path) -> TinyBuild:
    return tiny_build(tmp_path / "in")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "x.atlas"


def without_time(atlas: Atlas) -> dict[str, Any]:
    files = content(atlas.path)
    assert isinstance(files, dict)
    manifest = json.loads(files.pop("manifest.json"))
    return files | {"manifest": {k: v for k, v in manifest.items() if k != "created"}}


def stop_at(build: Callable[[], object], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a build that ends, as by a kill, where it would call that."""
    with monkeypatch.context() as patch:
        deadly = Deadly(patch)
        real = getattr(names, name)

        def last(*args: Any) -> Any:
            deadly.at = 0
            return real(*args)

        patch.setattr(names, name, last)
        assert deadly.run(build)


def test_what_an_attempt_before_left_is_not_taken_for_this_one_s(
    build: TinyBuild, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the name was given, when there is a manifest already."""
    whole, part = without_time(build(out)), out.with_name("x.atlas.part")
    stop_at(lambda: build(out, overwrite=True), "exchange", monkeypatch)
    manifest = part / "atlas" / "manifest.json"
    # As long as any later one, or not.
    manifest.write_bytes(manifest.read_bytes() + b"   ")
    (part / "sealed.json").unlink()
    (part / "atlas" / "sheets" / ".sheet_00001.webp.tmp").write_bytes(b"half")
    assert without_time(open_atlas(out)) == whole
    atlas = build(out, overwrite=True)
    assert atlas.check() == []
    assert without_time(atlas) == whole
    assert [path.name for path in out.parent.iterdir()] == ["x.atlas"]


@pytest.mark.parametrize("gone", ["atlas", "shards/00001.parquet", "shards/00002.images.jsonl"])
def test_a_state_is_not_believed_without_what_it_speaks_of(
    build: TinyBuild, out: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """Killed after the name was given, in former versions, or while the folder went."""
    whole, part = without_time(build(out)), out.with_name("x.atlas.part")
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "seal", None)
        with pytest.raises(TypeError):
            build(out, overwrite=True)
    assert json.loads((part / "state.json").read_text())["complete"]
    path = part / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert without_time(build(out, overwrite=True)) == whole
    assert not part.exists()


def test_arrays_that_were_not_kept_are_found_again(
    build: TinyBuild, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "seal", None)
        with pytest.raises(TypeError):
            build(out)
    (out.with_name("x.atlas.part") / "atlas" / "similarities.npy").write_bytes(b"\x93NUMPY")
    whole = build(tmp_path / "out" / "whole.atlas")
    assert content(build(out).path / "similarities.npy") == content(whole.path / "similarities.npy")


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_build_that_had_only_to_clean_up_ends(
    build: TinyBuild, out: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    """Killed after the name was given: the same command gives the atlas that is there."""
    if overwrite:
        build(out, title="Old")
    stop_at(lambda: build(out, overwrite=overwrite), "sync_all", monkeypatch)
    there = content(out)
    assert open_atlas(out).title == "x"
    with pytest.raises(AtlasError, match="--overwrite"):
        build(out, title="Another")
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "open_part", None)
        assert content(build(out, overwrite=overwrite).path) == there
    assert [path.name for path in out.parent.iterdir()] == ["x.atlas"]
    stop_at(lambda: build(out, overwrite=True), "sync_all", monkeypatch)
    assert build(out, overwrite=True, title="Another").title == "Another"


@pytest.mark.parametrize("what", ["manifest.json", "neighbors.npy", "state.json", "sheet_00001"])
def test_a_full_disk_is_told_and_the_old_atlas_stays(
    build: TinyBuild, out: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    build(out, title="Old")
    before = content(out)
    real = names.reserve

    def reserve(file: Any, size: int, path: Path) -> None:
        if path.name.startswith(what):
            raise NoSpaceError(path, size, errno.ENOSPC)
        real(file, size, path)

    with monkeypatch.context() as patch:
        for module in ("disk.names", "builder.shards.arrays"):
            patch.setattr(f"hubble_dash.{module}.reserve", reserve)
        with pytest.raises(
            BuildError,
            match=rf"is full, .*; {what}.* takes .* no more files fit.*; .* is as it was",
        ):
            build(out, overwrite=True)
    assert content(out) == before
    assert build(out, overwrite=True).title == "x"
    assert [path.name for path in out.parent.iterdir()] == ["x.atlas"]


def test_an_interrupted_build_does_not_mind_an_option_that_it_did_not_know(
    build: TinyBuild, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "seal", None)
        with pytest.raises(TypeError):
            build(out)
    path = out.with_name("x.atlas.part") / "plan.json"
    plan = json.loads(path.read_text())
    del plan["settings"]["plane"], plan["settings"]["stretch"]["curve"]
    path.write_text(json.dumps(plan))
    assert len(build(out)) == 3
