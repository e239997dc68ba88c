"""Builds that are interrupted, and go on."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
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
from hubble_dash.builder import stream as streaming
from hubble_dash.builder.shards.checkpoint import Part, Plan
from hubble_dash.builder.shards.lock import locked
from hubble_dash.builder.shards.writer import CutoutWriter
from hubble_dash.cli.main import main
from hubble_dash.errors import BuildError

PER_SHARD = 12
WINDOWS = hd.SlidingWindow(size=30, step=20)
PCA = hd.MapSettings(method="pca")


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SheetLayout", lambda: SheetLayout(columns=3, rows=2))
    monkeypatch.setattr(streaming, "SHARD", PER_SHARD)


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
        described = CutoutWriter.describe

        def describe(writer: CutoutWriter, batch: Any) -> None:
            self.n += len(batch.labels)
            described(writer, batch)
            if self.n >= self.after:
                raise self.error

        monkeypatch.setattr(CutoutWriter, "describe", describe)

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
    settings: dict[str, Any] = {"batch_size": 4, "cutouts": WINDOWS} | settings_of(case, tmp_path)

    def build(name: str) -> Atlas:
        if case == "given":
            settings.pop("batch_size", None)
            return hd.build(images, out=tmp_path / name / "x.atlas", progress=False, **settings)
        return quick_build(images, tmp_path / name / "x.atlas", **settings)

    whole = build("whole")
    n = len(whole)
    assert n > 3 * PER_SHARD + 4
    caplog.set_level(logging.INFO)
    # Given fingerprints come in large batches, so that it is interrupted at the end.
    first = stop.run(PER_SHARD + 4, lambda: build("parts"))
    kept = 12 if case != "given" else 36
    part = tmp_path / "parts" / "x.atlas.part"
    assert first.__notes__ == [
        f"{kept} cutouts are kept in {part}; run the same command again to go on"
    ]
    assert not (tmp_path / "parts" / "x.atlas").exists()
    if case != "given":
        stop.run(PER_SHARD, lambda: build("parts"))
        kept = 24
    caplog.clear()
    atlas = build("parts")
    assert f"going on after {kept} cutouts" in caplog.text
    assert stop.n == n - kept
    assert contents(atlas) == contents(whole)
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["x.atlas"]
    assert len(atlas.manifest["left_out"]["files"]) == 1
    assert atlas.manifest["left_out"]["cutouts"] == {"blank": 6}


def test_every_place_to_stop_is_as_good(
    images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shards of 6 end within images, at their last window, and after left-out ones."""
    monkeypatch.setattr(streaming, "SHARD", 6)
    monkeypatch.setattr("hubble_dash.builder.fingerprints.precomputed.ROWS_A_BLOCK", 3)
    stop, settings = Stop(monkeypatch, KeyboardInterrupt), settings_of("given", tmp_path)

    def build(name: str) -> Atlas:
        out = tmp_path / name / "x.atlas"
        return hd.build(images, out=out, cutouts=WINDOWS, progress=False, **settings)

    whole = build("whole")
    for _ in range(len(whole) // 6 - 1):
        stop.run(6, lambda: build("parts"))
    assert contents(build("parts")) == contents(whole)


def test_a_build_that_was_killed_goes_on(
    quick_build: QuickBuild, small_weights: Path, images: list[Path], tmp_path: Path
) -> None:
    out, settings = tmp_path / "parts" / "x.atlas", {"batch_size": 4, "cutouts": WINDOWS}
    whole = quick_build(images, tmp_path / "whole" / "x.atlas", **settings)
    code = f"""
import time
import hubble_dash as hd
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder import stream as streaming
from hubble_dash.builder.shards.writer import CutoutWriter
streaming.SheetLayout, streaming.SHARD = lambda: SheetLayout(columns=3, rows=2), {PER_SHARD}
describe = CutoutWriter.describe
def slow(self, batch):
    describe(self, batch)
    time.sleep(0.05 if self._n_described < 30 else 600)
CutoutWriter.describe = slow
hd.build({[str(path) for path in images]!r}, out={str(out)!r}, model="test_resnet", batch_size=4,
    weights={str(small_weights)!r}, device="cpu", map=hd.MapSettings(method="pca"), progress=False,
    cutouts=hd.SlidingWindow(size=30, step=20))
"""
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            wait_for(process, out.with_name("x.atlas.part") / "state.json", 24)
            with pytest.raises(BuildError, match="another process builds"):
                quick_build(images, out, **settings)
        finally:
            os.kill(process.pid, signal.SIGKILL)
    assert contents(quick_build(images, out, **settings)) == contents(whole)


def wait_for(process: subprocess.Popen[bytes], path: Path, n: int) -> None:
    for _ in range(1200):
        if path.exists() and json.loads(path.read_text())["n"] >= n:
            return
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError(f"{path} never had {n}")


@pytest.fixture
def interrupted(
    quick_build: QuickBuild, images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """What is left of a build with two whole shards."""
    out = tmp_path / "x.atlas"
    with monkeypatch.context() as patch:
        stop = Stop(patch, KeyboardInterrupt)
        stop.run(25, lambda: quick_build(images, out, cutouts=WINDOWS, batch_size=4))
    yield out.with_name("x.atlas.part")
    assert [path.name for path in tmp_path.iterdir() if "atlas" in path.name] == ["x.atlas"]


def test_a_build_with_other_settings_does_not_go_on(
    quick_build: QuickBuild, images: list[Path], interrupted: Path
) -> None:
    out, before = interrupted.with_name("x.atlas"), sorted(interrupted.rglob("*"))
    other: dict[str, Any] = {"cutouts": hd.SlidingWindow(size=30, step=10), "batch_size": 4}
    with pytest.raises(BuildError, match=r"24 cutouts .* cannot go on: cutouts.step was 20 and is"):
        quick_build(images, out, **other)
    with pytest.raises(BuildError, match=r"stretch.curve was .asinh. and is .log.*--overwrite"):
        quick_build(images, out, cutouts=WINDOWS, batch_size=4, stretch=hd.Stretch(curve="log"))
    with pytest.raises(BuildError, match=r"model was .* and is .*; weights was"):
        quick_build(
            images, out, cutouts=WINDOWS, batch_size=4, model="tf_efficientnet_lite0", weights=None
        )
    assert sorted(interrupted.rglob("*")) == before
    assert len(quick_build(images, out, overwrite=True, **other)) > 90


def test_a_build_of_other_files_does_not_go_on(
    quick_build: QuickBuild, images: list[Path], interrupted: Path
) -> None:
    out, settings = interrupted.with_name("x.atlas"), {"cutouts": WINDOWS, "batch_size": 4}
    with pytest.raises(BuildError, match=r"1 of the files is no longer there \(.*p9.fits\)\. Run"):
        quick_build(images[:-1], out, **settings)
    with pytest.raises(BuildError, match="the files are in another order"):
        quick_build(images[::-1], out, **settings)
    times = images[2].stat().st_atime_ns, images[2].stat().st_mtime_ns
    os.utime(images[2], ns=(times[0], times[1] + 1))
    with pytest.raises(BuildError, match=r"1 of the files is changed \(.*p2.png\)"):
        quick_build(images, out, **settings)
    os.utime(images[2], ns=times)
    quick_build(images, out, **settings)


def test_what_comes_after_the_cutouts_may_change(
    quick_build: QuickBuild, images: list[Path], interrupted: Path
) -> None:
    out = interrupted.with_name("x.atlas")
    atlas = quick_build(
        images, out, cutouts=WINDOWS, batch_size=4, title="Other", neighbors=7,
        map=hd.MapSettings(n_iter=10),
    )  # fmt: skip
    assert (atlas.title, atlas.manifest["map"]["method"]) == ("Other", "tsne")


def test_a_damaged_part_is_told(
    quick_build: QuickBuild, images: list[Path], interrupted: Path
) -> None:
    out, settings = interrupted.with_name("x.atlas"), {"cutouts": WINDOWS, "batch_size": 4}
    (interrupted / "fingerprints.raw").write_bytes(b"")
    with pytest.raises(BuildError, match="is damaged; remove"):
        quick_build(images, out, **settings)
    (interrupted / "state.json").write_text("{")
    assert len(quick_build(images, out, **settings)) > 40


def test_a_map_that_failed_needs_no_new_fingerprints(
    quick_build: QuickBuild, images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, settings = tmp_path / "x.atlas", {"cutouts": WINDOWS, "batch_size": 4}
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "lay_out", None)
        with pytest.raises(TypeError):
            quick_build(images, out, **settings)
    with monkeypatch.context() as patch:
        patch.setattr("hubble_dash.builder.feeding.recipe.open_image", None)
        patch.setattr(pipeline, "search_neighbors", None)
        atlas = quick_build(images, out, **settings)
    assert contents(atlas) == contents(
        quick_build(images, tmp_path / "new" / "x.atlas", **settings)
    )


def test_less_than_a_shard_is_not_kept(
    quick_build: QuickBuild, images: list[Path], tmp_path: Path, stop: Stop
) -> None:
    build = lambda: quick_build(images, tmp_path / "x.atlas", cutouts=WINDOWS, batch_size=4)  # noqa: E731
    assert not hasattr(stop.run(8, build), "__notes__")
    assert list(tmp_path.iterdir()) == []


def test_the_form_of_the_network_stays(
    quick_build: QuickBuild, images: list[Path], interrupted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = interrupted / "state.json"
    state = json.loads(path.read_text())
    assert state["engine"]["engine"] == "eager"
    path.write_text(json.dumps(state | {"engine": state["engine"] | {"precision": "fp32"}}))
    asked = []
    load = pipeline.load_network
    monkeypatch.setattr(pipeline, "load_network", lambda *a, **k: asked.append(k) or load(*a, **k))
    out = interrupted.with_name("x.atlas")
    quick_build(images, out, cutouts=WINDOWS, batch_size=4)
    assert [(k["device"], k["engine"], k["precision"]) for k in asked] == [("cpu", "eager", "fp32")]


def test_8_bit_integers_do_not_go_on(tmp_path: Path) -> None:
    part = Part(tmp_path)
    part.start(Plan.of({}, []))
    state = {"n": 12, "per_shard": 12, "n_shards": 1, "engine": {"precision": "bf16"}}
    part.commit(state)
    assert part.is_worth_keeping
    part.commit(state | {"engine": {"precision": "int8"}})
    assert not part.is_worth_keeping


def test_a_lock_is_free_after_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "x.part" / "lock"
    with (
        locked(path, busy="busy"),
        pytest.raises(BuildError, match="busy"),
        locked(path, busy="busy"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
    with locked(path, busy="busy"):
        (tmp_path / "x.part" / "kept").touch()
    assert [p.name for p in (tmp_path / "x.part").iterdir()] == ["kept"]
    (tmp_path / "file").touch()
    with (
        pytest.raises(BuildError, match="cannot be made"),
        locked(tmp_path / "file" / "lock", busy=""),
    ):
        pass


def test_what_is_kept_is_said(
    images: list[Path], small_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    stop, said = Stop(monkeypatch, KeyboardInterrupt), []
    words = [
        "build",
        str(images[0].parent),
        "--out",
        str(tmp_path / "x.atlas"),
        "--quiet",
        "--size",
    ]
    words += ["30", "--step", "20", "--cutouts", "window", "--weights", str(small_weights)]
    words += ["--model", "test_resnet", "--map", "pca", "--batch-size", "4"]
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
