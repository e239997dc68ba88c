"""Builds that are interrupted, and go on."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import QuickBuild
from helpers.images import blocks, flux_image, make_fits, make_picture

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder import build as pipeline
from hubble_dash.builder.build import build_from
from hubble_dash.builder.fingerprints import loading
from hubble_dash.builder.inputs import Blocks
from hubble_dash.builder.shards.writer import ShardWriter
from hubble_dash.cli.main import main
from hubble_dash.errors import BuildError

pytestmark = pytest.mark.slow

PER_SHARD = 12
BLOCKS = Blocks(SheetLayout(columns=3, rows=2), cutouts_a_shard=PER_SHARD)
SETTINGS: dict[str, Any] = {
    "cutouts": hd.SlidingWindow(size=30, step=20), "batch_size": 4, "blocks": BLOCKS,
}  # fmt: skip


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures with 6 windows each, but for one that is blank and one that is damaged."""
    folder, rng = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    files = []
    for i in range(9):
        pixels = blocks(rng)
        pixels = pixels[:, :30] if i == 1 else pixels * (i != 3)
        files.append(make_picture(folder / f"p{i}.{'jpg' if i % 2 else 'png'}", pixels))
    files[5].write_bytes(files[5].read_bytes()[:-300])
    return [*files, make_fits(folder / "p9.fits", flux_image((50, 70)))]


class Stop:
    """Interrupts the build once so many cutouts have their fingerprints, and counts these."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
        self.error, self.after, self.n = error, 10**9, 0
        written = ShardWriter.write

        def write(writer: ShardWriter, cutouts: Any, batch: Any) -> None:
            self.n += len(cutouts)
            written(writer, cutouts, batch)
            if self.n >= self.after:
                raise self.error

        monkeypatch.setattr(ShardWriter, "write", write)

    def run(self, after: int, build: Any) -> BaseException:
        self.after, self.n = after, 0
        with pytest.raises(self.error) as caught:
            build()
        self.after, self.n = 10**9, 0
        return caught.value


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Stop:
    return Stop(monkeypatch, KeyboardInterrupt)


def contents(atlas: Atlas) -> dict[str, Any]:
    """All files' bytes, and the manifest but for the time."""
    files: dict[str, Any] = {
        path.relative_to(atlas.path).as_posix(): path.read_bytes()
        for path in atlas.path.rglob("*")
        if path.is_file()
    }
    manifest = json.loads(files.pop("manifest.json"))
    return files | {"manifest": {k: v for k, v in manifest.items() if k != "created"}}


def settings_of(case: str, folder: Path) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    if case == "given":
        # A row for each window, those of blank ones included: of eight files 6, of one 2.
        for name, shape in (("v.npy", (50, 5)), ("m.npy", (50, 2))):
            np.save(folder / name, rng.normal(2, 1, shape).astype(np.float32))
        return {"fingerprints": folder / "v.npy", "positions": folder / "m.npy"}
    if case == "catalogue":
        lines = [f"p{i}.{'jpg' if i % 2 else 'png'},{i}.5,{'x' if i > 4 else ''}" for i in range(9)]
        (folder / "c.csv").write_text("\n".join(["path,z,name", *lines]))
        return {"catalog": folder / "c.csv", "center_by": "name"}
    return {"quality": "fast" if case == "centred" else "plain"}


@pytest.mark.parametrize("case", ["plain", "centred", "given", "catalogue"])
def test_a_build_that_goes_on_makes_the_same_atlas(
    quick_build: QuickBuild,
    images: list[Path],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    stop: Stop,
    case: str,
) -> None:
    settings = SETTINGS | settings_of(case, tmp_path)

    def build(name: str) -> Atlas:
        make = given_build if case == "given" else quick_build
        return make(images, tmp_path / name / "x.atlas", **settings)

    whole = build("whole")
    n = len(whole)
    assert n > 3 * PER_SHARD + 4
    caplog.set_level(logging.INFO)
    first = stop.run(PER_SHARD + 4, lambda: build("parts"))
    part = tmp_path / "parts" / "x.atlas.part"
    assert first.__notes__ == [
        f"12 cutouts are kept in {part}; run the same command again to go on"
    ]
    assert not (tmp_path / "parts" / "x.atlas").exists()
    stop.run(PER_SHARD, lambda: build("parts"))
    caplog.clear()
    atlas = build("parts")
    assert "going on after 24 cutouts" in caplog.text
    assert stop.n == n - 24
    assert contents(atlas) == contents(whole)
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["x.atlas"]
    assert len(atlas.manifest["left_out"]["files"]) == 1
    assert atlas.manifest["left_out"]["cutouts"] == {"blank": 6}


def given_build(
    inputs: Any, out: Path, *, blocks: Blocks, batch_size: int = 32, **settings: Any
) -> Atlas:
    """A build of the user's own vectors, three at a time, which no batches of a network mind."""
    assert batch_size
    return build_from(
        hd.BuildSettings(**settings),
        inputs,
        out=out,
        progress=False,
        blocks=replace(blocks, vectors_a_batch=3),
    )


def test_every_place_to_stop_is_as_good(images: list[Path], tmp_path: Path, stop: Stop) -> None:
    """Shards of 6 end within images, at their last window, and after left-out ones."""
    settings = SETTINGS | settings_of("given", tmp_path)
    settings["blocks"] = replace(BLOCKS, cutouts_a_shard=6)

    def build(name: str) -> Atlas:
        return given_build(images, tmp_path / name / "x.atlas", **settings)

    whole = build("whole")
    for _ in range(len(whole) // 6 - 1):
        stop.run(6, lambda: build("parts"))
    assert contents(build("parts")) == contents(whole)


def test_a_build_that_was_killed_goes_on(images: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "parts" / "x.atlas"
    settings = SETTINGS | settings_of("given", tmp_path)
    whole = given_build(images, tmp_path / "whole" / "x.atlas", **settings)
    code = f"""
import time
from pathlib import Path
import hubble_dash as hd
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.build import build_from
from hubble_dash.builder.inputs import Blocks
from hubble_dash.builder.shards.writer import ShardWriter
write = ShardWriter.write
def slow(self, cutouts, batch):
    write(self, cutouts, batch)
    if self._part.checkpoint.n >= 24:
        time.sleep(600)  # until it is killed
ShardWriter.write = slow
settings = hd.BuildSettings(fingerprints={str(settings["fingerprints"])!r},
    positions={str(settings["positions"])!r}, cutouts=hd.SlidingWindow(size=30, step=20))
build_from(settings, {[str(path) for path in images]!r}, out=Path({str(out)!r}), progress=False,
    blocks=Blocks(SheetLayout(columns=3, rows=2), cutouts_a_shard={PER_SHARD}, vectors_a_batch=3))
"""
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            wait_for(process, out.with_name("x.atlas.part") / "state.json", 24)
            with pytest.raises(BuildError, match="another process builds"):
                given_build(images, out, **settings)
        finally:
            os.kill(process.pid, signal.SIGKILL)
    assert contents(given_build(images, out, **settings)) == contents(whole)


def wait_for(process: subprocess.Popen[bytes], path: Path, n: int) -> None:
    for _ in range(6000):
        if path.exists() and json.loads(path.read_text())["n"] >= n:
            return
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError(f"{path} never had {n}")


@pytest.fixture(scope="module")
def two_shards(
    quick_build: QuickBuild, images: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What is left of a build with two whole shards."""
    out = tmp_path_factory.mktemp("interrupted") / "x.atlas"
    with pytest.MonkeyPatch.context() as patch:
        stop = Stop(patch, KeyboardInterrupt)
        stop.run(25, lambda: quick_build(images, out, **SETTINGS))
    return out.with_name("x.atlas.part")


@pytest.fixture
def interrupted(two_shards: Path, tmp_path: Path) -> Iterator[Path]:
    """Its copy, with which each test goes on."""
    yield shutil.copytree(two_shards, tmp_path / "x.atlas.part")
    assert [path.name for path in tmp_path.iterdir() if "atlas" in path.name] == ["x.atlas"]


def test_a_build_with_other_settings_does_not_go_on(
    quick_build: QuickBuild, images: list[Path], interrupted: Path
) -> None:
    out, before = interrupted.with_name("x.atlas"), sorted(interrupted.rglob("*"))
    other = SETTINGS | {"cutouts": hd.SlidingWindow(size=30, step=10)}
    with pytest.raises(BuildError, match=r"24 cutouts .* cannot go on: cutouts.step was 20 and is"):
        quick_build(images, out, **other)
    with pytest.raises(BuildError, match=r"stretch.curve was .asinh. and is .log.*--overwrite"):
        quick_build(images, out, stretch=hd.Stretch(curve="log"), **SETTINGS)
    with pytest.raises(BuildError, match=r"model was .* and is .*; weights was"):
        quick_build(images, out, model="tf_efficientnet_lite0", weights=None, **SETTINGS)
    assert sorted(interrupted.rglob("*")) == before
    assert len(quick_build(images, out, overwrite=True, **other)) > 90


def test_a_build_of_other_files_does_not_go_on(
    quick_build: QuickBuild, images: list[Path], interrupted: Path
) -> None:
    out = interrupted.with_name("x.atlas")
    with pytest.raises(BuildError, match=r"1 of the files is no longer there \(.*p9.fits\)\. Run"):
        quick_build(images[:-1], out, **SETTINGS)
    with pytest.raises(BuildError, match="the files are in another order"):
        quick_build(images[::-1], out, **SETTINGS)
    times = images[2].stat().st_atime_ns, images[2].stat().st_mtime_ns
    os.utime(images[2], ns=(times[0], times[1] + 1))
    with pytest.raises(BuildError, match=r"1 of the files is changed \(.*p2.png\)"):
        quick_build(images, out, **SETTINGS)
    os.utime(images[2], ns=times)
    quick_build(images, out, **SETTINGS)


def test_what_comes_after_the_cutouts_may_change(
    quick_build: QuickBuild, images: list[Path], interrupted: Path
) -> None:
    out = interrupted.with_name("x.atlas")
    changed = {"title": "Other", "neighbors": 7, "map": hd.MapSettings(n_iter=10)}
    atlas = quick_build(images, out, **SETTINGS, **changed)
    assert (atlas.title, atlas.manifest["map"]["method"]) == ("Other", "tsne")


def test_a_damaged_part_is_told(
    quick_build: QuickBuild, images: list[Path], interrupted: Path
) -> None:
    out = interrupted.with_name("x.atlas")
    (interrupted / "fingerprints.raw").write_bytes(b"")
    with pytest.raises(BuildError, match="is damaged; remove"):
        quick_build(images, out, **SETTINGS)
    (interrupted / "state.json").write_text("{")
    assert len(quick_build(images, out, **SETTINGS)) > 40


def test_a_map_that_failed_needs_no_new_fingerprints(
    quick_build: QuickBuild, images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "x.atlas"
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "lay_out", None)
        with pytest.raises(TypeError):
            quick_build(images, out, **SETTINGS)
    with monkeypatch.context() as patch:
        patch.setattr("hubble_dash.builder.feeding.recipe.open_image", None)
        patch.setattr("hubble_dash.builder.shards.arrays.search_neighbors", None)
        atlas = quick_build(images, out, **SETTINGS)
    again = quick_build(images, tmp_path / "new" / "x.atlas", **SETTINGS)
    assert contents(atlas) == contents(again)


def test_less_than_a_shard_is_not_kept(
    quick_build: QuickBuild, images: list[Path], tmp_path: Path, stop: Stop
) -> None:
    error = stop.run(8, lambda: quick_build(images, tmp_path / "x.atlas", **SETTINGS))
    assert not hasattr(error, "__notes__")
    assert list(tmp_path.iterdir()) == []


def test_the_backend_of_the_network_stays(
    quick_build: QuickBuild, images: list[Path], interrupted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = interrupted / "state.json"
    state = json.loads(path.read_text())
    assert state["engine"]["engine"] == "eager"
    trial = {"engine": "of the first run", "precision": "fp32", "images_per_s": 2.0}
    trial |= {"cosine": 1.0, "note": ""}
    told = state["engine"] | {"precision": "fp32", "tried": [trial]}
    path.write_text(json.dumps(state | {"engine": told}))
    asked, load = [], loading.load_network
    monkeypatch.setattr(loading, "load_network", lambda *a, **k: asked.append(k) or load(*a, **k))
    atlas = quick_build(images, interrupted.with_name("x.atlas"), **SETTINGS)
    assert [(k["device"], k["engine"], k["precision"]) for k in asked] == [("cpu", "eager", "fp32")]
    assert atlas.manifest["model"]["tried"] == told["tried"]


def test_what_is_kept_is_said(
    images: list[Path],
    small_weights: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    stop: Stop,
) -> None:
    monkeypatch.setattr(pipeline, "build_from", partial(build_from, blocks=BLOCKS))
    words = ["build", str(images[0].parent), "--out", str(tmp_path / "x.atlas"), "--quiet"]
    words += ["--size", "30", "--step", "20", "--cutouts", "window", "--batch-size", "4"]
    words += ["--model", "test_resnet", "--weights", str(small_weights), "--engine", "eager"]
    words += ["--map", "pca"]
    said = []
    for after in (8, 16):
        stop.after, stop.n = after, 0
        assert main(words) == 130
        said.append(capsys.readouterr().err)
    assert "interrupted; nothing was left half-written" in said[0]
    assert "interrupted; 12 cutouts are kept in " in said[1]
    assert "run the same command again to go on" in said[1]
    stop.after = 10**9
    assert main(words) == 0
    stop.error, stop.after, stop.n = MemoryError, 16, 0
    with pytest.raises(MemoryError) as caught:
        main([*words, "--overwrite"])
    assert "run the same command again to go on" in caught.value.__notes__[0]
