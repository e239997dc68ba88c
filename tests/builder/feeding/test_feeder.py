"""Files that are read and cut by other processes."""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from helpers.atlases import QuickBuild
from helpers.images import blocks, flux_image, make_fits, make_picture
from loky.process_executor import BrokenProcessPool  # type: ignore[import-untyped]

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.ahead import ahead
from hubble_dash.builder.bounds import patience
from hubble_dash.builder.feeding import feeder as feeding
from hubble_dash.builder.feeding import processes
from hubble_dash.builder.feeding.cutter import CutImage, Cutter, Work
from hubble_dash.builder.feeding.feeder import N_THREADS, Feeder, usual_workers
from hubble_dash.builder.feeding.previews import fit_thumbnail
from hubble_dash.builder.feeding.processes import Processes
from hubble_dash.builder.feeding.workers import Answer, Task, further_there
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import BuildError, ImageError

WINDOWS = hd.SlidingWindow(size=30, step=20)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five pictures, the third of them damaged, and a FITS file."""
    folder, rng = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    files = [make_picture(folder / f"p{i}.jpg", blocks(rng)) for i in range(5)]
    files[2].write_bytes(files[2].read_bytes()[:-300])
    return [*files, make_fits(folder / "p5.fits", flux_image((50, 70)))]


@pytest.fixture(scope="module")
def feeder() -> Iterator[Feeder]:
    """Two processes, which take a moment to start, whatever the user says of threads."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("OMP_NUM_THREADS", "3")
        made = Feeder(Cutter(hd.BuildSettings(cutouts=WINDOWS), None, None, 96), n_workers=2)
        yield made
        made.close()


def sizes(files: list[Path]) -> list[int]:
    return [file.stat().st_size for file in files]


def contents(atlas: Atlas) -> dict[str, Any]:
    files = {
        path.relative_to(atlas.path): path.read_bytes()
        for path in atlas.path.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert len(files) > 8
    return files


@pytest.mark.slow
def test_processes_make_the_same_atlas_as_threads(
    quick_build: QuickBuild,
    images: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    settings: dict[str, Any] = {"cutouts": WINDOWS, "quality": "balanced"}
    threads = quick_build(images, tmp_path / "a" / "x.atlas", workers=0, **settings)
    text = caplog.text
    caplog.clear()
    with monkeypatch.context() as patch:
        read = Cutter.read

        def sampled(cutter: Cutter, *given: Any) -> CutImage | ImageError:
            # In this process a sample alone is read.
            assert cutter.take is not None
            return read(cutter, *given)

        patch.setattr(Cutter, "read", sampled)
        processes = quick_build(images, tmp_path / "b" / "x.atlas", workers=1, **settings)
    assert contents(processes) == contents(threads)
    assert processes.manifest["left_out"] == threads.manifest["left_out"]
    assert "p2.jpg: is damaged" in caplog.text
    assert "p2.jpg: is damaged" in text


@pytest.mark.slow
def test_images_come_in_order_with_all_that_is_needed(
    feeder: Feeder, images: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    found = list(feeder.images(images, sizes(images), first=1))
    assert [one.number for one in found if isinstance(one, CutImage)] == [1, 3, 4, 5]
    assert isinstance(found[1], ImageError)
    assert (found[1].path, found[1].reason.partition(":")[0]) == (images[2], "is damaged")
    # Images with more pixels are cut box by box.
    here = Feeder(replace(feeder.cutter, max_pixels_at_once=0))
    for one, other in zip(found, here.images(images, sizes(images), first=1), strict=True):
        if isinstance(one, CutImage) and isinstance(other, CutImage):
            assert one.described is not None
            assert other.described is not None
            assert one.described._replace(positions=other.described.positions) == other.described
            assert (one.cuts is None, other.cuts is None) == (False, True)
            for cut, same in zip(feeder.cuts(one, start=2), here.cuts(other, start=2), strict=True):
                assert (cut.thumbnail == same.thumbnail).all()
    here.close()


@pytest.mark.slow
def test_an_image_with_many_cutouts_is_opened_again(feeder: Feeder, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    path = make_picture(tmp_path / "a.png", rng.integers(0, 256, (1500, 1500, 3), np.uint8))
    (image,) = feeder.images([path], [1])
    assert isinstance(image, CutImage)
    assert (image.cuts, image.display) == (None, None)
    cuts = list(feeder.cuts(image, start=5619))
    assert (len(image.found), len(cuts)) == (5625, 6)
    box = image.found.boxes[5619]
    with open_image(path) as pixels:
        expected = fit_thumbnail(pixels.read(box), 96)
    assert (cuts[0].thumbnail == expected).all()


@pytest.mark.slow
def test_a_process_uses_one_thread(feeder: Feeder) -> None:
    # The threads of OpenMP are as many as torch has.
    assert feeder._processes._pool.submit(torch.get_num_threads).result() == 1


class DeadlyPool:
    """Processes that the file of number 3 ends, with all that waits there."""

    further: tuple[str, ...] = ()

    def __init__(self, cutter: Cutter) -> None:
        self.cutter, self.is_broken = cutter, False

    def submit(self, task: Any, given: Any = None) -> Future[Any]:
        told: Future[Any] = Future()
        works = given.works if isinstance(given, Task) else []
        self.is_broken |= any((one.number, one.part) == (3, None) for one in works)
        if self.is_broken:
            told.set_exception(BrokenProcessPool("died"))
        elif task is os.getpid:
            told.set_result(1)
        elif task is further_there:
            told.set_result(self.further)
        else:
            found = [self.cutter.read(one.number, one.path, one.part) for one in works]
            told.set_result(given.blocks.pack([Answer(one, []) for one in found], given.block))
        return told

    def shutdown(self, **_: object) -> None:
        pass


def with_deadly_pool(monkeypatch: pytest.MonkeyPatch) -> Feeder:
    cutter = Cutter(hd.BuildSettings(), None, None, 96)
    monkeypatch.setattr(Processes, "_start", lambda _: DeadlyPool(cutter))
    return Feeder(cutter, n_workers=1)


def test_a_file_that_ends_processes_is_left_out(
    images: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As damage does that a decoder does not survive; the others are read by new processes."""
    with closing(with_deadly_pool(monkeypatch)) as made:
        found = list(made.images(images * 3, sizes(images) * 3, first=1))
    read = [one.number for one in found if isinstance(one, CutImage)]
    assert read == [1, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17]
    errors = [one for one in found if isinstance(one, ImageError)]
    assert [one.path for one in errors] == [images[2], images[3], images[2], images[2]]
    assert errors[1].reason.startswith("ended the process that read it")


def test_further_images_of_a_file_that_ends_processes_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_fits(tmp_path / "a.fits")
    monkeypatch.setattr(DeadlyPool, "further", ("SCI", "ERR"))
    with closing(with_deadly_pool(monkeypatch)) as made:
        dead, *others = made.images([path] * 4, [1] * 4, first=3)
    assert isinstance(dead, ImageError)
    assert (dead.path, dead.further) == (path, ("SCI", "ERR"))
    assert [one.part for one in others if isinstance(one, CutImage)] == ["SCI", "ERR"]


def test_processes_that_cannot_start_end_the_build(
    images: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: Future[Any] = Future()
    broken.set_exception(BrokenProcessPool("died"))
    pool = SimpleNamespace(submit=lambda *_: broken, shutdown=lambda **_: None)
    monkeypatch.setattr(Processes, "_start", lambda _: pool)
    made = Feeder(Cutter(hd.BuildSettings(), None, None, 96), n_workers=1)
    with closing(made), pytest.raises(BuildError, match=r"die .*--workers 0: the build goes on"):
        list(made.images(images, sizes(images)))


def test_a_cutout_that_cannot_be_cut_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = make_picture(tmp_path / "a.png", blocks(np.random.default_rng(0)))
    cutter = Cutter(hd.BuildSettings(cutouts=WINDOWS), None, None, 96, max_pixels_at_once=0)
    real = Cutter.cut

    def cut(self: Cutter, display: Any, box: Any, *read: Any) -> Any:
        if box.ixmin == 20:
            raise TypeError("a tuple")
        return real(self, display, box, *read)

    with closing(Feeder(cutter)) as made:
        for image in made.images([path], [1]):
            assert isinstance(image, CutImage)
            monkeypatch.setattr(Cutter, "cut", cut)
            cuts = list(made.cuts(image))
            there = [box.ixmin for box in image.found.boxes]
            assert [bool(one.left_out) for one in cuts] == [x == 20 for x in there]
            assert {one.left_out for one in cuts} == {"", "cannot be cut: TypeError: a tuple"}
    assert caplog.text.count("a.png: cannot be cut: TypeError") == 1


def test_an_image_that_is_gone_when_it_is_cut_is_left_out(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png", blocks(np.random.default_rng(0)))
    cutter = Cutter(hd.BuildSettings(cutouts=WINDOWS), None, None, 96, max_pixels_at_once=0)
    with closing(Feeder(cutter)) as made:
        (image,) = made.images([path], [1])
        assert isinstance(image, CutImage)
        path.unlink()
        cuts = list(made.cuts(replace(image, display=None), start=2))
    assert len(cuts) == len(image.found) - 2
    assert {one.left_out for one in cuts} == {"there is no such file"}


def hang_at(path: Path, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let reading one file wait until the event is set, and every file have no time."""
    event, real = threading.Event(), Cutter.read

    def read(self: Cutter, number: int, file: Path, *further: Any) -> Any:
        if file == path:
            event.wait(20)
        return real(self, number, file, *further)

    monkeypatch.setattr(Cutter, "read", read)
    monkeypatch.setattr(patience, "SECONDS_A_LOOK", 0.02)
    monkeypatch.setattr(patience, "allowed_seconds", lambda _: 0.1)
    return event


def test_a_file_that_hangs_is_given_up(
    images: list[Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """More of them than there are threads."""
    event, tried = hang_at(images[1], monkeypatch), []

    def try_apart(_: Any, path: Path, *_of: None) -> None:
        tried.append(path)
        raise ImageError(path, "takes more than 30 s to read")

    monkeypatch.setattr(processes, "try_apart", try_apart)
    files = images[:2] * (N_THREADS + 2)
    made = Feeder(Cutter(hd.BuildSettings(), None, None, 96))
    found = list(made.images(files, sizes(files)))
    assert [isinstance(one, ImageError) for one in found] == [False, True] * (N_THREADS + 2)
    assert tried == [images[1]] * (N_THREADS + 2)
    assert f"{images[1]}: has been read for 0 s; it is tried in a process" in caplog.text
    event.set()
    made.close()


def test_a_file_that_takes_long_and_is_well_is_waited_for(
    images: list[Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    event = hang_at(images[1], monkeypatch)
    monkeypatch.setattr(processes, "try_apart", lambda *_: None)

    def go_on(record: logging.LogRecord) -> bool:
        if "still being worked on" in record.getMessage():
            event.set()
        return True

    monkeypatch.setattr(patience.logger, "filters", [go_on])
    with closing(Feeder(Cutter(hd.BuildSettings(), None, None, 96))) as made:
        found = list(made.images(images[:2], sizes(images[:2])))
    assert all(isinstance(one, CutImage) for one in found)
    assert f"{images[1]}: is still being worked on; Ctrl-C ends the build" in caplog.text


def test_a_build_ends_though_a_file_hangs(
    images: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As at Ctrl-C, while the thread that draws images ahead waits for the file."""
    event = hang_at(images[1], monkeypatch)
    monkeypatch.setattr(patience, "allowed_seconds", lambda _: 60.0)
    monkeypatch.setattr("hubble_dash.builder.ahead.SECONDS_OF_GRACE", 0.05)
    made = Feeder(Cutter(hd.BuildSettings(), None, None, 96))
    start = time.monotonic()
    with closing(made), closing(ahead(made.images(images[:3], sizes(images[:3])))) as drawn:
        assert isinstance(next(drawn), CutImage)
    assert time.monotonic() - start < 5
    event.set()


@pytest.mark.slow
def test_processes_end_with_a_script_that_is_killed_and_has_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"""
import sys
from pathlib import Path
from hubble_dash.builder.feeding.cutter import Cutter
from hubble_dash.builder.feeding.feeder import Feeder
from hubble_dash.config import BuildSettings
feeder = Feeder(Cutter(BuildSettings(), None, None, 96), n_workers=1)
for image in feeder.images([Path({str(tmp_path / "none.png")!r})] * 9, [1] * 9):
    print(*feeder._processes._pool._processes, flush=True)
    sys.stdin.read()
""")
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 1
        assert not is_gone(pids[0])
        process.kill()
        process.wait()
        end = time.monotonic() + 30
        while not is_gone(pids[0]):
            assert time.monotonic() < end
            time.sleep(0.2)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # Nobody may have asked how it ended.
    return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def test_processes_are_for_many_files_and_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding.os, "cpu_count", lambda: 12)
    assert usual_workers("cuda", 10_000) == 11
    assert usual_workers("cuda", 20) == usual_workers("cpu", 10_000) == 0
    monkeypatch.setattr(feeding.os, "cpu_count", lambda: 128)
    assert usual_workers("cuda", 10_000) == 16
    with pytest.raises(ValueError, match="workers"):
        hd.BuildSettings(workers=-1)


def test_small_files_go_together() -> None:
    sizes = [1] * 6 + [3_000_000, 3_000_000, 1, 1]
    works = [Work(number, Path("a.png"), size) for number, size in enumerate(sizes)]
    tasks = [[work.number for work in task] for task in processes._tasks(works[1:])]
    assert tasks == [[1, 2, 3, 4], [5], [6], [7], [8, 9]]
    assert list(processes._tasks([])) == []


def test_an_error_survives_the_way() -> None:
    error = pickle.loads(pickle.dumps(ImageError("a/b.png", "is empty")))
    assert (error.path, error.reason, str(error)) == (
        Path("a/b.png"), "is empty", "a/b.png: is empty",
    )  # fmt: skip
