"""Cutouts by workers: the same atlas as by this machine, whatever is cut and however it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from helpers.atlases import QuickBuild
from helpers.builds import assert_whole, patches, pictures
from helpers.clusters import Here, differences
from helpers.images import flux_image, make_fits, make_picture, sky_header

import hubble_dash as hd
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.build import build_from
from hubble_dash.builder.cluster import job, tasks, worker
from hubble_dash.builder.cluster.results import has_result
from hubble_dash.builder.inputs import Blocks
from hubble_dash.builder.metric.learning import Learning
from hubble_dash.errors import BuildError

BLOCKS = Blocks(SheetLayout(columns=2, rows=2), cutouts_a_shard=4, learning=Learning(least=10**9))
USUAL: dict[str, Any] = {"blocks": BLOCKS, "batch_size": 2, "deterministic": True}
WINDOWS = hd.SlidingWindow(size=40, step=30)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    while worker._workers:
        worker._workers.pop().close()


def both(build: QuickBuild, inputs: Any, folder: Path, **settings: Any) -> tuple[Path, Here]:
    one, cluster = folder / "one.atlas", Here()
    build(inputs, one, **USUAL, **settings)
    other = build(inputs, folder / "other.atlas", **USUAL, cluster=cluster, **settings)
    assert_whole(other)
    assert differences(one, other.path) == []
    assert not list(folder.glob("*.part"))
    return other.path, cluster


def mixed(folder: Path) -> Path:
    """Pictures and images with several HDUs, of which some are damaged and some are blank."""
    folder.mkdir()
    for i in range(5):
        make_picture(folder / f"{i}.png", patches(i, (70, 90)))
    make_picture(folder / "5.png", np.zeros((40, 40), np.uint8))
    (folder / "6.png").write_bytes(b"no picture")
    make_fits(folder / "7.fits", flux_image((60, 70)))
    return folder


def test_whole_images_some_of_which_are_bad(quick_build: QuickBuild, tmp_path: Path) -> None:
    path, cluster = both(quick_build, mixed(tmp_path / "in"), tmp_path)
    atlas = hd.open_atlas(path)
    assert len(atlas) == 6
    (left_out,) = atlas.manifest["left_out"]["files"]
    assert left_out["path"].endswith("6.png")
    assert [name for name, _ in cluster.asked] == ["begin", "work", "work", "work"]


@pytest.mark.slow
def test_windows_of_several_images(quick_build: QuickBuild, tmp_path: Path) -> None:
    folder = mixed(tmp_path / "in")
    (folder / "5.png").unlink()
    path, cluster = both(quick_build, folder, tmp_path, cutouts=WINDOWS)
    stretches = [args[1] for name, args in cluster.asked if name != "count"]
    assert any(task.first.box for task in stretches)
    assert len(hd.open_atlas(path)) > len(stretches) + 5


@pytest.mark.slow
def test_blank_windows_change_batches_and_no_more_than_last_digits(
    quick_build: QuickBuild, tmp_path: Path
) -> None:
    blank = patches(1, (70, 130))
    blank[:, :40] = 0
    make_picture(tmp_path / "x.png", blank)
    one = quick_build(tmp_path / "x.png", tmp_path / "one.atlas", **USUAL, cutouts=WINDOWS)
    given = USUAL | {"cutouts": WINDOWS, "cluster": Here()}
    other = quick_build(tmp_path / "x.png", tmp_path / "other.atlas", **given)
    assert other.manifest["left_out"] == one.manifest["left_out"]
    assert other.manifest["left_out"]["cutouts"] == {"blank": 2}
    pd.testing.assert_frame_equal(one.cutouts, other.cutouts, rtol=1e-4)
    np.testing.assert_allclose(
        other.fingerprints.astype(float), one.fingerprints.astype(float), atol=2e-3
    )


@pytest.mark.slow
def test_windows_of_a_large_image_are_read_by_stretches(
    quick_build: QuickBuild, tmp_path: Path
) -> None:
    make_picture(tmp_path / "large.png", patches(1, (80, 130)))
    _, cluster = both(quick_build, tmp_path / "large.png", tmp_path, cutouts=WINDOWS)
    assert [args[1].first.box for _, args in cluster.asked[1:]] == [0, 2, 4, 6, 8, 10]


@pytest.mark.slow
def test_several_images_of_a_file(quick_build: QuickBuild, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for i in range(3):
        hdus = [fits.PrimaryHDU()]
        for j in range(3):
            pixels = flux_image((50, 60), seed=3 * i + j)
            hdus.append(fits.ImageHDU(pixels, sky_header(pixels.shape), name="SCI", ver=j + 1))
        fits.HDUList(hdus).writeto(tmp_path / "in" / f"{i}.fits")
    path, _ = both(quick_build, tmp_path / "in", tmp_path, cutouts=hd.SlidingWindow(size=40))
    assert len(hd.open_atlas(path)) == 9 * 4


@pytest.mark.slow
def test_sources_are_dealt_out_by_files(quick_build: QuickBuild, tmp_path: Path) -> None:
    files = [make_fits(tmp_path / f"{i}.fits", flux_image((90, 90), seed=i)) for i in range(3)]
    _, cluster = both(quick_build, files, tmp_path, cutouts=hd.DetectedSources(min_pixels=5))
    assert [name for name, _ in cluster.asked] == ["begin", "work", "work"]


@pytest.mark.slow
def test_a_catalogue_and_groups(quick_build: QuickBuild, tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 6)
    rows = [f"{path.name},{i % 2},{10 + i}" for i, path in enumerate(files)]
    (tmp_path / "c.csv").write_text("\n".join(["file,camera,ra", *rows]))
    given = {"catalog": tmp_path / "c.csv", "center_by": "camera"}
    path, _ = both(quick_build, files, tmp_path, **given)
    assert hd.open_atlas(path).cutouts["camera"].tolist() == [0, 1, 0, 1, 0, 1]


@pytest.mark.slow
def test_a_metric_is_learned_once(quick_build: QuickBuild, tmp_path: Path) -> None:
    blocks = replace(BLOCKS, learning=Learning(least=4, usual=8, most=8, n_axes=4))
    settings = USUAL | {"blocks": blocks}
    files = pictures(tmp_path / "in", 12)
    one = quick_build(files, tmp_path / "one.atlas", **settings)
    cluster = Here()
    other = quick_build(files, tmp_path / "other.atlas", **settings, cluster=cluster)
    assert one.manifest["metric"]["n_sample"] == 8
    assert differences(one.path, other.path) == []


def test_vectors_and_a_map_of_the_users(tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 9)
    make_picture(files[3], np.zeros((40, 50), np.uint8))
    given = {"fingerprints": tmp_path / "v.npy", "positions": tmp_path / "m.npy"}
    for path, d in zip(given.values(), (5, 2), strict=True):
        np.save(path, np.random.default_rng(d).normal(2, 1, (9, d)).astype(np.float32))
    one, other, cluster = tmp_path / "one.atlas", tmp_path / "other.atlas", Here()
    settings = hd.BuildSettings(**given)
    build_from(settings, files, out=one, progress=False, blocks=BLOCKS)
    build_from(settings, files, out=other, progress=False, blocks=BLOCKS, cluster=cluster)
    assert len(hd.open_atlas(other)) == 8
    assert differences(one, other) == []
    assert {name for name, _ in cluster.asked} == {"work"}


def test_as_many_are_done_together_as_when_the_build_began(tmp_path: Path) -> None:
    settings = hd.BuildSettings()
    for wanted in (64, 32):
        of_build = job.Job(
            settings, tmp_path, tmp_path, tmp_path, None, learns=False, several=True, blocks=BLOCKS
        )
        assert of_build.kept_share(wanted) == 64


class Mortal(Here):
    """Its client dies when the so-manieth result has come."""

    def __init__(self, at: int) -> None:
        super().__init__(1)
        self.at = at

    def result(self, future: Any, what: str) -> Any:
        self.at -= 1
        if self.at == 0:
            raise KeyboardInterrupt
        return super().result(future, what)


@pytest.mark.slow
@pytest.mark.parametrize(("cutouts", "at"), [(hd.WholeImage(), 4), (WINDOWS, 9)])
def test_a_client_that_died_goes_on(
    quick_build: QuickBuild, tmp_path: Path, cutouts: Any, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, done = pictures(tmp_path / "in", 9 if at == 4 else 3), list[int]()
    monkeypatch.setattr(worker.Worker, "do", noted(worker.Worker.do, done))
    out, usual = tmp_path / "other.atlas", USUAL | {"cutouts": cutouts}
    one = quick_build(files, tmp_path / "one.atlas", **usual)
    n_lives = 0
    while not out.exists():
        n_lives += 1
        with suppress(KeyboardInterrupt):
            quick_build(files, out, **usual, cluster=Mortal(at))
    assert n_lives > 1
    assert differences(one.path, out) == []
    # Of those that were there, none was done again.
    assert len(done) <= len(set(done)) + n_lives


def noted(do: Callable[..., None], done: list[int]) -> Callable[..., None]:
    def noting(self: worker.Worker, task: tasks.Task) -> None:
        if not has_result(self.job.results, task):
            done.append(task.number)
        do(self, task)

    return noting


def test_what_a_worker_raises_is_raised_and_nothing_is_left(
    quick_build: QuickBuild, tmp_path: Path
) -> None:
    folder = mixed(tmp_path / "in")
    (folder / "00.png").write_bytes(b"no picture")
    with pytest.raises(BuildError, match=r"1 of 9 files cannot be read .*--max-unreadable"):
        quick_build(folder, tmp_path / "x.atlas", **USUAL, cluster=Here(), max_unreadable=0.0)
    (tmp_path / "c.csv").write_text("file,ra,dec\n1.png,10,20\n")
    assert not list(tmp_path.glob("x.atlas*"))


def test_a_worker_that_sees_another_folder_takes_no_part(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = pictures(tmp_path / "in", 3)
    monkeypatch.setattr(job.Job, "leave_token", lambda self: self.results.mkdir(parents=True))
    with pytest.raises(BuildError, match=r"cannot write in .*x.atlas.part .*No such file"):
        quick_build(files, tmp_path / "x.atlas", **USUAL, cluster=Here())
